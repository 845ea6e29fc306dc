//! Lots and what rules gave, as rows: what differs between before and after.

use super::ms;
use crate::club::{Club, word};
use crate::problem::{Error, Result};
use rules::journal::{Kept, Why};
use rules::member::Lot;
use rules::{Money, Timestamp};
use std::collections::BTreeMap;

/// Unit, rule, source, and which turn of them it is.
type Key = (&'static str, String, String, i64);

/// What a row of `credits` says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    seq: Option<i64>,
    why: Why,
    given: i64,
    remaining: i64,
    counted: i64,
    ended: i64,
    earned: bool,
    active: bool,
    at: Timestamp,
    activates_at: Timestamp,
    expires_at: Option<Timestamp>,
}

fn rows(kept: &Kept) -> Result<BTreeMap<Key, Row>> {
    let member = &kept.member;
    let points: BTreeMap<&str, &Lot> = member.lots.iter().map(|l| (l.id.as_str(), l)).collect();
    let money: BTreeMap<&str, &Lot<Money>> =
        member.wallet.iter().map(|l| (l.id.as_str(), l)).collect();
    let mut rows = BTreeMap::new();
    for origin in &kept.origins {
        let missing = || Error::internal(format!("lot {} is missing", origin.lot));
        let (unit, remaining, at, activates_at, expires_at) = if origin.credit.is_some() {
            let lot = points.get(origin.lot.as_str()).ok_or_else(missing)?;
            let Lot {
                earned_at,
                activates_at,
                expires_at,
                ..
            } = **lot;
            (
                "points",
                lot.remaining.0,
                earned_at,
                activates_at,
                expires_at,
            )
        } else {
            let lot = money.get(origin.lot.as_str()).ok_or_else(missing)?;
            let Lot {
                earned_at,
                activates_at,
                expires_at,
                ..
            } = **lot;
            (
                "wallet",
                lot.remaining.0,
                earned_at,
                activates_at,
                expires_at,
            )
        };
        let credit = origin.credit.and_then(|place| member.credits.get(place));
        let row = Row {
            seq: Some(i64::try_from(origin.transaction).map_err(Error::internal)?),
            why: origin.why,
            given: origin.given,
            remaining,
            counted: credit.map_or(origin.given, |credit| credit.points.0),
            ended: origin.ended.0,
            earned: false,
            active: !kept.pending.contains(&origin.lot),
            at,
            activates_at,
            expires_at,
        };
        let turn = turns(&rows, unit, &origin.rule, &origin.source);
        rows.insert(
            (unit, origin.rule.clone(), origin.source.clone(), turn),
            row,
        );
    }
    for earned in &member.earned {
        let turn = turns(&rows, "points", &earned.rule, &earned.source);
        let key = (
            "points",
            earned.rule.clone(),
            earned.source.clone(),
            (turn - 1).max(0),
        );
        let row = rows.entry(key).or_insert(Row {
            seq: None,
            why: Why::Activity,
            given: 0,
            remaining: 0,
            counted: 0,
            ended: 0,
            earned: true,
            active: true,
            at: earned.at,
            activates_at: earned.at,
            expires_at: None,
        });
        row.earned = true;
    }
    Ok(rows)
}

/// How many rows there are of what a rule gave for a source.
fn turns(rows: &BTreeMap<Key, Row>, unit: &'static str, rule: &str, source: &str) -> i64 {
    let from = (unit, rule.to_owned(), source.to_owned(), 0);
    let to = (unit, rule.to_owned(), source.to_owned(), i64::MAX);
    rows.range(from..to)
        .next_back()
        .map_or(0, |(key, _)| key.3 + 1)
}

/// Writes down what became of lots, and what is new.
pub(super) async fn credits(
    club: &mut Club,
    member: &str,
    before: &Kept,
    after: &Kept,
) -> Result<()> {
    let (before, after) = (rows(before)?, rows(after)?);
    for (key, row) in &after {
        let (unit, rule, source, turn) = key;
        let written = match before.get(key) {
            Some(known) if known == row => continue,
            None => {
                club.query(
                    "INSERT INTO credits (tenant, member, unit, rule, source, turn, seq, why, given, remaining,
                         counted, ended, earned, active, at, activates_at, expires_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
                     ON CONFLICT (tenant, member, unit, rule, source, turn) DO UPDATE SET seq = excluded.seq,
                         why = excluded.why, given = excluded.given, remaining = excluded.remaining,
                         counted = excluded.counted, earned = excluded.earned, active = excluded.active,
                         at = excluded.at, activates_at = excluded.activates_at, expires_at = excluded.expires_at
                     WHERE credits.seq IS NULL AND credits.earned = 0",
                )
                .bind(member)
                .bind(*unit)
                .bind(rule)
                .bind(source)
                .bind(*turn)
                .bind(row.seq)
                .bind(word(row.why))
                .bind(row.given)
                .bind(row.remaining)
                .bind(row.counted)
                .bind(row.ended)
                .bind(row.earned)
                .bind(row.active)
                .bind(row.at.0)
                .bind(row.activates_at.0)
                .bind(ms(row.expires_at))
                .execute(&mut club.tx)
                .await?
            }
            // A lot that is not as it was read is not written over.
            Some(known) => {
                club.query(
                    "UPDATE credits SET remaining = $6, counted = $7, ended = $8, earned = $9, active = $10,
                         expires_at = $11
                     WHERE tenant = $1 AND member = $2 AND unit = $3 AND rule = $4 AND source = $5
                         AND remaining = $12 AND turn = $13",
                )
                .bind(member)
                .bind(*unit)
                .bind(rule)
                .bind(source)
                .bind(row.remaining)
                .bind(row.counted)
                .bind(row.ended)
                .bind(row.earned)
                .bind(row.active)
                .bind(ms(row.expires_at))
                .bind(known.remaining)
                .bind(*turn)
                .execute(&mut club.tx)
                .await?
            }
        };
        if written != 1 {
            return Err(Error::internal(format!(
                "{rule} for {source} was not as it was read"
            )));
        }
    }
    // What was earned for nothing and lost its reason leaves no trace in the books; the row says so.
    for (key, row) in &before {
        if row.earned && !after.contains_key(key) {
            let (unit, rule, source, turn) = key;
            club.query(
                "UPDATE credits SET earned = 0
                 WHERE tenant = $1 AND member = $2 AND unit = $3 AND rule = $4 AND source = $5 AND turn = $6",
            )
            .bind(member)
            .bind(*unit)
            .bind(rule)
            .bind(source)
            .bind(*turn)
            .execute(&mut club.tx)
            .await?;
        }
    }
    Ok(())
}
