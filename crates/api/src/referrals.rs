//! Inviting friends: claim, join, first order, reward, or a refusal with its reason.

mod invitation;
mod review;

pub use invitation::invitation;
pub use review::{PAGE, allow, page};

use crate::books::{self, About};
use crate::club::{Club, word};
use crate::problem::{Error, Result};
use crate::{ids, limits, outbox};
use contract::shopper::{Claim, FriendState, Landing};
use rules::journal::Event;
use rules::program::Referral;
use rules::referral::{self as rule, Facts, Refusal};
use rules::{Money, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What the advocate's reward is credited under.
pub const ADVOCATE: &str = "referral_advocate";
/// What the friend's reward is credited under.
pub const FRIEND: &str = "referral_friend";

/// Whose code it is, and the code as it is written. One statement for every code, good or bad, so that the time it
/// takes tells nothing.
async fn owner(club: &mut Club, code: &str) -> Result<Option<(String, String)>> {
    let found: Option<(String, String)> = club
        .query(
            "SELECT member, referral_code FROM members WHERE tenant = $1 AND referral_code = $2
                 AND erased_at IS NULL",
        )
        .bind(ids::read_code(code).unwrap_or_default())
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(found.filter(|_| club.program().referral.is_some()))
}

fn unknown() -> Error {
    Error::not_found("No invitation has this code.")
}

/// What a friend reads who followed an invitation.
///
/// # Errors
/// 404 for a code that nobody has; the answer does not tell why.
pub async fn landing(club: &mut Club, code: &str) -> Result<Landing> {
    let (_, code) = owner(club, code).await?.ok_or_else(unknown)?;
    let program = club.program();
    let terms = program.referral.as_ref().ok_or_else(unknown)?;
    Ok(Landing {
        code,
        name: program.name.clone(),
        friend_points: terms.friend_points,
        minimum_order: terms.minimum_order,
        expires_at: rule::expires_at(terms, club.zone(), club.now),
    })
}

/// What is kept of a visitor's network address: a hash with the tenant's id, of the /64 for IPv6. Nothing for a
/// visitor whose address is not known: that speaks against nobody.
#[must_use]
pub fn address(tenant: &str, from: IpAddr) -> Option<String> {
    let network = limits::network(from);
    (!network.is_unspecified()).then(|| ids::digest(format!("{tenant}/{network}").as_bytes()))
}

/// A guest follows an invitation. Past the program's limit for a network address and day the claim is made all the
/// same, and does not count: the guest reads why, and so does the member who invited.
///
/// # Errors
/// 404 for a code that nobody has; the answer does not tell why.
pub async fn claim(club: &mut Club, code: &str, from: IpAddr) -> Result<Claim> {
    let (advocate, _) = owner(club, code).await?.ok_or_else(unknown)?;
    let published = club.published();
    let terms = published.program.referral.as_ref().ok_or_else(unknown)?;
    let address = address(club.tenant(), from);
    let expires_at = rule::expires_at(terms, club.zone(), club.now);
    let facts = Facts {
        from_address: claims_from(club, terms, &advocate, address.as_deref()).await?,
        ..facts_of(expires_at.0)
    };
    let state = judged(terms, &facts, club.now, FriendState::Invited);
    let claim = Claim {
        id: ids::id("clm"),
        friend_points: terms.friend_points,
        minimum_order: terms.minimum_order,
        expires_at,
        refused: (state != FriendState::Invited).then_some(state),
    };
    club.query(
        "INSERT INTO claims (tenant, claim, advocate, state, state_at, address, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $5, $7)",
    )
    .bind(&claim.id)
    .bind(&advocate)
    .bind(word(state))
    .bind(club.now.0)
    .bind(address)
    .bind(claim.expires_at.0)
    .execute(&mut club.tx)
    .await?;
    let detail = json!({ "advocate": advocate, "state": state });
    club.audit("referral.claimed", &claim.id, detail).await?;
    let of = Told {
        claim: &claim.id,
        advocate: &advocate,
        friend: None,
        order: None,
    };
    of.tell(club, "referral.claimed", state).await?;
    Ok(claim)
}

/// Claims of today from the same network address, where the program limits them. Claims on one member's invitation
/// wait for each other here, so that each sees those before it.
async fn claims_from(
    club: &mut Club,
    terms: &Referral,
    advocate: &str,
    address: Option<&str>,
) -> Result<u32> {
    let (Some(address), Some(_)) = (address, terms.per_address) else {
        return Ok(0);
    };
    lock(club, advocate).await?;
    if review::is_allowed(club, address).await? {
        return Ok(0);
    }
    let today = club.zone().start_of_day(club.zone().day(club.now));
    let claims: i64 = club
        .query(
            "SELECT COUNT(*) FROM claims WHERE tenant = $1 AND address = $2 AND created_at >= $3",
        )
        .bind(address)
        .bind(today.0)
        .fetch_one(&mut club.tx)
        .await?;
    Ok(u32::try_from(claims).unwrap_or(u32::MAX))
}

/// Locks a member's row for as long as the transaction lasts.
async fn lock(club: &mut Club, member: &str) -> Result<()> {
    club.query("UPDATE members SET revision = revision + 1 WHERE tenant = $1 AND member = $2")
        .bind(member)
        .execute(&mut club.tx)
        .await?;
    Ok(())
}

/// What the shop's systems are told of a claim.
struct Told<'a> {
    claim: &'a str,
    advocate: &'a str,
    friend: Option<&'a str>,
    order: Option<&'a str>,
}

