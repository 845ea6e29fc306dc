//! What there is only so much of: pieces of a reward, gifts of an offer, codes of a partner.
//!
//! Each is counted in the transaction that takes it, by one statement that finds nothing when nothing is left. A
//! shopper who asked for the last one too late is told so. A gift that comes along with something else (an offer,
//! a tier that an order reaches) never stands in the way of that: the work is refused as a whole with 503, and
//! when it is sent again the rules see that nothing is left and give nothing.

use super::{Books, Coupon};
use crate::club::Club;
use crate::problem::{Error, Result, fault};
use rules::Program;
use rules::journal::Redemption;
use rules::program::{Benefit, CodeSource, Reward, RewardKind};
use store::Dialect;

/// Whether something that is given without being asked for may run out, so that the rules have to know what is
/// left.
pub(super) fn gifts_may_run_out(program: &Program) -> bool {
    let limited = |benefit: &Benefit| match benefit {
        Benefit::Reward(id) => {
            let mut rewards = program.rewards.iter();
            rewards.any(|reward| reward.id == *id && is_limited(reward))
        }
        Benefit::Points(_) | Benefit::WalletCredit(_) | Benefit::Multiplier(_) => false,
    };
    let levels = program.tiers.iter().flat_map(|ladder| &ladder.levels);
    let mut entries = levels.filter_map(|level| level.entry.as_ref());
    let mut offers = program.offers.iter();
    offers.any(|offer| offer.stock.is_some() || limited(&offer.benefit)) || entries.any(limited)
}

/// Whether there is only so much of the reward.
fn is_limited(reward: &Reward) -> bool {
    reward.stock.is_some() || matches!(reward.kind, RewardKind::PartnerCoupon { .. })
}

impl Books {
    /// Takes a piece of the reward out of what there is, and gives the partner's code for it, where it has one.
    pub(super) async fn take_out(
        &self,
        club: &mut Club,
        redemption: &Redemption,
    ) -> Result<Option<String>> {
        let own = |coupon: &Coupon| coupon.redemption == redemption.id && coupon.gift;
        let gift = self.coupons.iter().any(own);
        let gone = || {
            if gift {
                Error::unavailable()
            } else {
                sold_out()
            }
        };
        // The program's own number, not what was left of it when the rules were asked.
        let mut rewards = club.program().rewards.iter();
        let whole = rewards.find(|known| known.id == redemption.reward.id);
        if let Some(stock) = whole.and_then(|reward| reward.stock) {
            take_piece(club, &redemption.reward.id, stock)
                .await?
                .then_some(())
                .ok_or_else(gone)?;
        }
        let RewardKind::PartnerCoupon { partner, codes } = &redemption.reward.kind else {
            return Ok(None);
        };
        let code = match codes {
            CodeSource::Shared => shared_code(club, partner).await?,
            CodeSource::Pool => pool_code(club, partner, &redemption.id).await?,
        };
        code.map(Some).ok_or_else(gone)
    }
}

fn sold_out() -> Error {
    let reason = fault(
        "/reward_id",
        "sold_out",
        "The last one has just been taken.",
    );
    Error::refused(
        "not_eligible",
        "This reward cannot be taken now; see `errors` for every reason.",
    )
    .with_errors(vec![reason])
}

/// False when none is left.
async fn take_piece(club: &mut Club, reward: &str, stock: u32) -> Result<bool> {
    club.query(
        "INSERT INTO stock (tenant, reward_id, taken) VALUES ($1, $2, 0) ON CONFLICT (tenant, reward_id) DO NOTHING",
    )
    .bind(reward)
    .execute(&mut club.tx)
    .await?;
    let taken = club
        .query("UPDATE stock SET taken = taken + 1 WHERE tenant = $1 AND reward_id = $2 AND taken < $3")
        .bind(reward)
        .bind(stock)
        .execute(&mut club.tx)
        .await?;
    Ok(taken == 1)
}

/// Counts a gift of an offer, where the offer has a stock.
///
/// # Errors
/// 503 when the last one has just been taken: sent again, the request finds the offer closed.
pub(super) async fn count_gift(club: &mut Club, offer: &str) -> Result<()> {
    let mut offers = club.program().offers.iter();
    let known = offers.find(|known| known.id == offer);
    let Some(stock) = known.and_then(|known| known.stock) else {
        return Ok(());
    };
    club.query("INSERT INTO offer_stock (tenant, offer, taken) VALUES ($1, $2, 0) ON CONFLICT (tenant, offer) DO NOTHING")
        .bind(offer)
        .execute(&mut club.tx)
        .await?;
    let taken = club
        .query("UPDATE offer_stock SET taken = taken + 1 WHERE tenant = $1 AND offer = $2 AND taken < $3")
        .bind(offer)
        .bind(stock)
        .execute(&mut club.tx)
        .await?;
    if taken == 1 {
        Ok(())
    } else {
        Err(Error::unavailable())
    }
}

/// The newest code for all that has not ended.
async fn shared_code(club: &mut Club, partner: &str) -> Result<Option<String>> {
    let code = club
        .query(
            "SELECT code FROM partner_codes WHERE tenant = $1 AND partner = $2 AND shared = 1
                 AND redemption IS NULL AND (expires_at IS NULL OR expires_at > $3)
             ORDER BY loaded_at DESC, code LIMIT 1",
        )
        .bind(partner)
        .bind(club.now.0)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(code)
}

const FROM_POOL: &str = "UPDATE partner_codes SET redemption = $4
    WHERE tenant = $1 AND partner = $2 AND redemption IS NULL AND code = (
        SELECT code FROM partner_codes WHERE tenant = $1 AND partner = $2 AND shared = 0 AND redemption IS NULL
            AND (expires_at IS NULL OR expires_at > $3) ORDER BY loaded_at, code LIMIT 1)
    RETURNING code";

/// Those who come at once do not wait for each other's code: each takes the next that nobody holds.
const FROM_POOL_AT_ONCE: &str = "UPDATE partner_codes SET redemption = $4
    WHERE tenant = $1 AND partner = $2 AND redemption IS NULL AND code = (
        SELECT code FROM partner_codes WHERE tenant = $1 AND partner = $2 AND shared = 0 AND redemption IS NULL
            AND (expires_at IS NULL OR expires_at > $3) ORDER BY loaded_at, code LIMIT 1
            FOR UPDATE SKIP LOCKED)
    RETURNING code";

/// The oldest code of the pool that nobody has and that has not ended. It is the redemption's for ever: one that
/// was given back has been seen.
async fn pool_code(club: &mut Club, partner: &str, redemption: &str) -> Result<Option<String>> {
    let statement = match club.tx.dialect() {
        Dialect::Sqlite => FROM_POOL,
        Dialect::Postgres => FROM_POOL_AT_ONCE,
    };
    let code = club
        .query(statement)
        .bind(partner)
        .bind(club.now.0)
        .bind(redemption)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(code)
}
