//! A member's account, event by event.
