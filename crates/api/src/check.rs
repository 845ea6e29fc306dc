//! `vafa check`: the invariants of the ledger, counted on the whole database.

use crate::problem::{Error, Result};
use serde::Serialize;
use store::{Db, query};

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

/// Each goes through the rows in the order of a key and keeps nothing: a check takes no memory that grows with the
/// club.
const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "I1",
        holds: "the accounts of an entry sum to 0, and history shows what they changed",
        checked: "SELECT COUNT(*) FROM entries",
        broken: "SELECT COUNT(*) FROM entries WHERE issued + available + pending + held + redeemed + expired + debt <> 0
            OR net <> available + pending + debt",
    },
    Invariant {
        name: "I1b",
        holds: "a member's entries are numbered without a gap",
        checked: "SELECT COUNT(*) FROM members",
        broken: "SELECT COUNT(*) FROM (
            SELECT m.member FROM members m LEFT JOIN entries e ON e.tenant = m.tenant AND e.member = m.member
            GROUP BY m.tenant, m.member, m.entries
            HAVING COUNT(e.seq) <> m.entries OR COALESCE(MAX(e.seq), -1) <> m.entries - 1) AS gaps",
    },
    Invariant {
        name: "I2",
        holds: "a member's balances are the sums of the entries",
        checked: "SELECT COUNT(*) FROM members",
        broken: "SELECT COUNT(*) FROM (
            SELECT m.member FROM members m LEFT JOIN entries e ON e.tenant = m.tenant AND e.member = m.member
            GROUP BY m.tenant, m.member, m.available, m.pending, m.debt, m.wallet, m.wallet_pending
            HAVING m.available <> COALESCE(SUM(CASE WHEN e.unit = 'points' THEN e.available END), 0)
                OR m.pending <> COALESCE(SUM(CASE WHEN e.unit = 'points' THEN e.pending END), 0)
                OR m.debt <> -COALESCE(SUM(CASE WHEN e.unit = 'points' THEN e.debt END), 0)
                OR m.wallet <> COALESCE(SUM(CASE WHEN e.unit = 'wallet' THEN e.available END), 0)
                OR m.wallet_pending <> COALESCE(SUM(CASE WHEN e.unit = 'wallet' THEN e.pending END), 0)) AS differ",
    },
    Invariant {
        name: "I2b",
        holds: "a member's lots hold what the balances say, active and pending apart",
        checked: "SELECT COUNT(*) FROM members",
        broken: "SELECT COUNT(*) FROM (
            SELECT m.member FROM members m LEFT JOIN credits c ON c.tenant = m.tenant AND c.member = m.member
            GROUP BY m.tenant, m.member, m.available, m.pending, m.wallet, m.wallet_pending
            HAVING m.available <> COALESCE(SUM(CASE WHEN c.unit = 'points' AND c.active = 1 THEN c.remaining END), 0)
                OR m.pending <> COALESCE(SUM(CASE WHEN c.unit = 'points' AND c.active = 0 THEN c.remaining END), 0)
                OR m.wallet <> COALESCE(SUM(CASE WHEN c.unit = 'wallet' AND c.active = 1 THEN c.remaining END), 0)
                OR m.wallet_pending
                    <> COALESCE(SUM(CASE WHEN c.unit = 'wallet' AND c.active = 0 THEN c.remaining END), 0)) AS differ",
    },
    Invariant {
        name: "I2c",
        holds: "a lot was given by the entry that it names",
        checked: "SELECT COUNT(*) FROM credits WHERE seq IS NOT NULL",
        broken: "SELECT COUNT(*) FROM credits c LEFT JOIN entries e
            ON e.tenant = c.tenant AND e.member = c.member AND e.seq = c.seq
            WHERE c.seq IS NOT NULL AND (e.seq IS NULL OR c.given <> -e.issued OR c.unit <> e.unit)",
    },
    Invariant {
        name: "I3",
        holds: "nothing that a member has is below zero, and nobody owes while there are points to pay with",
        checked: "SELECT COUNT(*) FROM members",
        broken: "SELECT COUNT(*) FROM members WHERE available < 0 OR pending < 0 OR debt < 0 OR wallet < 0
            OR wallet_pending < 0 OR (debt > 0 AND available > 0)",
    },
    Invariant {
        name: "I4",
        holds: "a redemption is returned once at most",
        checked: "SELECT COUNT(*) FROM entries WHERE why = 'return'",
        broken: "SELECT COUNT(*) FROM entries e WHERE e.why = 'return' AND e.unit = 'points' AND EXISTS (
            SELECT 1 FROM entries o WHERE o.tenant = e.tenant AND o.member = e.member AND o.seq < e.seq
                AND o.why = 'return' AND o.unit = 'points' AND o.source = e.source)",
    },
    Invariant {
        name: "I6",
        holds: "a source gives once by a rule, whoever it is for",
        checked: "SELECT COUNT(*) FROM credits",
        // An order has one member, so what it gives to another is what it gives twice.
        broken: "SELECT COUNT(*) FROM credits c WHERE c.why IN ('purchase', 'first_purchase') AND (
            NOT EXISTS (SELECT 1 FROM orders o WHERE o.tenant = c.tenant AND o.order_id = c.source
                AND o.member = c.member)
            OR EXISTS (SELECT 1 FROM credits o WHERE o.tenant = c.tenant AND o.member = c.member AND o.unit = c.unit
                AND o.rule = c.rule AND o.source = c.source AND o.turn < c.turn))",
    },
    Invariant {
        name: "I7",
        holds: "nothing stays held",
        checked: "SELECT COUNT(*) FROM entries WHERE held <> 0 OR why = 'redemption'",
        broken: "SELECT COUNT(*) FROM (
            SELECT 1 FROM entries GROUP BY tenant, member
            HAVING SUM(CASE WHEN unit = 'points' THEN held ELSE 0 END) <> 0
                OR SUM(CASE WHEN unit = 'wallet' THEN held ELSE 0 END) <> 0) AS held",
    },
    Invariant {
        name: "I8",
        holds: "a coupon belongs to one posted hold, a hold to one coupon, a return to a cancelled one",
        checked: "SELECT COUNT(*) FROM redemptions",
        broken: "SELECT
            (SELECT COUNT(*) FROM redemptions r WHERE r.points > 0 AND r.points <> (
                SELECT COALESCE(SUM(e.redeemed), 0) FROM entries e WHERE e.tenant = r.tenant AND e.member = r.member
                    AND e.why = 'redemption' AND e.unit = 'points' AND e.source = r.redemption))
            + (SELECT COUNT(*) FROM entries e WHERE e.why = 'redemption' AND e.unit = 'points' AND NOT EXISTS (
                SELECT 1 FROM redemptions r WHERE r.tenant = e.tenant AND r.redemption = e.source
                    AND r.member = e.member))
            + (SELECT COUNT(*) FROM redemptions r WHERE r.points > 0 AND (r.state = 'cancelled') <> EXISTS (
                SELECT 1 FROM entries e WHERE e.tenant = r.tenant AND e.member = r.member AND e.why = 'return'
                    AND e.source = r.redemption))",
    },
    Invariant {
        name: "I10",
        holds: "an order's points are in its member's books",
        checked: "SELECT COUNT(*) FROM orders WHERE earned > 0",
        broken: "SELECT COUNT(*) FROM orders o WHERE o.earned > 0 AND NOT EXISTS (
            SELECT 1 FROM credits c WHERE c.tenant = o.tenant AND c.member = o.member AND c.source = o.order_id
                AND c.why = 'purchase' AND c.unit = 'points' AND c.counted = o.earned)",
    },
    Invariant {
        name: "stock",
        holds: "no more of a reward is taken than is counted",
        checked: "SELECT COUNT(*) FROM stock",
        broken: "SELECT COUNT(*) FROM stock s WHERE s.taken > (
            SELECT COUNT(*) FROM redemptions r WHERE r.tenant = s.tenant AND r.reward_id = s.reward_id
                AND r.state <> 'cancelled')",
    },
];

