//! Orders, as the shop's server reports them: in any order of arrival, as often as it likes.
//!
//! An order id and a status have one effect. `paid` and `fulfilled` earn (once), `cancelled` takes it back,
//! `placed` only remembers. What arrives after a later status changes nothing.

use crate::books::{About, Books, Item, refusal};
use crate::club::{Club, from_word, word};
use crate::coupons;
use crate::members::{self, CLOCK_SKEW_MS};
use crate::problem::{Error, Result, fault};
use crate::{referrals, surveys, wallet};
use contract::orders::{OrderInput, OrderStatus};
use contract::problem::Fault;
use rules::journal::{Bill, BillLine, Event, Refused};
use rules::{Money, Points, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;

/// An order as it stands; what the shop's server reads back.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
        .ok_or_else(|| members::unknown(&input.member))?
        .member;
    // Two reports of one member wait for each other here.
    let mut books = Books::open(club, &member, About::order(order_id)).await?;
    let known = find(club, order_id).await?;
    let created = known.is_none();
    let order = match known {
        Some(order) if order.member != member => {
            return Err(of_another_member(order_id));
        }
        Some(order) => order,
        None => {
            let paid = wallet::of_order(club, order_id).await?;
            if paid.is_some_and(|payment| payment.member != member) {
                return Err(of_another_member(order_id));
            }
            insert(club, order_id, &member, input).await?
        }
    };
    // Placed, paid, fulfilled, cancelled: only forward.
    if order.status == OrderStatus::Cancelled || (!created && input.status <= order.status) {
        return Ok((order, created));
    }
    let paid = match input.status {
        OrderStatus::Paid | OrderStatus::Fulfilled if order.paid_at.is_none() => {
            if !created {
                keep_bill(club, order_id, input).await?;
            }
            let bill = bill(club, &member, order_id, input).await?;
            books
                .apply(club, &Event::Paid(bill))
                .map_err(|refused| match refused {
                    Refused::CouponNotUsable => coupons::not_usable(),
                    other => refusal(&other),
                })?;
            books.account.order(order_id).cloned()
        }
        OrderStatus::Cancelled => {
            cancel(club, &mut books, &order).await?;
            None
        }
        OrderStatus::Placed | OrderStatus::Paid | OrderStatus::Fulfilled => None,
    };
    let whole = order.paid_at.is_some() && input.status == OrderStatus::Cancelled;
    books.close(club).await?;
    club.query(
        "UPDATE orders SET status = $3, updated_at = $4, fulfilled_at = COALESCE(fulfilled_at, $5)
         WHERE tenant = $1 AND order_id = $2",
    )
    .bind(order_id)
    .bind(word(input.status))
    .bind(club.now.0)
    .bind((input.status == OrderStatus::Fulfilled).then_some(club.now.0))
    .execute(&mut club.tx)
    .await?;
    if let Some(paid) = paid {
        referrals::bought(club, &member, order_id, paid.spend, paid.paid_at).await?;
        surveys::pay_for_order(club, &member, order_id).await?;
    }
    if whole {
        referrals::unbought(club, order_id).await?;
    }
    let action = format!("order.{}", word(input.status));
    club.audit(&action, order_id, json!({ "member": member }))
        .await?;
    Ok((get(club, order_id).await?, created))
}

/// What was paid goes back; what was only placed lets its coupons go, and what the wallet was to pay.
async fn cancel(club: &mut Club, books: &mut Books, order: &Order) -> Result<()> {
    let id = &order.order_id;
    let event = Event::Cancelled { order: id.clone() };
    match books.apply(club, &event) {
        // Neither paid nor to be paid by the wallet.
        Err(Refused::Unknown) if order.paid_at.is_none() => books.settle(club)?,
        done => {
            done.map_err(|refused| refusal(&refused))?;
        }
    }
    if order.paid_at.is_some() {
        return Ok(());
    }
    for redemption in coupons::of_order(club, id).await? {
        books
            .apply(club, &Event::CouponReleased { redemption })
            .map_err(|refused| refusal(&refused))?;
    }
    Ok(())
}

