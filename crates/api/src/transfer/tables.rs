//! What can be exported, and the columns of each.

use crate::problem::{Error, Result};
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{Column, FromRow, Row};

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Members that are not erased, with their balances; `from` and `to` ask when they joined.
    Members,
    /// Orders as last told, with their lines; `from` and `to` ask when they were placed.
    Orders,
    /// Refunds.
    Refunds,
    /// Redemptions and their coupons; `from` and `to` ask when they were taken.
    Redemptions,
    /// The ledger.
    Entries,
    /// Answers to surveys.
    Responses,
    /// Complaints.
    Complaints,
    /// Who did what to what.
    Audit,
    /// Members with their orders, refunds, redemptions and adjustments, member by member and oldest first: what an
    /// import of the kind `history` plays. Lines of JSON alone; `from` and `to` ask when members joined.
    History,
}

impl Table {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Orders => "orders",
            Self::Refunds => "refunds",
            Self::Redemptions => "redemptions",
            Self::Entries => "entries",
            Self::Responses => "responses",
            Self::Complaints => "complaints",
            Self::Audit => "audit",
            Self::History => "history",
        }
    }
}

/// How a column is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum As {
    Text,
    Number,
    Time,
    Flag,
    /// JSON inside a text.
    Json,
    /// A day of the year: `MM-DD` in a cell, month and day in JSON.
    Day,
}

/// One of a row's cells, of any kind.
#[derive(Clone, Debug)]
pub(super) struct Cell(pub(super) store::Value);

impl Column for Cell {
    fn from_value(value: store::Value) -> std::result::Result<Self, String> {
        Ok(Self(value))
    }
}

/// A row of so many cells.
pub(super) struct Cells<const N: usize>(pub(super) Vec<Cell>);

impl<const N: usize> FromRow for Cells<N> {
    const WIDTH: usize = N;

    fn from_row(row: &mut Row<'_>) -> store::Result<Self> {
        (0..N)
            .map(|_| row.take())
            .collect::<store::Result<_>>()
            .map(Self)
    }
}

impl Cell {
    pub(super) fn told(self, how: As) -> Result<Value> {
        Ok(match (self.0, how) {
            (store::Value::Null, _) => Value::Null,
            (store::Value::Int(number), As::Time) => Value::from(Timestamp(number).to_string()),
            (store::Value::Int(number), As::Flag) => Value::Bool(number != 0),
            (store::Value::Int(number), _) => Value::from(number),
            // Erasing empties what an audit said of a member.
            (store::Value::Text(text), As::Json) if text.is_empty() => Value::Null,
            (store::Value::Text(text), As::Json) => serde_json::from_str(&text)?,
            (store::Value::Text(text), As::Day) => serde_json::to_value(crate::books::day(&text))?,
            (store::Value::Text(text), _) => Value::from(text),
        })
    }
}

/// The statement of a table, in pages by its key.
pub(super) struct Spec<const N: usize> {
    /// Selects the key's columns first, then those of `columns`. `$1` is the tenant, then come the key of the last
    /// row of the page before, the first instant, the instant after the last, and the most rows.
    pub(super) sql: &'static str,
    /// Whether each of the key's columns is a number.
    pub(super) key: &'static [bool],
    /// What is told.
    pub(super) columns: &'static [(&'static str, As)],
}

/// The key before all others.
pub(super) fn before_all(key: &[bool]) -> Vec<store::Value> {
    let least = |number: &bool| {
        if *number {
            store::Value::Int(i64::MIN)
        } else {
            store::Value::Text(String::new())
        }
    };
    key.iter().map(least).collect()
}

impl<const N: usize> Spec<N> {
    /// A row's key, and what is told of it.
    pub(super) fn row(&self, cells: Cells<N>) -> Result<(Vec<store::Value>, Map<String, Value>)> {
        let mut cells = cells.0.into_iter();
        let key = cells.by_ref().take(self.key.len()).map(|cell| cell.0);
        let key = key.collect();
        let told = self.columns.iter().zip(cells);
        let fields: Result<Map<_, _>> = told
            .map(|((name, how), cell)| Ok(((*name).to_owned(), cell.told(*how)?)))
            .collect();
        let fields = fields?;
        if fields.len() == self.columns.len() {
            Ok((key, fields))
        } else {
            Err(Error::internal("an export has other columns than it names"))
        }
    }
}

