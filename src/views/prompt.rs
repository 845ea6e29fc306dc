//! A survey on the page: never modal, never stealing the keyboard, gone after the thanks.

use super::atoms::{Tone, icon_button, link};
use super::icons;
use crate::prompts;
use crate::store::{Prompt, Store};
use crate::words::{self, fill, t};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rules::program::{Activity, SurveyKind};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// How long the thanks stays when nobody touches it.
const THANKS_MS: u32 = 6_000;

/// Draws the prompt.
pub(super) fn prompt(store: Store, prompt: Prompt) -> AnyView {
    let Some(program) = store.program.get_untracked() else {
        return ().into_any();
    };
    let Some(survey) = program
        .program
        .surveys
        .iter()
        .find(|s| s.id == prompt.show.survey)
    else {
        return ().into_any();
    };
    let kind = match survey.kind {
        SurveyKind::Nps => "nps",
        SurveyKind::Csat => "csat",
    };
    let shop = words::text(&program.program.name);
    let question = if survey.question.is_empty() {
        fill(&["survey.", kind, ".question"].concat(), &[("club", &shop)])
    } else {
        words::text(&survey.question)
    };
    let gift = program
        .program
        .earning
        .activities
        .iter()
        .find(|a| a.kind == Activity::Survey(prompt.show.survey.clone()))
        .map(|a| words::points(a.points));
    let intro = match &gift {
        Some(points) => fill("survey.intro.points", &[("points", points)]),
        None => t("survey.intro"),
    };
    let sent = RwSignal::new(false);
    let dismissed = prompt.clone();
    let shut = move || {
        if sent.get_untracked() {
            prompts::close(store);
        } else {
            prompts::dismiss(store, &dismissed);
        }
    };
    let escape = {
        let shut = shut.clone();
        move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                shut();
            }
        }
    };
    let scale = survey.kind;
    view! {
        <section class={"prompt"} part={"prompt"} role={"region"} aria-label={intro.clone()} on:keydown={escape}>
            <div class={"heading"}>
                <p class={"sub"}>{intro.clone()}</p>
                {icon_button(icons::CROSS, t("close"), shut)}
            </div>
            {move || {
                if sent.get() {
                    thanks(store, gift.clone())
                } else {
                    form(store, prompt.clone(), scale, kind, question.clone(), sent)
                }
            }}
        </section>
    }
    .into_any()
}

fn form(
    store: Store,
    prompt: Prompt,
    scale: SurveyKind,
    kind: &'static str,
    question: String,
    sent: RwSignal<bool>,
) -> AnyView {
    let score = RwSignal::new(None::<u8>);
    let comment = RwSignal::new(String::new());
    let range = match scale {
        SurveyKind::Nps => 0..=10u8,
        SurveyKind::Csat => 1..=5,
    };
    let (low, high) = (*range.start(), *range.end());
    let choose = {
        let prompt = prompt.clone();
        move |n: u8| {
            if score.get_untracked() != Some(n) {
                score.set(Some(n));
                prompts::answer(store, &prompt, n, comment.get_untracked(), false);
            }
        }
    };
    let dots: Vec<_> = range
        .map(|n| {
            let choose = choose.clone();
            let chosen = move || score.get() == Some(n);
            // One stop for the Tab key: the chosen score, else the first.
            let stop = move || score.get().unwrap_or(low) == n;
            view! {
                <button
                    type={"button"}
                    role={"radio"}
                    class={"score"}
                    data-score={n.to_string()}
                    aria-checked={move || if chosen() { "true" } else { "false" }}
                    aria-label={(scale == SurveyKind::Csat).then(|| t(&["survey.csat.", &n.to_string()].concat()))}
                    tabindex={move || if stop() { "0" } else { "-1" }}
                    on:click={move |_| choose(n)}
                >
                    {words::number(i64::from(n))}
                </button>
            }
        })
        .collect();
    let follow_up = move || {
        score.get().map(|n| {
            let bucket = match (scale, n) {
                (SurveyKind::Nps, 0..=6) | (SurveyKind::Csat, 1..=2) => ".low",
                (SurveyKind::Nps, 7..=8) | (SurveyKind::Csat, 3) => ".mid",
                _ => ".high",
            };
            t(&["survey.", kind, bucket].concat())
        })
    };
    let send = move || {
        if let Some(n) = score.get_untracked() {
            prompts::answer(store, &prompt, n, comment.get_untracked(), true);
            sent.set(true);
        }
    };
    view! {
        <h3>{question.clone()}</h3>
        <div
            class={["scores ", kind].concat()}
            role={"radiogroup"}
            aria-label={question}
            on:keydown={move |event| walk(&event, low, high)}
        >
            {dots}
        </div>
        <div class={"ends"}>
            <span>{t(&["survey.", kind, ".least"].concat())}</span>
            <span>{t(&["survey.", kind, ".most"].concat())}</span>
        </div>
        <div class={"follow"} hidden={move || score.get().is_none()}>
            <textarea
                rows={"3"}
                maxlength={"1000"}
                aria-label={move || follow_up()}
                placeholder={move || follow_up()}
                prop:value={move || comment.get()}
                on:input={move |event| comment.set(event_target_value(&event))}
            ></textarea>
            <div class={"actions end"}>
                <p class={"sub grow"}>{t("survey.why")}</p>
                {link(Tone::Main, t("survey.send"), send)}
            </div>
        </div>
    }
    .into_any()
}

/// Arrow keys move among the scores without choosing.
fn walk(event: &KeyboardEvent, low: u8, high: u8) {
    let (Some(group), Some(here)) = (
        event
            .current_target()
            .and_then(|g| g.dyn_into::<HtmlElement>().ok()),
        event
            .target()
            .and_then(|e| e.dyn_into::<HtmlElement>().ok())
            .and_then(|e| e.get_attribute("data-score")?.parse::<u8>().ok()),
    ) else {
        return;
    };
    let forward = if words::dir() == "rtl" {
        "ArrowLeft"
    } else {
        "ArrowRight"
    };
    let there = match event.key().as_str() {
        "ArrowDown" => here.saturating_add(1).min(high),
        key if key == forward => here.saturating_add(1).min(high),
        "ArrowUp" | "ArrowLeft" | "ArrowRight" => here.saturating_sub(1).max(low),
        "Home" => low,
        "End" => high,
        _ => return,
    };
    event.prevent_default();
    let found = group.query_selector(&["[data-score='", &there.to_string(), "']"].concat());
    if let Some(score) = found
        .ok()
        .flatten()
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
    {
        // A score that is drawn can be focused.
        let _ = score.focus();
    }
}

fn thanks(store: Store, gift: Option<String>) -> AnyView {
    let touched = RwSignal::new(false);
    let shown = store.prompt.get_untracked();
    spawn_local(async move {
        TimeoutFuture::new(THANKS_MS).await;
        if !touched.try_get_untracked().unwrap_or(true) && store.prompt.get_untracked() == shown {
            prompts::close(store);
        }
    });
    let sentence = match gift {
        Some(points) => fill("survey.thanks.points", &[("points", &points)]),
        None => t("survey.thanks"),
    };
    view! {
        <div
            class={"thanks"}
            role={"status"}
            on:pointerdown={move |_| touched.set(true)}
            on:focusin={move |_| touched.set(true)}
        >
            <span class={"tile big good"}>{icons::icon(icons::CHECK)}</span>
            <p>{sentence}</p>
        </div>
    }
    .into_any()
}
