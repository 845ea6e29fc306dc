//! The sections of the forms, each a place with an address, and what belongs to them.

use super::faults::{self, Faults};
use super::form::{self, Scope};
use super::look::Look;
use super::texts::Texts;
use super::words::Words;
use super::{edit, schema};
use crate::app::BASE;
use crate::atoms::lead_to;
use crate::words::t;
use leptos::html::H2;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

/// A section: its address, its name, and the places of the document that are in it.
type Part = (&'static str, &'static str, &'static [&'static str]);

const ALL: [Part; 17] = [
    ("look", "customise.section.look", &["/look"]),
    ("texts", "customise.section.texts", &[]),
    ("words", "customise.section.words", &["/texts"]),
    (
        "club",
        "customise.section.club",
        &[
            "/name",
            "/languages",
            "/links",
            "/point_value",
            "/currency",
            "/zone",
            "/calendar",
        ],
    ),
    (
        "earning",
        "customise.section.earning",
        &["/earning/purchase", "/earning/activities"],
    ),
    (
        "campaigns",
        "customise.section.campaigns",
        &["/earning/campaigns", "/earning/combine"],
    ),
    ("tiers", "customise.section.tiers", &["/tiers"]),
    ("rewards", "customise.section.rewards", &["/rewards"]),
    ("offers", "customise.section.offers", &["/offers"]),
    ("referral", "customise.section.referral", &["/referral"]),
    ("surveys", "customise.section.surveys", &["/surveys"]),
    ("cashback", "customise.section.cashback", &["/cashback"]),
    (
        "expiry",
        "customise.section.expiry",
        &["/expiry", "/negative_policy", "/reinstate_days"],
    ),
    (
        "memberships",
        "customise.section.memberships",
        &["/memberships"],
    ),
    ("partners", "customise.section.partners", &["/partners"]),
    ("tips", "customise.section.tips", &["/tips"]),
    (
        "experiments",
        "customise.section.experiments",
        &["/experiments"],
    ),
];

/// The address of the section that a place is in; the first of them for what is in none.
pub(super) fn of(pointer: &str) -> &'static str {
    let has = |places: &[&str]| places.iter().any(|place| faults::is_in(pointer, place));
    let found = ALL.iter().find(|(_, _, places)| has(places));
    found.map_or(ALL[3].0, |(address, ..)| address)
}

fn chosen() -> Memo<Part> {
    let params = use_params_map();
    Memo::new(move |_| {
        let named = params
            .with(|params| params.get("section"))
            .unwrap_or_default();
        let found = ALL.into_iter().find(|(address, ..)| *address == named);
        found.unwrap_or(ALL[0])
    })
}

/// The list of sections, each with how many faults are in it.
#[component]
pub(super) fn Sections(
    /// The draft's faults.
    faults: Faults,
) -> impl IntoView {
    let location = leptos_router::hooks::use_location();
    let here = Memo::new(move |_| {
        let path = location.pathname.get();
        let last = path
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        if ALL.iter().any(|(address, ..)| *address == last) {
            last
        } else {
            ALL[0].0.to_owned()
        }
    });
    // Where the sections stand in one line, the one that is read is in sight.
    Effect::new(move |_| {
        here.track();
        request_animation_frame(|| {
            let found = document().query_selector(".sections [aria-current]");
            if let Some(link) = found.ok().flatten() {
                let how = ScrollIntoViewOptions::new();
                how.set_block(ScrollLogicalPosition::Nearest);
                how.set_inline(ScrollLogicalPosition::Center);
                link.scroll_into_view_with_scroll_into_view_options(&how);
            }
        });
    });
    let all = ALL.map(|(address, name, places)| {
        let places = places.iter().map(|place| (*place).to_owned()).collect();
        view! {
            <li>
                <a
                    class="place"
                    href=format!("{BASE}/customise/{address}")
                    aria-current=move || (here.get() == address).then_some("page")
                >
                    <span>{t(name)}</span>
                    {faults::mark(faults, places)}
                </a>
            </li>
        }
    });
    view! {
        <nav class="sections" aria-label=t("customise.sections")>
            <ul>{all.into_iter().collect_view()}</ul>
        </nav>
    }
}

/// The section that the address names.
#[component]
pub(crate) fn Section() -> impl IntoView {
    let scope = expect_context::<Scope>();
    let chosen = chosen();
    let heading = NodeRef::<H2>::new();
    lead_to(heading);
    move || {
        let (address, name, places) = chosen.get();
        let body = match address {
            "look" => view! { <Look scope /> }.into_any(),
            "texts" => view! { <Texts scope /> }.into_any(),
            "words" => view! { <Words scope /> }.into_any(),
            _ => {
                let fields = places.iter().filter_map(|place| {
                    let part = schema::part_at(place)?;
                    let last = edit::steps(place).pop()?;
                    Some(form::field(scope, "", &last, part, (*place).to_owned()))
                });
                view! { <div class="fields">{fields.collect_view()}</div> }.into_any()
            }
        };
        view! {
            <h2 node_ref=heading tabindex="-1">
                {t(name)}
            </h2>
            {body}
        }
    }
}
