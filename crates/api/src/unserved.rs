//! What a program may say and this server does not do.
//!
//! The rules know it; no request or job here acts on it. A club that promised it would not keep its word, so such a
//! program is refused, place by place.

use crate::problem::fault;
use contract::problem::Fault;
use rules::Program;
use rules::program::RewardKind;

/// Every place of a program that would have no effect.
pub fn faults(program: &Program) -> Vec<Fault> {
    let mut places = Vec::new();
    let lists = [
        ("/offers", program.offers.len()),
        ("/memberships", program.memberships.len()),
        ("/partners", program.partners.len()),
    ];
    let full = lists.into_iter().filter(|(_, length)| *length > 0);
    places.extend(full.map(|(pointer, _)| pointer.to_owned()));
    let addresses = program
        .referral
        .as_ref()
        .and_then(|terms| terms.per_address);
    places.extend(addresses.map(|_| "/referral/per_address".to_owned()));
    for (index, reward) in program.rewards.iter().enumerate() {
        if matches!(reward.kind, RewardKind::PartnerCoupon { .. }) {
            places.push(format!("/rewards/{index}/kind"));
        }
    }
    let refused =
        "The rules know this, and this version of the server does not do it: leave it out.";
    places
        .into_iter()
        .map(|pointer| fault(pointer, "not_served", refused))
        .collect()
}
