//! Which survey is asked now, and what happened to it.
//!
//! The rules decide; this module keeps the browser's half of the history, and writes it before anything is shown
//! or sent, so that neither a reload nor a second tab asks again.

use crate::decode::decode;
use crate::host::{Host, after, field, object, string, then};
use crate::outbox::Kind;
use crate::store::{Club, Link, Prompt, Store, Who};
use crate::views::focus;
use crate::{face, find, sync, words};
use js_sys::{Array, Date};
use rules::Timestamp;
use rules::member::Prompted;
use rules::program::{Device, Trigger};
use rules::surveys::{self, Context, Decision, Reaction, Show, Verdict};
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsValue;

/// A visit ends after half an hour without a page.
const VISIT_MS: f64 = 1_800_000.0;
/// A phone: a finger, and a screen that is small one way or the other.
const PHONE: &str =
    "(pointer:coarse) and (max-width:600px),(pointer:coarse) and (max-height:500px)";
/// Where answers go.
const ANSWERS: &str = "/v1/me/responses";

/// What the page has said and no decision has seen yet.
#[derive(Default)]
struct Said {
    order: Option<String>,
    event: Option<String>,
    manual: Option<String>,
}

thread_local! {
    static SAID: RefCell<Said> = const { RefCell::new(Said { order: None, event: None, manual: None }) };
    // The path that was last decided about, and since when the shopper is there, as far as we know.
    static PAGE: RefCell<(String, Timestamp)> = const { RefCell::new((String::new(), Timestamp(0))) };
    static WAIT: Cell<u32> = const { Cell::new(0) };
}

/// Whether something was asked in this visit; a visit goes on with every page. What lies in the future counts as now.
fn asked_in_visit(host: &Host) -> bool {
    let last = host.stored("visit");
    let at = field(&last, "at").as_f64().unwrap_or(0.0);
    host.now() - at < VISIT_MS && field(&last, "asked").is_truthy()
}

fn keep_visit(host: &Host, asked: bool) {
    host.keep(
        "visit",
        &object(&[("at", host.now().into()), ("asked", asked.into())]),
    );
}

fn path() -> String {
    web_sys::window()
        .and_then(|w| w.location().pathname().ok())
        .unwrap_or_default()
}

fn device() -> Device {
    let query = web_sys::window().and_then(|w| w.match_media(PHONE).ok()?);
    if query.is_some_and(|query| query.matches()) {
        Device::Phone
    } else {
        Device::Desktop
    }
}

/// Milliseconds on this page, from the first decision about it on: not more than the shopper was there. A clock that
/// went back begins anew.
fn dwell_ms(now: Timestamp) -> i64 {
    let path = path();
    PAGE.with_borrow_mut(|page| {
        if page.0 != path || now < page.1 {
            *page = (path, now);
        }
        now.since(page.1)
    })
}

/// Decides, with what is `said` of this moment and what the page tells by itself.
fn decide(club: &Club, host: &Host, said: Context) -> Decision {
    let path = path();
    let context = Context {
        blocked_page: path.contains("checkout") || path.contains("payment"),
        prompted_this_visit: asked_in_visit(host),
        device: Some(device()),
        language: words::lang(),
        path,
        ..said
    };
    let view = &club.program;
    let history = club.prompted(host);
    let asked = &club.me.prompts;
    let listed = |survey: &str, scope: &str| {
        let mut asked = asked.iter();
        asked.any(|p| p.survey_id == survey && p.scope == scope)
    };
    surveys::decide_listed(
        &listed,
        &view.program,
        &view.zone,
        &club.me.facts,
        &history,
        &context,
        club.now,
    )
}

/// What has happened to the member that no page knows.
fn lately(club: &Club) -> Context {
    Context {
        delivered_order_id: club.me.delivered_order_id.clone(),
        resolved_complaint: club.me.resolved_complaint.clone(),
        ..Context::default()
    }
}

