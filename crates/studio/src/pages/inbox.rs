//! Complaints: the list, and beside it the one that is read.

use crate::app::BASE;
use crate::atoms::{Page, Retry, Skeleton, announce};
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server;
use crate::words::{ago, count, digits, say, t};
use contract::complaints::{DeskComplaint, DeskPage};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use rules::complaints::State;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The states, in the order of a complaint's life.
const STATES: [State; 5] = [
    State::Open,
    State::Reopened,
    State::Answered,
    State::Resolved,
    State::Closed,
];

/// A state's name on the wire, the key of its word, and how loud it is.
pub(super) const fn words_of(state: State) -> (&'static str, &'static str, &'static str) {
    match state {
        State::Open => ("open", "state.open", "pill waits"),
        State::Reopened => ("reopened", "state.reopened", "pill waits"),
        State::Answered => ("answered", "state.answered", "pill"),
        State::Resolved => ("resolved", "state.resolved", "pill good"),
        State::Closed => ("closed", "state.closed", "pill"),
    }
}

/// The list that is shown; the complaint beside it tells it what has changed.
#[derive(Clone, Copy)]
pub(super) struct List(Remote<DeskPage>);

impl List {
    /// A complaint has changed.
    pub(super) fn changed(self) {
        self.0.again();
    }
}

/// What of the address says which complaints are shown.
fn query(state: &str, overdue: bool) -> String {
    let state = (!state.is_empty()).then(|| format!("state={state}"));
    let overdue = overdue.then(|| "overdue=true".to_owned());
    let all: Vec<String> = state.into_iter().chain(overdue).collect();
    all.join("&")
}

/// A query as it stands behind an address.
fn behind(query: &str) -> String {
    if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    }
}

/// The list with its filter, and the complaint that the address names.
#[component]
pub(crate) fn Inbox() -> impl IntoView {
    let asked = use_query_map();
    let state = Memo::new(move |_| {
        let named = asked.with(|asked| asked.get("state")).unwrap_or_default();
        let known = STATES.iter().any(|state| words_of(*state).0 == named);
        if known { named } else { String::new() }
    });
    let overdue =
        Memo::new(move |_| asked.with(|asked| asked.get("overdue")).as_deref() == Some("true"));
    let list = Remote::new(move || {
        let query = query(&state.get(), overdue.get());
        async move { server::get::<DeskPage>(&format!("/v1/complaints{}", behind(&query))).await }
    });
    provide_context(List(list));
    let navigate = use_navigate();
    let choose = Callback::new(move |(state, overdue): (String, bool)| {
        let to = format!("/inbox{}", behind(&query(&state, overdue)));
        navigate(&to, NavigateOptions::default());
    });
    let location = use_location();
    let chosen = Memo::new(move |_| {
        let path = location.pathname.get();
        let rest = path.strip_prefix(BASE)?.strip_prefix("/inbox/")?;
        (!rest.is_empty()).then(|| rest.trim_end_matches('/').to_owned())
    });
    view! {
        <div class="inbox" data-chosen=move || chosen.get().is_some().then_some("")>
            <section class="list" aria-label=t("inbox.title")>
                <Page title="inbox.title">
                    <Filter state overdue choose />
                    {move || match (list.get(), list.failure()) {
                        (_, Some(failure)) => {
                            view! { <Retry failure again=Callback::new(move |()| list.again()) /> }
                                .into_any()
                        }
                        (Some(page), None) => {
                            let query = query(&state.get(), overdue.get());
                            view! { <Rows page query chosen=chosen.into() list /> }.into_any()
                        }
                        (None, None) => view! { <Skeleton lines=6 /> }.into_any(),
                    }}
                </Page>
            </section>
            <section class="read" aria-label=t("inbox.read")>
                <Outlet />
            </section>
        </div>
    }
}

#[component]
fn Filter(
    /// The state that is shown alone; empty for all.
    state: Memo<String>,
    /// Whether overdue ones are shown alone.
    overdue: Memo<bool>,
    /// Chooses both.
    choose: Callback<(String, bool)>,
) -> impl IntoView {
    let options = STATES.map(|one| {
        let (name, word, _) = words_of(one);
        view! {
            <option value=name selected=move || state.get() == name>
                {t(word)}
            </option>
        }
    });
    view! {
        <div class="filter" role="search" aria-label=t("inbox.filter")>
            <label for="filter-state" class="unseen">
                {t("inbox.filter.state")}
            </label>
            <select
                id="filter-state"
                prop:value=move || state.get()
                on:change:target=move |event| {
                    choose.run((event.target().value(), overdue.get_untracked()));
                }
            >
                <option value="" selected=move || state.get().is_empty()>
                    {t("inbox.filter.all")}
                </option>
                {options.into_iter().collect_view()}
            </select>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || overdue.get()
                    on:change:target=move |event| {
                        choose.run((state.get_untracked(), event.target().checked()));
                    }
                />
                <span>{t("inbox.filter.overdue")}</span>
            </label>
        </div>
    }
}

