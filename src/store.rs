//! What the engine knows, as signals, and what follows from it.
//!
//! Data goes one way: replies of the API write `program` and `me`; [`rules`] turns them into balances, standing
//! and eligibility; views read those. Nothing else holds a copy.

use crate::host::{Host, decode};
use crate::outbox::Action;
use crate::prompts;
use contract::shopper::{ProgramView, Snapshot};
use leptos::prelude::*;
use rules::ledger::{self, Balances};
use rules::member::Prompted;
use rules::program::{Reward, Tier};
use rules::rewards::{self, Reason};
use rules::surveys::{self, Show};
use rules::tiers::{self, Standing};
use rules::{Money, Points, Timestamp};
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// Who is looking.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Not known yet.
    Unknown,
    /// Not logged in.
    Guest,
    /// Logged in, not in the club.
    Stranger,
    /// A member.
    Member,
}

/// How current the shown data is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Being asked for, nothing wrong so far.
    Asking,
    /// As the server said.
    Fresh,
    /// The server did not answer; tried again by itself.
    Lost,
}

/// The places of the panel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Balance, tier, next step.
    Home,
    /// Ways to earn.
    Earn,
    /// Rewards and codes.
    Rewards,
    /// Invitation.
    Refer,
    /// Entries.
    History,
}

impl View {
    /// All places in the order of the bar.
    pub const ALL: [Self; 5] = [
        Self::Home,
        Self::Earn,
        Self::Rewards,
        Self::Refer,
        Self::History,
    ];

    /// Its name in the API and in locale keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Earn => "earn",
            Self::Rewards => "rewards",
            Self::Refer => "refer",
            Self::History => "history",
        }
    }

    /// The place of this name; home for any other.
    pub fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|v| v.name() == name)
            .unwrap_or(Self::Home)
    }
}

/// A sentence for the live region and the strip under the header.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// Already in the shopper's language.
    pub text: String,
    /// Something did not work.
    pub bad: bool,
}

/// A survey on screen.
#[derive(Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Which, and in which scope.
    pub show: Show,
    /// Id of the response, made before anything is sent.
    pub response: String,
}

/// The store: cheap to copy, alive as long as the engine.
#[derive(Clone, Copy)]
pub struct Store {
    host: StoredValue<Host, LocalStorage>,
    /// The published program.
    pub program: RwSignal<Option<Arc<ProgramView>>>,
    /// The member's snapshot.
    pub me: RwSignal<Option<Arc<Snapshot>>>,
    /// Who is looking.
    pub who: RwSignal<Who>,
    /// How current it is.
    pub link: RwSignal<Link>,
    /// Actions whose outcome is not known yet.
    pub doing: RwSignal<Vec<Action>>,
    /// What was just said.
    pub notice: RwSignal<Option<Notice>>,
    /// The panel is open.
    pub open: RwSignal<bool>,
    /// Where.
    pub view: RwSignal<View>,
    /// The reward or redemption that asks to be confirmed.
    pub confirming: RwSignal<Option<String>>,
    /// The redemption that was just made, shown first.
    pub fresh: RwSignal<Option<String>>,
    /// The survey on screen.
    pub prompt: RwSignal<Option<Prompt>>,
    /// Older entries that were paged in.
    pub older: RwSignal<Vec<contract::shopper::Entry>>,
    /// Where the next page begins; none when all is shown.
    pub cursor: RwSignal<Option<String>>,
    /// Changes with the language.
    pub lang: RwSignal<String>,
}

impl Store {
    /// An empty store.
    pub fn new(host: Host) -> Self {
        Self {
            host: StoredValue::new_local(host),
            program: RwSignal::new(None),
            me: RwSignal::new(None),
            who: RwSignal::new(Who::Unknown),
            link: RwSignal::new(Link::Asking),
            doing: RwSignal::new(Vec::new()),
            notice: RwSignal::new(None),
            open: RwSignal::new(false),
            view: RwSignal::new(View::Home),
            confirming: RwSignal::new(None),
            fresh: RwSignal::new(None),
            prompt: RwSignal::new(None),
            older: RwSignal::new(Vec::new()),
            cursor: RwSignal::new(None),
            lang: RwSignal::new(crate::words::lang()),
        }
    }

