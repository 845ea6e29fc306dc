//! What the engine knows, and what follows from it.
//!
//! Data goes one way: replies of the API change the [`State`]; [`rules`] turns it into balances, standing and
//! eligibility; views read those. One trigger stands for it all: the panel is small enough to be drawn again whole, and
//! the patch touches only what differs.

use crate::care::Care;
use crate::host::{self, Host};
use crate::outbox::Action;
use crate::{prompts, sync, words};
use contract::shopper::{Entry, ProgramView, Snapshot};
use leptos::prelude::*;
use rules::ledger::{self, Balances};
use rules::member::Prompted;
use rules::program::{Program, Reward, Tier};
use rules::rewards::{self, Reason};
use rules::surveys::{self, Show};
use rules::tiers::{self, Standing};
use rules::{Money, Points, Timestamp};
use std::cell::RefCell;
use std::sync::Arc;

/// Who is looking.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Who {
    /// Not known yet.
    #[default]
    Unknown,
    /// Not logged in.
    Guest,
    /// Logged in, not in the club.
    Stranger,
    /// A member.
    Member,
}

/// How current the shown data is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Link {
    /// Being asked for, nothing wrong so far.
    #[default]
    Asking,
    /// As the server said.
    Fresh,
    /// The server did not answer; tried again by itself.
    Lost,
}

/// The places of the panel.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    /// Balance, tier, next step.
    #[default]
    Home,
    /// Ways to earn.
    Earn,
    /// Rewards and codes.
    Rewards,
    /// Invitation.
    Refer,
    /// Entries.
    History,
    /// Gifts for an occasion.
    Offers,
    /// Paid plans.
    Membership,
    /// Partners of the club.
    Partners,
    /// Complaints.
    Complaints,
    /// All tiers and what they bring.
    Tiers,
    /// How the club works.
    Help,
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

    /// The places that home leads to.
    pub const MORE: [Self; 5] = [
        Self::Offers,
        Self::Membership,
        Self::Partners,
        Self::Complaints,
        Self::Help,
    ];

    /// Its name in the API and in locale keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Earn => "earn",
            Self::Rewards => "rewards",
            Self::Refer => "refer",
            Self::History => "history",
            Self::Offers => "offers",
            Self::Membership => "membership",
            Self::Partners => "partners",
            Self::Complaints => "complaints",
            Self::Tiers => "tiers",
            Self::Help => "help",
        }
    }

    /// The place of this name; home for any other.
    pub fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .chain(Self::MORE)
            .chain([Self::Tiers])
            .find(|v| v.name() == name)
            .unwrap_or_default()
    }
}

/// A sentence for the live region and the strip under the header.
pub struct Notice {
    /// Already in the shopper's language.
    pub text: String,
    /// Something did not work.
    pub bad: bool,
}

/// A survey on screen.
#[derive(Clone)]
pub struct Prompt {
    /// Which, and in which scope.
    pub show: Show,
    /// The server's id for it (`prm_…`), by which an answer counts. An order of which the server does not know yet
    /// has none.
    pub id: Option<String>,
    /// Id of the response, made before anything is sent.
    pub response: String,
    /// The scores so far, one for each item.
    pub scores: Vec<u8>,
    /// The item that is asked, from 0.
    pub item: usize,
    /// What stood in the text when the shopper went back to an earlier item.
    pub comment: String,
    /// It was drawn, in a page that somebody looks at.
    pub seen: bool,
    /// It was sent; the thanks stands.
    pub sent: bool,
}

/// Everything that is drawn from.
pub struct State {
    /// The published program.
    pub program: Option<Arc<ProgramView>>,
    /// The member's snapshot.
    pub me: Option<Arc<Snapshot>>,
    /// Who is looking.
    pub who: Who,
    /// How current it is.
    pub link: Link,
    /// Actions whose outcome is not known yet.
    pub doing: Vec<Action>,
    /// What was just said.
    pub notice: Option<Notice>,
    /// The floating panel is open.
    pub open: bool,
    /// It was opened just now: its frame is drawn, and what is in it in the next task.
    pub opening: bool,
    /// The place that was drawn beside the page, so that drawing it again takes little time.
    pub rehearsed: Option<View>,
    /// Where it is.
    pub view: View,
    /// Where each panel in the page's flow is, by handle.
    pub inline: Vec<(u32, View)>,
    /// The reward, redemption or form that asks to be confirmed.
    pub confirming: Option<String>,
    /// How many units of that reward.
    pub units: u32,
    /// The redemption that was just made, shown first.
    pub fresh: Option<String>,
    /// The code that was just copied.
    pub copied: Option<String>,
    /// The survey on screen.
    pub prompt: Option<Prompt>,
    /// Older entries that were paged in.
    pub older: Vec<Entry>,
    /// Where the next page begins; none when all is shown.
    pub cursor: Option<String>,
    /// The complaints.
    pub care: Care,
    /// Which entries are shown: what came (true), what left (false), or all.
    pub came: Option<bool>,
}

