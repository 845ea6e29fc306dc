//! The ledger: every change of points is a transaction whose entries sum to 0, and is never edited.
//!
//! A credit makes a lot. A debit takes from lots and records its takings, so that what comes back comes
//! back into the same lots. Which lots, how many points and when they end is decided by `rules`; this
//! module turns the answer into rows. Lots change by conditional updates: a taking that no longer fits
//! fails the whole transaction rather than the balance.

use crate::club::{Club, word};
use crate::ids;
use crate::members;
use crate::problem::{Error, Result};
use crate::settling;
use contract::shopper::EntryReason;
use rules::ledger::{self, Taking};
use rules::member::Lot;
use rules::{Points, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Where points are. The member's own are available, pending and (below zero) debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// The merchant's side of every credit.
    Issued,
    /// Can be spent.
    Available,
    /// Earned and not active yet.
    Pending,
    /// In a redemption that is not posted.
    Held,
    /// Spent.
    Redeemed,
    /// Ended unspent.
    Expired,
    /// Owed after a clawback; below zero while something is owed.
    Debt,
}

impl Account {
    const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Available => "available",
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::Debt => "debt",
        }
    }

    const fn is_members(self) -> bool {
        matches!(self, Self::Available | Self::Pending | Self::Debt)
    }
}

/// Why a transaction is: what history shows, and movements that change nothing a member has.
#[derive(Clone, Copy, Debug)]
pub enum Why {
    /// Shown in history.
    Shown(EntryReason),
    /// Pending points became active.
    Activation,
    /// Active points paid a debt.
    DebtPayment,
    /// A coupon ended unused: its points are spent and gave nothing.
    CouponExpired,
}

impl Why {
    fn name(self) -> String {
        match self {
            Self::Shown(reason) => word(reason),
            Self::Activation => "activation".to_owned(),
            Self::DebtPayment => "debt_payment".to_owned(),
            Self::CouponExpired => "coupon_expired".to_owned(),
        }
    }
}

/// What makes a transaction the only one of its kind: a source gives or takes once per rule.
#[derive(Clone, Debug)]
pub struct Source {
    /// What kind of thing, e.g. `order`.
    pub kind: &'static str,
    /// Which one.
    pub id: String,
    /// By which rule, or which step of its life.
    pub rule: String,
}

impl Source {
    /// A source.
    pub fn new(kind: &'static str, id: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            rule: rule.into(),
        }
    }

    /// For movements that another condition keeps from happening twice.
    pub(crate) fn free(kind: &'static str) -> Self {
        Self::new(kind, ids::id("src"), "")
    }
}

/// A transaction to write.
#[derive(Clone, Debug)]
pub struct Posting<'a> {
    /// The member whose points move.
    pub member: &'a str,
    /// Why.
    pub why: Why,
    /// What makes it unique.
    pub source: Source,
    /// What history names as its source.
    pub shown_source: Option<&'a str>,
    /// The transaction that it corrects.
    pub corrects: Option<&'a str>,
    /// When it counts.
    pub at: Timestamp,
    /// When its pending points become active.
    pub activates_at: Option<Timestamp>,
    /// When its points end.
    pub expires_at: Option<Timestamp>,
    /// Accounts and points; they sum to 0.
    pub lines: &'a [(Account, i64)],
}

