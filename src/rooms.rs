//! Parts of the engine in files of their own, fetched when they are wanted: what an open panel shows is nothing that a
//! survey needs, and what one place of it shows is nothing that home needs.
//!
//! The names are those that the splitter looks for (`xtask/src/split.rs`). A part gives the address of the one function
//! by which it is entered (`src/parts.rs`); from then on it is code like any other. What several parts use lies in the
//! panel's, so no other works before that one is here. One that does not arrive is asked for again when the shopper
//! says so, and nothing else suffers.
#![expect(
    unsafe_code,
    reason = "the linker joins the parts by symbols, not by Rust's names"
)]
#![expect(
    improper_ctypes,
    improper_ctypes_definitions,
    reason = "both sides are this crate, compiled at once"
)]

use crate::host::{Host, after};
use crate::node::{Node, el};
use crate::outbox::{Action, Kind};
use crate::store::{Club, State, Store, View, Who};
use crate::views::{self, Frame};
use crate::words::t;
use crate::{parts, sync, with_store};
use contract::shopper::{ProgramView, Snapshot};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// What a part is asked for. It answers what is its own, and leaves the rest alone.
pub enum Call<'a> {
    /// Draw this place.
    Draw(Frame, &'a State, View, &'a mut Node),
    /// Draw what an opened panel shows once for nobody.
    Rehearse(Store),
    /// Draw the offer that home leads with, if there is one.
    Tease(Frame, &'a State, &'a Club, &'a mut Node),
    /// Say where the member stands on the ladder: this level, the next one, and per cent of the way.
    Rank(&'a Club, &'a mut Rank),
    /// Say what has become of the member since they were this.
    Grown(Store, &'a Arc<Snapshot>),
    /// Read what it needs of the program.
    Program(&'a mut ProgramView, &'a JsValue),
    /// Read what it needs of the member.
    Member(&'a mut Snapshot, &'a JsValue),
    /// The server has done this, and said so.
    Done(Store, &'a Host, &'a Action, &'a JsValue),
    /// The server has refused this, by this code.
    Refused(Store, &'a Action, &'a str),
    /// Somebody came by an invitation.
    Invited(Store),
}

/// The names of a level and of the next one, and per cent of the way between them; null where there is none.
pub type Rank = [JsValue; 3];

/// Under this name the browser keeps whether home led with an offer.
pub const GIFT: &str = "gift";

/// How a part is entered.
type Enter = fn(Call<'_>);

type Loaded = extern "C" fn(*const c_void, bool);

/// The parts: the name of each, how it is loaded, and the two ends of the cut.
macro_rules! parts {
    ($($part:ident $load:ident $import:ident $export:ident $enter:path;)*) => {
        /// A part of the engine.
        #[derive(Clone, Copy, PartialEq, Eq)]
        enum Part {
            $($part,)*
        }

        #[link(wasm_import_module = "__wasm_split_placeholder__")]
        unsafe extern "C" {
            $(
                /// Fetches the part and then calls back, saying whether it has come.
                safe fn $load(done: Loaded, data: *const c_void);
                /// Stands for the export below, once the part is there.
                safe fn $import() -> Enter;
            )*
        }

        $(
            // SAFETY: no other symbol has this name.
            #[unsafe(no_mangle)]
            extern "C" fn $export() -> Enter {
                $enter
            }
        )*

        impl Part {
            const ALL: &[Self] = &[$(Self::$part,)*];

            fn load(self, done: Loaded) {
                let data = ptr::without_provenance(self as usize);
                match self {
                    $(Self::$part => $load(done, data),)*
                }
            }

            fn entry(self) -> Enter {
                match self {
                    $(Self::$part => $import(),)*
                }
            }
        }

        thread_local! {
            static SLOTS: [Cell<Slot>; Part::ALL.len()] = const {
                [$({ let _ = Part::$part; Cell::new(Slot::Wanted) },)*]
            };
        }
    };
}

parts! {
    Panel __wasm_split_load_panel
        __wasm_split_00panel00_import_00000000000000000000000000000001_enter
        __wasm_split_00panel00_export_00000000000000000000000000000001_enter
        parts::panel;
    Club __wasm_split_load_club
        __wasm_split_00club00_import_00000000000000000000000000000002_enter
        __wasm_split_00club00_export_00000000000000000000000000000002_enter
        parts::club;
    Gifts __wasm_split_load_gifts
        __wasm_split_00gifts00_import_00000000000000000000000000000006_enter
        __wasm_split_00gifts00_export_00000000000000000000000000000006_enter
        parts::gifts;
    Earn __wasm_split_load_earn
        __wasm_split_00earn00_import_00000000000000000000000000000003_enter
        __wasm_split_00earn00_export_00000000000000000000000000000003_enter
        parts::earn;
    Care __wasm_split_load_care
        __wasm_split_00care00_import_00000000000000000000000000000004_enter
        __wasm_split_00care00_export_00000000000000000000000000000004_enter
        parts::care;
    Guest __wasm_split_load_guest
        __wasm_split_00guest00_import_00000000000000000000000000000005_enter
        __wasm_split_00guest00_export_00000000000000000000000000000005_enter
        parts::guest;
    Help __wasm_split_load_help
        __wasm_split_00help00_import_00000000000000000000000000000007_enter
        __wasm_split_00help00_export_00000000000000000000000000000007_enter
        parts::help;
}

#[derive(Clone, Copy)]
enum Slot {
    Wanted,
    Coming,
    Lost,
    Here(Enter),
}

/// An outcome for a part that is not here yet: of what, and how it ended.
type Outcome = (Action, Result<JsValue, String>);

thread_local! {
    static LEADS: Cell<Option<bool>> = const { Cell::new(None) };
    static REACHED: Cell<bool> = const { Cell::new(false) };
    static OUTCOMES: RefCell<Vec<Outcome>> = const { RefCell::new(Vec::new()) };
    // The member as they were when nobody could say what became of them.
    static BEFORE: RefCell<Option<Arc<Snapshot>>> = const { RefCell::new(None) };
}

impl Part {
    fn slot(self) -> Slot {
        SLOTS.with(|slots| slots[self as usize].get())
    }

    fn put(self, slot: Slot) {
        SLOTS.with(|slots| slots[self as usize].set(slot));
    }

    /// Where a place is drawn.
    const fn of(view: View) -> Self {
        match view {
            View::Home => Self::Panel,
            View::Rewards | View::Partners | View::Membership => Self::Club,
            View::Offers => Self::Gifts,
            View::Earn | View::Refer | View::Tiers => Self::Earn,
            View::History | View::Complaints => Self::Care,
            View::Help => Self::Help,
        }
    }

    /// Where an outcome is spoken of.
    const fn about(kind: Kind) -> Self {
        match kind {
            Kind::File | Kind::Care => Self::Care,
            Kind::Claim | Kind::Profile => Self::Earn,
            Kind::Take => Self::Gifts,
            Kind::Join => Self::Guest,
            _ => Self::Club,
        }
    }

    /// Asks for it, if nobody has; and for the panel's, without which it does nothing.
    fn want(self) {
        for part in [Self::Panel, self] {
            if matches!(part.slot(), Slot::Wanted) {
                part.fetch();
            }
        }
    }

    fn fetch(self) {
        self.put(Slot::Coming);
        self.load(loaded);
    }

    /// The way in, when all that it takes is here.
    fn enter(self) -> Option<Enter> {
        match (Self::Panel.slot(), self.slot()) {
            (Slot::Here(_), Slot::Here(enter)) => Some(enter),
            _ => None,
        }
    }
}

extern "C" fn loaded(data: *const c_void, come: bool) {
    let Some(part) = Part::ALL.get(data.addr()) else {
        return;
    };
    part.put(if come {
        Slot::Here(part.entry())
    } else {
        Slot::Lost
    });
    with_store(|store| {
        if come {
            sync::reread(store);
        }
        // What it draws is a task of its own.
        after(0, move || arrived(store));
    });
}

/// Draws anew, and says what waited for a part.
fn arrived(store: Store) {
    let waiting = OUTCOMES.take();
    waiting.into_iter().for_each(|outcome| tell(store, outcome));
    if let Some(enter) = Part::Panel.enter()
        && let Some(before) = BEFORE.take()
    {
        enter(Call::Grown(store, &before));
    }
    invited(store);
    store.set(|_| {});
    rehearse();
}

/// It is known who is there. If they came by an invitation, the guests' part sees to it.
pub fn invited(store: Store) {
    if !store.host().stored("ref").is_string() {
        return;
    }
    Part::Guest.want();
    if let Some(enter) = Part::Guest.enter() {
        enter(Call::Invited(store));
    }
}

/// Somebody is about to open the panel, or does: what it takes first comes and is made ready, unless it is.
pub fn prepare() {
    Part::Panel.want();
    again();
}

/// Somebody has reached for the launcher: opening is rehearsed with what is here, and again with each part that comes.
pub fn reached() {
    REACHED.set(true);
    rehearse();
}

fn rehearse() {
    if REACHED.get()
        && let Some(enter) = Part::Panel.enter()
    {
        with_store(|store| enter(Call::Rehearse(store)));
    }
}

/// What is in the panel: as soon as its part is here.
pub fn body(frame: Frame, s: &State, view: View) -> Node {
    let part = match s.who {
        Who::Unknown => Part::Panel,
        _ if view == View::Help => Part::Help,
        Who::Guest | Who::Stranger => Part::Guest,
        Who::Member => Part::of(view),
    };
    part.want();
    if let Some(enter) = part.enter() {
        let mut node = Node::default();
        enter(Call::Draw(frame, s, view, &mut node));
        return node;
    }
    let lost = |part: Part| matches!(part.slot(), Slot::Lost);
    if lost(Part::Panel) || lost(part) {
        views::lost(t("error.part"), again)
    } else {
        views::waiting()
    }
}

/// An offer for home, which does not wait for it.
pub fn teaser(frame: Frame, s: &State, club: &Club) -> Option<Node> {
    if !sync::lists("offers") {
        return None;
    }
    Part::Gifts.want();
    let Some(enter) = Part::Gifts.enter() else {
        // Where there was one before, its place is kept, so that what follows stays where it is.
        let coming = matches!(Part::Gifts.slot(), Slot::Coming);
        let before = coming && leads_with_offer(frame.store);
        return before.then(|| el("div", "bone block"));
    };
    let mut node = Node::default();
    enter(Call::Tease(frame, s, club, &mut node));
    Some(node)
}

/// Whether home led with an offer when this browser was last here, and so keeps its place from the beginning.
pub fn leads_with_offer(store: Store) -> bool {
    let leads = LEADS
        .get()
        .unwrap_or_else(|| store.host().stored(GIFT).is_truthy());
    LEADS.set(Some(leads));
    leads
}

/// Where the member stands, once the panel's part is here to say.
pub fn rank(club: &Club) -> Option<Rank> {
    let mut rank = [JsValue::NULL; 3];
    Part::Panel.enter()?(Call::Rank(club, &mut rank));
    Some(rank)
}

/// The member was this before. Whether they have risen since is for the panel's part to say; it is fetched for that
/// when they have bought or earned.
pub fn grown(store: Store, before: Arc<Snapshot>) {
    let was = |me: &Snapshot| (me.facts.purchases.len(), me.facts.credits.len());
    let same = store.get(|s| s.me.as_ref().is_none_or(|me| was(me) == was(&before)));
    if same || !sync::of_program("tiers").is_object() {
        return;
    }
    match Part::Panel.enter() {
        Some(enter) => enter(Call::Grown(store, &before)),
        None => {
            BEFORE.with_borrow_mut(|first| {
                first.get_or_insert(before);
            });
            Part::Panel.want();
        }
    }
}

/// The shopper asks for what was lost again.
fn again() {
    let mut any = false;
    for part in Part::ALL {
        if matches!(part.slot(), Slot::Lost) {
            part.fetch();
            any = true;
        }
    }
    if any {
        with_store(|store| store.set(|_| {}));
    }
}

/// Has each part that is here read what it needs.
pub fn read(mut call: impl FnMut(Enter)) {
    for part in Part::ALL {
        if let Some(enter) = part.enter() {
            call(enter);
        }
    }
}

/// Says how an action ended, as soon as the part that speaks of it is here.
pub fn tell(store: Store, outcome: Outcome) {
    let part = Part::about(outcome.0.kind);
    let Some(enter) = part.enter() else {
        OUTCOMES.with_borrow_mut(|all| all.push(outcome));
        return part.want();
    };
    let (action, end) = &outcome;
    match end {
        Ok(body) => enter(Call::Done(store, store.host(), action, body)),
        Err(code) => enter(Call::Refused(store, action, code)),
    }
}
