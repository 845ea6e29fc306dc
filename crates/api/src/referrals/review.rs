//! Invitations as the shop looks them over: what came of each, and those to let through after all.
//!
//! What is refused on suspicion (one contact of both, many from one network) may be a family or an office: somebody of
//! the shop may let it count. What is so (an earlier order, the member's own code) stays refused.

use super::{Told, facts_of, judged, lock, rewarded};
use crate::club::{Club, from_word, word};
use crate::cursor;
use crate::problem::{Error, Result};
use contract::referrals::{ClaimPage, DeskClaim};
use contract::shopper::FriendState;
use rules::referral::Facts;
use rules::{Money, Timestamp};
use serde_json::json;

/// Claims of a page when nobody says how many.
pub const PAGE: u32 = 20;

type Row = (
    String,
    i64,
    Option<String>,
    Option<String>,
    String,
    i64,
    i64,
    Option<String>,
    Option<i64>,
    bool,
);

const ALL: &str = "SELECT c.claim, c.created_at, CASE WHEN a.erased_at IS NULL THEN a.external_id END,
        CASE WHEN f.erased_at IS NULL THEN f.external_id END, c.state, c.state_at, c.expires_at, c.order_id, c.allowed_at,
        CASE WHEN a.erased_at IS NULL AND f.erased_at IS NULL THEN 0 ELSE 1 END
    FROM claims c JOIN members a ON a.tenant = c.tenant AND a.member = c.advocate
        LEFT JOIN members f ON f.tenant = c.tenant AND f.member = c.friend
    WHERE c.tenant = $1 AND (c.created_at, c.claim) < ($2, $3) ORDER BY c.created_at DESC, c.claim DESC LIMIT $4";
const IN_STATE: &str = "SELECT c.claim, c.created_at, CASE WHEN a.erased_at IS NULL THEN a.external_id END,
        CASE WHEN f.erased_at IS NULL THEN f.external_id END, c.state, c.state_at, c.expires_at, c.order_id, c.allowed_at,
        CASE WHEN a.erased_at IS NULL AND f.erased_at IS NULL THEN 0 ELSE 1 END
    FROM claims c JOIN members a ON a.tenant = c.tenant AND a.member = c.advocate
        LEFT JOIN members f ON f.tenant = c.tenant AND f.member = c.friend
    WHERE c.tenant = $1 AND c.state = $5 AND (c.created_at, c.claim) < ($2, $3)
    ORDER BY c.created_at DESC, c.claim DESC LIMIT $4";
const ONE: &str = "SELECT c.claim, c.created_at, CASE WHEN a.erased_at IS NULL THEN a.external_id END,
        CASE WHEN f.erased_at IS NULL THEN f.external_id END, c.state, c.state_at, c.expires_at, c.order_id, c.allowed_at,
        CASE WHEN a.erased_at IS NULL AND f.erased_at IS NULL THEN 0 ELSE 1 END
    FROM claims c JOIN members a ON a.tenant = c.tenant AND a.member = c.advocate
        LEFT JOIN members f ON f.tenant = c.tenant AND f.member = c.friend
    WHERE c.tenant = $1 AND c.claim = $2";

fn claim(row: Row) -> Result<DeskClaim> {
    let (id, created_at, advocate, friend, state, state_at, expires_at, order_id, allowed_at, gone) =
        row;
    let state: FriendState = from_word(&state)?;
    Ok(DeskClaim {
        id,
        created_at: Timestamp(created_at),
        advocate,
        friend,
        state,
        state_at: Timestamp(state_at),
        expires_at: Timestamp(expires_at),
        order_id,
        allowed_at: allowed_at.map(Timestamp),
        can_be_allowed: on_suspicion(state) && !gone,
    })
}

/// Whether somebody may see it otherwise.
const fn on_suspicion(state: FriendState) -> bool {
    matches!(
        state,
        FriendState::SameContact | FriendState::TooManyFromAddress
    )
}

