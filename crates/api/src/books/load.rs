//! From rows to the account.

use super::due::Told;
use super::warm::with_history;
use super::{Books, payments, stock};
use crate::club::{Club, from_word};
use crate::problem::{Error, Result};
use crate::programs;
use rules::journal::{Account, Event, Kept, Order, Origin, Redemption};
use rules::ledger::Taking;
use rules::member::{Bought, Credit, Earned, Lot, Member, MonthDay, Purchase, Redeemed, Taken};
use rules::program::OfferTrigger;
use rules::{Money, Points, Timestamp};
use store::Dialect;

/// What an event is about, beside the member.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// An order.
    pub order: Option<&'a str>,
}

impl<'a> About<'a> {
    /// About the member alone.
    pub const MEMBER: Self = Self { order: None };

    /// About an order.
    #[must_use]
    pub const fn order(id: &'a str) -> Self {
        Self { order: Some(id) }
    }
}

/// Locks the member's row, for as long as the transaction lasts. On SQLite nobody else writes meanwhile.
const LOCK: &str = "UPDATE members SET revision = revision + 1 WHERE tenant = $1 AND member = $2
    RETURNING joined_at, blocked, birthday, consents, segments, debt, points_given, wallet_given, entries,
        settled_at, last_active_at, last_order_at, membership, tier, told, due_at";

const LOOK: &str = "SELECT joined_at, blocked, birthday, consents, segments, debt, points_given, wallet_given, entries,
        settled_at, last_active_at, last_order_at, membership, tier, told, due_at
    FROM members WHERE tenant = $1 AND member = $2";

type Row = (
    i64,
    bool,
    Option<String>,
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
    String,
    Option<i64>,
);

impl Books {
    /// Locks the member's books and brings them to where the last write left them.
    ///
    /// # Errors
    /// When the member is not there, or the database fails.
    pub async fn open(club: &mut Club, member: &str, about: About<'_>) -> Result<Self> {
        let locked = match club.tx.dialect() {
            Dialect::Sqlite => LOOK,
            Dialect::Postgres => LOCK,
        };
        let row = row(club, locked, member).await?;
        let (tier, told) = (row.13.clone(), Told::read(&row.14)?);
        let due_at = row.15.map(Timestamp);
        let kept = kept(club, member, row, about).await?;
        let standing = if stock::gifts_may_run_out(club.program()) {
            Some(programs::as_it_stands(club).await?)
        } else {
            None
        };
        Ok(Self {
            standing,
            member: member.to_owned(),
            account: Account::resume(kept.clone()),
            before: kept,
            tier,
            told,
            due_at,
            notices: Vec::new(),
            woken: false,
            coupons: Vec::new(),
        })
    }
}

/// The member's account as of now, to read from: what time has done and nobody wrote down yet is in it.
///
/// # Errors
/// When the member is not there, or the database fails.
pub async fn facts(club: &mut Club, member: &str) -> Result<Account> {
    let row = row(club, LOOK, member).await?;
    let kept = kept(club, member, row, About::MEMBER).await?;
    let mut account = Account::resume(kept);
    let now = account.settled_at().max(club.now);
    account
        .apply(club.program(), club.zone(), now, &Event::TimePassed)
        .map_err(|refused| Error::internal(format!("time was refused: {refused:?}")))?;
    Ok(account)
}

async fn row(club: &mut Club, statement: &'static str, member: &str) -> Result<Row> {
    let row = club.query(statement).bind(member);
    let row: Option<Row> = row.fetch_optional(&mut club.tx).await?;
    row.ok_or_else(|| Error::internal(format!("no member {member}")))
}

async fn kept(club: &mut Club, member: &str, row: Row, about: About<'_>) -> Result<Kept> {
    let (joined_at, blocked, birthday, consents, segments, debt, points, wallet, entries, ..) =
        &row;
    let facts = Member {
        id: member.to_owned(),
        joined_at: Timestamp(*joined_at),
        blocked: *blocked,
        birthday: birthday.as_deref().and_then(day),
        consents: serde_json::from_str(consents)?,
        segments: serde_json::from_str(segments)?,
        debt: Points(*debt),
        last_active_at: row.10.map(Timestamp),
        last_order_at: row.11.map(Timestamp),
        membership: row.12.as_deref().map(serde_json::from_str).transpose()?,
        ..Member::default()
    };
    let mut kept = Kept {
        member: facts,
        points_given: Points(*points),
        wallet_given: Money(*wallet),
        transactions: u64::try_from(*entries).map_err(Error::internal)?,
        settled_at: Timestamp(row.9),
        ..Kept::default()
    };
    if let Some(warm) = club.warm.take(member) {
        with_history(&mut kept, warm);
    } else {
        credits(club, &mut kept).await?;
        purchases(club, &mut kept).await?;
        redemptions(club, &mut kept).await?;
        if !club.program().offers.is_empty() {
            kept.member.offers = offers(club, member).await?;
        }
    }
    if let Some(order) = about.order {
        kept.orders.extend(order_of(club, member, order).await?);
        let payment = payments::of_order(club, member, order).await?;
        kept.payments.extend(payment);
    }
    Ok(kept)
}

