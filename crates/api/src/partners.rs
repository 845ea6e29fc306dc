//! Codes that partners gave: loaded by the shop, handed out one by one, never twice.

mod lines;

pub use lines::{Codes, Format};

use crate::club::Club;
use crate::problem::{Error, Result};
use crate::state::State;
use contract::partners::{CodeCounts, CodesLoaded, PartnerCode};
use rules::Program;
use rules::program::{CodeSource, Reward, RewardKind};
use serde_json::json;
use std::collections::BTreeMap;

/// Codes in one transaction.
const BATCH: usize = 500;

/// What a batch is about.
#[derive(Clone, Debug)]
struct Batch {
    partner: String,
    shared: bool,
    codes: Vec<PartnerCode>,
}

/// Loads codes as they come, some hundred in a transaction: what was loaded stays when the rest never arrives, and
/// sending the same again loads what is missing. `shared` codes are for everybody; the newest is shown. Bad lines
/// are told and passed over.
///
/// # Errors
/// 404 for a partner that the program has not; 400 for a body that ends early, or is no JSON; 413 for JSON that is
/// too long: codes by the line have no limit.
pub async fn load(
    state: &State,
    (tenant, actor): (&str, &str),
    partner: String,
    shared: bool,
    mut codes: Codes,
) -> Result<CodesLoaded> {
    let mut loaded = CodesLoaded::default();
    let mut found = false;
    loop {
        let (batch, more) = codes.next(BATCH, &mut loaded).await?;
        // What cannot be read at all is said first.
        if !found {
            state
                .read(tenant, partner.clone(), |club, partner| {
                    Box::pin(async move { known(club, partner) })
                })
                .await?;
            found = true;
        }
        let sent = batch.len() as u64;
        if sent > 0 {
            let batch = Batch {
                partner: partner.clone(),
                shared,
                codes: batch,
            };
            let new = state
                .write(tenant, actor, batch, |club, batch| {
                    Box::pin(insert(club, batch))
                })
                .await?;
            loaded.loaded += new;
            loaded.duplicates += sent - new;
        }
        if !more {
            return Ok(loaded);
        }
    }
}

async fn insert(club: &mut Club, batch: &Batch) -> Result<u64> {
    let mut new = 0;
    for code in &batch.codes {
        new += club
            .query(
                "INSERT INTO partner_codes (tenant, partner, code, shared, loaded_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, partner, code) DO NOTHING",
            )
            .bind(&batch.partner)
            .bind(&code.code)
            .bind(batch.shared)
            .bind(club.now.0)
            .bind(code.expires_at.map(|at| at.0))
            .execute(&mut club.tx)
            .await?;
    }
    if new > 0 {
        let detail = json!({ "loaded": new, "shared": batch.shared });
        club.audit("partner.codes_loaded", &batch.partner, detail)
            .await?;
    }
    Ok(new)
}

/// Whether the program has the partner.
fn known(club: &Club, partner: &str) -> Result<()> {
    let mut partners = club.program().partners.iter();
    if partners.any(|known| known.id == partner) {
        return Ok(());
    }
    Err(Error::not_found(format!(
        "The program has no partner {partner}."
    )))
}

/// How many codes the partner has.
///
/// # Errors
/// 404 for a partner that the program has not.
pub async fn counts(club: &mut Club, partner: &str) -> Result<CodeCounts> {
    known(club, partner)?;
    let rows: Vec<(bool, bool, bool, i64)> = club
        .query(
            "SELECT shared, given, ended, COUNT(*) FROM (
                 SELECT shared, CASE WHEN redemption IS NULL THEN 0 ELSE 1 END AS given,
                     CASE WHEN expires_at <= $3 THEN 1 ELSE 0 END AS ended
                 FROM partner_codes WHERE tenant = $1 AND partner = $2) AS codes
             GROUP BY shared, given, ended",
        )
        .bind(partner)
        .bind(club.now.0)
        .fetch_all(&mut club.tx)
        .await?;
    let mut counts = CodeCounts::default();
    for (shared, given, ended, count) in rows {
        let place = match (shared, given, ended) {
            (_, true, _) => &mut counts.given,
            (_, false, true) => &mut counts.expired,
            (true, false, false) => &mut counts.shared,
            (false, false, false) => &mut counts.free,
        };
        *place += count.unsigned_abs();
    }
    Ok(counts)
}

/// Removes all codes that nobody has had, those for everybody too. Gives how many.
///
/// # Errors
/// 404 for a partner that the program has not.
pub async fn remove_unused(club: &mut Club, partner: &str) -> Result<u64> {
    known(club, partner)?;
    let removed = club
        .query(
            "DELETE FROM partner_codes WHERE tenant = $1 AND partner = $2 AND redemption IS NULL",
        )
        .bind(partner)
        .execute(&mut club.tx)
        .await?;
    if removed > 0 {
        club.audit(
            "partner.codes_removed",
            partner,
            json!({ "removed": removed }),
        )
        .await?;
    }
    Ok(removed)
}

/// Gives every reward that is a partner's coupon the stock that its codes make.
///
/// # Errors
/// When the database fails.
pub async fn limit_by_codes(club: &mut Club, program: &mut Program) -> Result<()> {
    let rows: Vec<(String, bool, i64)> = club
        .query(
            "SELECT partner, shared, COUNT(*) FROM partner_codes WHERE tenant = $1 AND redemption IS NULL
                 AND (expires_at IS NULL OR expires_at > $2) GROUP BY partner, shared",
        )
        .bind(club.now.0)
        .fetch_all(&mut club.tx)
        .await?;
    let free: BTreeMap<(String, bool), i64> = rows
        .into_iter()
        .map(|(partner, shared, count)| ((partner, shared), count))
        .collect();
    for reward in &mut program.rewards {
        let Reward {
            kind: RewardKind::PartnerCoupon { partner, codes },
            stock,
            ..
        } = reward
        else {
            continue;
        };
        let there = free.get(&(partner.clone(), *codes == CodeSource::Shared));
        let there = there.map_or(0, |count| u32::try_from(*count).unwrap_or(u32::MAX));
        *stock = match codes {
            CodeSource::Pool => Some(stock.unwrap_or(u32::MAX).min(there)),
            CodeSource::Shared if there == 0 => Some(0),
            CodeSource::Shared => *stock,
        };
    }
    Ok(())
}
