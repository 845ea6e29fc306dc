//! Where a member is on their way, and their best next step.
