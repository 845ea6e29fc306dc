//! Asking the server, and doing what the shopper asked for until the outcome is known.

use crate::decode::decode;
use crate::host::{Host, Reply, Settled, after, field, string, then};
use crate::outbox::{self, Action, Kind};
use crate::rooms::Call;
use crate::store::{Link, Store, Who};
use crate::{face, later, prompts, rooms, words};
use contract::shopper::{EntryPage, ProgramView, Snapshot};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// First wait after a lost answer, in milliseconds.
const WAIT_MS_MIN: u32 = 500;
/// Longest wait between two tries.
const WAIT_MS_MAX: u32 = 20_000;
/// Tries to find an order that the shop has just announced.
const ORDER_TRIES_MAX: u32 = 7;

thread_local! {
    static ASKING: Turn = const { Turn::new() };
    static SENDING: Turn = const { Turn::new() };
    static AGAIN: Cell<bool> = const { Cell::new(false) };
    static EPOCH: Cell<u32> = const { Cell::new(0) };
    static ORDER: RefCell<Option<String>> = const { RefCell::new(None) };
    // The program and the member as they came, for the parts of the engine that read more of them.
    static CAME: RefCell<(JsValue, JsValue)> =
        const { RefCell::new((JsValue::UNDEFINED, JsValue::UNDEFINED)) };
}

/// Waits a little longer each time, never in step with other pages.
struct Patience(u32);

impl Patience {
    const fn new() -> Self {
        Self(WAIT_MS_MIN)
    }

    /// Waits, and not less than the server wants to be left alone.
    async fn wait(&mut self, store: Store) {
        let jitter = (js_sys::Math::random() * f64::from(self.0 / 2)) as u32;
        let host = store.host();
        let least = host.pause() as u32;
        Settled::of(host.wait(least.max(self.0) + jitter)).await;
        self.0 = (self.0 * 2).min(WAIT_MS_MAX);
    }
}

/// A loop of which one works at a time. One that only waits for better days may be overtaken by a new one, so that
/// a wish is never kept waiting by an old failure.
struct Turn {
    latest: Cell<u32>,
    working: Cell<bool>,
}

impl Turn {
    const fn new() -> Self {
        Self {
            latest: Cell::new(0),
            working: Cell::new(false),
        }
    }

    /// A number for a new loop; none while another one works.
    fn take(&self) -> Option<u32> {
        if self.working.replace(true) {
            return None;
        }
        self.latest.set(self.latest.get().wrapping_add(1));
        Some(self.latest.get())
    }

    fn pause(&self) {
        self.working.set(false);
    }

    /// Whether the loop with this number goes on after its pause.
    fn resume(&self, number: u32) -> bool {
        let mine = self.latest.get() == number;
        if mine {
            self.working.set(true);
        }
        mine
    }
}

/// Takes up what this browser remembers of the program.
pub fn remember(store: Store) {
    if let Some(view) = read_program(store.host().stored("program")) {
        set_program(store, view);
    }
}

/// Takes up what it remembers of the member, then asks.
pub fn begin(store: Store) {
    let host = store.host();
    let sub = host.stored("sub").as_string();
    if sub.is_some()
        && sub == host.subject()
        && let Some(snapshot) = read_member(host.stored("me"))
    {
        set_me(store, snapshot);
        store.set(|_| {});
    }
    after(0, move || {
        outbox::look(store);
        refresh(store);
        flush(store);
    });
}

/// The shop says that somebody else is there, or nobody.
pub fn identity_changed(store: Store) {
    EPOCH.set(EPOCH.get() + 1);
    store.set(|s| {
        s.forget();
        s.who = Who::Unknown;
    });
    begin(store);
}

/// The shop says that an order was placed.
pub fn order(store: Store, id: String) {
    ORDER.set(Some(id));
    refresh(store);
}

/// Asks for the program and the member, until the server answers. Calls while it asks are made one.
pub fn refresh(store: Store) {
    let Some(number) = ASKING.with(Turn::take) else {
        AGAIN.set(true);
        return;
    };
    spawn_local(async move {
        let mut patience = Patience::new();
        let mut order_tries = 0;
        loop {
            AGAIN.set(false);
            let answered = ask(store).await;
            store.set(|s| s.link = if answered { Link::Fresh } else { Link::Lost });
            if AGAIN.get() {
                continue;
            }
            if answered {
                // The clock is known now, and so is who is there: what was not to be sent may be.
                flush(store);
                rooms::invited(store);
                let order = ORDER.with_borrow(Clone::clone);
                let arrived = order.as_deref().is_none_or(|id| has_order(store, id));
                if arrived || order_tries >= ORDER_TRIES_MAX {
                    ORDER.set(None);
                    prompts::consider(store, order);
                    break;
                }
                order_tries += 1;
            }
            ASKING.with(Turn::pause);
            patience.wait(store).await;
            if !ASKING.with(|turn| turn.resume(number)) {
                return;
            }
        }
        ASKING.with(Turn::pause);
    });
}

