//! Which survey a member is asked now, and why the others are not.

mod answers;
mod belonging;
mod history;
mod pages;

pub use answers::{Answer, ScoreFault, fault, fault_so_far, latest};
pub use history::{HISTORY_MAX, Reaction, merge, note, sound};

use belonging::{Belonging, ByFacts, ByList};

use crate::audience::{self, Miss};
use crate::experiments;
use crate::member::{Member, Prompted};
use crate::program::{Device, Scope, Survey, SurveyKind, Trigger};
use crate::time::DAY_MS;
use crate::{Program, Timestamp, Zone, tiers};
use serde::{Deserialize, Serialize};

/// How far a clock may run ahead; what lies further in the future counts as now.
const AHEAD_MS: i64 = 5 * 60_000;

/// What the page knows at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The order that was just placed: what makes `order_confirmed` due.
    #[serde(default)]
    pub order_id: Option<String>,
    /// The order that has just arrived: what makes `order_delivered` due.
    #[serde(default)]
    pub delivered_order_id: Option<String>,
    /// The complaint that was resolved: what makes `complaint_resolved` due.
    #[serde(default)]
    pub resolved_complaint: Option<String>,
    /// Seconds spent on this page so far: what makes `dwell` due.
    #[serde(default)]
    pub dwell_seconds: u32,
    /// The event that the page has just reported.
    #[serde(default)]
    pub event: Option<String>,
    /// Id of the survey that the page asks for.
    #[serde(default)]
    pub manual: Option<String>,
    /// The page's path, as in the address: `/cart`, percent-encoded or not.
    #[serde(default)]
    pub path: String,
    /// What the page is seen on; when absent, a survey for certain devices is not shown.
    #[serde(default)]
    pub device: Option<Device>,
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
    /// It is not for this page.
    WrongPage,
    /// It is not for this device.
    WrongDevice,
    /// Nothing has made it due.
    NotTriggered,
    /// The member is not in one of its tiers.
    WrongTier,
    /// The member is not in one of its segments.
    NotInSegment,
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
    /// This person is in another arm of the experiment, or it is not running.
    NotInArm,
    /// Something else is in the way.
    SlotTaken,
    /// Nothing is asked on this page.
    BlockedPage,
}

