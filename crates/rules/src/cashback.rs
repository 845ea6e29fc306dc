//! Wallet credit back from what is spent.