impl State {
    /// Nothing known.
    const EMPTY: Self = Self {
        program: None,
        me: None,
        who: Who::Unknown,
        link: Link::Asking,
        doing: Vec::new(),
        notice: None,
        open: false,
        opening: false,
        rehearsed: None,
        view: View::Home,
        inline: Vec::new(),
        confirming: None,
        units: 0,
        fresh: None,
        copied: None,
        prompt: None,
        older: Vec::new(),
        cursor: None,
        care: Care::EMPTY,
        came: None,
    };

    /// Forgets the member, keeps the program and the place.
    pub fn forget(&mut self) {
        *self = Self {
            program: self.program.take(),
            open: self.open,
            opening: self.opening,
            view: self.view,
            inline: std::mem::take(&mut self.inline),
            link: self.link,
            who: self.who,
            ..Self::EMPTY
        };
    }

    /// Program and member at one instant, when both are there.
    pub fn club(&self, now: Timestamp) -> Option<Club> {
        Some(Club {
            program: Arc::clone(self.program.as_ref()?),
            me: Arc::clone(self.me.as_ref()?),
            now,
        })
    }

    /// Says something to the shopper.
    pub fn say(&mut self, text: String, bad: bool) {
        self.notice = Some(Notice { text, bad });
    }
}

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State::EMPTY) };
    static CHANGED: ArcTrigger = ArcTrigger::new();
}

/// Has what follows from the state drawn again.
// Apart from what is generic: linked once, not once for each change.
#[inline(never)]
fn changed() {
    CHANGED.with(ArcTrigger::notify);
}

/// The store: nothing to copy, for there is one, which lives as long as the page.
#[derive(Clone, Copy)]
pub struct Store;

impl Store {
    /// The door.
    pub fn host(self) -> &'static Host {
        host::door()
    }

    /// The corrected instant.
    pub fn now(self) -> Timestamp {
        Timestamp(host::door().now() as i64)
    }

    /// Reads, and is run again when something changes, where Leptos tracks.
    pub fn track<T>(self, read: impl FnOnce(&State) -> T) -> T {
        CHANGED.with(ArcTrigger::track);
        self.get(read)
    }

    /// Reads.
    pub fn get<T>(self, read: impl FnOnce(&State) -> T) -> T {
        STATE.with_borrow(read)
    }

    /// Changes, and has everything drawn again that is affected.
    pub fn set(self, change: impl FnOnce(&mut State)) {
        self.fill(change);
        changed();
    }

    /// Changes, and leaves it to the caller to have it drawn.
    pub fn fill(self, change: impl FnOnce(&mut State)) {
        STATE.with_borrow_mut(change);
    }

    /// Program and member now, when both are there.
    pub fn club(self) -> Option<Club> {
        let now = self.now();
        self.get(|s| s.club(now))
    }

    /// Says something to the shopper.
    pub fn say(self, text: String, bad: bool) {
        self.set(|s| s.say(text, bad));
    }
}

/// Whether a program gives points, or takes them.
pub fn pays_points(program: &Program) -> bool {
    program.earning.purchase.is_some()
        || !program.earning.activities.is_empty()
        || sync::of_program("referral").is_object()
        || program.rewards.iter().any(|r| r.cost.is_positive())
}

/// The program and the member together at one instant: the input of every rule.
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
        let p = &self.program;
        ledger::balances_under(&p.program, &p.zone, &self.me.facts, self.now)
    }

    /// What the member has in the wallet.
    pub fn wallet(&self) -> Balances<Money> {
        ledger::wallet(&self.me.facts, self.now)
    }

    /// Whether points are spoken of: the program gives them or takes them, or the member still has some.
    pub fn has_points(&self) -> bool {
        pays_points(&self.program.program) || !self.me.facts.lots.is_empty()
    }

    /// What the member has, in a phrase; none where there is nothing to count.
    pub fn has(&self) -> Option<String> {
        if self.has_points() {
            return Some(words::points(self.balances().available));
        }
        let wallet = self.wallet().available;
        wallet.is_positive().then(|| self.money(wallet))
    }

    /// What points are worth, in words.
    pub fn worth(&self, points: Points) -> Option<String> {
        let money = ledger::worth(&self.program.program, points)?;
        money.is_positive().then(|| self.money(money))
    }

    /// Money as this program's shoppers say it.
    pub fn money(&self, money: Money) -> String {
        words::money(money, &self.program.program.currency)
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

    /// Rewards in reach first, then by what they cost, each with why it cannot be taken now.
    pub fn rewards(&self) -> Vec<(&Reward, Vec<Reason>)> {
        let p = &self.program;
        let reasons =
            |r| rewards::eligibility(&p.program, &p.zone, r, Some(&self.me.facts), None, self.now);
        let mut all: Vec<_> = p.program.rewards.iter().map(|r| (r, reasons(r))).collect();
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
