//! `vafa check`: the invariants of the ledger, counted on the whole database.

use crate::problem::Result;
use serde::Serialize;
use sqlx::SqliteConnection;

/// One invariant, and how often it is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name, as the documents call it.
    pub name: &'static str,
    /// What holds.
    pub holds: &'static str,
    /// Rows that were looked at.
    pub checked: i64,
    /// Rows for which it does not hold.
    pub broken: i64,
}

struct Invariant {
    name: &'static str,
    holds: &'static str,
    checked: &'static str,
    broken: &'static str,
}

const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "I1",
        holds: "the entries of a transaction sum to 0",
        checked: "SELECT COUNT(*) FROM transactions",
        broken: "SELECT COUNT(*) FROM (
            SELECT transactions.txn FROM transactions LEFT JOIN entries
                ON entries.tenant = transactions.tenant AND entries.txn = transactions.txn
            GROUP BY transactions.tenant, transactions.txn
            HAVING COALESCE(SUM(entries.points), 0) <> 0 OR COUNT(entries.line) < 2)",
    },
    Invariant {
        name: "I1b",
        holds: "what history shows of a transaction is what its entries changed",
        checked: "SELECT COUNT(*) FROM transactions",
        broken: "SELECT COUNT(*) FROM transactions WHERE net <> (
            SELECT COALESCE(SUM(points), 0) FROM entries
            WHERE entries.tenant = transactions.tenant AND entries.txn = transactions.txn
                AND account IN ('available', 'pending', 'debt'))",
    },
    Invariant {
        name: "I2",
        holds: "a member's lots hold what the entries say, available and pending apart",
        checked: "SELECT COUNT(*) FROM members",
        broken: "SELECT COUNT(*) FROM members WHERE
            (SELECT COALESCE(SUM(remaining), 0) FROM lots WHERE lots.tenant = members.tenant
                AND lots.member = members.member AND active = 1)
            <> (SELECT COALESCE(SUM(points), 0) FROM entries WHERE entries.tenant = members.tenant
                AND entries.member = members.member AND account = 'available')
            OR (SELECT COALESCE(SUM(remaining), 0) FROM lots WHERE lots.tenant = members.tenant
                AND lots.member = members.member AND active = 0)
            <> (SELECT COALESCE(SUM(points), 0) FROM entries WHERE entries.tenant = members.tenant
                AND entries.member = members.member AND account = 'pending')",
    },
    Invariant {
        name: "I2b",
        holds: "a lot holds its points less its takings",
        checked: "SELECT COUNT(*) FROM lots",
        broken: "SELECT COUNT(*) FROM lots WHERE remaining <> points - (
            SELECT COALESCE(SUM(takings.points), 0) FROM takings
            WHERE takings.tenant = lots.tenant AND takings.lot = lots.lot)",
    },
    Invariant {
        name: "I3",
        holds: "no account of a member is below zero but a debt, and no debt above",
        checked: "SELECT COUNT(*) FROM (SELECT 1 FROM entries GROUP BY tenant, member, account)",
        broken: "SELECT COUNT(*) FROM (
            SELECT account, SUM(points) AS sum FROM entries
            WHERE account <> 'issued' GROUP BY tenant, member, account)
            WHERE CASE WHEN account = 'debt' THEN sum > 0 ELSE sum < 0 END",
    },
    Invariant {
        name: "I3b",
        holds: "nobody owes while they have points to pay with",
        checked: "SELECT COUNT(*) FROM (
            SELECT 1 FROM entries WHERE account = 'debt' GROUP BY tenant, member)",
        broken: "SELECT COUNT(*) FROM (
            SELECT tenant, member FROM entries WHERE account = 'debt'
            GROUP BY tenant, member HAVING SUM(points) < 0) AS owing
            WHERE (SELECT COALESCE(SUM(points), 0) FROM entries WHERE account = 'available'
                AND entries.tenant = owing.tenant AND entries.member = owing.member) > 0",
    },
    Invariant {
        name: "I4",
        holds: "a transaction is returned once at most",
        checked: "SELECT COUNT(*) FROM transactions WHERE reason = 'redemption_returned'",
        broken: "SELECT COUNT(*) FROM (
            SELECT 1 FROM transactions WHERE reason = 'redemption_returned'
            GROUP BY tenant, corrects HAVING COUNT(*) > 1)",
    },
    Invariant {
        name: "I6",
        holds: "a source gives once by a rule",
        checked: "SELECT COUNT(*) FROM lots",
        broken: "SELECT COUNT(*) FROM (
            SELECT 1 FROM transactions JOIN lots
                ON lots.tenant = transactions.tenant AND lots.txn = transactions.txn
            GROUP BY transactions.tenant, source_type, source_id, rule,
                CASE WHEN source_type IN ('order', 'referral') THEN '' ELSE transactions.member END
            HAVING COUNT(*) > 1)",
    },
    Invariant {
        name: "I7",
        holds: "nothing stays held",
        checked: "SELECT COUNT(*) FROM redemptions",
        broken: "SELECT COUNT(*) FROM (
            SELECT 1 FROM entries WHERE account = 'held' GROUP BY tenant, member
            HAVING SUM(points) <> 0)",
    },
    Invariant {
        name: "I8",
        holds: "a coupon belongs to one posted hold, a hold to one coupon, a return to a cancelled one",
        checked: "SELECT COUNT(*) FROM redemptions",
        broken: "SELECT
            (SELECT COUNT(*) FROM redemptions WHERE points > 0 AND points <> (
                SELECT COALESCE(SUM(entries.points), 0) FROM entries
                WHERE entries.tenant = redemptions.tenant AND entries.txn = redemptions.txn
                    AND account = 'redeemed'))
            + (SELECT COUNT(*) FROM transactions WHERE reason = 'redemption' AND NOT EXISTS (
                SELECT 1 FROM redemptions WHERE redemptions.tenant = transactions.tenant
                    AND redemptions.txn = transactions.txn))
            + (SELECT COUNT(*) FROM redemptions WHERE points > 0 AND (state = 'cancelled') <> EXISTS (
                SELECT 1 FROM transactions WHERE transactions.tenant = redemptions.tenant
                    AND transactions.corrects = redemptions.txn
                    AND reason = 'redemption_returned'))",
    },
    Invariant {
        name: "I10",
        holds: "an entry belongs to its transaction's member",
        checked: "SELECT COUNT(*) FROM entries",
        broken: "SELECT COUNT(*) FROM entries JOIN transactions
            ON transactions.tenant = entries.tenant AND transactions.txn = entries.txn
            WHERE transactions.member <> entries.member",
    },
    Invariant {
        name: "orders",
        holds: "an order has the points that it was given less what was taken back",
        checked: "SELECT COUNT(*) FROM orders WHERE lot IS NOT NULL",
        broken: "SELECT COUNT(*) FROM orders JOIN lots
            ON lots.tenant = orders.tenant AND lots.lot = orders.lot
            WHERE orders.points <> lots.counted",
    },
];

/// Looks at every invariant, and at foreign keys.
///
/// # Errors
/// When the database fails.
pub async fn check(connection: &mut SqliteConnection) -> Result<Vec<Finding>> {
    let mut findings = Vec::with_capacity(INVARIANTS.len() + 1);
    for invariant in INVARIANTS {
        findings.push(Finding {
            name: invariant.name,
            holds: invariant.holds,
            checked: sqlx::query_scalar(invariant.checked)
                .fetch_one(&mut *connection)
                .await?,
            broken: sqlx::query_scalar(invariant.broken)
                .fetch_one(&mut *connection)
                .await?,
        });
    }
    findings.push(Finding {
        name: "keys",
        holds: "every row that another names is there",
        checked: sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'")
            .fetch_one(&mut *connection)
            .await?,
        broken: sqlx::query_scalar("SELECT COUNT(*) FROM pragma_foreign_key_check")
            .fetch_one(&mut *connection)
            .await?,
    });
    Ok(findings)
}
