//! What stands around every page: the way from place to place, and what somebody prefers.

use crate::app::BASE;
use crate::club;
use crate::icons::{Icon, icon};
use crate::look::{self, Theme};
use crate::pages::{
    account, again, complaint, customise, imports, inbox, learn, members, missing, overview,
    publish, referrals, responses, setup,
};
use crate::session;
use crate::words::{self, Lang, fill, number, say, t};
use leptos::ev::MouseEvent;
use leptos::html::{Dialog, Main};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{ParentRoute, Route, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The places: where they are below [`BASE`], what they are called, and their icons. A new page is added here and
/// among the routes of [`Shell`].
const PLACES: [(&str, &str, Icon); 10] = [
    ("", "overview.title", Icon::Home),
    ("/inbox", "inbox.title", Icon::Inbox),
    ("/members", "members.title", Icon::People),
    ("/responses", "responses.title", Icon::Speech),
    ("/referrals", "referrals.title", Icon::Share),
    ("/learn", "learn.title", Icon::Chart),
    ("/customise", "customise.title", Icon::Brush),
    ("/publish", "publish.title", Icon::Send),
    ("/imports", "imports.title", Icon::Transfer),
    ("/setup", "setup.title", Icon::Plug),
];

/// The pages inside, and what stands around them.
#[component]
pub(crate) fn Shell() -> impl IntoView {
    club::provide();
    let main = NodeRef::<Main>::new();
    let drawer = NodeRef::<Dialog>::new();
    let location = use_location();
    // Whoever has chosen a place sees it.
    Effect::new(move |_| {
        location.pathname.track();
        if let Some(drawer) = drawer.get_untracked() {
            drawer.close();
        }
    });
    let skip = move |event: MouseEvent| {
        // By hand: the router takes a link to a part of the page for a place.
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            // Nothing is lost where it cannot take the focus.
            let _ = main.focus();
        }
    };
    let open = move |_| {
        if let Some(drawer) = drawer.get_untracked() {
            // It is closed, and in the page: then it opens.
            let _ = drawer.show_modal();
        }
    };
    let close = move |_: MouseEvent| {
        if let Some(drawer) = drawer.get_untracked() {
            drawer.close();
        }
    };
    // Beside it, and on the place where one is already.
    let leave = move |event: MouseEvent| {
        let on = event.target().and_then(|on| on.dyn_into::<Element>().ok());
        let outside = on.is_some_and(|on| {
            on.local_name() == "dialog" || on.closest("a").ok().flatten().is_some()
        });
        if outside {
            close(event);
        }
    };
    view! {
        <a class="skip" href="#main" on:click=skip>
            {t("skip")}
        </a>
        <div class="shell">
            <header class="top">
                <button type="button" class="button quiet" aria-label=t("menu.open") on:click=open>
                    {icon(Icon::Menu)}
                </button>
                {brand()}
            </header>
            <dialog class="drawer" node_ref=drawer aria-label=t("menu.label") on:click=leave>
                <button type="button" class="button quiet close" aria-label=t("menu.close") on:click=close>
                    {icon(Icon::Close)}
                </button>
                {side()}
            </dialog>
            <aside class="side">{side()}</aside>
            <main id="main" node_ref=main tabindex="-1">
                <Routes fallback=|| view! { <missing::Missing /> }>
                    <Route path=path!("") view=overview::Overview />
                    <ParentRoute path=path!("inbox") view=inbox::Inbox>
                        <Route path=path!("") view=inbox::NoneChosen />
                        <Route path=path!(":complaint") view=complaint::Complaint />
                    </ParentRoute>
                    <ParentRoute path=path!("customise") view=customise::Customise>
                        <Route path=path!("") view=customise::Section />
                        <Route path=path!(":section") view=customise::Section />
                    </ParentRoute>
                    <Route path=path!("publish") view=publish::Publish />
                    <ParentRoute path=path!("learn") view=learn::LearnPlace>
                        <Route path=path!("") view=learn::AllIndicators />
                        <Route path=path!("indicators/:indicator") view=learn::OneIndicator />
                        <Route path=path!("scores") view=learn::Scores />
                        <Route path=path!("segments") view=learn::Segments />
                        <Route path=path!("cohorts") view=learn::Cohorts />
                        <Route path=path!("points") view=learn::PointsFlow />
                        <Route path=path!("tiers") view=learn::Tiers />
                        <Route path=path!("goals") view=learn::Goals />
                        <Route path=path!("experiments") view=learn::Experiments />
                        <Route path=path!("risk") view=learn::Risk />
                    </ParentRoute>
                    <Route path=path!("members") view=members::Members />
                    <Route path=path!("members/:member") view=members::One />
                    <Route path=path!("responses") view=responses::Responses />
                    <Route path=path!("referrals") view=referrals::Referrals />
                    <Route path=path!("imports") view=imports::Imports />
                    <ParentRoute path=path!("setup") view=setup::Setup>
                        <Route path=path!("") view=setup::Embed />
                        <Route path=path!("server") view=setup::ServerCode />
                        <Route path=path!("keys") view=setup::Keys />
                        <Route path=path!("webhooks") view=setup::Endpoints />
                        <Route path=path!("webhooks/:endpoint") view=setup::Endpoint />
                    </ParentRoute>
                    <Route path=path!("account") view=account::Account />
                </Routes>
            </main>
        </div>
        <again::Again />
    }
}

