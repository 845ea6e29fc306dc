//! What the draft would change for the members, computed of all of them before it is published.

use super::path;
use crate::app::BASE;
use crate::atoms::{Problem, announce};
use crate::pages::customise::labels;
use crate::server::{self, Failure};
use crate::words::{count, fill, money, number, say, t};
use contract::simulations::{
    Effect as Outcome, Outstanding, RewardChange, Simulation, SimulationReply, SimulationState,
    TierChange,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use std::time::Duration;

/// Between two looks at how far it is.
const LOOK: Duration = Duration::from_millis(800);

/// The document that runs, and the draft's.
type Documents = (Value, Value);

/// A button, how far it is, and what came of it.
#[component]
pub(super) fn Simulated(
    /// Where names come from.
    documents: Documents,
) -> impl IntoView {
    let simulation = RwSignal::new(None::<Simulation>);
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let documents = StoredValue::new(documents);
    let took = move |answer: Result<SimulationReply, Failure>| {
        let going = match answer {
            Ok(reply) => {
                let state = reply.simulation.state;
                if state == SimulationState::Done {
                    announce(untrack(|| say("effect.done")));
                }
                // The page may have been left.
                simulation.try_set(Some(reply.simulation)).is_none()
                    && state == SimulationState::Running
            }
            Err(refused) => {
                failure.try_set(Some(refused));
                false
            }
        };
        if !going {
            busy.try_set(false);
        }
        going
    };
    let begin = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        simulation.set(None);
        spawn_local(async move {
            let asked = server::post(&path("simulations"), &json!({})).await;
            if took(asked) {
                let id = simulation.try_get_untracked().flatten().map(|it| it.id);
                look(
                    path(&format!("simulations/{}", id.unwrap_or_default())),
                    took,
                );
            }
        });
    };
    let shown = move || {
        let now = simulation.get()?;
        let shown = match now.state {
            SimulationState::Running => progress(&now).into_any(),
            SimulationState::Stopped => {
                view! { <p class="notice">{t("effect.stopped")}</p> }.into_any()
            }
            SimulationState::Done => now
                .effect
                .map(|effect| documents.with_value(|documents| outcome(effect, documents)))
                .into_any(),
        };
        Some(shown)
    };
    view! {
        <section class="card" aria-labelledby="effect">
            <h2 id="effect">{t("effect.title")}</h2>
            <p class="hint">{t("effect.text")}</p>
            <Problem failure=failure />
            <button
                type="button"
                class="button"
                aria-disabled=move || busy.get().then_some("true")
                on:click=begin
            >
                {move || say(if busy.get() { "busy" } else { "effect.begin" })}
            </button>
            {shown}
        </section>
    }
}

/// Looks again and again until it is done, or nobody is there any more.
fn look(path: String, took: impl Fn(Result<SimulationReply, Failure>) -> bool + Copy + 'static) {
    set_timeout(
        move || {
            spawn_local(async move {
                if took(server::get(&path).await) {
                    look(path, took);
                }
            });
        },
        LOOK,
    );
}

fn progress(now: &Simulation) -> impl IntoView + use<> {
    let (done, all) = (number(now.done as i64), number(now.members as i64));
    let sentence = fill("effect.progress", &[("done", &done), ("all", &all)]);
    view! {
        <p>
            <progress
                max=now.members.to_string()
                value=now.done.to_string()
                aria-label=t("effect.title")
            ></progress>
            " "
            {sentence}
        </p>
    }
}

/// A tier's or a reward's name, in the newer document or the older one.
fn name(documents: &Documents, list: &str, id: &str) -> String {
    let (was, is) = documents;
    let found = [is, was].into_iter().find_map(|document| {
        let mut items = document.pointer(list)?.as_array()?.iter();
        items
            .find(|item| item.get("id").is_some_and(|known| known == id))
            .cloned()
    });
    let named = found.and_then(|item| {
        ["name", "title"]
            .into_iter()
            .find_map(|field| labels::words(item.get(field)?))
    });
    named.unwrap_or_else(|| id.to_owned())
}

