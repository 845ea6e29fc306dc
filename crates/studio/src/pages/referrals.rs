//! Invitations that were followed: how far each is, why some do not count, and letting one count after all.

use super::members::address;
use crate::atoms::{Page, Problem, Question, announce, busy_button, cancel};
use crate::icons::Icon;
use crate::paged::{Paged, nothing};
use crate::server::{self, Failure};
use crate::session;
use crate::words::{ago, date, fill, say, t};
use contract::referrals::{ClaimPage, DeskClaim, DeskClaimReply};
use contract::shopper::FriendState;
use contract::staff::Role;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// The states, in the order of an invitation's life, and then the reasons against it.
const STATES: [FriendState; 12] = [
    FriendState::Invited,
    FriendState::Joined,
    FriendState::Bought,
    FriendState::Rewarded,
    FriendState::SameContact,
    FriendState::TooManyFromAddress,
    FriendState::SelfReferral,
    FriendState::AlreadyReferred,
    FriendState::NotFirstOrder,
    FriendState::BelowMinimum,
    FriendState::CapReached,
    FriendState::Expired,
];

/// A state's name on the wire, the keys of its word and of what it means, and how loud it is.
const fn words_of(state: FriendState) -> (&'static str, &'static str, &'static str, &'static str) {
    match state {
        FriendState::Invited => ("invited", "claim.invited", "claim.invited.what", "pill"),
        FriendState::Joined => ("joined", "claim.joined", "claim.joined.what", "pill"),
        FriendState::Bought => ("bought", "claim.bought", "claim.bought.what", "pill good"),
        FriendState::Rewarded => (
            "rewarded",
            "claim.rewarded",
            "claim.rewarded.what",
            "pill good",
        ),
        FriendState::SelfReferral => (
            "self_referral",
            "claim.self_referral",
            "claim.self_referral.what",
            "pill bad",
        ),
        FriendState::NotFirstOrder => (
            "not_first_order",
            "claim.not_first_order",
            "claim.not_first_order.what",
            "pill bad",
        ),
        FriendState::BelowMinimum => (
            "below_minimum",
            "claim.below_minimum",
            "claim.below_minimum.what",
            "pill bad",
        ),
        FriendState::Expired => ("expired", "claim.expired", "claim.expired.what", "pill bad"),
        FriendState::CapReached => (
            "cap_reached",
            "claim.cap_reached",
            "claim.cap_reached.what",
            "pill bad",
        ),
        FriendState::AlreadyReferred => (
            "already_referred",
            "claim.already_referred",
            "claim.already_referred.what",
            "pill bad",
        ),
        FriendState::SameContact => (
            "same_contact",
            "claim.same_contact",
            "claim.same_contact.what",
            "pill waits",
        ),
        FriendState::TooManyFromAddress => (
            "too_many_from_address",
            "claim.too_many_from_address",
            "claim.too_many_from_address.what",
            "pill waits",
        ),
    }
}

/// The claims in pages, by state.
#[component]
pub(crate) fn Referrals() -> impl IntoView {
    let asked = use_query_map();
    let state = Memo::new(move |_| {
        let named = asked.with(|asked| asked.get("state")).unwrap_or_default();
        let known = STATES.iter().any(|state| words_of(*state).0 == named);
        if known { named } else { String::new() }
    });
    let path = Signal::derive(move || {
        let state = state.get();
        if state.is_empty() {
            "/v1/claims".to_owned()
        } else {
            format!("/v1/claims?state={state}")
        }
    });
    let claims = Paged::new(path, |page: ClaimPage| (page.claims, page.next_cursor));
    let (asking, open) = (RwSignal::new(None::<DeskClaim>), RwSignal::new(false));
    let navigate = use_navigate();
    let options = STATES.map(|one| {
        let (name, word, ..) = words_of(one);
        view! {
            <option value=name selected=move || state.get() == name>
                {t(word)}
            </option>
        }
    });
    let row = move |claim| row(claim, asking, open);
    let empty = move || {
        if state.with(String::is_empty) {
            nothing(Icon::Share, "referrals.empty", "referrals.empty.text")
        } else {
            nothing(Icon::Share, "referrals.none", "referrals.none.text")
        }
    };
    view! {
        <Page title="referrals.title">
            <div class="filter" role="search" aria-label=t("inbox.filter")>
                <label for="filter-claim" class="unseen">
                    {t("inbox.filter.state")}
                </label>
                <select
                    id="filter-claim"
                    prop:value=move || state.get()
                    on:change:target=move |event| {
                        let value = event.target().value();
                        let to = if value.is_empty() {
                            "/referrals".to_owned()
                        } else {
                            format!("/referrals?state={value}")
                        };
                        navigate(&to, NavigateOptions::default());
                    }
                >
                    <option value="" selected=move || state.with(String::is_empty)>
                        {t("inbox.filter.all")}
                    </option>
                    {options.into_iter().collect_view()}
                </select>
            </div>
            {claims.view("claims", "referrals.title", row, empty)}
            <Allow asking open claims />
        </Page>
    }
}

