//! The indicators of a club, each with its sample and interval.
