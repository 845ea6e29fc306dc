//! What may happen to a complaint.
