//! Which gifts are for a member now, and why the others are not.
