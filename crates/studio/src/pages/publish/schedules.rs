//! What is to be published later, and what became of that.

use super::changes;
use super::{Shelf, path};
use crate::atoms::{Problem, Retry, announce};
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::session;
use crate::words::{fill, moment, number, say, t};
use contract::staff::Role;
use contract::versions::{Schedule, Stage};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Deserialize)]
struct Listed {
    schedules: Vec<Schedule>,
}

/// The schedules; nothing where there was never one.
#[component]
pub(super) fn Schedules() -> impl IntoView {
    let shelf = expect_context::<Shelf>();
    let listed = Remote::new(move || {
        shelf.changed.track();
        async move { server::get::<Listed>(&path("schedules")).await }
    });
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let cancel = Callback::new(move |id: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let done = server::delete(&path(&format!("schedules/{id}"))).await;
            busy.set(false);
            match done {
                Ok(()) => {
                    announce(untrack(|| say("publish.cancelled")));
                    failure.set(None);
                }
                Err(refused) => failure.set(Some(refused)),
            }
            shelf.changed();
        });
    });
    move || match (listed.get(), listed.failure()) {
        (_, Some(failure)) => {
            view! { <Retry failure again=Callback::new(move |()| listed.again()) /> }.into_any()
        }
        (Some(known), None) if !known.schedules.is_empty() => {
            let rows: Vec<_> = known
                .schedules
                .into_iter()
                .map(|one| row(one, cancel))
                .collect();
            view! {
                <section class="card" aria-labelledby="schedules">
                    <h2 id="schedules">{t("publish.schedules")}</h2>
                    <Problem failure=failure />
                    <ul class="releases">{rows}</ul>
                </section>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

const fn words_of(state: Stage) -> (&'static str, &'static str) {
    match state {
        Stage::Waiting => ("publish.stage.waiting", "pill waits"),
        Stage::Published => ("publish.stage.published", "pill good"),
        Stage::Refused => ("publish.stage.refused", "pill bad"),
        Stage::Cancelled => ("publish.stage.cancelled", "pill"),
    }
}

fn row(schedule: Schedule, cancel: Callback<String>) -> impl IntoView {
    let (word, class) = words_of(schedule.state);
    let waits = schedule.state == Stage::Waiting && session::may(Role::Editor);
    let id = schedule.id.clone();
    let who = schedule.created_by_email.unwrap_or(schedule.created_by);
    let became = schedule
        .version
        .map(|n| fill("publish.version", &[("n", &number(n))]));
    let faults = schedule.faults.iter().map(|fault| {
        let place = changes::place(&Value::Null, &fault.pointer);
        view! {
            <li>
                <strong>{place}</strong>
                <span>{fault.detail.clone()}</span>
            </li>
        }
    });
    let faults: Vec<_> = faults.collect();
    let (at, made) = (schedule.publish_at, schedule.created_at);
    let label = move || fill("publish.cancel.of", &[("at", &moment(at))]);
    view! {
        <li>
            <div class="head">
                <strong>{move || moment(at)}</strong>
                <span class=class>{t(word)}</span>
                {became.map(|became| view! { <span>{became}</span> })}
            </div>
            {schedule.note.map(|note| view! { <p dir="auto">{note}</p> })}
            <p class="hint">
                <bdi>{who}</bdi>
                " · "
                {move || moment(made)}
            </p>
            {(!faults.is_empty()).then(|| view! { <ul class="changes">{faults}</ul> })}
            {waits
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            aria-label=label
                            on:click=move |_| cancel.run(id.clone())
                        >
                            {t("publish.cancel")}
                        </button>
                    }
                })}
        </li>
    }
}
