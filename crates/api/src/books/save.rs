//! From the account to rows: what an event has changed, and nothing else.

use super::credits::credits;
use super::tell::level;
use super::{Books, Coupon, ms, payments, stock};
use crate::club::{Club, word};
use crate::ids;
use crate::problem::{Error, Result};
use rules::Timestamp;
use rules::journal::{Book, CouponState, Kept, Lines, Order, Redemption, Transaction};
use rules::member::Lot;
use rules::tiers::Standing;
use std::collections::{BTreeMap, BTreeSet};

impl Books {
    /// Writes down what is new, and tells the shop's systems of it. Gives the redemptions that are new, each with its
    /// coupon.
    ///
    /// # Errors
    /// 409 when the last piece of a reward went to somebody else meanwhile; when the database fails.
    pub async fn close(mut self, club: &mut Club) -> Result<Vec<(Redemption, Coupon)>> {
        let mut after = self.account.keep();
        self.name_coupons(&mut after);
        let written = self.account.journal().to_vec();
        entries(club, &self.member, &after, &written).await?;
        credits(club, &self.member, &self.before, &after).await?;
        for order in &after.orders {
            if !self.before.orders.contains(order) {
                save_order(club, order).await?;
            }
        }
        let made = self.redemptions(club, &after).await?;
        payments::save(club, &self.member, &self.before, &after).await?;
        for taken in &after.member.offers {
            if !self.before.member.offers.contains(taken) {
                club.query(
                    "INSERT INTO offers_taken (tenant, member, offer, occasion, at)
                     VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(&self.member)
                .bind(&taken.offer)
                .bind(&taken.occasion)
                .bind(taken.at.0)
                .execute(&mut club.tx)
                .await?;
                stock::count_gift(club, &taken.offer).await?;
            }
        }
        let standing = self.tier_standing(club, &after);
        self.tell(club, &after, &written, standing.as_ref()).await?;
        self.note_moves(club, &after, standing.as_ref()).await?;
        self.member_row(club, &after, standing.as_ref()).await?;
        club.warm.put(after);
        Ok(made)
    }

    /// What the rules name after its occasion gets an id of its own.
    fn name_coupons(&mut self, after: &mut Kept) {
        for redemption in &mut after.redemptions {
            let known = |r: &Redemption| r.id == redemption.id;
            if self.before.redemptions.iter().any(known)
                || self.coupons.iter().any(|c| c.redemption == redemption.id)
            {
                continue;
            }
            let id = ids::id("rdm");
            self.coupons.push(Coupon {
                redemption: id.clone(),
                // With a space: no request's key is such a one.
                key: format!("gift {id}"),
                code: ids::coupon_code(),
                gift: true,
            });
            redemption.id = id;
        }
    }

    async fn redemptions(
        &self,
        club: &mut Club,
        after: &Kept,
    ) -> Result<Vec<(Redemption, Coupon)>> {
        let mut made = Vec::new();
        for redemption in &after.redemptions {
            let known = |r: &&Redemption| r.id == redemption.id;
            match self.before.redemptions.iter().find(known) {
                None => {
                    let coupon = self.insert_redemption(club, redemption).await?;
                    made.push((redemption.clone(), coupon));
                }
                Some(before) if before != redemption => {
                    change_redemption(club, before, redemption).await?;
                }
                Some(_) => {}
            }
        }
        Ok(made)
    }

    /// Gives the coupon with the code that the member is to show.
    async fn insert_redemption(&self, club: &mut Club, redemption: &Redemption) -> Result<Coupon> {
        let named = |coupon: &&Coupon| coupon.redemption == redemption.id;
        let mut coupon = self.coupons.iter().find(named).cloned().unwrap_or_default();
        let partner_code = self.take_out(club, redemption).await?;
        let takings: Vec<(i64, i64)> = redemption
            .takings
            .iter()
            .map(|taking| Ok((seq_of(&taking.lot)?, taking.points.0)))
            .collect::<Result<_>>()?;
        club.query(
            "INSERT INTO redemptions (tenant, redemption, member, key, reward_id, version, units, points,
                 takings, at, code, state, expires_at, order_id, partner_code, seq, ended_seq, gift)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        )
        .bind(&redemption.id)
        .bind(&self.member)
        .bind(&coupon.key)
        .bind(&redemption.reward.id)
        .bind(club.version())
        .bind(redemption.units)
        .bind(redemption.points().0)
        .bind(serde_json::to_string(&takings)?)
        .bind(redemption.at.0)
        .bind(&coupon.code)
        .bind(word(redemption.state))
        .bind(redemption.expires_at.0)
        .bind(redemption.order.clone())
        .bind(partner_code.clone())
        .bind(seq(redemption.transaction))
        .bind(seq(redemption.ended_by))
        .bind(redemption.gift.clone())
        .execute(&mut club.tx)
        .await?;
        if let Some(code) = partner_code {
            coupon.code = code;
        }
        Ok(coupon)
    }

