//! Amounts and rates that people write.