fn row(
    claim: DeskClaim,
    asking: RwSignal<Option<DeskClaim>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (_, word, what, class) = words_of(claim.state);
    let asked = claim.clone();
    let DeskClaim {
        created_at,
        advocate,
        friend,
        order_id,
        allowed_at,
        can_be_allowed,
        ..
    } = claim;
    let person = |id: Option<String>, word: &'static str| match id {
        Some(id) => {
            let href = address(&id);
            view! {
                <a href=href>
                    <bdi>{id}</bdi>
                </a>
            }
            .into_any()
        }
        None => view! { <span>{t(word)}</span> }.into_any(),
    };
    view! {
        <div class="row">
            <span class="topic">
                {person(advocate, "inbox.erased")} <span class="hint">" "{t("claim.invited_whom")}" "</span>
                {person(friend, "claim.nobody_yet")}
            </span>
            <span class="marks">
                {allowed_at.map(|_| view! { <span class="pill">{t("claim.allowed")}</span> })}
                <span class=class>{t(word)}</span>
            </span>
            <span class="who wide">
                {t(what)} " " {move || ago(created_at)}
                {order_id.map(|order| view! { " · " <bdi>{order}</bdi> })}
                {move || {
                    allowed_at
                        .map(|at| format!(" · {}", fill("claim.allowed.at", &[("date", &date(at))])))
                }}
            </span>
            {move || {
                let asked = asked.clone();
                (can_be_allowed && session::may(Role::Editor))
                    .then(|| {
                        view! {
                            <span class="wide">
                                <button
                                    type="button"
                                    class="button"
                                    on:click=move |_| {
                                        asking.set(Some(asked.clone()));
                                        open.set(true);
                                    }
                                >
                                    {t("claim.allow")}
                                </button>
                            </span>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn Allow(
    /// Which claim.
    asking: RwSignal<Option<DeskClaim>>,
    /// Whether it is asked.
    open: RwSignal<bool>,
    /// Where it stands.
    claims: Paged<DeskClaim>,
) -> impl IntoView {
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(claim) = asking.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let path = format!("/v1/claims/{}/allow", claim.id);
        spawn_local(async move {
            let answer: Result<DeskClaimReply, _> = server::act(&path).await;
            busy.set(false);
            match answer {
                Ok(reply) => {
                    failure.set(None);
                    open.set(false);
                    let (_, word, ..) = words_of(reply.claim.state);
                    announce(untrack(|| {
                        fill("claim.allow.done", &[("state", &say(word))])
                    }));
                    claims.again();
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let what = move || {
        let claim = asking.get()?;
        Some(say(match claim.state {
            FriendState::TooManyFromAddress => "claim.allow.network",
            _ => "claim.allow.contact",
        }))
    };
    view! {
        <Question id="allow" open title="claim.allow.ask">
            <p>{what}</p>
            <Problem failure=failure />
            <form class="buttons" on:submit=send>
                {busy_button("claim.allow.confirm", busy)}
                {cancel(open)}
            </form>
        </Question>
    }
}