#[component]
fn Rows(
    /// The first page.
    page: DeskPage,
    /// What the address says of which are shown.
    query: String,
    /// Which one is read.
    chosen: Signal<Option<String>>,
    /// Where the page is from.
    list: Remote<DeskPage>,
) -> impl IntoView {
    let cursor = page.next_cursor.clone();
    let empty = page.complaints.is_empty();
    let filtered = !query.is_empty();
    let suffix = behind(&query);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None);
    let known = page.clone();
    let more = move |cursor: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let before = known.clone();
        let joined = if query.is_empty() { "" } else { "&" };
        let path = format!("/v1/complaints?{query}{joined}cursor={cursor}");
        spawn_local(async move {
            match server::get::<DeskPage>(&path).await {
                Ok(page) => {
                    let new = i64::try_from(page.complaints.len()).unwrap_or(0);
                    announce(untrack(|| count("inbox.more.done", new, &[])));
                    let shown = before.complaints.len();
                    let complaints = [before.complaints, page.complaints].concat();
                    list.put(DeskPage { complaints, ..page });
                    to_row(shown);
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    busy.set(false);
                }
            }
        });
    };
    let rows = page
        .complaints
        .into_iter()
        .map(|complaint| row(complaint, &suffix, chosen))
        .collect_view();
    view! {
        {empty
            .then(|| {
                let (title, text) = if filtered {
                    ("inbox.none", "inbox.none.text")
                } else {
                    ("inbox.empty", "inbox.empty.text")
                };
                view! {
                    <div class="empty">
                        <span class="picture">{icon(Icon::Inbox)}</span>
                        <h2>{t(title)}</h2>
                        <p>{t(text)}</p>
                    </div>
                }
            })}
        <ul class="rows">{rows}</ul>
        <crate::atoms::Problem failure=failure />
        {cursor
            .map(|cursor| {
                view! {
                    <button
                        type="button"
                        class="button"
                        aria-disabled=move || busy.get().then_some("true")
                        on:click=move |_| more(cursor.clone())
                    >
                        {move || say(if busy.get() { "busy" } else { "inbox.more" })}
                    </button>
                }
            })}
    }
}

/// Leads to a row, once it is drawn: the button that brought it is gone.
fn to_row(index: usize) {
    request_animation_frame(move || {
        let nth = format!(".rows li:nth-child({}) a", index + 1);
        let found = document().query_selector(&nth).ok().flatten();
        if let Some(row) = found.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
            // Nothing is lost where it cannot take the focus.
            let _ = row.focus();
        }
    });
}

fn row(
    complaint: DeskComplaint,
    suffix: &str,
    chosen: Signal<Option<String>>,
) -> impl IntoView + use<> {
    let DeskComplaint {
        complaint,
        member,
        overdue,
        ..
    } = complaint;
    let (_, word, class) = words_of(complaint.state);
    let href = format!("{BASE}/inbox/{}{suffix}", complaint.id);
    let id = complaint.id;
    let here = move || chosen.with(|chosen| chosen.as_deref() == Some(id.as_str()));
    view! {
        <li>
            <a class="row" href=href aria-current=move || here().then_some("true")>
                <span class="topic">
                    <bdi>{complaint.topic}</bdi>
                </span>
                <span class="when">{move || ago(complaint.created_at)}</span>
                <span class="who">
                    <bdi>{move || digits(&complaint.number)}</bdi>
                    " · "
                    <bdi>{move || member.clone().unwrap_or_else(|| say("inbox.erased"))}</bdi>
                </span>
                <span class="marks">
                    {overdue.then(|| view! { <span class="pill bad">{t("inbox.overdue")}</span> })}
                    <span class=class>{t(word)}</span>
                </span>
            </a>
        </li>
    }
}

/// What stands beside the list while none is read.
#[component]
pub(crate) fn NoneChosen() -> impl IntoView {
    view! {
        <p class="empty">{t("inbox.choose")}</p>
    }
}