/// `MM-DD`, as the members' table has it.
pub(crate) fn day(text: &str) -> Option<MonthDay> {
    let (month, day) = text.split_once('-')?;
    Some(MonthDay {
        month: month.parse().ok()?,
        day: day.parse().ok()?,
    })
}

pub(super) type CreditRow = (
    String,
    String,
    String,
    Option<i64>,
    String,
    i64,
    i64,
    i64,
    i64,
    bool,
    bool,
    i64,
    i64,
    Option<i64>,
    i64,
);

async fn credits(club: &mut Club, kept: &mut Kept) -> Result<()> {
    let rows: Vec<CreditRow> = club
        .query(
            "SELECT unit, rule, source, seq, why, given, remaining, counted, ended, earned, active, at,
                 activates_at, expires_at, turn
             FROM credits WHERE tenant = $1 AND member = $2",
        )
        .bind(&kept.member.id)
        .fetch_all(&mut club.tx)
        .await?;
    put_credits(kept, rows)
}

/// All credits of the member, in any order.
pub(super) fn put_credits(kept: &mut Kept, mut rows: Vec<CreditRow>) -> Result<()> {
    // The few rows of a member are put in order here: SQLite would set up a sorter of its own for each statement.
    rows.sort_by(|a, b| (a.11, a.3, &a.1, a.14, &a.2).cmp(&(b.11, b.3, &b.1, b.14, &b.2)));
    for row in rows {
        let (unit, rule, source, seq, why, given, remaining, counted, ended, earned, active, ..) =
            row;
        let (at, activates_at, expires_at) = (Timestamp(row.11), Timestamp(row.12), row.13);
        let points = unit == "points";
        if earned && points {
            kept.member.earned.push(Earned {
                rule: rule.clone(),
                source: source.clone(),
                at,
                points: Points(counted),
            });
        }
        let Some(seq) = seq else { continue };
        let id = lot_id(seq);
        if !active {
            kept.pending.insert(id.clone());
        }
        kept.origins.push(Origin {
            lot: id.clone(),
            why: from_word(&why)?,
            rule,
            source,
            transaction: u64::try_from(seq).map_err(Error::internal)?,
            given,
            credit: points.then_some(kept.member.credits.len()),
            ended: Points(ended),
        });
        let expires_at = expires_at.map(Timestamp);
        if points {
            kept.member.credits.push(Credit {
                activates_at,
                points: Points(counted),
            });
            kept.member
                .lots
                .push(lot(id, at, activates_at, expires_at, Points(remaining)));
        } else {
            kept.member
                .wallet
                .push(lot(id, at, activates_at, expires_at, Money(remaining)));
        }
    }
    Ok(())
}

const fn lot<A>(
    id: String,
    earned_at: Timestamp,
    activates_at: Timestamp,
    expires_at: Option<Timestamp>,
    remaining: A,
) -> Lot<A> {
    Lot {
        id,
        earned_at,
        activates_at,
        expires_at,
        remaining,
    }
}

/// The name that the rules give to what an entry made.
pub(super) fn lot_id(seq: i64) -> String {
    format!("#{seq}")
}

/// Whether the program asks what was bought, and not only how much.
fn asks_for_products(club: &Club) -> bool {
    let offers = &club.program().offers;
    let asks = |trigger: &OfferTrigger| matches!(trigger, OfferTrigger::Bought { .. });
    !club.program().tips.is_empty() || offers.iter().any(|offer| asks(&offer.trigger))
}

/// When each order was paid, and what of it stands, in any order.
pub(super) fn put_purchases(kept: &mut Kept, mut rows: Vec<(i64, i64)>) {
    rows.sort_unstable();
    let purchase = |(paid_at, spend)| Purchase {
        paid_at: Timestamp(paid_at),
        spend: Money(spend),
    };
    kept.member.purchases = rows.into_iter().map(purchase).collect();
}

