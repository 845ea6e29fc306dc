//! What a change of the books is to the shop's systems.

use super::Books;
use super::save::Sums;
use crate::club::Club;
use crate::outbox;
use crate::problem::Result;
use rules::journal::{Book, CouponState, Kept, Redemption, Transaction, Why};
use rules::review;
use rules::tiers::Standing;
use serde_json::{Value, json};

/// Points of a member end soon.
pub(super) const WARNING: &str = "points.expiring";
/// A member will lose their tier.
pub(super) const RISK: &str = "tier.at_risk";

/// Something that is told though nothing has changed yet.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    /// The event.
    pub(super) kind: &'static str,
    /// Its data, but for whose it is.
    pub(super) body: Value,
}

impl Books {
    /// Where the member stands; none in a program without tiers.
    pub(super) fn tier_standing(&self, club: &Club, after: &Kept) -> Option<Standing> {
        let now = after.settled_at.max(club.now);
        review::standing(club.program(), club.zone(), &after.member, now)
    }

    /// Leaves a message for each change, when anybody listens.
    pub(super) async fn tell(
        &self,
        club: &mut Club,
        after: &Kept,
        written: &[Transaction],
        standing: Option<&Standing>,
    ) -> Result<()> {
        if !outbox::anybody_listens(club).await? {
            return Ok(());
        }
        let mut all: Vec<(&str, Value)> = written.iter().filter_map(moved).collect();
        all.extend(
            after
                .redemptions
                .iter()
                .filter_map(|now| self.redemption(now)),
        );
        all.extend(self.tier_change(club, standing));
        let notices = self.notices.iter();
        all.extend(notices.map(|notice| (notice.kind, notice.body.clone())));
        for (kind, mut body) in all {
            body["member_id"] = json!(self.member);
            outbox::tell(club, kind, body).await?;
        }
        Ok(())
    }

    fn redemption(&self, now: &Redemption) -> Option<(&'static str, Value)> {
        let mut known = self.before.redemptions.iter();
        let before = known.find(|known| known.id == now.id);
        let returned = |state| state == CouponState::Returned;
        let kind = match before {
            None => "reward.redeemed",
            Some(before) if returned(now.state) && !returned(before.state) => "reward.cancelled",
            Some(_) => return None,
        };
        let body = json!({
            "redemption_id": now.id, "reward_id": now.reward.id, "units": now.units,
            "points": now.points(), "redeemed_at": now.at, "expires_at": now.expires_at,
        });
        Some((kind, body))
    }

    /// Nothing for a member whose place was never told, which is the first write of all.
    fn tier_change(
        &self,
        club: &Club,
        standing: Option<&Standing>,
    ) -> Option<(&'static str, Value)> {
        let levels = &club.program().tiers.as_ref()?.levels;
        let (before, now) = (self.tier.as_ref()?, level(club, standing)?);
        let place = |id: &str| levels.iter().position(|level| level.id == id);
        if place(before) == place(&now) {
            return None;
        }
        let kind = if place(before) < place(&now) {
            "tier.raised"
        } else {
            "tier.lowered"
        };
        Some((kind, json!({ "from": before, "to": now })))
    }
}

/// The id of the level that a standing is on.
pub(super) fn level(club: &Club, standing: Option<&Standing>) -> Option<String> {
    let levels = &club.program().tiers.as_ref()?.levels;
    levels.get(standing?.current).map(|level| level.id.clone())
}

/// What a transaction is to the shop's systems; nothing when it is the ledger's own affair, or when more is told of
/// the redemption that it belongs to.
fn moved(transaction: &Transaction) -> Option<(&'static str, Value)> {
    let sums = Sums::from(&transaction.lines);
    let moved = match transaction.why {
        Why::Activation => sums.of(Book::Available),
        _ => sums.net(),
    };
    let kind = match transaction.why {
        Why::Adjustment if moved < 0 => "points.reversed",
        Why::Purchase
        | Why::FirstPurchase
        | Why::Activity
        | Why::TierEntry
        | Why::Offer
        | Why::Credit
        | Why::Adjustment => "points.earned",
        Why::Activation => "points.activated",
        Why::Expiry => "points.expired",
        Why::Clawback => "points.reversed",
        Why::Opening
        | Why::CouponExpired
        | Why::DebtPayment
        | Why::WalletSpent
        | Why::Redemption
        | Why::Return => return None,
    };
    let body = json!({
        "unit": sums.unit, "amount": moved, "reason": transaction.why, "source": transaction.source,
        "rule": transaction.rule, "at": transaction.at,
    });
    Some((kind, body))
}
