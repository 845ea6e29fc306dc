//! Orders, as the shop's server reports them: in any order of arrival, as often as it likes.
//!
//! An order id and a status have one effect. `paid` and `fulfilled` earn (once), `cancelled` takes it back,
//! `placed` only remembers. What arrives after a later status changes nothing.

use crate::club::{Club, from_word, word};
use crate::coupons;
use crate::ledger::{self, Gift, Source};
use crate::members::{self, CLOCK_SKEW_MS};
use crate::problem::{Error, Result, fault};
use crate::settling;
use crate::{referrals, refunds, surveys};
use contract::orders::{OrderInput, OrderStatus};
use contract::problem::Fault;
use contract::shopper::EntryReason;
use rules::earning::{self, Line, OrderBase, purchase_points};
use rules::program::{Activity, PurchaseRule};
use rules::{Bp, Money, Points, Timestamp};
use serde::Serialize;
use serde_json::json;

/// An order as it stands; what the shop's server reads back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Order {
    /// The shop's id.
    pub order_id: String,
    /// Prefixed id of the member, `mem_…`.
    pub member: String,
    /// How far it is.
    pub status: OrderStatus,
    /// What earns, in minor units.
    pub base: Money,
    /// What of the base is not refunded.
    pub base_remaining: Money,
    /// Points it has earned, net of what was taken back.
    pub points: Points,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// Lines net of discounts, coupons and refunds: what counts toward a tier.
    #[serde(skip)]
    pub spend: Money,
    /// The lot its points are in.
    #[serde(skip)]
    pub lot: Option<String>,
    /// The rule and the multipliers of the purchase.
    #[serde(skip)]
    pub terms: Option<Terms>,
}

/// What an order earned by: its refunds are computed with the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The rule as it was.
    pub rule: PurchaseRule,
    /// The multipliers as they were.
    pub multipliers: Vec<Bp>,
}

const ITEMS_MAX: usize = 500;
const COUPONS_MAX: usize = 10;
/// Above any real price, and far enough from the end of `i64` for sums of all lines.
const MONEY_MAX: i64 = 1_000_000_000_000_000;

/// Takes a report of an order. True when the order is new to us.
///
/// # Errors
/// 404 for an unknown member, 422 for an order that cannot be, 409 for one that is another member's or
/// names a coupon that cannot be used.
pub async fn put(club: &mut Club, order_id: &str, input: &OrderInput) -> Result<(Order, bool)> {
    let faults = faults(club, order_id, input);
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let member = members::find(club, &input.member)
        .await?
        .ok_or_else(|| members::unknown(&input.member))?;
    let known = find(club, order_id).await?;
    let created = known.is_none();
    let order = match known {
        Some(order) if order.member != member.member => {
            return Err(Error::refused(
                "order_of_another_member",
                format!("Order {order_id} belongs to another member."),
            ));
        }
        Some(order) => order,
        None => insert(club, order_id, &member.member, input).await?,
    };
    // Placed, paid, fulfilled, cancelled: only forward.
    if order.status == OrderStatus::Cancelled || (!created && input.status <= order.status) {
        return Ok((order, created));
    }
    settling::settle(club, &member.member).await?;
    match input.status {
        OrderStatus::Placed => {}
        OrderStatus::Paid | OrderStatus::Fulfilled => {
            if order.paid_at.is_none() {
                pay(club, &order, input).await?;
            }
        }
        OrderStatus::Cancelled => refunds::cancel(club, &order).await?,
    }
    sqlx::query(
        "UPDATE orders SET status = $3, updated_at = $4 WHERE tenant = $1 AND order_id = $2",
    )
    .bind(club.tenant())
    .bind(order_id)
    .bind(word(input.status))
    .bind(club.now.0)
    .execute(&mut *club.tx)
    .await?;
    settling::settle(club, &member.member).await?;
    let action = format!("order.{}", word(input.status));
    club.audit(&action, order_id, json!({ "member": member.member }))
        .await?;
    Ok((get(club, order_id).await?, created))
}