/// When a survey may be due on some page, so that the door wakes the engine then.
pub fn wake_at(club: &Club, host: &Host) -> Option<Timestamp> {
    let anywhere = Context {
        slot_free: true,
        ..lately(club)
    };
    decide(club, host, anywhere).wake_at
}

/// The events that make a survey due, so that the door wakes the engine for those.
pub fn events(club: &Club) -> Array {
    let surveys = club.program.program.surveys.iter();
    surveys
        .filter_map(|survey| match &survey.trigger {
            Trigger::Event(name) if survey.enabled => Some(JsValue::from(name.as_str())),
            _ => None,
        })
        .collect()
}

/// The page reports an event, or asks for a survey: decided at once, or when the server has answered.
pub fn occasion(store: Store, name: String, manual: bool) {
    SAID.with_borrow_mut(|said| {
        let place = if manual {
            &mut said.manual
        } else {
            &mut said.event
        };
        *place = Some(name);
    });
    if store.get(|s| s.link == Link::Fresh) {
        consider(store, None);
    }
}

/// Shows a survey if one is due and the corner is free; else comes again when the shopper has been on this page for as
/// long as one waits. Tabs do so in turn, each with what the one before has kept.
pub fn consider(store: Store, order: Option<String>) {
    if order.is_some() {
        SAID.with_borrow_mut(|said| said.order = order);
    }
    in_turn(store, move || ask(store));
}

/// Does something when no other tab decides or writes.
fn in_turn(store: Store, work: impl FnOnce() + 'static) {
    let host = store.host();
    host.turn("prompts", true, Box::new(move |_| work()));
}

fn ask(store: Store) {
    let host = store.host();
    let Some(club) = store.club() else { return };
    let dwell = dwell_ms(club.now);
    let (open, slot_free) = store.get(|s| (s.open, s.prompt.is_none()));
    if open {
        // Nothing is asked beside the panel. What was said is thought of when it is closed.
        return keep_visit(host, asked_in_visit(host));
    }
    let said = SAID.take();
    let context = Context {
        order_id: said.order,
        event: said.event,
        manual: said.manual,
        dwell_seconds: (dwell / 1_000) as u32,
        slot_free,
        ..lately(&club)
    };
    let decision = decide(&club, host, context);
    let next = next_dwell(&club, &decision, dwell);
    let show = decision.show.and_then(|show| counting(&club, show));
    keep_visit(host, show.is_some() || asked_in_visit(host));
    let Some((show, id)) = show else {
        return come_again(store, next);
    };
    // What the tab before has kept may come to this one later than its turn does: only who holds the question asks it.
    let question = ["asked.", &show.survey, ".", &show.scope].concat();
    let work = move |free| {
        if free {
            put(store, show, id);
        }
    };
    host.turn(&question, false, Box::new(work));
}

/// Puts a survey on screen.
fn put(store: Store, show: Show, id: Option<String>) {
    let host = store.host();
    let response = ["rsp_", &host.uuid().replace('-', "")].concat();
    let prompt = Prompt {
        show,
        id,
        response,
        scores: Vec::new(),
        item: 0,
        comment: String::new(),
        seen: false,
        sent: false,
    };
    record(store, &prompt.show, Reaction::Shown);
    store.set(|s| s.prompt = Some(prompt));
}

/// The survey with the server's id for it. One about an order may do without, for an own paid order counts by itself;
/// the answer to any other would not count, so that is not asked.
fn counting(club: &Club, show: Show) -> Option<(Show, Option<String>)> {
    let mut prompts = club.me.prompts.iter();
    let id = prompts
        .find(|p| p.survey_id == show.survey && p.scope == show.scope)
        .map(|p| p.id.clone());
    (id.is_some() || !show.scope.is_empty()).then_some((show, id))
}

