//! Invitations: their codes, and whether a friend counts.
