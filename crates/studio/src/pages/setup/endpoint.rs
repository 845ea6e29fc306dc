//! One endpoint: what is done with it, and what became of each delivery.

use super::endpoints::{VARIABLE, words_of};
use super::{Fresh, for_owners, to_the_fresh};
use crate::app::BASE;
use crate::atoms::{
    Code, Problem, Question, Retry, Skeleton, announce, busy_button, cancel, lead_to,
};
use crate::icons::{Icon, icon};
use crate::paged::{Paged, nothing};
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::words::{ago, count, fill, moment, number, say, t};
use contract::webhooks::{
    DeliveriesPage, Delivery, DeliveryState, Endpoint, EndpointReply, EndpointSecretReply,
    EndpointsReply, Message, MessageReply, ReplayReply, TestReply,
};
use leptos::ev::SubmitEvent;
use leptos::html::H2;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde_json::json;

/// The endpoint that the address names. For owners.
#[component]
pub(crate) fn One() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params
            .with(|params| params.get("endpoint"))
            .unwrap_or_default()
    });
    for_owners(move || view! { <Told id=id.get() /> }.into_any())
}

#[component]
fn Told(
    /// The endpoint's id.
    id: String,
) -> impl IntoView {
    let path = StoredValue::new(format!("/v1/webhooks/endpoints/{id}"));
    let wanted = StoredValue::new(id);
    let endpoint = Remote::new(move || async move {
        let reply: EndpointsReply = server::get("/v1/webhooks/endpoints").await?;
        let found = reply.endpoints.into_iter();
        Ok(found.clone().find(|one| one.id == wanted.get_value()))
    });
    let deliveries = Paged::new(
        Signal::derive(move || format!("{}/deliveries", path.get_value())),
        |page: DeliveriesPage| (page.deliveries, page.next_cursor),
    );
    let message = RwSignal::new(String::new());
    let reads = RwSignal::new(false);
    let row = move |delivery: Delivery| delivery_row(delivery, message, reads);
    let empty = || nothing(Icon::Inbox, "delivery.none", "delivery.none.text");
    // A secret that was just made outlives what is read anew.
    let face = Memo::new(move |_| match (endpoint.get(), endpoint.failure()) {
        (Some(Some(_)), _) => Face::There,
        (_, Some(failure)) => Face::Failed(failure),
        (Some(None), None) => Face::Missing,
        (None, None) => Face::Asking,
    });
    view! {
        <a class="button quiet back" href=format!("{BASE}/setup/webhooks")>
            {icon(Icon::Back)}
            {t("hook.back")}
        </a>
        {move || match face.get() {
            Face::There => view! { <Head endpoint path deliveries /> }.into_any(),
            Face::Missing => view! { <p class="notice">{t("failure.not_found")}</p> }.into_any(),
            Face::Failed(failure) => {
                view! { <Retry failure again=Callback::new(move |()| endpoint.again()) /> }
                    .into_any()
            }
            Face::Asking => view! { <Skeleton lines=4 /> }.into_any(),
        }}
        <section class="card" aria-labelledby="deliveries-title">
            <header class="card-head">
                <h2 id="deliveries-title">{t("delivery.title")}</h2>
                <button type="button" class="button" on:click=move |_| deliveries.again()>
                    {t("setup.look_again")}
                </button>
            </header>
            {deliveries.view("deliveries", "delivery.title", row, empty)}
        </section>
        <Read message open=reads endpoint=wanted deliveries />
    }
}

/// What of an endpoint is shown.
#[derive(Clone, PartialEq)]
enum Face {
    Asking,
    Failed(Failure),
    Missing,
    There,
}