fn faults(club: &Club, order_id: &str, input: &OrderInput) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut found = |pointer: String, code: &str, detail: &str| {
        faults.push(fault(pointer, code, detail));
    };
    if order_id.is_empty() || order_id.len() > 128 || order_id.contains(char::is_control) {
        found(
            String::new(),
            "bad_order_id",
            "An order's id has 1 to 128 bytes.",
        );
    }
    if input.currency != club.program().currency.code {
        found(
            "/currency".into(),
            "wrong_currency",
            "Use the program's currency.",
        );
    }
    if input.items.len() > ITEMS_MAX {
        found(
            "/items".into(),
            "too_many",
            "An order has 500 lines at most.",
        );
    }
    if input.coupons.len() > COUPONS_MAX {
        found(
            "/coupons".into(),
            "too_many",
            "An order has 10 coupons at most.",
        );
    }
    for (at, item) in input.items.iter().enumerate() {
        if !(0..=MONEY_MAX).contains(&item.unit_price.0) {
            found(
                format!("/items/{at}/unit_price"),
                "out_of_range",
                "A price is 0 or more.",
            );
        } else if item.unit_price.0.saturating_mul(item.quantity.into()) > MONEY_MAX {
            found(
                format!("/items/{at}/quantity"),
                "out_of_range",
                "The line is too large.",
            );
        }
        if !(0..=MONEY_MAX).contains(&item.discount.0) {
            found(
                format!("/items/{at}/discount"),
                "out_of_range",
                "A discount is 0 or more.",
            );
        }
        if item.quantity == 0 {
            found(
                format!("/items/{at}/quantity"),
                "out_of_range",
                "A line has one piece or more.",
            );
        }
    }
    for (pointer, amount) in [
        ("/tax", input.tax),
        ("/shipping", input.shipping),
        ("/gift_cards", input.gift_cards),
    ] {
        if !(0..=MONEY_MAX).contains(&amount.0) {
            found(pointer.into(), "out_of_range", "An amount is 0 or more.");
        }
    }
    let latest = club.now.plus_ms(CLOCK_SKEW_MS);
    for (pointer, at) in [("/placed_at", input.placed_at), ("/paid_at", input.paid_at)] {
        if at.is_some_and(|at| at > latest || at.0 < 0) {
            found(
                pointer.into(),
                "out_of_range",
                "An order is neither in the future nor before 1970.",
            );
        }
    }
    faults
}

async fn insert(
    club: &mut Club,
    order_id: &str,
    member: &str,
    input: &OrderInput,
) -> Result<Order> {
    sqlx::query(
        "INSERT INTO orders (tenant, order_id, member, status, currency, spend, base, base_remaining,
             program_version, placed_at, updated_at)
         VALUES ($1, $2, $3, 'placed', $4, 0, 0, 0, $5, $6, $7)",
    )
    .bind(club.tenant())
    .bind(order_id)
    .bind(member)
    .bind(&input.currency)
    .bind(club.version())
    .bind(input.placed_at.unwrap_or(club.now).0)
    .bind(club.now.0)
    .execute(&mut *club.tx)
    .await?;
    get(club, order_id).await
}