/// In how many milliseconds the next survey that waits for its time on the page has waited long enough.
fn next_dwell(club: &Club, decision: &Decision, dwell: i64) -> Option<i64> {
    let surveys = &club.program.program.surveys;
    let verdicts = decision.verdicts.iter().map(|(_, verdict)| verdict);
    surveys
        .iter()
        .zip(verdicts)
        .filter_map(|(survey, verdict)| match survey.trigger {
            Trigger::Dwell(seconds) if *verdict == Verdict::NotTriggered => {
                Some(i64::from(seconds) * 1_000 - dwell)
            }
            _ => None,
        })
        .filter(|ms| *ms > 0)
        .min()
}

/// Considers anew after so long; what was agreed before no longer holds.
fn come_again(store: Store, ms: Option<i64>) {
    let number = WAIT.get().wrapping_add(1);
    WAIT.set(number);
    let Some(ms) = ms else { return };
    after(ms as u32, move || {
        if WAIT.get() == number {
            consider(store, None);
        }
    });
}

/// A prompt was drawn that nobody has seen so far: tells when somebody does.
pub fn drawn(store: Store) {
    after(0, move || {
        let Some(element) = find(".prompt") else {
            return;
        };
        then(store.host().seen(&element), move |_| seen(store));
    });
}

fn seen(store: Store) {
    let unseen = store.get(|s| s.prompt.clone()).filter(|p| !p.seen);
    let Some(prompt) = unseen else { return };
    edit(store, |prompt| prompt.seen = true);
    tell(store, "prompt_shown", Some(&prompt), None);
    let survey = prompt.show.survey.as_str().into();
    store.host().emit("survey-shown", &survey);
}

/// Changes the prompt that is on screen, if one is.
pub fn edit(store: Store, change: impl FnOnce(&mut Prompt)) {
    store.set(|s| {
        if let Some(prompt) = &mut s.prompt {
            change(prompt);
        }
    });
}

/// The panel was opened by a member, or by somebody who may be one.
pub fn opened(store: Store) {
    if store.host().subject().is_some() && store.get(|s| s.who != Who::Stranger) {
        tell(store, "panel_opened", None, None);
    }
}

fn record(store: Store, show: &Show, reaction: Reaction) {
    let host = store.host();
    let mut all = here(host);
    surveys::note(&mut all, show, reaction, store.now());
    keep(host, &all);
}

/// Keeps it at once, for the page may be left at once; and again when no other tab writes, then tells them.
fn settle(store: Store, show: Show, reaction: Reaction) {
    record(store, &show, reaction);
    in_turn(store, move || {
        record(store, &show, reaction);
        // With the record itself: what they find where it is kept may be older than these words.
        let host = store.host();
        host.tell(&object(&[(&place(host), list(&here(host)))]));
    });
}

fn keep(host: &Host, all: &[Prompted]) {
    host.keep(&place(host), &list(all));
}

fn list(all: &[Prompted]) -> JsValue {
    all.iter().map(write).collect::<Array>().into()
}

fn write(p: &Prompted) -> JsValue {
    let instant = |at: Option<Timestamp>| at.map_or(JsValue::NULL, |at| iso(at).into());
    object(&[
        ("survey", p.survey.as_str().into()),
        ("scope", p.scope.as_str().into()),
        ("displays", p.displays.into()),
        ("shown_at", instant(p.shown_at)),
        ("answered_at", instant(p.answered_at)),
        ("dismissed_at", instant(p.dismissed_at)),
    ])
}

fn iso(at: Timestamp) -> String {
    Date::new(&(at.0 as f64).into()).to_iso_string().into()
}

/// This browser's record of what the member was asked. What cannot be true is mended where it stands: a clock that
/// once ran ahead by years must not silence surveys for years.
pub fn here(host: &Host) -> Vec<Prompted> {
    let stored: Vec<Prompted> = decode(&host.stored(&place(host))).unwrap_or_default();
    let sound = surveys::sound(&stored, Timestamp(host.now() as i64));
    if sound != stored {
        keep(host, &sound);
    }
    sound
}