#[component]
fn Head(
    /// The endpoint.
    endpoint: Remote<Option<Endpoint>>,
    /// Its address at the server.
    path: StoredValue<String>,
    /// What was sent there.
    deliveries: Paged<Delivery>,
) -> impl IntoView {
    let heading = NodeRef::<H2>::new();
    lead_to(heading);
    let secrets = RwSignal::new(Vec::new());
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let removes = RwSignal::new(false);
    let navigate = use_navigate();
    let took = move |answer: Result<Endpoint, Failure>, done: &'static str| {
        busy.set(false);
        match answer {
            Ok(now) => {
                failure.set(None);
                endpoint.put(Some(now));
                announce(untrack(|| say(done)));
            }
            Err(refused) => failure.set(Some(refused)),
        }
    };
    let begins = move || {
        let free = !busy.get_untracked();
        busy.set(true);
        free
    };
    let test = move |_| {
        if begins() {
            spawn_local(async move {
                let path = format!("{}/test", path.get_value());
                let answer: Result<TestReply, _> = server::act(&path).await;
                busy.set(false);
                match answer {
                    Ok(_) => {
                        failure.set(None);
                        announce(untrack(|| say("hook.test.done")));
                        deliveries.again();
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        }
    };
    let rotate = move |_| {
        if begins() {
            spawn_local(async move {
                let path = format!("{}/rotate", path.get_value());
                let answer: Result<EndpointSecretReply, _> = server::act(&path).await;
                let secret = answer.as_ref().ok().map(|made| made.secret.clone());
                took(answer.map(|made| made.endpoint), "hook.rotated");
                if let Some(secret) = secret {
                    secrets.set(vec![(VARIABLE.to_owned(), secret)]);
                    to_the_fresh();
                }
            });
        }
    };
    let enable = move |_| {
        if begins() {
            spawn_local(async move {
                let path = format!("{}/enable", path.get_value());
                let answer: Result<EndpointReply, _> = server::act(&path).await;
                took(answer.map(|reply| reply.endpoint), "hook.enabled");
            });
        }
    };
    let stop = move |_| {
        if begins() {
            spawn_local(async move {
                let body = json!({ "enabled": false });
                let answer: Result<EndpointReply, _> =
                    server::patch(&path.get_value(), &body).await;
                took(answer.map(|reply| reply.endpoint), "hook.stopped.done");
            });
        }
    };
    let remove = move |event: SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        if begins() {
            spawn_local(async move {
                let answer = server::delete(&path.get_value()).await;
                busy.set(false);
                removes.set(false);
                match answer {
                    Ok(()) => navigate("/setup/webhooks", NavigateOptions::default()),
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        }
    };
    let remove = StoredValue::new_local(remove);
    let of = move || endpoint.get().flatten();
    let enabled = Memo::new(move |_| of().is_some_and(|endpoint| endpoint.enabled));
    let facts = move || {
        of().map(|endpoint| {
            let (word, class) = words_of(&endpoint);
            let kinds = if endpoint.kinds.is_empty() {
                say("hook.kinds.all")
            } else {
                endpoint.kinds.join("  ")
            };
            let old = endpoint.secrets > 1;
            view! {
                <p class="marks">
                    <span class=class>{t(word)}</span>
                    {old.then(|| view! { <span class="pill">{t("hook.two_secrets")}</span> })}
                </p>
                {endpoint.note.map(|note| view! { <p><bdi>{note}</bdi></p> })}
                <p class="hint">
                    <bdi class="code">{kinds}</bdi>
                </p>
            }
        })
    };
    view! {
        <Fresh secrets hint=Signal::stored("hook.rotate.hint") />
        <section class="card" aria-labelledby="hook-title">
            <h2 id="hook-title" class="address" node_ref=heading tabindex="-1">
                <bdi dir="ltr">{move || of().map(|endpoint| endpoint.url)}</bdi>
            </h2>
            {facts}
            <Problem failure=failure />
            <div class="buttons">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=test
                >
                    {t("hook.test")}
                </button>
                {move || {
                    if enabled.get() {
                        view! {
                            <button type="button" class="button" on:click=stop>
                                {t("hook.stop")}
                            </button>
                        }
                            .into_any()
                    } else {
                        view! {
                            <button type="button" class="button" on:click=enable>
                                {t("hook.enable")}
                            </button>
                        }
                            .into_any()
                    }
                }}
                <button type="button" class="button" on:click=rotate>
                    {t("hook.rotate")}
                </button>
                <button
                    type="button"
                    class="button danger"
                    on:click=move |_| removes.set(true)
                >
                    {t("hook.remove")}
                </button>
            </div>
        </section>
        <Question id="hook-remove" open=removes title="hook.remove.ask">
            <p>{t("hook.remove.what")}</p>
            <form class="buttons" on:submit=move |event| remove.with_value(|act| act(event))>
                {busy_button("hook.remove.confirm", busy)}
                {cancel(removes)}
            </form>
        </Question>
    }
}

fn delivery_row(
    delivery: Delivery,
    message: RwSignal<String>,
    reads: RwSignal<bool>,
) -> impl IntoView {
    let (word, class) = match delivery.state {
        DeliveryState::Waiting => ("delivery.waiting", "pill waits"),
        DeliveryState::Delivered => ("delivery.delivered", "pill good"),
        DeliveryState::Failed => ("delivery.failed", "pill bad"),
        DeliveryState::Dropped => ("delivery.dropped", "pill"),
    };
    let Delivery {
        message_id,
        kind,
        at,
        attempts,
        next_at,
        last_error,
        ..
    } = delivery;
    view! {
        <div class="row">
            <span class="topic code">
                <bdi dir="ltr">{kind}</bdi>
            </span>
            <span class="marks">
                <span class=class>{t(word)}</span>
            </span>
            <span class="who">
                {move || moment(at)} " · " {move || count("delivery.tries", attempts.into(), &[])}
                {move || {
                    next_at.map(|at| format!(" · {}", fill("delivery.next", &[("ago", &ago(at))])))
                }} {last_error.map(|said| view! { " · " <bdi>{said}</bdi> })}
            </span>
            <button
                type="button"
                class="button"
                on:click=move |_| {
                    message.set(message_id.clone());
                    reads.set(true);
                }
            >
                {t("delivery.read")}
            </button>
        </div>
    }
}

#[component]
fn Read(
    /// The message's id.
    message: RwSignal<String>,
    /// Whether it is read.
    open: RwSignal<bool>,
    /// The endpoint's id.
    endpoint: StoredValue<String>,
    /// Where it came from.
    deliveries: Paged<Delivery>,
) -> impl IntoView {
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let replay = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let path = format!("/v1/webhooks/messages/{}/replay", message.get_untracked());
        let body = json!({ "endpoint_id": endpoint.get_value() });
        spawn_local(async move {
            let answer: Result<ReplayReply, _> = server::post(&path, &body).await;
            busy.set(false);
            match answer {
                Ok(_) => {
                    open.set(false);
                    announce(untrack(|| say("delivery.again.done")));
                    deliveries.again();
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        <Question id="message" open title="delivery.message">
            <Body id=message.get_untracked() />
            <Problem failure=failure />
            <form class="buttons" on:submit=replay>
                {busy_button("delivery.again", busy)}
                {cancel(open)}
            </form>
        </Question>
    }
}

#[component]
fn Body(
    /// The message's id.
    id: String,
) -> impl IntoView {
    let message = Remote::new(move || {
        let path = format!("/v1/webhooks/messages/{id}");
        async move {
            let reply: MessageReply = server::get(&path).await?;
            Ok(reply.message)
        }
    });
    move || match (message.get(), message.failure()) {
        (_, Some(failure)) => {
            view! { <Retry failure again=Callback::new(move |()| message.again()) /> }.into_any()
        }
        (Some(told), None) => body(told).into_any(),
        (None, None) => view! { <Skeleton lines=4 /> }.into_any(),
    }
}

fn body(message: Message) -> impl IntoView {
    let tries = message.attempts.into_iter().map(|tried| {
        let went = tried.error.unwrap_or_else(|| {
            tried
                .status
                .map(|status| status.to_string())
                .unwrap_or_default()
        });
        let took = number(tried.took_ms.into());
        view! {
            <li>
                {moment(tried.at)} " · " <bdi>{went}</bdi> " · "
                {fill("delivery.took", &[("n", &took)])}
            </li>
        }
    });
    view! {
        <Code name=Signal::derive(|| say("delivery.message")) code=Signal::stored(message.body) />
        <ul class="points">{tries.collect_view()}</ul>
    }
}