fn has_order(store: Store, id: &str) -> bool {
    let entries = later::items(&of_member("entries"));
    let its = |entry: &JsValue| string(entry, "source").as_deref() == Some(id);
    store.get(|s| s.me.is_none()) || entries.iter().any(its)
}

/// A section of the program that only some parts of the engine read, as it came.
pub fn of_program(section: &str) -> JsValue {
    let program = CAME.with_borrow(|came| field(&came.0, "program"));
    field(&program, section)
}

/// Whether the program has anything in this list.
pub fn lists(section: &str) -> bool {
    !later::items(&of_program(section)).is_empty()
}

/// A section of the member that only some parts of the engine read, as it came.
pub fn of_member(section: &str) -> JsValue {
    CAME.with_borrow(|came| field(&came.1, section))
}

async fn ask(store: Store) -> bool {
    let host = store.host();
    let epoch = EPOCH.get();
    let path = ["/v1/programs/", &host.config().program()].concat();
    // Both are on their way before the first is waited for.
    let program = host.send("GET", &path, &JsValue::UNDEFINED, None);
    let me = host.send("GET", "/v1/me", &JsValue::UNDEFINED, None);
    let program = Reply::of(Settled::of(program).await);
    let known = match program.status() {
        200 => take(host, "program", &program, read_program).map(|view| set_program(store, view)),
        _ => None,
    };
    let me = Reply::of(Settled::of(me).await);
    // What the program took is a task of its own.
    Settled::of(host.wait(0)).await;
    if epoch != EPOCH.get() {
        // This answer is about somebody who has left; the next one is on its way.
        AGAIN.set(true);
        return true;
    }
    let answered = match me.status() {
        200 => {
            let snapshot = take(host, "me", &me, read_member);
            host.keep("sub", &host.subject().into());
            // Who is in has no use for an invitation any more.
            host.keep("claim", &JsValue::NULL);
            let read = snapshot.map(|snapshot| set_me(store, snapshot)).is_some();
            // So is what is drawn of it.
            Settled::of(host.wait(0)).await;
            read
        }
        401 | 404 => {
            let stranger = me.status() == 404;
            host.keep("me", &JsValue::NULL);
            store.set(|s| {
                s.forget();
                s.who = if stranger { Who::Stranger } else { Who::Guest };
            });
            face::tell(store);
            true
        }
        _ => false,
    };
    known.is_some() && answered
}

/// The rewards of which the member has a code, newest first.
pub fn held() -> Vec<String> {
    let mut held = Vec::new();
    for redemption in later::items(&of_member("redemptions")) {
        if string(&redemption, "state").as_deref() == Some("open") {
            held.extend(string(&redemption, "reward_id"));
        }
    }
    held
}

/// Reads a reply's body and keeps it for the next visit.
fn take<T>(host: &Host, name: &str, reply: &Reply, read: fn(JsValue) -> Option<T>) -> Option<T> {
    let value = read(reply.body())?;
    host.keep(name, &reply.body());
    Some(value)
}

fn read_program(raw: JsValue) -> Option<ProgramView> {
    let mut view = decode(&raw)?;
    let whole = field(&raw, "program");
    rooms::read(|enter| enter(Call::Program(&mut view, &whole)));
    CAME.with_borrow_mut(|came| came.0 = raw);
    Some(view)
}

fn read_member(raw: JsValue) -> Option<Snapshot> {
    let mut me = decode(&raw)?;
    later::wallet(&mut me, &raw);
    rooms::read(|enter| enter(Call::Member(&mut me, &raw)));
    CAME.with_borrow_mut(|came| came.1 = raw);
    Some(me)
}

/// A part of the engine has come, which reads more than was read. Whoever says that it is here has it drawn.
pub fn reread(store: Store) {
    let (program, me) = CAME.with_borrow(Clone::clone);
    let (program, me) = (read_program(program), read_member(me));
    store.fill(|s| {
        // Somebody may have left, or never been there.
        if let Some(program) = program.filter(|_| s.program.is_some()) {
            s.program = Some(Arc::new(program));
        }
        if let Some(me) = me.filter(|_| s.me.is_some()) {
            s.me = Some(Arc::new(me));
        }
    });
    face::tell(store);
}

fn set_program(store: Store, view: ProgramView) {
    words::take_up(&view.program.zone);
    store.set(|s| s.program = Some(Arc::new(view)));
    face::tell(store);
}