fn place(host: &Host) -> String {
    ["prompts:", &host.subject().unwrap_or_default()].concat()
}

/// Tells what a prompt, the panel or an offer did.
pub fn tell(store: Store, kind: &str, prompt: Option<&Prompt>, offer: Option<&str>) {
    let survey = prompt.map(|p| p.show.survey.as_str());
    let scope = prompt.map(|p| p.show.scope.as_str());
    let event = object(&[
        (
            "id",
            ["evt_", &store.host().uuid().replace('-', "")]
                .concat()
                .into(),
        ),
        ("kind", kind.into()),
        ("at", iso(store.now()).into()),
        ("survey_id", survey.into()),
        ("scope", scope.into()),
        ("offer_id", offer.into()),
    ]);
    let body = object(&[("events", Array::of1(&event).into())]);
    sync::act(store, Kind::Tell, kind, "POST", "/v1/events", body);
}

/// What was given so far.
fn given(prompt: &Prompt, comment: &str, completed: bool) -> JsValue {
    let scores: Array = prompt.scores.iter().map(|n| JsValue::from(*n)).collect();
    let comment = Some(comment.trim()).filter(|words| !words.is_empty());
    object(&[
        ("id", prompt.response.as_str().into()),
        ("survey_id", prompt.show.survey.as_str().into()),
        ("scope", prompt.show.scope.as_str().into()),
        ("scores", scores.into()),
        ("prompt", prompt.id.as_deref().into()),
        ("comment", comment.into()),
        ("completed", completed.into()),
    ])
}

/// Sends what was given so far. The thanks never waits for the network.
pub fn answer(store: Store, prompt: &Prompt, comment: &str, completed: bool) {
    settle(store, prompt.show.clone(), Reaction::Answered);
    let body = given(prompt, comment, completed);
    let kind = if completed {
        Kind::Finish
    } else {
        Kind::Answer
    };
    sync::act(store, kind, &prompt.response, "POST", ANSWERS, body);
}

/// The page is being left: words that were written under a score and not sent are sent with it.
pub fn leaving(store: Store) {
    let prompt = store.get(|s| s.prompt.clone()).filter(|p| !p.sent);
    let words = find(".prompt textarea").and_then(|area| string(&area, "value"));
    if let (Some(prompt), Some(words)) = (prompt, words)
        && !words.trim().is_empty()
    {
        let body = given(&prompt, &words, false);
        sync::act_now(store, Kind::Answer, &prompt.response, "POST", ANSWERS, body);
    }
}

/// Closes the prompt; without an answer that is a dismissal.
pub fn close(store: Store) {
    let Some(prompt) = store.get(|s| s.prompt.clone()) else {
        return;
    };
    if focus::is_in(".prompt") {
        store.host().focus_launcher();
    }
    store.set(|s| s.prompt = None);
    if prompt.scores.is_empty() {
        tell(store, "prompt_dismissed", Some(&prompt), None);
        let survey = prompt.show.survey.as_str().into();
        store.host().emit("survey-dismissed", &survey);
        settle(store, prompt.show, Reaction::Dismissed);
    }
    face::tell(store);
}

/// Another tab may have answered or dismissed what this one shows: it is asked no longer.
pub fn heard(store: Store, told: &JsValue) {
    let host = store.host();
    let mut all = here(host);
    all.extend(decode::<Vec<_>>(&field(told, &place(host))).unwrap_or_default());
    store.set(|s| {
        let over = s.prompt.as_ref().is_some_and(|prompt| {
            prompt.scores.is_empty()
                && all.iter().any(|r| {
                    r.survey == prompt.show.survey
                        && r.scope == prompt.show.scope
                        && r.answered_at.max(r.dismissed_at) >= r.shown_at
                })
        });
        if over {
            s.prompt = None;
        }
    });
}
