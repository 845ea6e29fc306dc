//! How far the merchant is on the way to a goal.

use crate::Timestamp;
use crate::insights::Indicator;
use serde::{Deserialize, Serialize};

/// What the merchant wants an indicator to become, and by when. Values are in the indicator's
/// [`unit`](Indicator::unit): purchases per year from 3 to 3.3 are 30000 and 33000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Goal {
    /// Prefixed id, `goal_…`.
    pub id: String,
    /// What is to change.
    pub indicator: Indicator,
    /// Where it stood when the goal was set.
    pub from: i64,
    /// Where it is to be; below `from` for what is to fall. Equal to it, the value is to be kept: at
    /// least, or at most for an indicator that should be low.
    pub to: i64,
    /// First instant.
    pub starts_at: Timestamp,
    /// When it is due.
    pub ends_at: Timestamp,
}

/// Where a goal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Progress {
    /// How much of the way is done, 0…10000, rounded down: 10000 is reached.
    pub bp: u16,
    /// How much of it is due by now, when all of it is spread evenly over the time; rounded down.
    pub due_bp: u16,
    /// No less is done than is due.
    pub on_track: bool,
    /// The value is where it is to be.
    pub reached: bool,
}

/// Where a goal stands with this value of its indicator.
pub fn progress(goal: &Goal, value: i64, now: Timestamp) -> Progress {
    let falling = goal.to < goal.from || (goal.to == goal.from && goal.indicator.falls());
    let sign = if falling { -1 } else { 1 };
    let along = |value: i64| sign * (i128::from(value) - i128::from(goal.from));
    let way = along(goal.to);
    let reached = along(value) >= way;
    let done = if reached { way } else { along(value).max(0) };
    let time = i128::from(goal.ends_at.since(goal.starts_at).max(0));
    let passed = i128::from(now.since(goal.starts_at)).clamp(0, time);
    let over = now >= goal.ends_at;
    Progress {
        bp: if reached { 10_000 } else { share(done, way) },
        due_bp: if over { 10_000 } else { share(passed, time) },
        // 64 bits of a way times 63 bits of time fit.
        on_track: reached || (!over && done * time >= passed * way),
        reached,
    }
}

/// `part ÷ whole` in basis points, rounded down; nothing of nothing.
fn share(part: i128, whole: i128) -> u16 {
    (10_000 * part)
        .checked_div(whole)
        .map_or(0, |bp| bp.clamp(0, 10_000) as u16)
}

#[cfg(test)]
mod tests;
