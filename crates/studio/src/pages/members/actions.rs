//! What is done for a member by hand: points given or taken, their data handed out, their name erased.

use super::super::{beside_fields, fault_at, to_the_first_fault};
use crate::atoms::{Field, Kind, Problem, Question, announce, busy_button, cancel};
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server::{self, Failure, fresh_id};
use crate::session;
use crate::typed::whole;
use crate::words::{count, fill, say, t};
use contract::members::{AdjustmentReply, MemberView};
use contract::problem::{Fault, Problem as Refusal};
use contract::staff::Role;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

/// The forms, for whoever may use them.
#[component]
pub(super) fn Actions(
    /// The member's address at the server.
    path: String,
    /// Who it is about.
    member: Remote<MemberView>,
    /// Called when their points have changed.
    after: Callback<()>,
    /// Set once the member is erased.
    gone: RwSignal<bool>,
) -> impl IntoView {
    let writes = Memo::new(|_| session::may(Role::Editor));
    move || {
        if !writes.get() {
            return view! { <p class="notice">{t("member.only_read")}</p> }.into_any();
        }
        view! {
            <section class="card" aria-labelledby="adjust-title">
                <h2 id="adjust-title">{t("adjust.title")}</h2>
                <Adjust path=path.clone() member after />
            </section>
            <section class="card" aria-labelledby="data-title">
                <h2 id="data-title">{t("member.data")}</h2>
                <p class="hint">{t("member.data.text")}</p>
                <div class="buttons">
                    <Export path=path.clone() member />
                    <Erase path=path.clone() member gone />
                </div>
            </section>
        }
        .into_any()
    }
}

fn name_of(member: Remote<MemberView>) -> String {
    let name = member.get();
    let name = name.map(|member| member.first_name.unwrap_or(member.external_id));
    format!("\u{2068}{}\u{2069}", name.unwrap_or_default())
}

/// A fault that the page itself has found.
fn wrong(pointer: &str, code: &str) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        detail: say("fault.number"),
    }
}

#[component]
fn Adjust(
    /// The member's address at the server.
    path: String,
    /// Who gets them.
    member: Remote<MemberView>,
    /// Called when it is done.
    after: Callback<()>,
) -> impl IntoView {
    let (points, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let takes = RwSignal::new(false);
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let (asks, done) = (RwSignal::new(false), RwSignal::new(String::new()));
    // What was asked last and under which key, while nobody knows what came of it.
    let wish = StoredValue::new(None::<(String, Value)>);
    let amount = move || whole(&points.get()).filter(|points| *points > 0);
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        done.set(String::new());
        let mut errors = Vec::new();
        if untrack(amount).is_none() {
            errors.push(wrong("/points", "not_a_number"));
        }
        if reason.with_untracked(|reason| reason.trim().is_empty()) {
            errors.push(wrong("/reason", "empty"));
        }
        if errors.is_empty() {
            failure.set(None);
            asks.set(true);
            return;
        }
        failure.set(Some(Failure::Refused(
            Refusal {
                kind: String::new(),
                status: 422,
                code: "validation_failed".to_owned(),
                detail: String::new(),
                errors,
            },
            None,
        )));
        to_the_first_fault();
    };
    let path = StoredValue::new(format!("{path}/adjustments"));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(amount) = untrack(amount).filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let signed = if takes.get_untracked() {
            -amount
        } else {
            amount
        };
        let body = json!({ "points": signed, "reason": reason.get_untracked() });
        let before = wish.get_value().filter(|(_, asked)| *asked == body);
        let key = before.map_or_else(|| fresh_id("adj_"), |(key, _)| key);
        wish.set_value(Some((key.clone(), body.clone())));
        spawn_local(async move {
            let path = path.get_value();
            let answer: Result<AdjustmentReply, _> = server::post_once(&path, &body, &key).await;
            busy.set(false);
            asks.set(false);
            // The same is asked again under its key only where its answer was lost.
            if !matches!(answer, Err(Failure::Offline | Failure::Odd)) {
                wish.set_value(None);
            }
            match answer {
                Ok(_) => {
                    failure.set(None);
                    points.set(String::new());
                    reason.set(String::new());
                    let said = untrack(|| sentence("adjust.given", "adjust.taken", signed, member));
                    announce(said.clone());
                    done.set(said);
                    after.run(());
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    to_the_first_fault();
                }
            }
        });
    };
    let question = move || {
        let amount = amount().unwrap_or_default();
        let signed = if takes.get() { -amount } else { amount };
        sentence("adjust.ask.give", "adjust.ask.take", signed, member)
    };
    let way = move |taking: bool, label: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="adjust-way"
                    prop:checked=move || takes.get() == taking
                    on:change=move |_| takes.set(taking)
                />
                <span>{t(label)}</span>
            </label>
        }
    };
    view! {
        <form class="form" novalidate=true on:submit=ask>
            <Problem failure=beside_fields(failure) />
            {move || {
                let said = done.get();
                (!said.is_empty())
                    .then(|| {
                        view! {
                            <p class="notice good">{icon(Icon::Check)} <span>{said}</span></p>
                        }
                    })
            }}
            <fieldset class="ways">
                <legend class="unseen">{t("adjust.way")}</legend>
                {way(false, "adjust.give")}
                {way(true, "adjust.take")}
            </fieldset>
            <Field
                name="adjust-points"
                label="adjust.points"
                kind=Kind::Number
                value=points
                fault=fault_at(failure, "/points")
            />
            <Field
                name="adjust-reason"
                label="adjust.reason"
                hint="adjust.reason.hint"
                kind=Kind::Words
                value=reason
                fault=fault_at(failure, "/reason")
            />
            <button type="submit" class="button primary">
                {t("adjust.send")}
            </button>
        </form>
        <Question id="adjust-question" open=asks title="adjust.ask">
            <p>{question}</p>
            <p class="hint">
                <bdi>{move || reason.get()}</bdi>
            </p>
            <form class="buttons" on:submit=send>
                {busy_button("adjust.confirm", busy)}
                {cancel(asks)}
            </form>
        </Question>
    }
}

