//! What a program may say and this server does not do.
//!
//! The rules know it; no request or job here acts on it. A club that promised it would not keep its word, so such a
//! program is refused, place by place.

use crate::problem::fault;
use contract::problem::Fault;
use rules::Program;
use rules::program::{Activity, RewardKind, SurveyKind};

/// Every place of a program that would have no effect.
pub fn faults(program: &Program) -> Vec<Fault> {
    let mut places = Vec::new();
    if program.cashback.is_some() {
        places.push("/cashback".to_owned());
    }
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
    for (index, rule) in program.earning.activities.iter().enumerate() {
        let paid = matches!(
            rule.kind,
            Activity::Join | Activity::FirstPurchase | Activity::Survey(_)
        );
        if !paid || !rule.caps.is_empty() {
            places.push(format!("/earning/activities/{index}"));
        }
    }
    let levels = program.tiers.iter().flat_map(|ladder| &ladder.levels);
    for (index, level) in levels.enumerate() {
        if level.entry.is_some() {
            places.push(format!("/tiers/levels/{index}/entry"));
        }
    }
    for (index, reward) in program.rewards.iter().enumerate() {
        let at_a_desk = matches!(
            reward.kind,
            RewardKind::WalletCredit(_) | RewardKind::PartnerCoupon { .. }
        );
        let told = [
            ("kind", at_a_desk),
            ("units", reward.units.is_some()),
            ("segments", !reward.segments.is_empty()),
            ("consent", reward.consent.is_some()),
            ("excluded", reward.excluded != Default::default()),
        ];
        let unknown = told.into_iter().filter(|(_, said)| *said);
        places.extend(unknown.map(|(field, _)| format!("/rewards/{index}/{field}")));
    }
    for (index, survey) in program.surveys.iter().enumerate() {
        if survey.kind == SurveyKind::Cli {
            places.push(format!("/surveys/{index}/kind"));
        }
        if !survey.audience.segments.is_empty() {
            places.push(format!("/surveys/{index}/audience/segments"));
        }
    }
    for (index, campaign) in program.earning.campaigns.iter().enumerate() {
        if !campaign.audience.segments.is_empty() {
            places.push(format!("/earning/campaigns/{index}/audience/segments"));
        }
    }
    let refused =
        "The rules know this, and this version of the server does not do it: leave it out.";
    places
        .into_iter()
        .map(|pointer| fault(pointer, "not_served", refused))
        .collect()
}
