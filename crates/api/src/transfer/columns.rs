//! The columns of each kind: what an import reads, and what only an export has.

use super::Kind;

/// How a cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// As it stands.
    Text,
    /// A whole number.
    Number,
    /// Words parted by spaces.
    Words,
    /// `true` or `false`.
    Flag,
    /// A day of the year, `MM-DD`.
    Day,
    /// A text, one of the fields of `contacts`.
    Contact,
    /// A text of a line of an order.
    LineText,
    /// A whole number of a line of an order.
    LineNumber,
    /// Only an export has it; passed over.
    Told,
}

/// A column of a kind.
pub(super) type Column = (&'static str, Cell);

const MEMBERS: &[Column] = &[
    ("external_id", Cell::Text),
    ("first_name", Cell::Text),
    ("joined_at", Cell::Text),
    ("birthday", Cell::Day),
    ("language", Cell::Text),
    ("consents", Cell::Words),
    ("email", Cell::Contact),
    ("phone", Cell::Contact),
    ("blocked", Cell::Flag),
    ("claim_id", Cell::Text),
    ("member", Cell::Told),
    ("referral_code", Cell::Told),
    ("tier", Cell::Told),
    ("available", Cell::Told),
    ("pending", Cell::Told),
    ("debt", Cell::Told),
    ("wallet", Cell::Told),
    ("wallet_pending", Cell::Told),
    ("last_order_at", Cell::Told),
    ("last_active_at", Cell::Told),
];

const ORDERS: &[Column] = &[
    ("order_id", Cell::Text),
    ("member", Cell::Text),
    ("status", Cell::Text),
    ("currency", Cell::Text),
    ("placed_at", Cell::Text),
    ("paid_at", Cell::Text),
    ("at", Cell::Text),
    ("tax", Cell::Number),
    ("shipping", Cell::Number),
    ("gift_cards", Cell::Number),
    ("coupons", Cell::Words),
    ("sku", Cell::LineText),
    ("category", Cell::LineText),
    ("quantity", Cell::LineNumber),
    ("unit_price", Cell::LineNumber),
    ("discount", Cell::LineNumber),
    ("base", Cell::Told),
    ("base_remaining", Cell::Told),
    ("points", Cell::Told),
];

const REFUNDS: &[Column] = &[
    ("order_id", Cell::Text),
    ("id", Cell::Text),
    ("amount", Cell::Number),
    ("at", Cell::Text),
    ("points_taken", Cell::Told),
    ("points_returned", Cell::Told),
];

const REDEMPTIONS: &[Column] = &[
    ("member", Cell::Text),
    ("reward_id", Cell::Text),
    ("units", Cell::Number),
    ("at", Cell::Text),
    ("code", Cell::Text),
    ("cancelled_at", Cell::Text),
    ("redemption", Cell::Told),
    ("points", Cell::Told),
    ("state", Cell::Told),
    ("expires_at", Cell::Told),
    ("order_id", Cell::Told),
];

const ADJUSTMENTS: &[Column] = &[
    ("member", Cell::Text),
    ("id", Cell::Text),
    ("points", Cell::Number),
    ("at", Cell::Text),
    ("reason", Cell::Text),
];

/// The columns of a kind; none for a mixed file.
pub(super) const fn of(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::Members => MEMBERS,
        Kind::Orders => ORDERS,
        Kind::Refunds => REFUNDS,
        Kind::Redemptions => REDEMPTIONS,
        Kind::Adjustments => ADJUSTMENTS,
        Kind::History => &[],
    }
}

/// Columns without which no line can be taken.
pub(super) const fn needed(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Members => &["external_id"],
        Kind::Orders => &["order_id", "member", "status", "currency"],
        Kind::Refunds => &["order_id", "id"],
        Kind::Redemptions => &["member", "reward_id", "at"],
        Kind::Adjustments => &["member", "id", "points"],
        Kind::History => &[],
    }
}

/// Whether only an export has it.
pub(super) fn is_told(kind: Kind, name: &str) -> bool {
    of(kind)
        .iter()
        .any(|(known, cell)| *known == name && *cell == Cell::Told)
}
