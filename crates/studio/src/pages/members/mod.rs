//! Members: the list, and one of them.

mod actions;
mod adjusted;
mod ledger;
mod one;

pub(crate) use one::One;

use crate::app::BASE;
use crate::atoms::Page;
use crate::icons::{Icon, icon};
use crate::paged::{Paged, nothing};
use crate::program::Names;
use crate::server::escaped;
use crate::words::{ago, count, date, fill, t};
use contract::members::{ListedMember, MemberPage};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// Where a member is in the studio. An id of a shop may hold anything, and the router takes signs of percent apart: here
/// tildes stand for them.
pub(crate) fn address(external_id: &str) -> String {
    let id = escaped(external_id).replace('~', "%7E").replace('%', "~");
    format!("{BASE}/members/{id}")
}

/// Whom an address of [`address`] names.
fn named(path: &str) -> String {
    let (_, id) = path.rsplit_once("/members/").unwrap_or_default();
    let read = js_sys::decode_uri_component(&id.trim_end_matches('/').replace('~', "%"));
    read.map_or_else(|_| id.to_owned(), String::from)
}

/// All members in pages, and a search among them; the address says for what.
#[component]
pub(crate) fn Members() -> impl IntoView {
    let query = use_query_map();
    let search = Memo::new(move |_| query.with(|query| query.get("search")).unwrap_or_default());
    let path = Signal::derive(move || {
        let search = search.get();
        if search.is_empty() {
            return "/v1/members".to_owned();
        }
        format!("/v1/members?search={}", escaped(&search))
    });
    let members = Paged::new(path, |page: MemberPage| (page.members, page.next_cursor));
    let names = Names::new();
    let row = move |member| row(member, names);
    let empty = move || {
        if search.with(String::is_empty) {
            nothing(Icon::People, "members.empty", "members.empty.text")
        } else {
            nothing(Icon::People, "members.none", "members.none.text")
        }
    };
    view! {
        <Page title="members.title">
            <Search search />
            {members.view("members", "members.title", row, empty)}
        </Page>
    }
}

#[component]
fn Search(
    /// What the address says is searched for.
    search: Memo<String>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| typed.set(search.get()));
    let navigate = use_navigate();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let wanted = typed.get_untracked();
        let to = match wanted.trim() {
            "" => "/members".to_owned(),
            wanted => format!("/members?search={}", escaped(wanted)),
        };
        navigate(&to, NavigateOptions::default());
    };
    view! {
        <form class="search" role="search" on:submit=send>
            <label for="search">{t("members.search")}</label>
            <div class="box">
                <input
                    id="search"
                    type="search"
                    dir="auto"
                    maxlength="128"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby="search-hint"
                    prop:value=move || typed.get()
                    on:input:target=move |event| typed.set(event.target().value())
                />
                <button type="submit" class="button">
                    {icon(Icon::Search)}
                    <span>{t("members.search.send")}</span>
                </button>
            </div>
            <p class="hint" id="search-hint">
                {t("members.search.hint")}
            </p>
        </form>
    }
}

fn row(member: ListedMember, names: Names) -> impl IntoView {
    let ListedMember {
        external_id,
        first_name,
        joined_at,
        blocked,
        tier,
        available,
        last_order_at,
        ..
    } = member;
    let href = address(&external_id);
    let title = first_name.clone().unwrap_or_else(|| external_id.clone());
    let beside = first_name.is_some().then_some(external_id);
    view! {
        <a class="row" href=href>
            <span class="topic">
                <bdi>{title}</bdi>
            </span>
            <span class="when">{move || count("points", available.0, &[])}</span>
            <span class="who">
                {beside.map(|id| view! { <bdi>{id}</bdi> " · " })}
                {move || fill("members.joined", &[("date", &date(joined_at))])}
                {move || {
                    last_order_at
                        .map(|at| format!(" · {}", fill("members.ordered", &[("ago", &ago(at))])))
                }}
            </span>
            <span class="marks">
                {blocked.then(|| view! { <span class="pill bad">{t("members.blocked")}</span> })}
                {tier
                    .map(|tier| {
                        view! {
                            <span class="pill">
                                <bdi>{move || names.tier(&tier)}</bdi>
                            </span>
                        }
                    })}
            </span>
        </a>
    }
}