impl Told<'_> {
    /// Tells `kind`, or that the claim is refused when its state is a refusal.
    async fn tell(&self, club: &mut Club, kind: &str, state: FriendState) -> Result<()> {
        use FriendState::{Bought, Invited, Joined, Rewarded};
        let counts = matches!(state, Invited | Joined | Bought | Rewarded);
        let mut body = json!({
            "claim_id": self.claim, "advocate_id": self.advocate, "friend_id": self.friend, "order_id": self.order,
            "reason": (!counts).then_some(state),
        });
        if self.friend.is_none() {
            body["friend_external_id"] = json!(null);
        }
        outbox::tell(club, if counts { kind } else { "referral.refused" }, body).await
    }
}

/// A member names the claim that they came by. A claim that does not count is refused with its reason and
/// changes nothing for the member; one that is unknown or another's is passed over, joining goes on.
///
/// # Errors
/// When the database fails.
pub async fn attach(club: &mut Club, member: &str, claim: &str) -> Result<()> {
    // Two claims that one member names at once wait for each other here.
    lock(club, member).await?;
    // And two members who name one claim here.
    let row: Option<(String, i64)> = club
        .query(
            "UPDATE claims SET friend = $3 WHERE tenant = $1 AND claim = $2 AND friend IS NULL AND state = 'invited'
             RETURNING advocate, expires_at",
        )
        .bind(claim)
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some((advocate, expires_at)) = row else {
        return Ok(());
    };
    let other: Option<String> = club
        .query(
            "SELECT claim FROM claims WHERE tenant = $1 AND friend = $2 AND claim <> $3
                 AND state IN ('joined', 'bought', 'rewarded')",
        )
        .bind(member)
        .bind(claim)
        .fetch_optional(&mut club.tx)
        .await?;
    let facts = Facts {
        same_member: advocate == member,
        same_contact: same_contact(club, &advocate, member).await?,
        referred: other.is_some(),
        orders_before: paid_orders(club, member, "").await?,
        ..facts_of(expires_at)
    };
    let terms = club.program().referral.clone().unwrap_or_default();
    let state = judged(&terms, &facts, club.now, FriendState::Joined);
    club.query("UPDATE claims SET state = $3, state_at = $4 WHERE tenant = $1 AND claim = $2")
        .bind(claim)
        .bind(word(state))
        .bind(club.now.0)
        .execute(&mut club.tx)
        .await?;
    let detail = json!({ "state": state });
    club.audit("referral.attached", claim, detail).await?;
    let of = Told {
        claim,
        advocate: &advocate,
        friend: Some(member),
        order: None,
    };
    of.tell(club, "referral.joined", state).await
}

