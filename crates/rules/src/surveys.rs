//! Which survey a member is asked now, and why the others are not.

use crate::experiments::sample;
use crate::member::{Member, Prompted};
use crate::program::{Scope, Survey, Trigger};
use crate::time::DAY_MS;
use crate::{Program, Timestamp};
use serde::{Deserialize, Serialize};

/// What the page knows at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The order that was just placed: what makes `order_confirmed` due.
    #[serde(default)]
    pub order_id: Option<String>,
    /// A page on which nothing is asked; the checkout always is one.
    #[serde(default)]
    pub blocked_page: bool,
    /// Something was asked in this visit already.
    #[serde(default)]
    pub prompted_this_visit: bool,
    /// No panel and no other prompt is in the way.
    pub slot_free: bool,
    /// BCP 47 tag in which the shopper reads.
    pub language: String,
}

/// What became of one survey: the first gate that is closed, in the order of the gates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is shown.
    Show,
    /// It could be shown, and another one goes first.
    Outranked {
        /// That one's id.
        by: String,
    },
    /// The merchant has switched it off.
    Disabled,
    /// Its time has not come.
    NotStarted {
        /// From when it may be shown.
        at: Timestamp,
    },
    /// Its time is over.
    Ended {
        /// Since when.
        at: Timestamp,
    },
    /// It has no question in the shopper's language.
    NoLanguage,
    /// Nothing has made it due.
    NotTriggered,
    /// The member is too new.
    TooNew {
        /// From when they are not.
        at: Timestamp,
    },
    /// The member has bought too little.
    TooFewOrders,
    /// Done in this scope.
    AlreadyAsked,
    /// Answered, and the wait has not passed.
    AnsweredWait {
        /// When it has.
        until: Timestamp,
    },
    /// Dismissed, and the wait has not passed.
    DismissedWait {
        /// When it has.
        until: Timestamp,
    },
    /// Shown often enough without any reaction.
    Ignored,
    /// Something was asked not long ago.
    GlobalWait {
        /// When it is long enough.
        until: Timestamp,
    },
    /// Something was asked in this visit.
    OncePerVisit,
    /// This person is not in the sample.
    NotSampled,
    /// Something else is in the way.
    SlotTaken,
    /// Nothing is asked on this page.
    BlockedPage,
}

impl Verdict {
    /// When time alone could turn it: at once where only this page or visit is in the way.
    const fn turns_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::NotStarted { at } | Self::TooNew { at } => Some(*at),
            Self::AnsweredWait { until }
            | Self::DismissedWait { until }
            | Self::GlobalWait { until } => Some(*until),
            Self::Show
            | Self::Outranked { .. }
            | Self::OncePerVisit
            | Self::SlotTaken
            | Self::BlockedPage => Some(now),
            _ => None,
        }
    }
}

/// A survey to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    /// The survey's id.
    pub survey: String,
    /// Order id for a survey asked per order, else empty.
    #[serde(default)]
    pub scope: String,
}

/// The outcome for all surveys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The survey to show now.
    #[serde(default)]
    pub show: Option<Show>,
    /// Every survey by id, in the program's order.
    pub verdicts: Vec<(String, Verdict)>,
    /// Earliest instant at which a survey of trigger `page` could become due by time alone.
    #[serde(default)]
    pub wake_at: Option<Timestamp>,
}