pub(super) const MEMBERS: Spec<18> = Spec {
    sql: "SELECT member, external_id, member, first_name, joined_at, birthday, language, consents, referral_code, blocked,
            tier, available, pending, debt, wallet, wallet_pending, last_order_at, last_active_at
        FROM members WHERE tenant = $1 AND member > $2 AND joined_at >= $3 AND joined_at < $4 AND erased_at IS NULL
        ORDER BY member LIMIT $5",
    key: &[false],
    columns: &[
        ("external_id", As::Text),
        ("member", As::Text),
        ("first_name", As::Text),
        ("joined_at", As::Time),
        ("birthday", As::Day),
        ("language", As::Text),
        ("consents", As::Json),
        ("referral_code", As::Text),
        ("blocked", As::Flag),
        ("tier", As::Text),
        ("available", As::Number),
        ("pending", As::Number),
        ("debt", As::Number),
        ("wallet", As::Number),
        ("wallet_pending", As::Number),
        ("last_order_at", As::Time),
        ("last_active_at", As::Time),
    ],
};

pub(super) const ORDERS: Spec<16> = Spec {
    sql: "SELECT o.order_id, o.order_id, m.external_id, o.status, o.currency, o.placed_at, o.paid_at,
            CASE WHEN o.status = 'cancelled' THEN o.updated_at END, o.tax, o.shipping, o.gift_cards, o.items, o.base,
            o.remaining, o.earned, CAST(0 AS BIGINT)
        FROM orders o JOIN members m ON m.tenant = o.tenant AND m.member = o.member
        WHERE o.tenant = $1 AND o.order_id > $2 AND o.placed_at >= $3 AND o.placed_at < $4
        ORDER BY o.order_id LIMIT $5",
    key: &[false],
    columns: &[
        ("order_id", As::Text),
        ("member", As::Text),
        ("status", As::Text),
        ("currency", As::Text),
        ("placed_at", As::Time),
        ("paid_at", As::Time),
        ("at", As::Time),
        ("tax", As::Number),
        ("shipping", As::Number),
        ("gift_cards", As::Number),
        ("items", As::Json),
        ("base", As::Number),
        ("base_remaining", As::Number),
        ("points", As::Number),
        ("coupons", As::Number),
    ],
};

pub(super) const REFUNDS: Spec<8> = Spec {
    sql: "SELECT order_id, refund_id, order_id, refund_id, amount, at, taken, returned FROM refunds
        WHERE tenant = $1 AND (order_id, refund_id) > ($2, $3) AND at >= $4 AND at < $5
        ORDER BY order_id, refund_id LIMIT $6",
    key: &[false, false],
    columns: &[
        ("order_id", As::Text),
        ("id", As::Text),
        ("amount", As::Number),
        ("at", As::Time),
        ("points_taken", As::Number),
        ("points_returned", As::Number),
    ],
};

pub(super) const REDEMPTIONS: Spec<12> = Spec {
    sql: "SELECT r.redemption, m.external_id, r.redemption, r.reward_id, r.units, r.points, r.at, r.code, r.state,
            r.expires_at, r.order_id, CASE WHEN r.state = 'cancelled' THEN COALESCE((SELECT MIN(e.at) FROM entries e
                WHERE e.tenant = r.tenant AND e.member = r.member AND e.why = 'return' AND e.source = r.redemption),
                r.at) END
        FROM redemptions r JOIN members m ON m.tenant = r.tenant AND m.member = r.member
        WHERE r.tenant = $1 AND r.redemption > $2 AND r.at >= $3 AND r.at < $4 ORDER BY r.redemption LIMIT $5",
    key: &[false],
    columns: &[
        ("member", As::Text),
        ("redemption", As::Text),
        ("reward_id", As::Text),
        ("units", As::Number),
        ("points", As::Number),
        ("at", As::Time),
        ("code", As::Text),
        ("state", As::Text),
        ("expires_at", As::Time),
        ("order_id", As::Text),
        ("cancelled_at", As::Time),
    ],
};