    /// The door.
    pub fn host(self) -> Host {
        self.host.get_value()
    }

    /// The corrected instant.
    pub fn now(self) -> Timestamp {
        Timestamp(self.host.with_value(Host::now) as i64)
    }

    /// Everything at once, when both halves are there.
    pub fn club(self) -> Option<Club> {
        Some(Club {
            program: self.program.get()?,
            me: self.me.get()?,
            now: self.now(),
        })
    }

    /// Says something to the shopper.
    pub fn say(self, text: String, bad: bool) {
        self.notice.set(Some(Notice { text, bad }));
    }

    /// Goes to a place.
    pub fn go(self, view: View) {
        self.confirming.set(None);
        self.notice.set(None);
        self.view.set(view);
    }

    /// Forgets the member, keeps the program.
    pub fn forget(self) {
        self.me.set(None);
        self.older.set(Vec::new());
        self.cursor.set(None);
        self.confirming.set(None);
        self.fresh.set(None);
        self.notice.set(None);
        self.prompt.set(None);
        self.doing.set(Vec::new());
    }
}

/// The program and the member together at one instant: the input of every rule.
#[derive(Clone)]
pub struct Club {
    /// The program.
    pub program: Arc<ProgramView>,
    /// The member.
    pub me: Arc<Snapshot>,
    /// The instant.
    pub now: Timestamp,
}

impl Club {
    /// What the member has.
    pub fn balances(&self) -> Balances {
        ledger::balances(&self.me.facts, self.now)
    }

    /// What points are worth.
    pub fn worth(&self, points: Points) -> Option<Money> {
        ledger::worth(&self.program.program, points)
    }

    /// Where the member stands among the tiers.
    pub fn standing(&self) -> Option<Standing> {
        let p = &self.program;
        let ladder = p.program.tiers.as_ref()?;
        Some(tiers::standing(
            ladder,
            p.program.calendar,
            &p.zone,
            &self.me.facts,
            self.now,
        ))
    }

    /// A tier by its place on the ladder.
    pub fn tier(&self, level: usize) -> Option<&Tier> {
        self.program.program.tiers.as_ref()?.levels.get(level)
    }

    /// Why a reward cannot be taken now; empty when it can.
    pub fn reasons(&self, reward: &Reward) -> Vec<Reason> {
        let p = &self.program;
        rewards::eligibility(
            &p.program,
            &p.zone,
            reward,
            Some(&self.me.facts),
            None,
            self.now,
        )
    }

    /// Rewards in reach first, then by what they cost.
    pub fn rewards(&self) -> Vec<(Reward, Vec<Reason>)> {
        let mut all: Vec<_> = self
            .program
            .program
            .rewards
            .iter()
            .map(|r| (r.clone(), self.reasons(r)))
            .collect();
        all.sort_by_key(|(r, why)| (!why.is_empty(), r.cost));
        all
    }

    /// A reward by its id, if the program still has it.
    pub fn reward(&self, id: &str) -> Option<&Reward> {
        self.program.program.rewards.iter().find(|r| r.id == id)
    }

    /// What this person was asked, by the server's record and this browser's.
    pub fn prompted(&self, host: &Host) -> Vec<Prompted> {
        surveys::merge(&self.me.facts.prompts, &prompts::here(host))
    }
}

/// A snapshot as this browser keeps it.
pub fn cached(host: &Host) -> Option<Snapshot> {
    let sub: Option<String> = host.read("sub");
    (sub.is_some() && sub == host.subject())
        .then(|| host.read("me"))
        .flatten()
}

/// Keeps a reply's body for the next visit, and reads it.
pub fn keep<T: serde::de::DeserializeOwned>(host: &Host, name: &str, body: JsValue) -> Option<T> {
    let value = decode(body.clone())?;
    host.keep(name, &body);
    Some(value)
}