/// Decides what is asked now. `history` is the server's record merged with the browser's.
pub fn decide(
    program: &Program,
    member: &Member,
    history: &[Prompted],
    context: &Context,
    now: Timestamp,
) -> Decision {
    let asked = Asked {
        program,
        member,
        history,
        context,
        now,
    };
    let mut best: Option<(&Survey, Rank)> = None;
    let mut verdicts = Vec::with_capacity(program.surveys.len());
    for survey in &program.surveys {
        let closed = asked.closed_gate(survey);
        if closed.is_none() {
            let rank = asked.rank(survey);
            if best
                .as_ref()
                .is_none_or(|(first, r)| (&rank, &survey.id) < (r, &first.id))
            {
                best = Some((survey, rank));
            }
        }
        verdicts.push((survey.id.clone(), closed.unwrap_or(Verdict::Show)));
    }
    let show = best.map(|(survey, _)| Show {
        survey: survey.id.clone(),
        scope: asked.scope(survey).to_owned(),
    });
    let mut wake_at: Option<Timestamp> = None;
    for ((id, verdict), survey) in verdicts.iter_mut().zip(&program.surveys) {
        if *verdict == Verdict::Show
            && let Some(first) = show.as_ref().filter(|first| first.survey != *id)
        {
            *verdict = Verdict::Outranked {
                by: first.survey.clone(),
            };
        }
        let turns_at = Some(&*verdict).filter(|_| survey.trigger == Trigger::Page);
        if let Some(at) = turns_at.and_then(|verdict| verdict.turns_at(now)) {
            wake_at = Some(wake_at.map_or(at, |other| other.min(at)));
        }
    }
    Decision {
        show,
        verdicts,
        wake_at,
    }
}

/// Smaller goes first: priority, then what is under way, then what was shown least recently.
type Rank = (i64, bool, Option<Timestamp>);

/// All that the gates look at.
struct Asked<'a> {
    program: &'a Program,
    member: &'a Member,
    history: &'a [Prompted],
    context: &'a Context,
    now: Timestamp,
}

impl Asked<'_> {
    fn scope(&self, survey: &Survey) -> &str {
        match survey.scope {
            Scope::PerOrder => self.context.order_id.as_deref().unwrap_or_default(),
            Scope::Once | Scope::Periodic => "",
        }
    }

    fn record(&self, survey: &Survey) -> Option<&Prompted> {
        let scope = self.scope(survey);
        self.history
            .iter()
            .find(|p| p.survey == survey.id && p.scope == scope)
    }

    fn rank(&self, survey: &Survey) -> Rank {
        let record = self.record(survey);
        let under_way = record.is_some_and(|p| ignored(p) > 0);
        (
            -i64::from(survey.priority),
            !under_way,
            record.and_then(|p| p.shown_at),
        )
    }

    /// The end of a wait that has not passed. A record from the future counts as now.
    fn waits(&self, last: Option<Timestamp>, days: u32) -> Option<Timestamp> {
        let mut last = last?;
        if last.since(self.now) > 5 * 60_000 {
            last = self.now;
        }
        let wait = i64::from(days).saturating_mul(DAY_MS);
        (self.now.since(last) < wait).then(|| last.plus_ms(wait))
    }

    fn closed_gate(&self, survey: &Survey) -> Option<Verdict> {
        let (now, context) = (self.now, self.context);
        if !survey.enabled {
            return Some(Verdict::Disabled);
        }
        if let Some(at) = survey.starts_at.filter(|at| now < *at) {
            return Some(Verdict::NotStarted { at });
        }
        if let Some(at) = survey.ends_at.filter(|at| *at <= now) {
            return Some(Verdict::Ended { at });
        }
        if !speaks(survey, &context.language) {
            return Some(Verdict::NoLanguage);
        }
        let due = match survey.trigger {
            Trigger::Page => true,
            Trigger::OrderConfirmed => context.order_id.is_some(),
            _ => false,
        };
        if !due || (survey.scope == Scope::PerOrder && context.order_id.is_none()) {
            return Some(Verdict::NotTriggered);
        }
        let periodic = survey.scope == Scope::Periodic;
        let age = survey
            .audience
            .member_days_min
            .unwrap_or(if periodic { 30 } else { 0 });
        if let Some(at) = self.waits(Some(self.member.joined_at), age) {
            return Some(Verdict::TooNew { at });
        }
        if (self.member.purchases.len() as u64) < u64::from(survey.audience.orders_min) {
            return Some(Verdict::TooFewOrders);
        }
        if let Some(record) = self.record(survey) {
            let again_after_no = periodic || survey.dismissed_wait_days.is_some();
            let done = !periodic && record.answered_at.is_some();
            if done || (!again_after_no && record.dismissed_at.is_some()) {
                return Some(Verdict::AlreadyAsked);
            }
            let answered_days = survey.answered_wait_days.unwrap_or(90);
            if let Some(until) = self.waits(record.answered_at, answered_days) {
                return Some(Verdict::AnsweredWait { until });
            }
            let dismissed_days = survey.dismissed_wait_days.unwrap_or(30);
            if let Some(until) = self.waits(record.dismissed_at, dismissed_days) {
                return Some(Verdict::DismissedWait { until });
            }
            if ignored(record) >= survey.max_displays.unwrap_or(3) {
                return Some(Verdict::Ignored);
            }
        }
        let last_prompt = self.history.iter().filter_map(|p| p.shown_at).max();
        if let Some(until) = self.waits(last_prompt, survey.global_wait_days.unwrap_or(7)) {
            return Some(Verdict::GlobalWait { until });
        }
        if context.prompted_this_visit {
            return Some(Verdict::OncePerVisit);
        }
        if sample(&self.member.id, &survey.id, &self.program.id) >= survey.rate.0 {
            return Some(Verdict::NotSampled);
        }
        if !context.slot_free {
            return Some(Verdict::SlotTaken);
        }
        context.blocked_page.then_some(Verdict::BlockedPage)
    }
}

