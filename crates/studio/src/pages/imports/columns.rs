//! What files may hold, and the columns of each.

/// A kind of file: its name on the wire, the key of its word, and its columns; those that every row needs come first, up
/// to the empty name.
pub(super) type Kind = (&'static str, &'static str, &'static [&'static str]);

const MEMBERS: &[&str] = &[
    "external_id",
    "",
    "first_name",
    "joined_at",
    "birthday",
    "language",
    "consents",
    "email",
    "phone",
    "blocked",
    "claim_id",
];
const ORDERS: &[&str] = &[
    "order_id",
    "member",
    "status",
    "currency",
    "",
    "placed_at",
    "paid_at",
    "at",
    "sku",
    "category",
    "quantity",
    "unit_price",
    "discount",
    "tax",
    "shipping",
    "gift_cards",
    "coupons",
];
const REFUNDS: &[&str] = &["order_id", "id", "", "amount", "at"];
const REDEMPTIONS: &[&str] = &[
    "member",
    "reward_id",
    "at",
    "",
    "units",
    "code",
    "cancelled_at",
];
const ADJUSTMENTS: &[&str] = &["member", "id", "points", "", "at", "reason"];

/// All kinds, in the order in which a club takes them in.
pub(super) const KINDS: [Kind; 6] = [
    ("members", "kind.members", MEMBERS),
    ("orders", "kind.orders", ORDERS),
    ("refunds", "kind.refunds", REFUNDS),
    ("redemptions", "kind.redemptions", REDEMPTIONS),
    ("adjustments", "kind.adjustments", ADJUSTMENTS),
    ("history", "kind.history", &[]),
];

/// The columns of a kind.
pub(super) fn of(kind: &str) -> impl Iterator<Item = &'static str> + Clone {
    let found = KINDS.iter().find(|(name, ..)| *name == kind);
    let all = found.map_or(&[][..], |(_, _, columns)| columns);
    all.iter().copied().filter(|name| !name.is_empty())
}

/// The columns that every row of a kind needs.
pub(super) fn needed(kind: &str) -> impl Iterator<Item = &'static str> + Clone {
    let found = KINDS.iter().find(|(name, ..)| *name == kind);
    let all = found.map_or(&[][..], |(_, _, columns)| columns);
    all.iter().copied().take_while(|name| !name.is_empty())
}