pub(super) const ENTRIES: Spec<22> = Spec {
    sql: "SELECT e.member, e.seq, m.external_id, e.seq, e.at, e.why, e.unit, e.source, e.rule, e.version, e.net,
            e.issued, e.available, e.pending, e.held, e.redeemed, e.expired, e.debt, e.corrects, e.activates_at,
            e.expires_at, e.recorded_at
        FROM entries e JOIN members m ON m.tenant = e.tenant AND m.member = e.member
        WHERE e.tenant = $1 AND (e.member, e.seq) > ($2, $3) AND e.at >= $4 AND e.at < $5
        ORDER BY e.member, e.seq LIMIT $6",
    key: &[false, true],
    columns: &[
        ("member", As::Text),
        ("seq", As::Number),
        ("at", As::Time),
        ("why", As::Text),
        ("unit", As::Text),
        ("source", As::Text),
        ("rule", As::Text),
        ("version", As::Number),
        ("net", As::Number),
        ("issued", As::Number),
        ("available", As::Number),
        ("pending", As::Number),
        ("held", As::Number),
        ("redeemed", As::Number),
        ("expired", As::Number),
        ("debt", As::Number),
        ("corrects", As::Number),
        ("activates_at", As::Time),
        ("expires_at", As::Time),
        ("recorded_at", As::Time),
    ],
};

pub(super) const RESPONSES: Spec<14> = Spec {
    sql: "SELECT r.member, r.response, m.external_id, r.response, r.survey, r.kind, r.scope, r.scores, r.comment, r.completed,
            r.verified, r.points, r.variant, r.created_at
        FROM responses r JOIN members m ON m.tenant = r.tenant AND m.member = r.member
        WHERE r.tenant = $1 AND (r.member, r.response) > ($2, $3) AND r.created_at >= $4 AND r.created_at < $5
        ORDER BY r.member, r.response LIMIT $6",
    key: &[false, false],
    columns: &[
        ("member", As::Text),
        ("response", As::Text),
        ("survey", As::Text),
        ("kind", As::Text),
        ("scope", As::Text),
        ("scores", As::Json),
        ("comment", As::Text),
        ("completed", As::Flag),
        ("verified", As::Flag),
        ("points", As::Number),
        ("variant", As::Text),
        ("created_at", As::Time),
    ],
};

pub(super) const COMPLAINTS: Spec<12> = Spec {
    sql: "SELECT c.complaint, m.external_id, c.complaint, c.number, c.topic, c.order_id, c.survey, c.state, c.verdict,
            c.reopened, c.created_at, c.state_at
        FROM complaints c JOIN members m ON m.tenant = c.tenant AND m.member = c.member
        WHERE c.tenant = $1 AND c.complaint > $2 AND c.created_at >= $3 AND c.created_at < $4
        ORDER BY c.complaint LIMIT $5",
    key: &[false],
    columns: &[
        ("member", As::Text),
        ("complaint", As::Text),
        ("number", As::Number),
        ("topic", As::Text),
        ("order_id", As::Text),
        ("survey", As::Text),
        ("state", As::Text),
        ("verdict", As::Number),
        ("reopened", As::Number),
        ("created_at", As::Time),
        ("state_at", As::Time),
    ],
};

pub(super) const AUDIT: Spec<8> = Spec {
    sql:
        "SELECT at, id, id, at, actor, action, object, detail FROM audit
        WHERE tenant = $1 AND (at, id) > ($2, $3) AND at >= $4 AND at < $5 ORDER BY at, id LIMIT $6",
    key: &[true, false],
    columns: &[
        ("id", As::Text),
        ("at", As::Time),
        ("actor", As::Text),
        ("action", As::Text),
        ("object", As::Text),
        ("detail", As::Json),
    ],
};
