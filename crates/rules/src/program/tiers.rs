//! Tiers, and what moves a member between them.

use super::{Benefit, Text, thirty};
use crate::{Bp, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// Tiers and what moves a member between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Ladder {
    /// What is counted.
    pub measure: Measure,
    /// Over which time.
    pub window: Window,
    /// What happens when a tier is not kept.
    #[serde(default)]
    pub downgrade: Downgrade,
    /// Days between losing the right to a tier and losing the tier.
    #[serde(default)]
    pub grace_days: u32,
    /// Days before a demotion from which the member is told.
    #[serde(default = "thirty")]
    pub notice_days: u32,
    /// From the lowest up; the first one's `enter` is 0.
    pub levels: Vec<Tier>,
    /// Thresholds that were in force before, oldest first: what was counted under them keeps its worth,
    /// so that new thresholds raise at once and lower by the usual rule. Publishing adds the old ones
    /// when a threshold changes.
    #[serde(default)]
    pub former: Vec<Former>,
}

impl Ladder {
    /// Takes over what was in force before, at the instant at which this ladder follows another. Another
    /// measure or window is another ladder: nothing of the old one counts under it.
    pub fn follow(&mut self, running: &Self, now: Timestamp) {
        self.begin(now);
        if (self.measure, self.window) != (running.measure, running.window) {
            return;
        }
        for level in self.levels.iter_mut().filter(|level| level.entry.is_some()) {
            let before = running.levels.iter().find(|known| known.id == level.id);
            if let Some(before) = before.filter(|known| known.entry.is_some()) {
                level.entry_since = before.entry_since;
            }
        }
        self.former.clone_from(&running.former);
        let levels = running.marks();
        if levels != self.marks() {
            self.former.push(Former { until: now, levels });
        }
    }

    /// Takes over nothing: the ladder begins at this instant in a club that runs already. What its members bought
    /// before counts, and brings them no entry reward.
    pub fn begin(&mut self, now: Timestamp) {
        self.former.clear();
        for level in &mut self.levels {
            level.entry_since = level.entry.as_ref().map(|_| now);
        }
    }

    fn marks(&self) -> Vec<Mark> {
        let mark = |tier: &Tier| Mark {
            id: tier.id.clone(),
            enter: tier.enter,
            retain: tier.retain,
        };
        self.levels.iter().map(mark).collect()
    }
}

/// Thresholds that were in force until some instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Former {
    /// First instant at which they no longer were.
    pub until: Timestamp,
    /// The tiers of then.
    pub levels: Vec<Mark>,
}

/// What a tier took then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Mark {
    /// The tier's id; one that the program no longer has is passed over.
    pub id: String,
    /// Measure that reached it.
    pub enter: i64,
    /// Measure that kept it; `enter` when absent.
    #[serde(default)]
    pub retain: Option<i64>,
}

/// What a tier counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Money paid, net of refunds, in minor units.
    Spend,
    /// Points that became active.
    PointsEarned,
    /// Paid orders.
    Orders,
}

/// Time over which a measure is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Since joining.
    Lifetime,
    /// The program's calendar year; a Jalali year starts at Nowruz.
    CalendarYear,
    /// The last so many months.
    RollingMonths(u32),
}

/// What happens when a tier is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// Tiers are for ever.
    None,
    /// One step down.
    OneDown,
    /// To the tier that the measure reaches now.
    #[default]
    Recompute,
}

/// One tier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Tier {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Measure that reaches it (minor units, points or orders).
    pub enter: i64,
    /// Measure that keeps it; `enter` when absent.
    #[serde(default)]
    pub retain: Option<i64>,
    /// Multiplies purchase points.
    #[serde(default)]
    pub multiplier: Bp,
    /// What it brings.
    #[serde(default)]
    pub perks: Vec<Perk>,
    /// Given on reaching it, once per rise per period.
    #[serde(default, deserialize_with = "crate::later::maybe")]
    pub entry: Option<Benefit>,
    /// From when on reaching it brings `entry`; always when absent. Publishing says it where a running program had no
    /// such entry reward, or another ladder: who had reached the tier by then gets nothing for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_since: Option<Timestamp>,
}

/// What a tier or a membership brings, beside its multiplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Perk {
    /// In the merchant's words.
    Text(Text),
    /// No shipping fee.
    FreeShipping,
    /// New products so many hours before the others.
    EarlyAccess(u32),
    /// A support line of its own.
    SupportLine,
    /// More points on the birthday.
    BirthdayBonus(Points),
}