fn brand() -> impl IntoView {
    let club = club::club();
    let name = move || {
        let overview = club.0.get();
        overview.map_or_else(|| say("studio"), |it| words::text(&it.club.name))
    };
    view! {
        <p class="brand">
            <span class="mark">{icon(Icon::Leaf)}</span>
            <bdi>{name}</bdi>
        </p>
    }
}

/// The list of places, and below it what is somebody's own.
fn side() -> impl IntoView {
    let places = PLACES.map(|(path, name, picture)| place(path, name, picture));
    let failed = RwSignal::new(None);
    let log_out = move |_| {
        spawn_local(async move { failed.set(session::log_out().await.err()) });
    };
    view! {
        {brand()}
        <nav aria-label=t("menu.label")>
            <ul>{places.into_iter().collect_view()}</ul>
        </nav>
        <div class="own">
            {preferences()}
            <ul>
                {place("/account", "account.title", Icon::Person)}
                <li>
                    <button type="button" class="place" on:click=log_out>
                        {icon(Icon::Out)}
                        <span>{t("log_out")}</span>
                    </button>
                </li>
            </ul>
            <crate::atoms::Problem failure=failed />
        </div>
    }
}

fn place(path: &'static str, name: &'static str, picture: Icon) -> impl IntoView {
    let location = use_location();
    let here = move || {
        let now = location.pathname.get();
        let now = now
            .strip_prefix(BASE)
            .unwrap_or_default()
            .trim_end_matches('/');
        let below = now
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('/'));
        now == path || (below && !path.is_empty())
    };
    let club = club::club();
    let waits = move || {
        let overview = club.0.get().filter(|_| path == "/inbox")?;
        (overview.waiting > 0).then_some(overview.waiting)
    };
    view! {
        <li>
            <a
                class="place"
                href=format!("{BASE}{path}")
                aria-current=move || here().then_some("page")
            >
                {icon(picture)}
                <span>{t(name)}</span>
                {move || {
                    waits()
                        .map(|n| {
                            let n = number(n);
                            let spoken = fill("inbox.waiting", &[("n", &n)]);
                            view! {
                                <span class="badge">
                                    <span aria-hidden="true">{n}</span>
                                    <span class="unseen">{spoken}</span>
                                </span>
                            }
                        })
                }}
            </a>
        </li>
    }
}

/// Language and light.
pub(crate) fn preferences() -> impl IntoView {
    let langs = Lang::ALL.map(|lang| {
        let name = match lang {
            Lang::Fa => "فارسی",
            Lang::En => "English",
        };
        view! {
            <button
                type="button"
                class="choice"
                lang=lang.tag()
                aria-pressed=move || if words::lang() == lang { "true" } else { "false" }
                on:click=move |_| look::choose_lang(lang)
            >
                {name.to_owned()}
            </button>
        }
    });
    let lights = Theme::ALL.map(|light| {
        let (name, picture) = match light {
            Theme::System => ("light.system", Icon::Screen),
            Theme::Light => ("light.light", Icon::Sun),
            Theme::Dark => ("light.dark", Icon::Moon),
        };
        view! {
            <button
                type="button"
                class="choice"
                aria-label=t(name)
                title=t(name)
                aria-pressed=move || if look::light() == light { "true" } else { "false" }
                on:click=move |_| look::choose_light(light)
            >
                {icon(picture)}
            </button>
        }
    });
    view! {
        <div class="preferences">
            <div class="choices" role="group" aria-label=t("language")>
                {langs.into_iter().collect_view()}
            </div>
            <div class="choices" role="group" aria-label=t("light")>
                {lights.into_iter().collect_view()}
            </div>
        </div>
    }
}
