//! One complaint: what was written, and what the shop does about it.

use super::inbox::{List, words_of};
use crate::app::BASE;
use crate::atoms::{Problem, Retry, Skeleton, announce, busy_button, lead_to};
use crate::club;
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server::{self, Failure, fresh_id};
use crate::session;
use crate::words::{ago, digits, moment, say, t};
use contract::complaints::{Author, DeskComplaint, DeskMessage, DeskReply};
use contract::staff::Role;
use leptos::ev::SubmitEvent;
use leptos::html::{H2, Section};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_location, use_params_map};
use rules::complaints::{Action, Party, State, next};
use serde_json::json;

/// The complaint that the address names.
#[component]
pub(crate) fn Complaint() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params
            .with(|params| params.get("complaint"))
            .unwrap_or_default()
    });
    // Each complaint is a view of its own: what was typed for one is not sent to another.
    move || {
        let id = id.get();
        view! { <One id /> }
    }
}

#[component]
fn One(
    /// Its id.
    id: String,
) -> impl IntoView {
    let path = format!("/v1/complaints/{id}");
    let asked = path.clone();
    let complaint = Remote::new(move || {
        let path = asked.clone();
        async move { server::get::<DeskReply>(&path).await }
    });
    let back = back();
    let there = Memo::new(move |_| complaint.get().is_some());
    let state = Memo::new(move |_| complaint.get().map(|it| it.complaint.complaint.state));
    view! {
        <a class="button quiet back" href=back>
            {icon(Icon::Back)}
            {t("inbox.back")}
        </a>
        {move || match (there.get(), complaint.failure()) {
            (true, _) => view! { <Head complaint /> <Thread complaint /> }.into_any(),
            (false, Some(failure)) => {
                view! { <Retry failure again=Callback::new(move |()| complaint.again()) /> }
                    .into_any()
            }
            (false, None) => view! { <Skeleton lines=5 /> }.into_any(),
        }}
        // Beside what is read anew, so that a draft outlives it.
        {move || {
            there.get().then(|| view! { <Desk path=path.clone() complaint state=state.into() /> })
        }}
    }
}

/// The list as it was filtered.
fn back() -> impl Fn() -> String {
    let location = use_location();
    move || {
        let query = location.search.get();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{BASE}/inbox{mark}{query}")
    }
}

#[component]
fn Head(
    /// What is shown.
    complaint: Remote<DeskReply>,
) -> impl IntoView {
    let heading = NodeRef::<H2>::new();
    lead_to(heading);
    let of = move || complaint.get().map(|reply| reply.complaint);
    let topic = Memo::new(move |_| of().map(|it| it.complaint.topic).unwrap_or_default());
    view! {
        <h2 class="topic" node_ref=heading tabindex="-1">
            <bdi>{move || topic.get()}</bdi>
        </h2>
        {move || of().map(facts)}
    }
}

fn facts(desk: DeskComplaint) -> impl IntoView {
    let DeskComplaint {
        complaint,
        member,
        reopened,
        due_at,
        overdue,
    } = desk;
    let (_, word, class) = words_of(complaint.state);
    let fact = |name: &'static str, value: String| {
        view! {
            <div>
                <dt>{t(name)}</dt>
                <dd>
                    <bdi>{value}</bdi>
                </dd>
            </div>
        }
    };
    let due = due_at.map(|due| {
        let name = if overdue {
            "complaint.was_due"
        } else {
            "complaint.due"
        };
        fact(name, ago(due))
    });
    let judged = complaint.satisfied.map(|satisfied| {
        let words = if satisfied {
            "complaint.satisfied"
        } else {
            "complaint.unsatisfied"
        };
        fact("complaint.judgement", say(words))
    });
    view! {
        <p class="marks">
            {overdue.then(|| view! { <span class="pill bad">{t("inbox.overdue")}</span> })}
            <span class=class>{t(word)}</span>
        </p>
        <dl class="facts">
            {fact("complaint.number", digits(&complaint.number))}
            {fact("complaint.member", member.unwrap_or_else(|| say("inbox.erased")))}
            {complaint.order_id.map(|order| fact("complaint.order", order))}
            {fact("complaint.filed", moment(complaint.created_at))}
            {due}
            {(reopened > 0)
                .then(|| fact("complaint.reopened", crate::words::number(reopened.into())))}
            {judged}
        </dl>
    }
}

#[component]
fn Thread(
    /// What is shown.
    complaint: Remote<DeskReply>,
) -> impl IntoView {
    let messages = move || {
        complaint
            .get()
            .into_iter()
            .flat_map(|reply| reply.messages)
            .map(message)
            .collect_view()
    };
    view! {
        <ol class="thread" aria-label=t("complaint.thread")>
            {messages}
        </ol>
    }
}