/// Writes a transaction. `None`, and nothing written, when its source has posted before.
///
/// # Errors
/// When the lines do not sum to 0, or the database fails.
pub async fn post(club: &mut Club, posting: Posting<'_>) -> Result<Option<String>> {
    let lines: Vec<_> = posting
        .lines
        .iter()
        .filter(|(_, points)| *points != 0)
        .collect();
    let sum: i128 = lines.iter().map(|(_, points)| i128::from(*points)).sum();
    if sum != 0 || lines.is_empty() {
        return Err(Error::internal(format!(
            "unbalanced transaction: {posting:?}"
        )));
    }
    let net: i64 = lines
        .iter()
        .filter(|(account, _)| account.is_members())
        .map(|(_, points)| *points)
        .sum();
    let txn = ids::id("txn");
    let written = sqlx::query(
        "INSERT INTO transactions (tenant, txn, member, seq, at, reason, source_type, source_id, rule,
             program_version, corrects, shown_source, net, activates_at, expires_at, recorded_at)
         VALUES ($1, $2, $3,
             (SELECT COALESCE(MAX(seq), 0) + 1 FROM transactions WHERE tenant = $1 AND member = $3),
             $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (tenant, source_type, source_id, rule, member) DO NOTHING",
    )
    .bind(club.tenant())
    .bind(&txn)
    .bind(posting.member)
    .bind(posting.at.0)
    .bind(posting.why.name())
    .bind(posting.source.kind)
    .bind(&posting.source.id)
    .bind(&posting.source.rule)
    .bind(club.version())
    .bind(posting.corrects)
    .bind(posting.shown_source)
    .bind(net)
    .bind(posting.activates_at.map(|at| at.0))
    .bind(posting.expires_at.map(|at| at.0))
    .bind(club.recorded_at().0)
    .execute(&mut *club.tx)
    .await?;
    if written.rows_affected() == 0 {
        return Ok(None);
    }
    for (line, (account, points)) in (0_i64..).zip(&lines) {
        sqlx::query(
            "INSERT INTO entries (tenant, txn, line, member, account, points)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(club.tenant())
        .bind(&txn)
        .bind(line)
        .bind(posting.member)
        .bind(account.name())
        .bind(points)
        .execute(&mut *club.tx)
        .await?;
    }
    Ok(Some(txn))
}

/// Points to give.
#[derive(Clone, Debug)]
pub struct Gift<'a> {
    /// To whom.
    pub member: &'a str,
    /// Why.
    pub reason: EntryReason,
    /// What makes it unique.
    pub source: Source,
    /// What history names as its source.
    pub shown_source: Option<&'a str>,
    /// How many.
    pub points: Points,
    /// When they were earned.
    pub earned_at: Timestamp,
    /// From when they can be spent.
    pub activates_at: Timestamp,
}

/// Gives points, as a lot of their own. The lot's id; `None` when the source has given before, or there
/// is nothing to give.
///
/// # Errors
/// When the database fails.
pub async fn give(club: &mut Club, gift: Gift<'_>) -> Result<Option<String>> {
    if !gift.points.is_positive() {
        return Ok(None);
    }
    let expires_at = ledger::lot_expiry(club.program(), club.zone(), gift.earned_at);
    let active = gift.activates_at <= club.now;
    let account = if active {
        Account::Available
    } else {
        Account::Pending
    };
    let posting = Posting {
        member: gift.member,
        why: Why::Shown(gift.reason),
        source: gift.source,
        shown_source: gift.shown_source,
        corrects: None,
        at: gift.earned_at,
        activates_at: (gift.activates_at > gift.earned_at).then_some(gift.activates_at),
        expires_at,
        lines: &[(account, gift.points.0), (Account::Issued, -gift.points.0)],
    };
    let Some(txn) = post(club, posting).await? else {
        return Ok(None);
    };
    let lot = ids::id("lot");
    sqlx::query(
        "INSERT INTO lots (tenant, lot, member, txn, points, remaining, counted, active, earned_at,
             activates_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8, $9)",
    )
    .bind(club.tenant())
    .bind(&lot)
    .bind(gift.member)
    .bind(&txn)
    .bind(gift.points.0)
    .bind(i64::from(active))
    .bind(gift.earned_at.0)
    .bind(gift.activates_at.0)
    .bind(expires_at.map(|at| at.0))
    .execute(&mut *club.tx)
    .await?;
    if active {
        settling::pay_debt(club, gift.member, club.now).await?;
    }
    Ok(Some(lot))
}

/// A member's lots that hold points, and which of them the ledger has as pending.
#[derive(Clone, Debug, Default)]
pub struct Lots {
    /// As the rules see them.
    pub lots: Vec<Lot>,
    pub(crate) pending: BTreeSet<String>,
}

impl Lots {
    /// Points of `takings` that leave each of the member's accounts.
    #[must_use]
    pub fn lines(&self, takings: &[Taking]) -> BTreeMap<Account, i64> {
        let mut lines = BTreeMap::new();
        for taking in takings {
            let account = if self.pending.contains(&taking.lot) {
                Account::Pending
            } else {
                Account::Available
            };
            *lines.entry(account).or_insert(0) -= taking.points.0;
        }
        lines
    }
}

type LotRow = (String, i64, i64, Option<i64>, i64, i64);

/// The member's lots that hold points.
///
/// # Errors
/// When the database fails.
pub async fn lots(club: &mut Club, member: &str) -> Result<Lots> {
    let rows: Vec<LotRow> = sqlx::query_as(
        "SELECT lot, earned_at, activates_at, expires_at, remaining, active FROM lots
         WHERE tenant = $1 AND member = $2 AND remaining > 0 ORDER BY earned_at, lot",
    )
    .bind(club.tenant())
    .bind(member)
    .fetch_all(&mut *club.tx)
    .await?;
    let mut all = Lots::default();
    for row in rows {
        if row.5 == 0 {
            all.pending.insert(row.0.clone());
        }
        all.lots.push(lot_of(row));
    }
    Ok(all)
}