/// What is wrong with an order's id.
#[must_use]
pub fn bad_id(order_id: &str) -> Option<Fault> {
    let odd = order_id.is_empty() || order_id.len() > 128 || order_id.contains(char::is_control);
    odd.then(|| fault("", "bad_order_id", "An order's id has 1 to 128 bytes."))
}

/// 409: an order keeps its member.
#[must_use]
pub fn of_another_member(order_id: &str) -> Error {
    Error::refused(
        "order_of_another_member",
        format!("Order {order_id} belongs to another member."),
    )
}

fn faults(club: &Club, order_id: &str, input: &OrderInput) -> Vec<Fault> {
    let mut faults: Vec<Fault> = bad_id(order_id).into_iter().collect();
    let mut found = |pointer: String, code: &str, detail: &str| {
        faults.push(fault(pointer, code, detail));
    };
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
    club.query(
        "INSERT INTO orders (tenant, order_id, member, status, currency, items, placed_at, updated_at, tax, shipping,
             gift_cards, products)
         VALUES ($1, $2, $3, 'placed', $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(order_id)
    .bind(member)
    .bind(&input.currency)
    .bind(items(input)?)
    .bind(input.placed_at.unwrap_or(club.now).0)
    .bind(club.now.0)
    .bind(input.tax.0)
    .bind(input.shipping.0)
    .bind(input.gift_cards.0)
    .bind(products(input))
    .execute(&mut club.tx)
    .await?;
    get(club, order_id).await
}

/// The lines, as the row keeps them.
fn items(input: &OrderInput) -> Result<String> {
    let net = |item: &contract::orders::OrderItem| {
        let whole = item.unit_price.0.saturating_mul(item.quantity.into());
        whole.saturating_sub(item.discount.0).max(0)
    };
    let items: Vec<Item> = input
        .items
        .iter()
        .map(|item| {
            (
                item.sku.clone(),
                item.category.clone(),
                item.quantity,
                net(item),
            )
        })
        .collect();
    Ok(serde_json::to_string(&items)?)
}

/// How many distinct products the lines name.
fn products(input: &OrderInput) -> i64 {
    let skus: BTreeSet<&str> = input.items.iter().map(|item| item.sku.as_str()).collect();
    i64::try_from(skus.len()).unwrap_or(i64::MAX)
}

/// What was paid may be other than what was placed: the row keeps what was paid.
async fn keep_bill(club: &mut Club, order_id: &str, input: &OrderInput) -> Result<()> {
    club.query(
        "UPDATE orders SET items = $3, tax = $4, shipping = $5, gift_cards = $6, products = $7
         WHERE tenant = $1 AND order_id = $2",
    )
    .bind(order_id)
    .bind(items(input)?)
    .bind(input.tax.0)
    .bind(input.shipping.0)
    .bind(input.gift_cards.0)
    .bind(products(input))
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

/// The order as the rules read it.
async fn bill(club: &mut Club, member: &str, order_id: &str, input: &OrderInput) -> Result<Bill> {
    let line = |item: &contract::orders::OrderItem| BillLine {
        sku: item.sku.clone(),
        category: item.category.clone(),
        quantity: item.quantity,
        unit_price: item.unit_price,
        discount: item.discount,
    };
    Ok(Bill {
        order: order_id.to_owned(),
        paid_at: input.paid_at,
        lines: input.items.iter().map(line).collect(),
        tax: input.tax,
        shipping: input.shipping,
        gift_cards: input.gift_cards,
        coupons: coupons::named_by(club, member, order_id, &input.coupons).await?,
    })
}

type Row = (String, String, String, i64, i64, i64, Option<i64>);

/// The order, if the shop has told us of it.
///
/// # Errors
/// When the database fails.
pub async fn find(club: &mut Club, order_id: &str) -> Result<Option<Order>> {
    let row: Option<Row> = club
        .query(
            "SELECT order_id, member, status, base, remaining, earned, paid_at
             FROM orders WHERE tenant = $1 AND order_id = $2",
        )
        .bind(order_id)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some((order_id, member, status, base, left, points, paid_at)) = row else {
        return Ok(None);
    };
    Ok(Some(Order {
        order_id,
        member,
        status: from_word(&status)?,
        base: Money(base),
        base_remaining: Money(left),
        points: Points(points),
        paid_at: paid_at.map(Timestamp),
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
