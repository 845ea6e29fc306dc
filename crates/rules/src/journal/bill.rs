//! An order as it was paid.

use crate::earning::Line;
use crate::rewards::{Basket, BasketItem};
use crate::{Money, Timestamp};
use serde::{Deserialize, Serialize};

/// An order as it was paid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The shop's order id: an order is paid once.
    pub order: String,
    /// When it was paid, if that was before it is told.
    #[serde(default)]
    pub paid_at: Option<Timestamp>,
    /// Its lines.
    pub lines: Vec<BillLine>,
    /// Tax, in addition to the lines.
    #[serde(default)]
    pub tax: Money,
    /// Shipping, in addition to the lines.
    #[serde(default)]
    pub shipping: Money,
    /// What of the whole was paid with gift cards.
    #[serde(default)]
    pub gift_cards: Money,
    /// Redemptions whose coupons were used on it.
    #[serde(default)]
    pub coupons: Vec<String>,
}

/// A line of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    /// The shop's product id.
    #[serde(default)]
    pub sku: String,
    /// The shop's category.
    #[serde(default)]
    pub category: Option<String>,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub unit_price: Money,
    /// Discount on the whole line, without coupons of the club.
    #[serde(default)]
    pub discount: Money,
}

impl Bill {
    /// An order of what is in a basket, paid in full and with nothing else on it.
    pub fn of(order: &str, basket: &Basket) -> Self {
        let line = |sku: &str, category: &Option<String>, unit_price| BillLine {
            sku: sku.to_owned(),
            category: category.clone(),
            quantity: 1,
            unit_price,
            ..BillLine::default()
        };
        let mut lines: Vec<BillLine> = basket
            .items
            .iter()
            .map(|i| line(&i.sku, &i.category, i.amount))
            .collect();
        if lines.is_empty() {
            lines.push(line("", &None, basket.total));
        }
        Self {
            order: order.to_owned(),
            lines,
            ..Self::default()
        }
    }

    /// The order as rewards see it: what each line costs, net of discounts.
    pub(super) fn basket(&self) -> Basket {
        let item = |line: &BillLine| BasketItem {
            sku: line.sku.clone(),
            category: line.category.clone(),
            amount: line.line().net(),
        };
        let items: Vec<BasketItem> = self.lines.iter().map(item).collect();
        Basket {
            total: items.iter().map(|item| item.amount).sum(),
            items,
        }
    }
}

impl BillLine {
    pub(super) fn line(&self) -> Line<'_> {
        Line {
            category: self.category.as_deref(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            discount: self.discount,
        }
    }
}
