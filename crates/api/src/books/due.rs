//! When a member's books are opened though nobody asks: time changes something, or something is to be told.

use super::Books;
use super::tell::{Notice, RISK, WARNING};
use crate::club::Club;
use crate::problem::{Error, Result};
use rules::ledger::{self, Expiring};
use rules::program::Expiry;
use rules::tiers::{self, Standing};
use rules::{Program, Timestamp};
use serde_json::{Map, Value, json};

/// Ends of points that were warned of, as a list of milliseconds.
const ENDS: &str = "expiring";
/// The risk to a tier that was told of.
const TIER: &str = "tier";

/// What the shop's systems were told of a member once, and are not told again. A column of the member's row; other
/// modules keep their own fields in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told(Map<String, Value>);

impl Told {
    /// Reads the column.
    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|error| Error::internal(format!("what a member was told: {error}")))
    }

    /// As the column holds it.
    pub(super) fn write(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    fn knows_end(&self, end: Timestamp) -> bool {
        let ends = self.0.get(ENDS).and_then(Value::as_array);
        ends.is_some_and(|ends| ends.iter().any(|known| known.as_i64() == Some(end.0)))
    }

    /// Notes the ends of points that were warned of, and forgets those that are over.
    fn note_ends(&mut self, new: &[Timestamp], now: Timestamp) {
        let known = self.0.get(ENDS).and_then(Value::as_array);
        let known = known.into_iter().flatten().filter_map(Value::as_i64);
        let ends: Vec<i64> = known
            .filter(|end| *end > now.0)
            .chain(new.iter().map(|end| end.0))
            .collect();
        if ends.is_empty() {
            self.0.remove(ENDS);
        } else {
            self.0.insert(ENDS.to_owned(), json!(ends));
        }
    }

    fn knows_risk(&self, risk: &str) -> bool {
        self.0.get(TIER).and_then(Value::as_str) == Some(risk)
    }
}

impl Books {
    /// Whether time alone has something to do, as of the lock. False when another process was there before.
    #[must_use]
    pub fn is_due(&self, club: &Club) -> bool {
        self.due_at.is_some_and(|due| due <= club.now)
    }

    /// Lets time do what it does up to now, and collects what the shop's systems are told in time and once: points
    /// that end soon, a tier that will be lost. [`Books::close`] sends it.
    ///
    /// A group of points that end at one instant is warned of once, from the program's days before its end on. A risk
    /// to a tier is told once for its tier, its instant, and again when its grace begins.
    ///
    /// # Errors
    /// None that the rules know of.
    pub fn wake(&mut self, club: &Club) -> Result<()> {
        self.settle(club)?;
        self.woken = true;
        let now = self.account.settled_at();
        let soon: Vec<Expiring> = self
            .warnings(club)
            .into_iter()
            .filter(|(from, soon)| *from <= now && !self.told.knows_end(soon.expires_at))
            .map(|(_, soon)| soon)
            .collect();
        let ends: Vec<Timestamp> = soon.iter().map(|soon| soon.expires_at).collect();
        self.told.note_ends(&ends, now);
        for soon in soon {
            let body = json!({ "points": soon.points, "expires_at": soon.expires_at });
            self.notices.push(Notice {
                kind: WARNING,
                body,
            });
        }
        let standing = self.tier_standing(club, &self.account.keep());
        if let Some((risk, body)) = risk(club.program(), standing.as_ref())
            && !self.told.knows_risk(&risk)
        {
            self.told.0.insert(TIER.to_owned(), json!(risk));
            self.notices.push(Notice { kind: RISK, body });
        }
        Ok(())
    }

    /// What the row is to say of what was told; nothing unless this wrote it, because others keep their own fields there.
    pub(super) fn told_now(&self) -> Option<String> {
        self.woken.then(|| self.told.write())
    }

    /// The next instant at which the books are to be woken. What was not told yet and should have been makes it an
    /// instant that has passed; but books that were just woken are not woken again for the same instant.
    pub(super) fn next_due(&self, club: &Club, standing: Option<&Standing>) -> Option<Timestamp> {
        let (program, zone) = (club.program(), club.zone());
        let member = &self.account.member;
        let now = self.account.settled_at().max(club.now);
        let mut all: Vec<Timestamp> = self.account.next_due(program, zone).into_iter().collect();
        let untold = self.warnings(club).into_iter();
        let untold = untold.filter(|(_, soon)| !self.told.knows_end(soon.expires_at));
        all.extend(untold.map(|(from, _)| from));
        if let Some((ladder, standing)) = program.tiers.as_ref().zip(standing) {
            if let Some(until) = standing.keep_until {
                let before = |days: u32| zone.plus_days(until, -i64::from(days));
                let instants = [before(ladder.notice_days), before(ladder.grace_days), until];
                all.extend(instants.into_iter().filter(|at| *at > now));
            }
            if risk(program, Some(standing)).is_some_and(|(risk, _)| !self.told.knows_risk(&risk)) {
                all.push(now);
            }
        }
        let plan = member.membership.as_ref().map(|plan| plan.ends_at);
        all.extend(plan.filter(|end| *end > now));
        let woken = self.woken;
        all.into_iter().filter(|at| !woken || *at > now).min()
    }

    /// Points that end, and from when on they are warned of.
    fn warnings(&self, club: &Club) -> Vec<(Timestamp, Expiring)> {
        let (program, zone) = (club.program(), club.zone());
        let (Expiry::PerLot { warn_days, .. } | Expiry::Inactivity { warn_days, .. }) =
            program.expiry
        else {
            return Vec::new();
        };
        let now = self.account.settled_at();
        let balances = ledger::balances_under(program, zone, &self.account.member, now);
        let from = |soon: &Expiring| zone.plus_days(soon.expires_at, -i64::from(warn_days));
        let ending = balances.expiring.into_iter();
        ending.map(|soon| (from(&soon), soon)).collect()
    }
}

/// A risk to the tier that is held: a name that this risk always has, and what is told of it.
fn risk(program: &Program, standing: Option<&Standing>) -> Option<(String, Value)> {
    let standing = standing?;
    let level = program.tiers.as_ref()?.levels.get(standing.current)?;
    standing.notices.iter().find_map(|notice| {
        let (until, missing, in_grace) = match *notice {
            tiers::Notice::AtRisk { until, missing } => (until, missing, false),
            tiers::Notice::InGrace { until, missing } => (until, missing, true),
            tiers::Notice::NearNext { .. } => return None,
        };
        let name = format!("{} {until} {in_grace}", level.id);
        let body = json!({
            "tier": level.id, "until": until, "missing": missing, "in_grace": in_grace,
        });
        Some((name, body))
    })
}
