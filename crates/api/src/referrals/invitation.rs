//! A member's invitation as the member sees it: the code, and how far each friend is.

use crate::club::{Club, from_word};
use crate::members;
use crate::problem::Result;
use contract::shopper::{Friend, FriendState, Invitation};
use rules::Timestamp;

const FRIENDS_SHOWN: i64 = 50;

/// The member's invitation, when the program has referral.
///
/// # Errors
/// When the database fails.
pub async fn invitation(club: &mut Club, member: &members::Row) -> Result<Option<Invitation>> {
    if club.program().referral.is_none() {
        return Ok(None);
    }
    let rows: Vec<(String, i64, Option<i64>, i64)> = club
        .query(
            "SELECT state, state_at, rewards_at, expires_at FROM claims
         WHERE tenant = $1 AND advocate = $2 ORDER BY state_at DESC, claim DESC LIMIT $3",
        )
        .bind(&member.member)
        .bind(FRIENDS_SHOWN)
        .fetch_all(&mut club.tx)
        .await?;
    let friends = rows
        .into_iter()
        .map(|row| friend(row, club.now))
        .collect::<Result<Vec<_>>>()?;
    Ok(Some(Invitation {
        code: member.referral_code.clone(),
        friends,
    }))
}

/// What time alone changes (a reward that became active, a claim that ended) is read, not written.
fn friend(
    (state, state_at, rewards_at, expires_at): (String, i64, Option<i64>, i64),
    now: Timestamp,
) -> Result<Friend> {
    let passed = |at: i64| Timestamp(at) <= now;
    Ok(match (from_word(&state)?, rewards_at) {
        (FriendState::Bought, Some(at)) if passed(at) => Friend {
            at: Timestamp(at),
            state: FriendState::Rewarded,
        },
        (FriendState::Invited | FriendState::Joined, _) if passed(expires_at) => Friend {
            at: Timestamp(expires_at),
            state: FriendState::Expired,
        },
        (state, _) => Friend {
            at: Timestamp(state_at),
            state,
        },
    })
}
