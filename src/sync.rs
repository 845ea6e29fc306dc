//! Asking the server, and doing what the shopper asked for until the outcome is known.

use crate::host::{Host, Reply, decode};
use crate::outbox::{self, Action, What};
use crate::store::{Link, Notice, Store, Who, cached, keep};
use crate::{prompts, words};
use contract::problem::Problem;
use contract::shopper::{ClaimReply, EntryPage, ProgramView, RedemptionReply, Snapshot};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// First wait after a lost answer, in milliseconds.
const WAIT_MS_MIN: u32 = 500;
/// Longest wait between two tries.
const WAIT_MS_MAX: u32 = 20_000;
/// Tries to find an order that the shop has just announced.
const ORDER_TRIES_MAX: u32 = 7;

thread_local! {
    static ASKING: Cell<bool> = const { Cell::new(false) };
    static AGAIN: Cell<bool> = const { Cell::new(false) };
    static SENDING: Cell<bool> = const { Cell::new(false) };
    static ORDER: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Waits a little longer each time, never in step with other pages.
struct Patience(u32);

impl Patience {
    const fn new() -> Self {
        Self(WAIT_MS_MIN)
    }

    async fn wait(&mut self) {
        let jitter = (js_sys::Math::random() * f64::from(self.0 / 2)) as u32;
        TimeoutFuture::new(self.0 + jitter).await;
        self.0 = (self.0 * 2).min(WAIT_MS_MAX);
    }
}

/// What the closed launcher shows, and when the engine wants to be woken.
#[derive(Serialize)]
struct Face {
    points: Option<String>,
    label: String,
    accent: Option<String>,
    sub: Option<String>,
    wake_at: Option<i64>,
    program_version: u32,
}

/// Paints from what this browser remembers, then asks.
pub fn begin(store: Store) {
    let host = store.host();
    if let Some(view) = host.read::<ProgramView>("program") {
        set_program(store, view);
    }
    if let Some(snapshot) = cached(&host) {
        store.who.set(Who::Member);
        set_me(store, snapshot);
    }
    store.doing.set(outbox::mine(&host));
    claim(store);
    refresh(store);
    flush(store);
}

/// Somebody came by an invitation: the claim is made once and kept until they join.
fn claim(store: Store) {
    let host = store.host();
    let Some(code) = host.read::<String>("ref") else {
        return;
    };
    spawn_local(async move {
        let path = ["/v1/referrals/", &code, "/claims"].concat();
        let reply = host
            .request("POST", &path, JsValue::UNDEFINED, Some(&host.uuid()))
            .await;
        if let 200..=299 | 400..=428 = reply.status() {
            host.keep("ref", &JsValue::NULL);
        }
        if let Some(reply) = decode::<ClaimReply>(reply.body()) {
            host.write("claim", &reply.claim.id);
        }
    });
}

/// The shop says that somebody else is there, or nobody.
pub fn identity_changed(store: Store) {
    store.forget();
    store.who.set(Who::Unknown);
    begin(store);
}

/// The shop says that an order was placed.
pub fn order(store: Store, id: String) {
    ORDER.with(|slot| *slot.borrow_mut() = Some(id));
    refresh(store);
}

/// Asks for the program and the member, until the server answers. Calls while it asks are made one.
pub fn refresh(store: Store) {
    if ASKING.replace(true) {
        AGAIN.set(true);
        return;
    }
    spawn_local(async move {
        let mut patience = Patience::new();
        let mut order_tries = 0;
        loop {
            AGAIN.set(false);
            let answered = ask(store).await;
            store
                .link
                .set(if answered { Link::Fresh } else { Link::Lost });
            if AGAIN.get() {
                continue;
            }
            if answered {
                let order = ORDER.with(|slot| slot.borrow().clone());
                let arrived = order.as_deref().is_none_or(|id| has_order(store, id));
                if arrived || order_tries >= ORDER_TRIES_MAX {
                    ORDER.with(|slot| *slot.borrow_mut() = None);
                    prompts::consider(store, order);
                    break;
                }
                order_tries += 1;
            }
            patience.wait().await;
        }
        ASKING.set(false);
    });
}

fn has_order(store: Store, id: &str) -> bool {
    store.me.with_untracked(|me| {
        me.as_ref()
            .is_none_or(|me| me.entries.iter().any(|e| e.source.as_deref() == Some(id)))
    })
}

async fn ask(store: Store) -> bool {
    let host = store.host();
    let path = ["/v1/programs/", &host.config().program()].concat();
    // Both are on their way at once: the promise of the second is made before the first is waited for.
    let (program, me) = both(
        host.request("GET", &path, JsValue::UNDEFINED, None),
        host.request("GET", "/v1/me", JsValue::UNDEFINED, None),
    )
    .await;
    let mut answered = true;
    match program.status() {
        200 => match keep::<ProgramView>(&host, "program", program.body()) {
            Some(view) => set_program(store, view),
            None => answered = false,
        },
        _ => answered = store.program.with_untracked(Option::is_some) && program.status() == 304,
    }
    match me.status() {
        200 => match keep::<Snapshot>(&host, "me", me.body()) {
            Some(snapshot) => {
                host.write("sub", &host.subject());
                store.who.set(Who::Member);
                set_me(store, snapshot);
            }
            None => answered = false,
        },
        401 | 404 => {
            let stranger = me.status() == 404;
            store
                .who
                .set(if stranger { Who::Stranger } else { Who::Guest });
            if store.me.with_untracked(Option::is_some) {
                store.forget();
            }
            host.keep("me", &JsValue::NULL);
            face(store);
        }
        _ => answered = false,
    }
    answered
}

/// Waits for two replies that are on their way together.
async fn both(
    first: impl Future<Output = Reply>,
    second: impl Future<Output = Reply>,
) -> (Reply, Reply) {
    use std::pin::pin;
    use std::task::Poll;
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut a, mut b) = (None, None);
    std::future::poll_fn(move |cx| {
        if a.is_none()
            && let Poll::Ready(reply) = first.as_mut().poll(cx)
        {
            a = Some(reply);
        }
        if b.is_none()
            && let Poll::Ready(reply) = second.as_mut().poll(cx)
        {
            b = Some(reply);
        }
        match (a.take(), b.take()) {
            (Some(x), Some(y)) => Poll::Ready((x, y)),
            (x, y) => {
                (a, b) = (x, y);
                Poll::Pending
            }
        }
    })
    .await
}