fn message(told: DeskMessage) -> impl IntoView {
    let message = told.message;
    let (class, author) = match message.author {
        Author::Member => ("message theirs", "author.member"),
        Author::Shop => ("message ours", "author.shop"),
        Author::Internal => ("message note", "author.internal"),
    };
    let gone = message.text.is_none();
    view! {
        <li class=class>
            <p class="by">
                {(message.author == Author::Internal).then(|| icon(Icon::Note))}
                <strong>{t(author)}</strong>
                <span>{move || moment(message.at)}</span>
            </p>
            <p class="text" dir="auto">
                {message.text}
                {gone.then(|| t("complaint.text_gone"))}
            </p>
        </li>
    }
}

#[component]
fn Desk(
    /// The complaint's address at the server.
    path: String,
    /// Where what came of an action is shown.
    complaint: Remote<DeskReply>,
    /// How far the complaint is.
    state: Signal<Option<State>>,
) -> impl IntoView {
    let list = expect_context::<List>();
    let club = club::club();
    let (text, internal) = (RwSignal::new(String::new()), RwSignal::new(false));
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let id = StoredValue::new(fresh_id("msg_"));
    let section = NodeRef::<Section>::new();
    let writes = Memo::new(|_| session::may(Role::Editor));
    let may = move |action| {
        let state = state.get();
        state.is_some_and(|state| next(state, action, Party::Shop).is_ok())
    };
    let took = move |answer: Result<DeskReply, Failure>, done: &'static str| {
        busy.set(false);
        match answer {
            Ok(reply) => {
                failure.set(None);
                complaint.put(reply);
                list.changed();
                club.0.again();
                announce(untrack(|| say(done)));
                true
            }
            Err(refused) => {
                // Somebody else has been here: what is shown is old.
                if refused.code() == "complaint_not_now" {
                    complaint.again();
                }
                failure.set(Some(refused));
                false
            }
        }
    };
    let messages = format!("{path}/messages");
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = text.get_untracked();
        if busy.get_untracked() || typed.trim().is_empty() {
            return;
        }
        busy.set(true);
        let internal = internal.get_untracked();
        let body = json!({ "id": id.get_value(), "text": typed, "internal": internal });
        let (path, done) = (
            messages.clone(),
            if internal {
                "complaint.noted"
            } else {
                "complaint.sent"
            },
        );
        spawn_local(async move {
            if took(server::post(&path, &body).await, done) {
                id.set_value(fresh_id("msg_"));
                text.set(String::new());
            }
        });
    };
    let act = Callback::new(move |(verb, done): (&'static str, &'static str)| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let path = format!("{path}/{verb}");
        spawn_local(async move {
            if took(server::act(&path).await, done)
                && let Some(section) = section.get_untracked()
            {
                // The button that was pressed is gone.
                let _ = section.focus();
            }
        });
    });
    let verb =
        move |action: Action, verb: &'static str, label: &'static str, done: &'static str| {
            move || {
                may(action).then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            aria-disabled=move || busy.get().then_some("true")
                            on:click=move |_| act.run((verb, done))
                        >
                            {t(label)}
                        </button>
                    }
                })
            }
        };
    let form = move || {
        if !writes.get() {
            return view! { <p class="notice">{t("complaint.only_read")}</p> }.into_any();
        }
        let send = send.clone();
        view! {
            <Problem failure=failure />
            <form class="form reply" on:submit=send hidden=move || !may(Action::Write)>
                <label for="reply">{t("complaint.reply")}</label>
                <textarea
                    id="reply"
                    rows="4"
                    dir="auto"
                    maxlength="4000"
                    aria-describedby="reply-hint"
                    prop:value=move || text.get()
                    on:input:target=move |event| text.set(event.target().value())
                ></textarea>
                <p class="hint" id="reply-hint">
                    {move || {
                        say(if internal.get() { "complaint.note.hint" } else { "complaint.reply.hint" })
                    }}
                </p>
                <div class="buttons">
                    {busy_button("complaint.send", busy)}
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=move || internal.get()
                            on:change:target=move |event| internal.set(event.target().checked())
                        />
                        <span>{t("complaint.internal")}</span>
                    </label>
                </div>
            </form>
            <div class="buttons">
                {verb(Action::Resolve, "resolve", "complaint.resolve", "complaint.resolved")}
                {verb(Action::Close, "close", "complaint.close", "complaint.closed")}
                {verb(Action::Reopen, "reopen", "complaint.reopen", "complaint.taken_up")}
            </div>
        }
            .into_any()
    };
    view! {
       <section class="desk" node_ref=section tabindex="-1" aria-label=t("complaint.desk")>
           {form}
       </section>
    }
}