    async fn member_row(
        &self,
        club: &mut Club,
        after: &Kept,
        standing: Option<&Standing>,
    ) -> Result<()> {
        let member = &after.member;
        let (pending, available) = split(&member.lots, &after.pending, |points| points.0);
        let (wallet_pending, wallet) = split(&member.wallet, &after.pending, |money| money.0);
        let membership = member.membership.as_ref();
        let membership = membership.map(serde_json::to_string).transpose()?;
        let due_at = self.next_due(club, standing);
        club.query(
            "UPDATE members SET entries = $3, available = $4, pending = $5, debt = $6, wallet = $7,
                 wallet_pending = $8, points_given = $9, wallet_given = $10, settled_at = $11, due_at = $12,
                 last_active_at = $13, last_order_at = $14, membership = $15, tier = $16,
                 told = COALESCE($17, told)
             WHERE tenant = $1 AND member = $2",
        )
        .bind(&self.member)
        .bind(i64::try_from(after.transactions).map_err(Error::internal)?)
        .bind(available)
        .bind(pending)
        .bind(member.debt.0)
        .bind(wallet)
        .bind(wallet_pending)
        .bind(after.points_given.0)
        .bind(after.wallet_given.0)
        .bind(after.settled_at.0)
        .bind(ms(due_at))
        .bind(ms(member.last_active_at))
        .bind(ms(member.last_order_at))
        .bind(membership)
        .bind(level(club, standing))
        .bind(self.told_now())
        .execute(&mut club.tx)
        .await?;
        Ok(())
    }
}

/// A transaction's number, as a column.
fn seq(transaction: Option<u64>) -> Option<i64> {
    transaction.and_then(|number| i64::try_from(number).ok())
}

/// A lot's number in the ledger.
pub(super) fn seq_of(lot: &str) -> Result<i64> {
    let number = lot.strip_prefix('#').and_then(|number| number.parse().ok());
    number.ok_or_else(|| Error::internal(format!("a lot is named {lot}")))
}

/// What a transaction moved, account by account.
pub(super) struct Sums {
    /// `points` or `wallet`.
    pub(super) unit: &'static str,
    books: BTreeMap<Book, i64>,
}

impl Sums {
    pub(super) fn from(lines: &Lines) -> Self {
        let mut books = BTreeMap::new();
        let unit = match lines {
            Lines::Points(lines) => {
                for (book, points) in lines {
                    *books.entry(*book).or_insert(0) += points.0;
                }
                "points"
            }
            Lines::Wallet(lines) => {
                for (book, money) in lines {
                    *books.entry(*book).or_insert(0) += money.0;
                }
                "wallet"
            }
        };
        Self { unit, books }
    }

    pub(super) fn of(&self, book: Book) -> i64 {
        self.books.get(&book).copied().unwrap_or_default()
    }

    pub(super) fn net(&self) -> i64 {
        self.of(Book::Available) + self.of(Book::Pending) + self.of(Book::Debt)
    }
}