fn set_program(store: Store, view: ProgramView) {
    if store
        .program
        .with_untracked(|old| old.as_deref() != Some(&view))
    {
        words::zone(&view.program.zone);
        store.program.set(Some(Arc::new(view)));
        face(store);
    }
}

fn set_me(store: Store, snapshot: Snapshot) {
    let before = untrack(|| store.club()).and_then(|c| c.standing());
    let first = store.me.with_untracked(Option::is_none);
    if first || store.older.with_untracked(Vec::is_empty) {
        store.cursor.set(snapshot.next_cursor.clone());
    }
    store.me.set(Some(Arc::new(snapshot)));
    if let Some(club) = untrack(|| store.club())
        && let (Some(before), Some(after)) = (before, club.standing())
        && after.current > before.current
        && let Some(tier) = club.tier(after.current)
    {
        let name = words::text(&tier.name);
        store.say(words::fill("tier.raised", &[("tier", &name)]), false);
        store.host().emit("tier-raised", &tier.id);
    }
    face(store);
}

/// Tells the door what to draw while the panel is closed.
pub fn face(store: Store) {
    let club = untrack(|| store.club());
    let Some(view) = store.program.get_untracked() else {
        return;
    };
    let wake = club
        .as_ref()
        .and_then(|c| prompts::wake_at(c, &store.host()));
    store.host().face(&Face {
        points: club.map(|c| words::points(c.balances().available)),
        label: words::t("launcher.label"),
        accent: view.program.look.accent.clone(),
        sub: store.host().subject(),
        wake_at: wake.map(|at| at.0),
        program_version: view.program.version,
    });
}

/// Does something once. A second wish for the same thing joins the first.
pub fn act(store: Store, what: What) {
    store.notice.set(None);
    outbox::put(store, what);
    flush(store);
}