/// Times it was shown since the person last reacted to it.
fn ignored(record: &Prompted) -> u32 {
    let reacted = record.answered_at.max(record.dismissed_at);
    if reacted.is_some() && record.shown_at <= reacted {
        0
    } else {
        record.displays
    }
}

/// Whether the survey can be asked in this language. Its question may be the locale file's.
fn speaks(survey: &Survey, language: &str) -> bool {
    let base = language.split('-').next().unwrap_or_default();
    survey.question.is_empty()
        || survey.question.contains_key(language)
        || survey.question.contains_key(base)
}

/// What a person did with a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// It was rendered and visible.
    Shown,
    /// They answered.
    Answered,
    /// They closed it.
    Dismissed,
}

/// Notes in a history what happened to a prompt.
pub fn note(history: &mut Vec<Prompted>, show: &Show, reaction: Reaction, now: Timestamp) {
    let known = history
        .iter()
        .position(|p| p.survey == show.survey && p.scope == show.scope);
    let place = known.unwrap_or(history.len());
    if known.is_none() {
        history.push(Prompted {
            survey: show.survey.clone(),
            scope: show.scope.clone(),
            ..Prompted::default()
        });
    }
    let Some(record) = history.get_mut(place) else {
        return;
    };
    match reaction {
        Reaction::Shown => {
            record.displays = ignored(record).saturating_add(1);
            record.shown_at = Some(now);
        }
        Reaction::Answered => record.answered_at = Some(now),
        Reaction::Dismissed => record.dismissed_at = Some(now),
    }
}

/// Records that a history keeps at most; the oldest go first.
const HISTORY_MAX: usize = 200;

/// The union of two histories, by survey and scope; the later instant wins. The same whichever comes
/// first, and however often.
pub fn merge(server: &[Prompted], local: &[Prompted]) -> Vec<Prompted> {
    let mut all: Vec<Prompted> = Vec::with_capacity(server.len() + local.len());
    for record in server.iter().chain(local) {
        match all.binary_search_by(|p| (&p.survey, &p.scope).cmp(&(&record.survey, &record.scope)))
        {
            Err(place) => all.insert(place, record.clone()),
            Ok(place) => {
                let Some(known) = all.get_mut(place) else {
                    continue;
                };
                if known.shown_at == record.shown_at {
                    known.displays = known.displays.max(record.displays);
                } else if known.shown_at < record.shown_at {
                    known.displays = record.displays;
                }
                known.shown_at = known.shown_at.max(record.shown_at);
                known.answered_at = known.answered_at.max(record.answered_at);
                known.dismissed_at = known.dismissed_at.max(record.dismissed_at);
            }
        }
    }
    while all.len() > HISTORY_MAX {
        let touched = |p: &Prompted| p.shown_at.max(p.answered_at).max(p.dismissed_at);
        let oldest = all
            .iter()
            .enumerate()
            .min_by_key(|(_, p)| touched(p))
            .map(|(i, _)| i);
        all.remove(oldest.unwrap_or(0));
    }
    all
}

#[cfg(test)]
mod tests;