async fn purchases(club: &mut Club, kept: &mut Kept) -> Result<()> {
    let rows: Vec<(i64, i64)> = club
        .query(
            "SELECT paid_at, spend FROM orders
             WHERE tenant = $1 AND member = $2 AND paid_at IS NOT NULL AND gone = 0",
        )
        .bind(&kept.member.id)
        .fetch_all(&mut club.tx)
        .await?;
    put_purchases(kept, rows);
    if asks_for_products(club) {
        kept.member.bought = bought(club, &kept.member.id).await?;
    }
    Ok(())
}

/// A line of an order, as its row keeps it: product, category, pieces, net price.
pub(crate) type Item = (String, Option<String>, u32, i64);

async fn bought(club: &mut Club, member: &str) -> Result<Vec<Bought>> {
    let rows: Vec<(i64, String)> = club
        .query(
            "SELECT paid_at, items FROM orders WHERE tenant = $1 AND member = $2 AND paid_at IS NOT NULL
             ORDER BY paid_at, order_id",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    let mut all = Vec::new();
    for (paid_at, items) in rows {
        let items: Vec<Item> = serde_json::from_str(&items)?;
        let named = items.into_iter().filter(|item| !item.0.is_empty());
        all.extend(named.map(|(sku, category, ..)| Bought {
            sku,
            category,
            at: Timestamp(paid_at),
        }));
    }
    Ok(all)
}

pub(super) type RedemptionRow = (
    String,
    String,
    i64,
    i64,
    String,
    i64,
    String,
    i64,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<String>,
);

async fn redemptions(club: &mut Club, kept: &mut Kept) -> Result<()> {
    let rows: Vec<RedemptionRow> = club
        .query(
            "SELECT redemption, reward_id, version, units, takings, at, state, expires_at, order_id, seq,
                 ended_seq, gift
             FROM redemptions WHERE tenant = $1 AND member = $2",
        )
        .bind(&kept.member.id)
        .fetch_all(&mut club.tx)
        .await?;
    put_redemptions(club, kept, rows).await
}

/// All redemptions of the member, in any order.
pub(super) async fn put_redemptions(
    club: &mut Club,
    kept: &mut Kept,
    mut rows: Vec<RedemptionRow>,
) -> Result<()> {
    rows.sort_unstable_by(|a, b| (a.5, &a.0).cmp(&(b.5, &b.0)));
    for row in rows {
        let (
            id,
            reward_id,
            version,
            units,
            takings,
            at,
            state,
            expires_at,
            order,
            seq,
            ended_seq,
            gift,
        ) = row;
        let published = club.version_of(version).await?;
        let reward = published.reward(&reward_id)?.clone();
        let state = from_word(&state)?;
        let at = Timestamp(at);
        if state != rules::journal::CouponState::Returned {
            kept.member.redeemed.push(Redeemed {
                reward: reward_id,
                at,
                open: state == rules::journal::CouponState::Open,
            });
        }
        let takings: Vec<(i64, i64)> = serde_json::from_str(&takings)?;
        let taking = |(seq, points)| Taking {
            lot: lot_id(seq),
            points: Points(points),
        };
        kept.redemptions.push(Redemption {
            id,
            reward,
            units: u32::try_from(units).map_err(Error::internal)?,
            at,
            takings: takings.into_iter().map(taking).collect(),
            state,
            expires_at: Timestamp(expires_at),
            order,
            transaction: seq.and_then(|seq| u64::try_from(seq).ok()),
            ended_by: ended_seq.and_then(|seq| u64::try_from(seq).ok()),
            gift,
        });
    }
    Ok(())
}

async fn offers(club: &mut Club, member: &str) -> Result<Vec<Taken>> {
    let rows: Vec<(String, String, i64)> = club
        .query(
            "SELECT offer, occasion, at FROM offers_taken WHERE tenant = $1 AND member = $2
             ORDER BY at, offer, occasion",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    let taken = |(offer, occasion, at)| Taken {
        offer,
        occasion,
        at: Timestamp(at),
    };
    Ok(rows.into_iter().map(taken).collect())
}

async fn order_of(club: &mut Club, member: &str, order: &str) -> Result<Option<Order>> {
    let kept: Option<Option<String>> = club
        .query("SELECT kept FROM orders WHERE tenant = $1 AND order_id = $3 AND member = $2")
        .bind(member)
        .bind(order)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some(kept) = kept.flatten() else {
        return Ok(None);
    };
    let mut order: Order = serde_json::from_str(&kept)?;
    let published = club.version_of(order.version.into()).await?;
    order.rule.clone_from(&published.program.earning.purchase);
    if let Some(paid) = &mut order.cashback {
        let rule = &published.program.cashback;
        paid.rule = rule
            .clone()
            .ok_or_else(|| Error::internal(format!("{} has no rule", order.id)))?;
    }
    Ok(Some(order))
}