/// The first time that an order is said to be paid.
async fn pay(club: &mut Club, order: &Order, input: &OrderInput) -> Result<()> {
    let published = club.published();
    let program = &published.program;
    let paid_at = input.paid_at.unwrap_or(club.now).min(club.now);
    let lines: Vec<Line<'_>> = input
        .items
        .iter()
        .map(|item| Line {
            category: item.category.as_deref(),
            quantity: item.quantity,
            unit_price: item.unit_price,
            discount: item.discount,
        })
        .collect();
    let net: Money = lines.iter().map(Line::net).sum();
    let off =
        coupons::use_on_paid(club, order, &input.coupons, net, input.shipping, paid_at).await?;
    let rule = program
        .earning
        .purchase
        .clone()
        .unwrap_or_else(earns_nothing);
    let base = earning::base(
        &rule.base,
        &OrderBase {
            lines: &lines,
            coupons: off.lines,
            tax: input.tax,
            shipping: input.shipping.minus(off.shipping),
            gift_cards: input.gift_cards,
        },
    );
    let record = members::record(club, &order.member).await?;
    let multipliers = earning::multipliers(program, &published.zone, &record, base, paid_at);
    let points = purchase_points(&rule, base, &multipliers);
    let points = earning::room(
        program,
        &published.zone,
        &rule.caps,
        &rule.id,
        points,
        &record,
        paid_at,
    )
    .unwrap_or_default();
    let lot = ledger::give(
        club,
        Gift {
            member: &order.member,
            reason: EntryReason::Purchase,
            source: Source::new("order", &order.order_id, format!("purchase:{}", rule.id)),
            shown_source: Some(&order.order_id),
            points,
            earned_at: paid_at,
            activates_at: published.zone.plus_days(paid_at, rule.pending_days.into()),
        },
    )
    .await?;
    let is_first = record.purchases.is_empty();
    sqlx::query(
        "UPDATE orders SET paid_at = $3, spend = $4, base = $5, base_remaining = $5, points = $6,
             lot = $7, rule = $8, multipliers = $9, program_version = $10
         WHERE tenant = $1 AND order_id = $2",
    )
    .bind(club.tenant())
    .bind(&order.order_id)
    .bind(paid_at.0)
    .bind(net.minus(off.lines).or_zero().0)
    .bind(base.0)
    .bind(if lot.is_some() { points.0 } else { 0 })
    .bind(lot)
    .bind(serde_json::to_string(&rule)?)
    .bind(serde_json::to_string(&multipliers)?)
    .bind(club.version())
    .execute(&mut *club.tx)
    .await?;
    if is_first {
        give_for_first(club, order, paid_at).await?;
    }
    referrals::bought(
        club,
        &order.member,
        &order.order_id,
        net.minus(off.lines),
        paid_at,
    )
    .await?;
    surveys::pay_for_order(club, &order.member, &order.order_id).await?;
    members::was_active(club, &order.member, paid_at).await
}

async fn give_for_first(club: &mut Club, order: &Order, paid_at: Timestamp) -> Result<()> {
    let published = club.published();
    let Some(rule) = earning::activity(&published.program, &Activity::FirstPurchase) else {
        return Ok(());
    };
    let gift = Gift {
        member: &order.member,
        reason: EntryReason::FirstPurchase,
        source: Source::new("order", &order.order_id, format!("first:{}", rule.id)),
        shown_source: Some(&order.order_id),
        points: rule.points,
        earned_at: paid_at,
        activates_at: paid_at,
    };
    ledger::give(club, gift).await?;
    Ok(())
}

/// A program without a purchase rule still measures what was bought.
fn earns_nothing() -> PurchaseRule {
    PurchaseRule {
        per: Money(1),
        ..PurchaseRule::default()
    }
}

type Row = (
    String,
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// The order, if the shop has told us of it.
///
/// # Errors
/// When the database fails.
pub async fn find(club: &mut Club, order_id: &str) -> Result<Option<Order>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT order_id, member, status, spend, base, base_remaining, points, paid_at, lot, rule,
             multipliers
         FROM orders WHERE tenant = $1 AND order_id = $2",
    )
    .bind(club.tenant())
    .bind(order_id)
    .fetch_optional(&mut *club.tx)
    .await?;
    let Some((order_id, member, status, spend, base, left, points, paid_at, lot, rule, by)) = row
    else {
        return Ok(None);
    };
    let terms = match (rule, by) {
        (Some(rule), Some(multipliers)) => Some(Terms {
            rule: serde_json::from_str(&rule)?,
            multipliers: serde_json::from_str(&multipliers)?,
        }),
        _ => None,
    };
    Ok(Some(Order {
        order_id,
        member,
        status: from_word(&status)?,
        base: Money(base),
        base_remaining: Money(left),
        points: Points(points),
        paid_at: paid_at.map(Timestamp),
        spend: Money(spend),
        lot,
        terms,
    }))
}

/// The order.
///
/// # Errors
/// 404 when the shop has not told us of it.
pub async fn get(club: &mut Club, order_id: &str) -> Result<Order> {
    find(club, order_id)
        .await?
        .ok_or_else(|| Error::not_found(format!("No order {order_id} has been reported.")))
}