/// So many points to a member, or from them.
fn sentence(
    gives: &'static str,
    takes: &'static str,
    points: i64,
    member: Remote<MemberView>,
) -> String {
    let key = if points < 0 { takes } else { gives };
    count(key, points.abs(), &[("name", &name_of(member))])
}

#[component]
fn Export(
    /// The member's address at the server.
    path: String,
    /// Who it is about.
    member: Remote<MemberView>,
) -> impl IntoView {
    let failure = RwSignal::new(None);
    let path = StoredValue::new(format!("{path}/export"));
    let save = move |_| {
        spawn_local(async move {
            let id = untrack(|| member.get()).map(|member| member.id);
            let name = format!("{}.json", id.unwrap_or_default());
            failure.set(crate::download::save(&path.get_value(), &name).await.err());
        });
    };
    view! {
        <button type="button" class="button" on:click=save>
            {icon(Icon::Download)}
            {t("member.export")}
        </button>
        <Problem failure=failure />
    }
}

#[component]
fn Erase(
    /// The member's address at the server.
    path: String,
    /// Who it is about.
    member: Remote<MemberView>,
    /// Set once it is done.
    gone: RwSignal<bool>,
) -> impl IntoView {
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let (typed, failure) = (RwSignal::new(String::new()), RwSignal::new(None::<Failure>));
    let fault = RwSignal::new(String::new());
    let path = StoredValue::new(path);
    let ask = move |_| {
        typed.set(String::new());
        fault.set(String::new());
        failure.set(None);
        open.set(true);
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let id = untrack(|| member.get()).map(|member| member.external_id);
        if id.as_deref() != Some(typed.get_untracked().trim()) {
            fault.set(untrack(|| say("erase.wrong")));
            to_the_first_fault();
            return;
        }
        fault.set(String::new());
        busy.set(true);
        spawn_local(async move {
            let answer = server::delete(&path.get_value()).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    open.set(false);
                    announce(untrack(|| say("member.gone")));
                    gone.set(true);
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        <button type="button" class="button danger" on:click=ask>
            {t("member.erase")}
        </button>
        <Question id="erase-question" open title="erase.ask">
            <p>{move || fill("erase.what", &[("name", &name_of(member))])}</p>
            <ul class="points">
                <li>{t("erase.goes")}</li>
                <li>{t("erase.stays")}</li>
                <li>{t("erase.forever")}</li>
            </ul>
            <form class="form" novalidate=true on:submit=send>
                <Problem failure=failure />
                <p>
                    {t("erase.type")}
                    " "
                    <bdi class="code">{move || member.get().map(|member| member.external_id)}</bdi>
                </p>
                <Field
                    name="erase-id"
                    label="erase.id"
                    kind=Kind::Code
                    value=typed
                    fault=Signal::derive(move || fault.get())
                />
                <div class="buttons">
                    {busy_button("erase.confirm", busy)}
                    {cancel(open)}
                </div>
            </form>
        </Question>
    }
}