async fn entries(
    club: &mut Club,
    member: &str,
    after: &Kept,
    written: &[Transaction],
) -> Result<()> {
    for transaction in written {
        let sums = Sums::from(&transaction.lines);
        let made = after.origins.iter().rev();
        let made = made
            .take_while(|origin| origin.transaction >= transaction.id)
            .find(|origin| origin.transaction == transaction.id);
        let ends = made.and_then(|origin| ends(after, &origin.lot));
        let (activates_at, expires_at) = ends.unwrap_or_default();
        // What moved by a redemption is shown by its reward.
        let reward = || {
            let known = |r: &&Redemption| r.id == transaction.source;
            after
                .redemptions
                .iter()
                .find(known)
                .map(|r| r.reward.id.clone())
        };
        club.query(
            "INSERT INTO entries (tenant, member, seq, at, why, unit, source, rule, version, corrects, issued,
                 available, pending, held, redeemed, expired, debt, net, activates_at, expires_at, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $21)",
        )
        .bind(member)
        .bind(i64::try_from(transaction.id).map_err(Error::internal)?)
        .bind(transaction.at.0)
        .bind(word(transaction.why))
        .bind(sums.unit)
        .bind(&transaction.source)
        .bind(transaction.rule.clone().or_else(reward))
        .bind(transaction.version)
        .bind(transaction.corrects.and_then(|seq| i64::try_from(seq).ok()))
        .bind(sums.of(Book::Issued))
        .bind(sums.of(Book::Available))
        .bind(sums.of(Book::Pending))
        .bind(sums.of(Book::Held))
        .bind(sums.of(Book::Redeemed))
        .bind(sums.of(Book::Expired))
        .bind(sums.of(Book::Debt))
        .bind(sums.net())
        .bind(ms(activates_at.filter(|at| *at > transaction.at)))
        .bind(ms(expires_at))
        .bind(club.recorded_at().0)
        .execute(&mut club.tx)
        .await?;
    }
    Ok(())
}

/// When a lot becomes active, and when it ends.
fn ends(kept: &Kept, lot: &str) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let points = kept.member.lots.iter().rev().find(|known| known.id == lot);
    let points = points.map(|lot| (Some(lot.activates_at), lot.expires_at));
    let money = || {
        let mut lots = kept.member.wallet.iter().rev();
        let lot = lots.find(|known| known.id == lot)?;
        Some((Some(lot.activates_at), lot.expires_at))
    };
    points.or_else(money)
}

async fn save_order(club: &mut Club, order: &Order) -> Result<()> {
    club.query(
        "UPDATE orders SET spend = $3, base = $4, remaining = $5, earned = $6, gone = $7, kept = $8, paid_at = $9
         WHERE tenant = $1 AND order_id = $2",
    )
    .bind(&order.id)
    .bind(order.spend.0)
    .bind(order.base.0)
    .bind(order.remaining.0)
    .bind(order.earned.0)
    .bind(order.gone)
    .bind(serde_json::to_string(order)?)
    .bind(order.paid_at.0)
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

async fn change_redemption(
    club: &mut Club,
    before: &Redemption,
    redemption: &Redemption,
) -> Result<()> {
    let changed = club
        .query(
            "UPDATE redemptions SET state = $3, order_id = $4, ended_seq = $6, held_for = NULL, held_until = NULL
             WHERE tenant = $1 AND redemption = $2 AND state = $5",
        )
        .bind(&redemption.id)
        .bind(word(redemption.state))
        .bind(redemption.order.clone())
        .bind(word(before.state))
        .bind(seq(redemption.ended_by))
        .execute(&mut club.tx)
        .await?;
    if changed != 1 {
        return Err(Error::internal(format!(
            "{} was not as it was read",
            redemption.id
        )));
    }
    let returned = redemption.state == CouponState::Returned && before.state != redemption.state;
    if returned && redemption.reward.stock.is_some() {
        club.query(
            "UPDATE stock SET taken = taken - 1 WHERE tenant = $1 AND reward_id = $2 AND taken > 0",
        )
        .bind(&redemption.reward.id)
        .execute(&mut club.tx)
        .await?;
    }
    Ok(())
}

/// What is in pending lots, and in active ones.
fn split<A: Copy>(
    lots: &[Lot<A>],
    pending: &BTreeSet<String>,
    plain: impl Fn(A) -> i64,
) -> (i64, i64) {
    let (waiting, active): (Vec<_>, Vec<_>) =
        lots.iter().partition(|lot| pending.contains(&lot.id));
    let sum = |lots: Vec<&Lot<A>>| lots.iter().map(|lot| plain(lot.remaining)).sum();
    (sum(waiting), sum(active))
}