/// Looks at every invariant.
///
/// # Errors
/// When the database fails.
pub async fn check(db: &Db) -> Result<Vec<Finding>> {
    db.read((), |mut tx, ()| {
        Box::pin(async move {
            let findings = findings(&mut tx).await;
            (tx, findings.map_err(Error::from))
        })
    })
    .await
}

/// How many invariants there are.
#[must_use]
pub const fn count() -> usize {
    INVARIANTS.len()
}

/// Looks at one invariant, by its place among them.
///
/// # Errors
/// When the database fails, or there is no such invariant.
pub async fn one(db: &Db, place: usize) -> Result<Finding> {
    let invariant = INVARIANTS.get(place);
    let invariant = invariant.ok_or_else(|| Error::internal(format!("no invariant {place}")))?;
    db.read(invariant, |mut tx, invariant| {
        Box::pin(async move {
            let found = finding(&mut tx, invariant).await;
            (tx, found.map_err(Error::from))
        })
    })
    .await
}

async fn findings(tx: &mut store::Tx) -> store::Result<Vec<Finding>> {
    let mut findings = Vec::with_capacity(INVARIANTS.len());
    for invariant in INVARIANTS {
        findings.push(finding(tx, invariant).await?);
    }
    Ok(findings)
}

async fn finding(tx: &mut store::Tx, invariant: &Invariant) -> store::Result<Finding> {
    Ok(Finding {
        name: invariant.name,
        holds: invariant.holds,
        checked: query(invariant.checked).fetch_one(tx).await?,
        broken: query(invariant.broken).fetch_one(tx).await?,
    })
}
