//! RFM and ABC: groups of members by what they bought.
