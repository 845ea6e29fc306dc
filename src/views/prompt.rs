//! A survey on the page: never modal, never stealing the keyboard, gone after the thanks.

use super::atoms::{Tone, button, icon_button, p, tile};
use super::focus;
use super::icons;
use super::shell::walk;
use crate::node::{Node, el};
use crate::prompts;
use crate::store::{Prompt, State, Store};
use crate::words::{self, fill, t};
use crate::{find, host};
use gloo_timers::future::TimeoutFuture;
use rules::program::{Activity, Bucket, SurveyKind};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlElement, KeyboardEvent};

/// How long the thanks stays when nobody touches it.
const THANKS_MS: u32 = 6_000;

/// Draws the prompt.
pub(super) fn prompt(store: Store, s: &State, prompt: &Prompt) -> Option<Node> {
    let program = &s.program.as_ref()?.program;
    let survey = program
        .surveys
        .iter()
        .find(|survey| survey.id == prompt.show.survey)?;
    let kind = match survey.kind {
        SurveyKind::Nps => "nps",
        SurveyKind::Csat => "csat",
        SurveyKind::Ces => "ces",
        SurveyKind::Cli => "cli",
    };
    let question = if survey.question.is_empty() {
        let club = words::text(&program.name);
        fill(&["survey.", kind, ".question"].concat(), &[("club", &club)])
    } else {
        words::text(&survey.question)
    };
    let rule = program
        .earning
        .activities
        .iter()
        .find(|rule| matches!(&rule.kind, Activity::Survey(id) if *id == survey.id));
    let gift = rule.map(|rule| words::points(rule.points));
    let with_gift = |key: &str| match &gift {
        Some(points) => fill(&[key, ".points"].concat(), &[("points", points)]),
        None => t(key),
    };
    let intro = with_gift("survey.intro");
    let shut = icon_button(icons::CROSS, &t("close"), move || prompts::close(store));
    let section = el("section", "prompt")
        .attr("part", "prompt")
        .attr("role", "region")
        .attr("tabindex", "-1")
        .attr("aria-label", &intro)
        .on("keydown", move |event| {
            let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
            if key.as_deref() == Some("Escape") {
                event.stop_propagation();
                prompts::close(store);
            }
        })
        .child(el("div", "heading").child(p("sub", intro)).child(shut));
    Some(if prompt.sent {
        section.child(
            el("div", "thanks")
                .attr("role", "status")
                .child(tile("tile big good", icons::CHECK))
                .child(p("", with_gift("survey.thanks"))),
        )
    } else {
        section.child(form(store, prompt, survey.kind, kind, question))
    })
}

fn form(store: Store, prompt: &Prompt, scale: SurveyKind, kind: &str, question: String) -> Node {
    let (low, high) = scale.range();
    let dot = |n: u8| {
        let chosen = prompt.score == Some(n);
        let button = el("button", "score")
            .attr("type", "button")
            .attr("role", "radio")
            .attr("data-score", &words::digits(i64::from(n)))
            .attr("aria-checked", if chosen { "true" } else { "false" })
            // One stop for the Tab key: the chosen score, else the first.
            .attr(
                "tabindex",
                if prompt.score.unwrap_or(low) == n {
                    "0"
                } else {
                    "-1"
                },
            )
            .on("click", move |_| choose(store, n))
            .text(words::number(i64::from(n)));
        match scale {
            SurveyKind::Csat => button.attr(
                "aria-label",
                &t(&["survey.csat.", &words::digits(i64::from(n))].concat()),
            ),
            _ => button,
        }
    };
    let end = |which: &str| el("span", "").text(t(&["survey.", kind, which].concat()));
    let scores = el("div", &["scores ", kind].concat())
        .attr("role", "radiogroup")
        .attr("aria-label", &question)
        .on("keydown", move |event| walk_scores(event, low, high))
        .children((low..=high).map(dot));
    el("div", "page")
        .child(el("h3", "").text(question))
        .child(scores)
        .child(el("div", "ends").child(end(".least")).child(end(".most")))
        .maybe(prompt.score.map(|n| follow_up(store, scale, kind, n)))
}

fn follow_up(store: Store, scale: SurveyKind, kind: &str, score: u8) -> Node {
    let bucket = match scale.bucket(score) {
        Bucket::Low => ".low",
        Bucket::Mid => ".mid",
        Bucket::High => ".high",
    };
    let question = t(&["survey.", kind, bucket].concat());
    let words = el("textarea", "")
        .attr("rows", "3")
        .attr("maxlength", "1000")
        .attr("aria-label", &question)
        .attr("placeholder", &question);
    let send = button(Tone::Main, t("survey.send"), move || send(store));
    let end = el("div", "actions")
        .child(p("sub grow", t("survey.why")))
        .child(send);
    el("div", "follow").child(words).child(end)
}

/// A score is kept and sent as soon as it is given.
fn choose(store: Store, score: u8) {
    let Some(prompt) = store
        .get(|s| s.prompt.clone())
        .filter(|p| p.score != Some(score))
    else {
        return;
    };
    store.set(|s| {
        if let Some(prompt) = &mut s.prompt {
            prompt.score = Some(score);
        }
    });
    prompts::answer(store, &prompt, score, &comment(), false);
}

fn comment() -> String {
    find(".prompt textarea")
        .and_then(|area| host::string(&area, "value"))
        .unwrap_or_default()
}

fn send(store: Store) {
    let Some(prompt) = store.get(|s| s.prompt.clone()) else {
        return;
    };
    let Some(score) = prompt.score else { return };
    prompts::answer(store, &prompt, score, &comment(), true);
    store.set(|s| {
        if let Some(prompt) = &mut s.prompt {
            prompt.sent = true;
        }
    });
    spawn_local(async move {
        TimeoutFuture::new(THANKS_MS).await;
        let same = store.get(|s| {
            s.prompt
                .as_ref()
                .is_some_and(|p| p.response == prompt.response)
        });
        if same && find(".prompt:hover,.prompt:focus-visible,.prompt :focus-visible").is_none() {
            prompts::close(store);
        }
    });
}

/// Arrow keys move among the scores without choosing.
fn walk_scores(event: &Event, low: u8, high: u8) {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    let here = event
        .target()
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
        .and_then(|e| e.get_attribute("data-score")?.parse::<u8>().ok());
    let Some(here) = here else { return };
    let (place, last) = (usize::from(here - low), usize::from(high - low));
    let Some(there) = walk(&event.key(), place, last) else {
        return;
    };
    event.prevent_default();
    if there <= last {
        let score = words::digits(there as i64 + i64::from(low));
        focus::within(event, &["[data-score='", &score, "']"].concat());
    }
}