fn lot_of((id, earned_at, activates_at, expires_at, remaining, _): LotRow) -> Lot {
    Lot {
        id,
        earned_at: Timestamp(earned_at),
        activates_at: Timestamp(activates_at),
        expires_at: expires_at.map(Timestamp),
        remaining: Points(remaining),
    }
}

/// Takes what a posted transaction says it takes, and records it.
///
/// # Errors
/// When a lot no longer holds what was to be taken: the caller's transaction must end with this error.
pub async fn record(club: &mut Club, txn: &str, takings: &[Taking]) -> Result<()> {
    for taking in takings {
        let taken = sqlx::query(
            "UPDATE lots SET remaining = remaining - $3
             WHERE tenant = $1 AND lot = $2 AND remaining >= $3",
        )
        .bind(club.tenant())
        .bind(&taking.lot)
        .bind(taking.points.0)
        .execute(&mut *club.tx)
        .await?;
        if taken.rows_affected() != 1 {
            return Err(Error::internal(format!(
                "{} does not hold {}",
                taking.lot, taking.points
            )));
        }
        insert_taking(club, txn, &taking.lot, taking.points.0).await?;
    }
    Ok(())
}

async fn insert_taking(club: &mut Club, txn: &str, lot: &str, points: i64) -> Result<()> {
    sqlx::query("INSERT INTO takings (tenant, txn, lot, points) VALUES ($1, $2, $3, $4)")
        .bind(club.tenant())
        .bind(txn)
        .bind(lot)
        .bind(points)
        .execute(&mut *club.tx)
        .await?;
    Ok(())
}

/// Puts what `taken_by` took back into the same lots. Gives the points that came back; nothing when it
/// was put back before.
///
/// # Errors
/// When the database fails.
pub async fn give_back(
    club: &mut Club,
    member: &str,
    taken_by: &str,
    source: Source,
    shown_source: &str,
) -> Result<Points> {
    let takings: Vec<Taking> = sqlx::query_as::<_, (String, i64)>(
        "SELECT lot, points FROM takings WHERE tenant = $1 AND txn = $2 AND points > 0",
    )
    .bind(club.tenant())
    .bind(taken_by)
    .fetch_all(&mut *club.tx)
    .await?
    .into_iter()
    .map(|(lot, points)| Taking {
        lot,
        points: Points(points),
    })
    .collect();
    let points: Points = takings.iter().map(|taking| taking.points).sum();
    if !points.is_positive() {
        return Ok(Points::ZERO);
    }
    let mut facts = members::facts(club, member).await?;
    for taking in &takings {
        if facts.lots.iter().all(|lot| lot.id != taking.lot) {
            let row: LotRow = sqlx::query_as(
                "SELECT lot, earned_at, activates_at, expires_at, remaining, active FROM lots
                 WHERE tenant = $1 AND lot = $2",
            )
            .bind(club.tenant())
            .bind(&taking.lot)
            .fetch_one(&mut *club.tx)
            .await?;
            facts.lots.push(lot_of(row));
        }
    }
    let now = club.now;
    let published = club.published();
    let returned = ledger::put_back(
        &published.program,
        &published.zone,
        &mut facts,
        &takings,
        now,
    )
    .ok_or_else(|| Error::internal(format!("a lot of {taken_by} is missing")))?;
    let posting = Posting {
        member,
        why: Why::Shown(EntryReason::RedemptionReturned),
        source,
        shown_source: Some(shown_source),
        corrects: Some(taken_by),
        at: now,
        activates_at: None,
        expires_at: None,
        lines: &[
            (Account::Redeemed, -points.0),
            (Account::Available, points.0),
        ],
    };
    let Some(txn) = post(club, posting).await? else {
        return Ok(Points::ZERO);
    };
    for back in returned {
        sqlx::query(
            "UPDATE lots SET remaining = remaining + $3, expires_at = $4
             WHERE tenant = $1 AND lot = $2",
        )
        .bind(club.tenant())
        .bind(&back.lot)
        .bind(back.points.0)
        .bind(back.expires_at.map(|at| at.0))
        .execute(&mut *club.tx)
        .await?;
        insert_taking(club, &txn, &back.lot, -back.points.0).await?;
    }
    settling::pay_debt(club, member, now).await?;
    Ok(points)
}

/// What the member's account holds.
///
/// # Errors
/// When the database fails.
pub async fn balance(club: &mut Club, member: &str, account: Account) -> Result<i64> {
    // The cast keeps PostgreSQL from answering with a NUMERIC.
    Ok(sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM entries
         WHERE tenant = $1 AND member = $2 AND account = $3",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(account.name())
    .fetch_one(&mut *club.tx)
    .await?)
}