/// The member is this now. Whoever says so has it drawn.
fn set_me(store: Store, snapshot: Snapshot) {
    let before = store.get(|s| s.me.clone());
    store.fill(|s| {
        if s.older.is_empty() {
            s.cursor.clone_from(&snapshot.next_cursor);
        }
        s.who = Who::Member;
        s.me = Some(Arc::new(snapshot));
    });
    if let Some(before) = before {
        rooms::grown(store, before);
    }
    face::tell(store);
}

/// Does something once. A second wish for the same thing joins the first, in whatever tab that was made.
pub fn act(store: Store, kind: Kind, subject: &str, method: &str, path: &str, body: JsValue) {
    let host = store.host();
    let action = Action::new(host, kind, subject, method, path, body);
    if !kind.is_waited_for() {
        outbox::put(store, action);
        return flush(store);
    }
    store.set(|s| s.notice = None);
    let name = [kind.name(), ":", subject].concat();
    let work = move |free| {
        if free {
            outbox::put(store, action);
        } else {
            outbox::look(store);
        }
        flush(store);
    };
    host.turn(&name, false, Box::new(work));
}

/// Does something while the page is being left: nothing is waited for, not even for what is on its way.
pub fn act_now(store: Store, kind: Kind, subject: &str, method: &str, path: &str, body: JsValue) {
    let action = Action::new(store.host(), kind, subject, method, path, body);
    outbox::put(store, action.clone());
    spawn_local(async move {
        send(store, &action).await;
    });
}

/// Sends what is not settled, in turn, until all is.
pub fn flush(store: Store) {
    let Some(number) = SENDING.with(Turn::take) else {
        return;
    };
    spawn_local(async move {
        let mut patience = Patience::new();
        let mut turn = 0;
        loop {
            let waiting = outbox::mine(store.host());
            if waiting.is_empty() {
                break;
            }
            // What somebody waits for goes before what is only told.
            let first = waiting.iter().position(|a| a.kind.is_waited_for());
            let action = &waiting[(first.unwrap_or(0) + turn) % waiting.len()];
            match send(store, action).await {
                Outcome::Settled => patience = Patience::new(),
                Outcome::NobodyThere => break,
                Outcome::Unknown => {
                    turn += 1;
                    if action.kind.is_waited_for() {
                        store.set(|s| s.link = Link::Lost);
                    }
                    SENDING.with(Turn::pause);
                    patience.wait(store).await;
                    if !SENDING.with(|turn| turn.resume(number)) {
                        return;
                    }
                }
            }
        }
        SENDING.with(Turn::pause);
    });
}

enum Outcome {
    Settled,
    Unknown,
    NobodyThere,
}

async fn send(store: Store, action: &Action) -> Outcome {
    let host = store.host();
    let sent = host.send(
        &action.method,
        &action.path,
        &action.body,
        Some(&action.key),
    );
    let reply = Reply::of(Settled::of(sent).await);
    let body = reply.body();
    match reply.status() {
        200..=299 => {
            outbox::settle(store, &action.key);
            done(store, host, action, body);
        }
        401 => return Outcome::NobodyThere,
        0 | 408 | 425 | 429 | 500.. => return Outcome::Unknown,
        _ => {
            let code = string(&body, "code").unwrap_or_default();
            if code == "idempotency_key_in_flight" {
                return Outcome::Unknown;
            }
            outbox::settle(store, &action.key);
            if action.kind.is_waited_for() {
                let first = field(&field(&body, "errors"), "0");
                let code = string(&first, "code").unwrap_or(code);
                rooms::tell(store, (action.clone(), Err(code)));
                refresh(store);
            }
        }
    }
    Outcome::Settled
}

/// The server has done it. What the shopper is told is the panel's to say.
fn done(store: Store, host: &Host, action: &Action, body: JsValue) {
    match action.kind {
        Kind::Tell | Kind::Answer => return,
        Kind::Finish => host.emit("survey-answered", &action.body),
        _ => rooms::tell(store, (action.clone(), Ok(body))),
    }
    host.tell(&"changed".into());
    refresh(store);
}

/// Brings one more page of entries.
pub fn older(store: Store) {
    let Some(cursor) = store.get(|s| s.cursor.clone()) else {
        return;
    };
    let path = ["/v1/me/entries?cursor=", &cursor].concat();
    let page = store.host().send("GET", &path, &JsValue::UNDEFINED, None);
    then(page, move |reply| {
        let reply = Reply::of(reply);
        match decode::<EntryPage>(&reply.body()) {
            Some(page) if reply.status() == 200 => store.set(|s| {
                s.older.extend(page.entries);
                s.cursor = page.next_cursor;
            }),
            _ => store.say(words::t("error.lost"), true),
        }
    });
}
