//! What makes a program sound: every fault at once, each with its place.
//!
//! A program needs no points: one of cashback alone, of partners' coupons alone or of paid plans alone is
//! sound. What is refused is what cannot work, what would promise a shopper something that never comes, and
//! what is absurdly large.
//!
//! Whether the zone is known is for whoever has the zones; here its name must only look like one.

mod check;
mod code;
mod earning;
mod expiry;
mod head;
mod memberships;
mod offers;
mod rewards;
mod surveys;
#[cfg(feature = "document")]
mod texts;
mod tiers;

pub use check::limits;
#[cfg(feature = "document")]
pub(crate) use check::{escaped, listed};
pub use code::Code;
#[cfg(feature = "document")]
pub use texts::{Spoken, places};

use crate::Program;
use check::Check;
use serde::{Deserialize, Serialize};

/// One fault in a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the place. For something missing: to where it belongs.
    pub pointer: String,
    /// Stable and for machines: one of [`Code::ALL`].
    pub code: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// All faults of a program, in the order of its parts; none means that it may be published.
pub fn validate(program: &Program) -> Vec<Fault> {
    let mut check = Check::new(program);
    check.head();
    check.earning();
    check.expiry();
    check.ladder();
    check.rewards();
    check.referral();
    check.surveys();
    check.offers();
    check.memberships();
    check.tips();
    check.experiments();
    check.links();
    #[cfg(feature = "document")]
    check.texts();
    check.faults
}

#[cfg(test)]
mod tests;