/// A page of claims, newest first; those in one state alone where one is named. The states are as they were written:
/// what time alone has changed since is not in them.
///
/// # Errors
/// 400 for a cursor that we did not give.
pub async fn page(
    club: &mut Club,
    state: Option<FriendState>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<ClaimPage> {
    let limit = limit as usize;
    let (at, id): (i64, String) = match cursor {
        None => (i64::MAX, String::new()),
        Some(cursor) => cursor::read(cursor)?,
    };
    let statement = if state.is_some() { IN_STATE } else { ALL };
    let query = club.query(statement).bind(at).bind(id);
    let query = query.bind(limit as i64 + 1);
    let query = match state {
        Some(state) => query.bind(word(state)),
        None => query,
    };
    let mut rows: Vec<Row> = query.fetch_all(&mut club.tx).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next_cursor = last.map(|row| cursor::write(&(row.1, &row.0)));
    Ok(ClaimPage {
        next_cursor: next_cursor.transpose()?,
        claims: rows.into_iter().map(claim).collect::<Result<_>>()?,
    })
}

/// One claim.
async fn get(club: &mut Club, id: &str) -> Result<DeskClaim> {
    let row: Option<Row> = club
        .query(ONE)
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    claim(row.ok_or_else(|| Error::not_found(format!("No claim {id}.")))?)
}

/// Whether somebody has let a claim from this network through before.
pub(super) async fn is_allowed(club: &mut Club, address: &str) -> Result<bool> {
    let found: Option<i64> = club
        .query(
            "SELECT 1 FROM claims WHERE tenant = $1 AND address = $2 AND allowed_at IS NOT NULL LIMIT 1",
        )
        .bind(address)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(found.is_some())
}

/// Lets a claim count that was refused on suspicion. It stands where it would stand: waiting for the friend, or, where
/// they have joined and bought since, judged by their first order as if nothing had been suspected. Of a claim that was
/// refused for its network, whoever comes from that network counts from now on.
///
/// # Errors
/// 404 for an unknown claim; 409 `claim_stands` for one that was not refused on suspicion.
pub async fn allow(club: &mut Club, id: &str) -> Result<DeskClaim> {
    let shown = get(club, id).await?;
    let found: Option<(String, Option<String>, String, i64, i64)> = club
        .query(
            "SELECT advocate, friend, state, state_at, expires_at FROM claims WHERE tenant = $1 AND claim = $2",
        )
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    let found = found.ok_or_else(|| Error::not_found(format!("No claim {id}.")))?;
    let (advocate, friend, state, since, expires_at) = found;
    let was: FriendState = from_word(&state)?;
    if !shown.can_be_allowed {
        return Err(Error::refused(
            "claim_stands",
            "Only a claim that was refused for a common contact or network can be let through.",
        ));
    }
    if let Some(friend) = &friend {
        // As when the friend names a claim: two of them wait for each other here.
        lock(club, friend).await?;
    }
    lock(club, &advocate).await?;
    let state = match &friend {
        None => FriendState::Invited,
        Some(_) => FriendState::Joined,
    };
    let changed = club
        .query(
            "UPDATE claims SET state = $3, state_at = $4, allowed_at = $4, order_id = NULL, rewards_at = NULL
             WHERE tenant = $1 AND claim = $2 AND state = $5",
        )
        .bind(id)
        .bind(word(state))
        .bind(club.now.0)
        .bind(word(was))
        .execute(&mut club.tx)
        .await?;
    if changed == 0 {
        // Somebody else has just done it.
        return get(club, id).await;
    }
    let detail = json!({ "was": was });
    club.audit("referral.allowed", id, detail).await?;
    let of = Told {
        claim: id,
        advocate: &advocate,
        friend: friend.as_deref(),
        order: None,
    };
    if let Some(friend) = &friend {
        of.tell(club, "referral.joined", state).await?;
        judge_again(club, &of, friend, since, expires_at).await?;
    }
    get(club, id).await
}

/// What has come of the friend: another claim of theirs may count, and they may have bought, before the claim was refused
/// (`since`) or after it.
async fn judge_again(
    club: &mut Club,
    of: &Told<'_>,
    friend: &str,
    since: i64,
    expires_at: i64,
) -> Result<()> {
    let published = club.published();
    let Some(terms) = &published.program.referral else {
        return Ok(());
    };
    let other: Option<String> = club
        .query(
            "SELECT claim FROM claims WHERE tenant = $1 AND friend = $2 AND claim <> $3
                 AND state IN ('joined', 'bought', 'rewarded')",
        )
        .bind(friend)
        .bind(of.claim)
        .fetch_optional(&mut club.tx)
        .await?;
    let order: Option<(String, i64, i64)> = club
        .query(
            "SELECT order_id, spend, paid_at FROM orders
             WHERE tenant = $1 AND member = $2 AND paid_at IS NOT NULL AND gone = 0
             ORDER BY paid_at, order_id LIMIT 1",
        )
        .bind(friend)
        .fetch_optional(&mut club.tx)
        .await?;
    let facts = Facts {
        referred: other.is_some(),
        orders_before: order
            .as_ref()
            .map_or(0, |(_, _, paid_at)| u32::from(*paid_at < since)),
        order: order.as_ref().map(|(_, spend, _)| Money(*spend)),
        rewarded: rewarded(club, of.advocate).await?,
        ..facts_of(expires_at)
    };
    let Some((order, _, paid_at)) = order else {
        if other.is_some() {
            let state = FriendState::AlreadyReferred;
            club.query("UPDATE claims SET state = $3 WHERE tenant = $1 AND claim = $2")
                .bind(of.claim)
                .bind(word(state))
                .execute(&mut club.tx)
                .await?;
            of.tell(club, "referral.joined", state).await?;
        }
        return Ok(());
    };
    let state = judged(terms, &facts, Timestamp(paid_at), FriendState::Bought);
    let of = Told {
        order: Some(&order),
        ..*of
    };
    // The points are given now, so that their window begins now.
    let from = club.now;
    of.settle(club, terms, state, from).await
}