impl From<Miss> for Verdict {
    fn from(miss: Miss) -> Self {
        match miss {
            Miss::WrongTier => Self::WrongTier,
            Miss::NotInSegment => Self::NotInSegment,
            Miss::TooNew { at } => Self::TooNew { at },
            Miss::TooFewOrders => Self::TooFewOrders,
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
    /// Earliest instant at which a survey that needs no more than a visit (`page`, `dwell`, `inactive_return`, and
    /// what has arrived or was resolved) could be due on some page of the shop. Before it there is no use in asking.
    /// What only the server knows is looked for after a day.
    #[serde(default)]
    pub wake_at: Option<Timestamp>,
}

/// Decides what is asked now. `history` is the server's record merged with the browser's, in any order.
///
/// A survey's gates are tried in one order, and the first closed one is told: switched on and in its
/// schedule, language, page and device, trigger, audience, once in its scope, wait after an answer, wait
/// after a dismissal, times ignored, wait since any prompt, once per visit, sample and experiment, the
/// slot, the page. Among those that pass goes first: the higher priority, then what was shown and had no
/// reaction yet, then what was shown least recently, then the smaller id.
pub fn decide(
    program: &Program,
    zone: &Zone,
    member: &Member,
    history: &[Prompted],
    context: &Context,
    now: Timestamp,
) -> Decision {
    let tiered = program.surveys.iter().any(|s| !s.audience.tiers.is_empty());
    let tier = if tiered {
        tiers::current(program, zone, member, now)
    } else {
        None
    };
    decide_by(ByFacts(tier), program, zone, member, history, context, now)
}

/// [`decide`] for who does not know tiers and experiments, but has a list of what may be asked (by survey and scope)
/// from somebody who does. A survey for certain tiers, or for an arm, is asked when it is listed.
pub fn decide_listed(
    listed: &dyn Fn(&str, &str) -> bool,
    program: &Program,
    zone: &Zone,
    member: &Member,
    history: &[Prompted],
    context: &Context,
    now: Timestamp,
) -> Decision {
    decide_by(ByList(listed), program, zone, member, history, context, now)
}

fn decide_by<B: Belonging>(
    belonging: B,
    program: &Program,
    zone: &Zone,
    member: &Member,
    history: &[Prompted],
    context: &Context,
    now: Timestamp,
) -> Decision {
    let history = merge(history, &[]);
    let asked = Asked {
        belonging,
        program,
        zone,
        member,
        last_prompt: history.iter().filter_map(history::prompted_at).max(),
        history,
        context,
        now,
    };
    let mut best: Option<(&Survey, Rank)> = None;
    let mut verdicts = Vec::with_capacity(program.surveys.len());
    let mut wake_at: Option<Timestamp> = None;
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
        if let Some(at) = asked.turns_at(survey, closed.as_ref()) {
            wake_at = Some(wake_at.map_or(at, |other| other.min(at)));
        }
        verdicts.push((survey.id.clone(), closed.unwrap_or(Verdict::Show)));
    }
    let show = best.map(|(survey, _)| Show {
        survey: survey.id.clone(),
        scope: asked.scope(survey).to_owned(),
    });
    for (id, verdict) in &mut verdicts {
        if *verdict == Verdict::Show
            && let Some(first) = show.as_ref().filter(|first| first.survey != *id)
        {
            *verdict = Verdict::Outranked {
                by: first.survey.clone(),
            };
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
struct Asked<'a, B> {
    belonging: B,
    program: &'a Program,
    zone: &'a Zone,
    member: &'a Member,
    /// One record for each survey and scope, in their order.
    history: Vec<Prompted>,
    last_prompt: Option<Timestamp>,
    context: &'a Context,
    now: Timestamp,
}

impl<B: Belonging> Asked<'_, B> {
    /// The order that the survey is about.
    fn order(&self, survey: &Survey) -> Option<&str> {
        let order = match survey.trigger {
            Trigger::OrderDelivered => &self.context.delivered_order_id,
            _ => &self.context.order_id,
        };
        named(order)
    }

    fn scope(&self, survey: &Survey) -> &str {
        match survey.scope {
            Scope::PerOrder => self.order(survey).unwrap_or_default(),
            Scope::Once | Scope::Periodic => "",
        }
    }

    fn record(&self, survey: &Survey) -> Option<&Prompted> {
        let key = (survey.id.as_str(), self.scope(survey));
        let place = self.history.binary_search_by(|p| history::key(p).cmp(&key));
        self.history.get(place.ok()?)
    }

    fn rank(&self, survey: &Survey) -> Rank {
        let record = self.record(survey);
        let under_way = record.is_some_and(|p| history::ignored(p) > 0);
        (
            -i64::from(survey.priority),
            !under_way,
            record.and_then(|p| p.shown_at),
        )
    }

    /// The end of a wait that has not passed. A record from the future counts as now.
    fn waits(&self, last: Option<Timestamp>, days: u32) -> Option<Timestamp> {
        let mut last = last?;
        if last.since(self.now) > AHEAD_MS {
            last = self.now;
        }
        let wait = i64::from(days).saturating_mul(DAY_MS);
        (self.now.since(last) < wait).then(|| last.plus_ms(wait))
    }

    /// From when a member who comes again has been away for so many calendar days since the last paid
    /// order. Who never bought does not come back.
    fn back_at(&self, days: u32) -> Option<Timestamp> {
        let bought = self.member.purchases.last().map(|order| order.paid_at);
        let last = self.member.last_order_at.max(bought)?;
        Some(self.zone.plus_days(last, days.into()))
    }

    fn triggered(&self, survey: &Survey) -> bool {
        let context = self.context;
        let due = match &survey.trigger {
            Trigger::Page => true,
            Trigger::OrderConfirmed | Trigger::OrderDelivered => self.order(survey).is_some(),
            Trigger::ComplaintResolved => named(&context.resolved_complaint).is_some(),
            Trigger::InactiveReturn(days) => self.back_at(*days).is_some_and(|at| at <= self.now),
            Trigger::Dwell(seconds) => context.dwell_seconds >= *seconds,
            Trigger::Event(name) => context.event.as_ref() == Some(name),
            Trigger::Manual => context.manual.as_ref() == Some(&survey.id),
        };
        due && (survey.scope != Scope::PerOrder || self.order(survey).is_some())
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
        if !pages::has(&survey.pages, &context.path) {
            return Some(Verdict::WrongPage);
        }
        let devices = &survey.pages.devices;
        if !devices.is_empty() && !context.device.is_some_and(|one| devices.contains(&one)) {
            return Some(Verdict::WrongDevice);
        }
        if !self.triggered(survey) {
            return Some(Verdict::NotTriggered);
        }
        self.closed_to_member(survey)
    }

    /// The gates from the audience on.
    fn closed_to_member(&self, survey: &Survey) -> Option<Verdict> {
        let (now, context, member) = (self.now, self.context, self.member);
        let periodic = survey.scope == Scope::Periodic;
        let days = if periodic { 30 } else { 0 };
        let audience = &survey.audience;
        if !audience.tiers.is_empty() && !self.belonging.in_tiers(self, survey) {
            return Some(Verdict::WrongTier);
        }
        if let Some(miss) = audience::miss_beside_tier(audience, member, days, now) {
            return Some(miss.into());
        }
        if let Some(record) = self.record(survey) {
            let again_after_no = periodic || survey.dismissed_wait_days.is_some();
            let done = !periodic && record.answered_at.is_some();
            if done || (!again_after_no && record.dismissed_at.is_some()) {
                return Some(Verdict::AlreadyAsked);
            }
            let year = survey.kind == SurveyKind::Cli;
            let usual = if year { 365 } else { 90 };
            let answered_days = survey.answered_wait_days.unwrap_or(usual);
            if let Some(until) = self.waits(record.answered_at, answered_days) {
                return Some(Verdict::AnsweredWait { until });
            }
            let dismissed_days = survey.dismissed_wait_days.unwrap_or(30);
            if let Some(until) = self.waits(record.dismissed_at, dismissed_days) {
                return Some(Verdict::DismissedWait { until });
            }
            if history::ignored(record) >= survey.max_displays.unwrap_or(3) {
                return Some(Verdict::Ignored);
            }
        }
        if let Some(until) = self.waits(self.last_prompt, survey.global_wait_days.unwrap_or(7)) {
            return Some(Verdict::GlobalWait { until });
        }
        if context.prompted_this_visit {
            return Some(Verdict::OncePerVisit);
        }
        if experiments::sample(&member.id, &survey.id, &self.program.id) >= survey.rate.0 {
            return Some(Verdict::NotSampled);
        }
        if let Some(arm) = &survey.arm
            && !self.belonging.in_arm(self, survey, arm)
        {
            return Some(Verdict::NotInArm);
        }
        if !context.slot_free {
            return Some(Verdict::SlotTaken);
        }
        context.blocked_page.then_some(Verdict::BlockedPage)
    }

    /// When a survey that needs no more than a visit could be due on some page: at once where only this
    /// page or visit is in the way, never where time alone changes nothing.
    fn turns_at(&self, survey: &Survey, closed: Option<&Verdict>) -> Option<Timestamp> {
        let of_each = survey.scope == Scope::PerOrder;
        // Nobody tells the page of it; the server may know of one by then.
        let next = self.now.plus_ms(DAY_MS);
        let from = match survey.trigger {
            Trigger::OrderDelivered | Trigger::ComplaintResolved if self.triggered(survey) => {
                self.now
            }
            Trigger::OrderDelivered | Trigger::ComplaintResolved => next,
            _ if of_each => return None,
            Trigger::Page | Trigger::Dwell(_) => self.now,
            Trigger::InactiveReturn(days) => self.back_at(days)?,
            _ => return None,
        };
        let elsewhere = match closed {
            Some(Verdict::WrongPage | Verdict::NotTriggered) => self.closed_to_member(survey),
            known => known.cloned(),
        };
        let at = match elsewhere {
            Some(Verdict::NotStarted { at } | Verdict::TooNew { at }) => at,
            // Another order may have arrived.
            Some(Verdict::AlreadyAsked | Verdict::DismissedWait { .. } | Verdict::Ignored)
                if of_each =>
            {
                next
            }
            Some(
                Verdict::AnsweredWait { until }
                | Verdict::DismissedWait { until }
                | Verdict::GlobalWait { until },
            ) => until,
            Some(Verdict::NotInArm) => {
                let arm = survey.arm.as_ref()?;
                self.belonging.arm_opens_at(self, arm)?
            }
            None | Some(Verdict::OncePerVisit | Verdict::SlotTaken | Verdict::BlockedPage) => {
                self.now
            }
            _ => return None,
        };
        Some(at.max(from))
    }
}

/// An id that says something.
fn named(id: &Option<String>) -> Option<&str> {
    id.as_deref().filter(|id| !id.is_empty())
}

/// Whether the survey can be asked in this language. Its question may be the locale file's.
fn speaks(survey: &Survey, language: &str) -> bool {
    let base = language.split('-').next().unwrap_or_default();
    survey.question.is_empty()
        || survey.question.contains_key(language)
        || survey.question.contains_key(base)
}

#[cfg(test)]
mod tests;