fn outcome(effect: Outcome, documents: &Documents) -> impl IntoView + use<> {
    let counts = [
        ("effect.raised", effect.raised),
        ("effect.lowered", effect.lowered),
        ("effect.keeping", effect.keeping),
        ("effect.in_grace", effect.in_grace),
    ];
    let told = counts.into_iter().filter(|(_, n)| *n > 0);
    let told: Vec<_> = told
        .map(|(key, n)| view! { <li>{count(key, n as i64, &[])}</li> })
        .collect();
    let moved = effect
        .tiers
        .iter()
        .filter(|change| change.from != change.to);
    let moved: Vec<_> = moved.map(|change| moved_row(change, documents)).collect();
    let rewards = effect
        .rewards
        .iter()
        .filter(|change| change.gained + change.lost > 0);
    let rewards: Vec<_> = rewards
        .map(|change| reward_row(change, documents))
        .collect();
    let quiet = told.is_empty() && rewards.is_empty();
    let points = points(&effect, documents);
    view! {
        <p>{count("effect.members", effect.members as i64, &[])}</p>
        <ul class="told">{told}</ul>
        {quiet.then(|| view! { <p>{t("effect.nothing")}</p> })}
        {(!moved.is_empty())
            .then(|| {
                let heads = ["effect.from", "effect.to", "effect.moving", "effect.such"];
                table("effect.tiers", heads, moved)
            })}
        {(!rewards.is_empty())
            .then(|| {
                let heads = ["effect.reward", "effect.before", "effect.gained", "effect.lost"];
                table("effect.rewards", heads, rewards)
            })}
        <p>{points}</p>
    }
}

fn table<V: IntoView + 'static>(
    caption: &'static str,
    heads: [&'static str; 4],
    rows: Vec<V>,
) -> impl IntoView {
    view! {
        <div class="table" tabindex="0" role="region" aria-label=t(caption)>
            <table>
                <caption>{t(caption)}</caption>
                <thead>
                    <tr>
                        {heads
                            .map(|head| view! { <th scope="col">{t(head)}</th> })
                            .into_iter()
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn moved_row(change: &TierChange, documents: &Documents) -> impl IntoView + use<> {
    let tier = |id: &Option<String>| {
        let named = id.as_ref().map(|id| name(documents, "/tiers/levels", id));
        named.unwrap_or_else(|| say("effect.no_tier"))
    };
    let such: Vec<_> = change
        .sample
        .iter()
        .map(|id| {
            let at = format!("{BASE}/members/{}", js_sys::encode_uri_component(id));
            view! {
                <a href=at>
                    <bdi>{id.clone()}</bdi>
                </a>
                " "
            }
        })
        .collect();
    view! {
        <tr>
            <th scope="row">{tier(&change.from)}</th>
            <td>{tier(&change.to)}</td>
            <td>{number(change.members as i64)}</td>
            <td>{such}</td>
        </tr>
    }
}

fn reward_row(change: &RewardChange, documents: &Documents) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{name(documents, "/rewards", &change.reward)}</th>
            <td>{number(change.before as i64)}</td>
            <td>{number(change.gained as i64)}</td>
            <td>{number(change.lost as i64)}</td>
        </tr>
    }
}

/// What members have, and whether it is worth something else afterwards.
fn points(effect: &Outcome, documents: &Documents) -> String {
    let currency = documents.1.get("currency").cloned().unwrap_or_default();
    let currency = serde_json::from_value(currency).ok();
    let worth = |of: &Outstanding| Some(money(of.worth?, currency.as_ref()?));
    let (before, after) = (&effect.points_before, &effect.points_after);
    let all = number(before.available.0.saturating_add(before.pending.0));
    match (worth(before), worth(after)) {
        (Some(was), Some(is)) if was != is => fill(
            "effect.points.worth",
            &[("n", &all), ("was", &was), ("is", &is)],
        ),
        _ => fill("effect.points", &[("n", &all)]),
    }
}
