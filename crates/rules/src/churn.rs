//! Who may be about to leave, and why.
