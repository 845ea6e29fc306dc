//! How far the merchant is on the way to a goal.