/// As [`act`], for what the shopper need not hear about.
pub fn tell(store: Store, what: What) {
    outbox::put(store, what);
    flush(store);
}

/// Sends what is not settled, in turn, until all is.
pub fn flush(store: Store) {
    if SENDING.replace(true) {
        return;
    }
    spawn_local(async move {
        let mut patience = Patience::new();
        let mut turn = 0;
        loop {
            let waiting = outbox::mine(&store.host());
            if waiting.is_empty() {
                break;
            }
            let action = &waiting[turn % waiting.len()];
            match send(store, action).await {
                Outcome::Settled => patience = Patience::new(),
                Outcome::NobodyThere => break,
                Outcome::Unknown => {
                    turn += 1;
                    if !matches!(action.what, What::Tell(_)) {
                        store.link.set(Link::Lost);
                    }
                    patience.wait().await;
                }
            }
        }
        SENDING.set(false);
    });
}

enum Outcome {
    Settled,
    Unknown,
    NobodyThere,
}

async fn send(store: Store, action: &Action) -> Outcome {
    let host = store.host();
    let (method, path, body) = action.what.request();
    let reply = host.request(method, &path, body, Some(&action.key)).await;
    match reply.status() {
        200..=299 => {
            outbox::settle(store, &action.key);
            done(store, &host, &action.what, reply.body());
            Outcome::Settled
        }
        401 => Outcome::NobodyThere,
        0 | 408 | 425 | 429 | 500.. => Outcome::Unknown,
        status => {
            let problem: Option<Problem> = decode(reply.body());
            let code = problem
                .as_ref()
                .map(|p| p.code.as_str())
                .unwrap_or_default();
            if status == 409 && code == "idempotency_key_in_flight" {
                return Outcome::Unknown;
            }
            outbox::settle(store, &action.key);
            refused(store, &action.what, problem);
            Outcome::Settled
        }
    }
}

fn done(store: Store, host: &Host, what: &What, body: JsValue) {
    match what {
        What::Redeem(_) => {
            if let Some(reply) = decode::<RedemptionReply>(body) {
                host.emit("redeemed", &reply.redemption);
                store.fresh.set(Some(reply.redemption.id));
            }
            store.confirming.set(None);
            store.say(words::t("redeem.done"), false);
        }
        What::Cancel(_) => {
            if let Some(reply) = decode::<RedemptionReply>(body) {
                let points = words::points(reply.redemption.points);
                store.say(words::fill("cancel.done", &[("points", &points)]), false);
            }
            store.confirming.set(None);
        }
        What::Join(_) => store.say(words::t("join.done"), false),
        What::Answer(response) => {
            if response.completed {
                host.emit("survey-answered", response);
            }
        }
        What::Tell(_) => return,
    }
    host.tell("changed");
    refresh(store);
}

fn refused(store: Store, what: &What, problem: Option<Problem>) {
    if matches!(what, What::Tell(_) | What::Answer(_)) {
        return;
    }
    let code = problem.map(|p| {
        p.errors
            .into_iter()
            .next()
            .map_or(p.code, |fault| fault.code)
    });
    let key = ["refused.", code.as_deref().unwrap_or_default()].concat();
    let sentence = words::maybe(&key).unwrap_or_else(|| words::t("refused.other"));
    store.confirming.set(None);
    store.notice.set(Some(Notice {
        text: sentence,
        bad: true,
    }));
    refresh(store);
}

/// Brings one more page of entries.
pub fn older(store: Store) {
    let Some(cursor) = store.cursor.get_untracked() else {
        return;
    };
    spawn_local(async move {
        let path = ["/v1/me/entries?cursor=", &cursor].concat();
        let reply = store
            .host()
            .request("GET", &path, JsValue::UNDEFINED, None)
            .await;
        match decode::<EntryPage>(reply.body()) {
            Some(page) if reply.status() == 200 => {
                store.older.update(|all| all.extend(page.entries));
                store.cursor.set(page.next_cursor);
            }
            _ => store.say(words::t("error.lost"), true),
        }
    });
}