/// Whether two members have a telephone number or an e-mail address in common, by what is kept of them.
async fn same_contact(club: &mut Club, one: &str, other: &str) -> Result<bool> {
    if one == other {
        return Ok(true);
    }
    let rows: Vec<String> = club
        .query("SELECT contacts FROM members WHERE tenant = $1 AND member IN ($2, $3)")
        .bind(one)
        .bind(other)
        .fetch_all(&mut club.tx)
        .await?;
    let mut seen = BTreeSet::new();
    for row in rows {
        // A contact may be there twice for one member.
        let contacts: BTreeSet<String> = serde_json::from_str(&row)?;
        for contact in contacts {
            if !seen.insert(contact) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What is known of every claim; the rest speaks against nobody.
fn facts_of(expires_at: i64) -> Facts {
    Facts {
        expires_at: Timestamp(expires_at),
        same_member: false,
        same_contact: false,
        referred: false,
        orders_before: 0,
        order: None,
        rewarded: 0,
        from_address: 0,
    }
}

/// The claim's state after an event: what it comes to, or the reason for which it does not count.
fn judged(terms: &Referral, facts: &Facts, at: Timestamp, counts: FriendState) -> FriendState {
    match rule::judge(terms, facts, at) {
        Ok(()) => counts,
        Err(Refusal::SelfReferral) => FriendState::SelfReferral,
        Err(Refusal::NotFirstOrder) => FriendState::NotFirstOrder,
        Err(Refusal::BelowMinimum) => FriendState::BelowMinimum,
        Err(Refusal::Expired) => FriendState::Expired,
        Err(Refusal::CapReached) => FriendState::CapReached,
        Err(Refusal::SameContact) => FriendState::SameContact,
        Err(Refusal::TooManyFromAddress) => FriendState::TooManyFromAddress,
        Err(Refusal::AlreadyReferred) => FriendState::AlreadyReferred,
    }
}

/// Orders that the member has ever paid, `except` one.
async fn paid_orders(club: &mut Club, member: &str, except: &str) -> Result<u32> {
    let orders: i64 = club
        .query(
            "SELECT COUNT(*) FROM orders
         WHERE tenant = $1 AND member = $2 AND paid_at IS NOT NULL AND order_id <> $3",
        )
        .bind(member)
        .bind(except)
        .fetch_one(&mut club.tx)
        .await?;
    Ok(u32::try_from(orders).unwrap_or(u32::MAX))
}

/// A member has paid an order: if they came by an invitation and it is their first, both are rewarded once
/// the refund window is over.
///
/// # Errors
/// When the database fails.
pub async fn bought(
    club: &mut Club,
    member: &str,
    order_id: &str,
    amount: Money,
    paid_at: Timestamp,
) -> Result<()> {
    let published = club.published();
    let Some(terms) = &published.program.referral else {
        return Ok(());
    };
    let row: Option<(String, String, i64, bool)> = club
        .query(
            "SELECT claim, advocate, expires_at, CASE WHEN allowed_at IS NULL THEN 0 ELSE 1 END FROM claims
             WHERE tenant = $1 AND friend = $2 AND state = 'joined'",
        )
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some((claim, advocate, expires_at, allowed)) = row else {
        return Ok(());
    };
    // Of two friends who buy at once the second sees the first under the member's cap.
    lock(club, &advocate).await?;
    let facts = Facts {
        same_contact: !allowed && same_contact(club, &advocate, member).await?,
        orders_before: paid_orders(club, member, order_id).await?,
        order: Some(amount),
        rewarded: rewarded(club, &advocate).await?,
        ..facts_of(expires_at)
    };
    let of = Told {
        claim: &claim,
        advocate: &advocate,
        friend: Some(member),
        order: Some(order_id),
    };
    let state = judged(terms, &facts, paid_at, FriendState::Bought);
    of.settle(club, terms, state, paid_at).await
}

impl Told<'_> {
    /// Writes down what came of the friend's first order; both are rewarded where it counts. The refund window begins
    /// at `from`.
    async fn settle(
        &self,
        club: &mut Club,
        terms: &Referral,
        state: FriendState,
        from: Timestamp,
    ) -> Result<()> {
        let (Some(friend), Some(order)) = (self.friend, self.order) else {
            return Ok(());
        };
        let rewards_at = rule::activates_at(terms, club.zone(), from);
        club.query(
            "UPDATE claims SET state = $3, state_at = $4, order_id = $5, rewards_at = $6
             WHERE tenant = $1 AND claim = $2",
        )
        .bind(self.claim)
        .bind(word(state))
        .bind(from.0)
        .bind(order)
        .bind(rewards_at.0)
        .execute(&mut club.tx)
        .await?;
        let detail = json!({ "state": state, "order": order });
        club.audit("referral.bought", self.claim, detail).await?;
        self.tell(club, "referral.bought", state).await?;
        if state != FriendState::Bought {
            return Ok(());
        }
        for (who, rule, points) in [
            (self.advocate, ADVOCATE, terms.advocate_points),
            (friend, FRIEND, terms.friend_points),
        ] {
            let event = Event::Credited {
                rule: rule.to_owned(),
                source: format!("{}/{order}", self.claim),
                points,
                pending_days: terms.pending_days,
            };
            books::post(club, who, About::MEMBER, &event).await?;
        }
        Ok(())
    }
}

/// Friends for whom the member is or will be rewarded.
async fn rewarded(club: &mut Club, advocate: &str) -> Result<u32> {
    let friends: i64 = club
        .query(
            "SELECT COUNT(*) FROM claims
             WHERE tenant = $1 AND advocate = $2 AND state IN ('bought', 'rewarded')",
        )
        .bind(advocate)
        .fetch_one(&mut club.tx)
        .await?;
    Ok(u32::try_from(friends).unwrap_or(u32::MAX))
}

/// The order went back whole. Within the refund window both rewards go, and the friend may still buy;
/// after it they stay.
///
/// # Errors
/// When the database fails.
pub async fn unbought(club: &mut Club, order_id: &str) -> Result<()> {
    let claim: Option<(String, String, String, i64)> = club
        .query(
            "SELECT claim, advocate, friend, rewards_at FROM claims
             WHERE tenant = $1 AND order_id = $2 AND state = 'bought'",
        )
        .bind(order_id)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some((claim, advocate, friend, rewards_at)) = claim else {
        return Ok(());
    };
    if Timestamp(rewards_at) <= club.now {
        return Ok(());
    }
    for (who, rule) in [(advocate, ADVOCATE), (friend, FRIEND)] {
        let event = Event::Revoked {
            rule: rule.to_owned(),
            source: format!("{claim}/{order_id}"),
        };
        books::post(club, &who, About::MEMBER, &event).await?;
    }
    club.query(
        "UPDATE claims SET state = 'joined', state_at = $3, order_id = NULL, rewards_at = NULL
         WHERE tenant = $1 AND claim = $2",
    )
    .bind(&claim)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    club.audit("referral.unbought", &claim, json!({ "order": order_id }))
        .await
}

/// Notes and tells, once for each friend, that the refund window is over and the rewards are active. Gives for how
/// many friends of the member. The points themselves become active by their own time; this only says so.
///
/// # Errors
/// When the database fails.
pub async fn reward_due(club: &mut Club, advocate: &str) -> Result<u64> {
    let due: Vec<(String, Option<String>, Option<String>)> = club
        .query(
            "UPDATE claims SET state = 'rewarded', state_at = rewards_at
             WHERE tenant = $1 AND advocate = $2 AND state = 'bought' AND rewards_at <= $3
             RETURNING claim, friend, order_id",
        )
        .bind(advocate)
        .bind(club.now.0)
        .fetch_all(&mut club.tx)
        .await?;
    for (claim, friend, order) in &due {
        let of = Told {
            claim,
            advocate,
            friend: friend.as_deref(),
            order: order.as_deref(),
        };
        of.tell(club, "referral.rewarded", FriendState::Rewarded)
            .await?;
        club.audit("referral.rewarded", claim, json!({ "order": order }))
            .await?;
    }
    Ok(due.len() as u64)
}
