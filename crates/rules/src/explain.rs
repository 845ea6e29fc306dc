//! Every reason, entry and notice as a message, and how the club works in plain words.
