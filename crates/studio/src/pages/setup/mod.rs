//! Setting the club up in a shop: the page, the server, the keys, the webhooks.

mod embed;
mod endpoint;
mod endpoints;
mod keys;
mod make_key;
mod server_code;

pub(crate) use embed::Embed;
pub(crate) use endpoint::One as Endpoint;
pub(crate) use endpoints::Endpoints;
pub(crate) use keys::Keys;
pub(crate) use server_code::ServerCode;

use crate::app::BASE;
use crate::atoms::{Code, Page};
use crate::session;
use crate::words::{say, t};
use contract::staff::Role;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

/// The parts: where they are below the page, and what they are called.
const PARTS: [(&str, &str); 4] = [
    ("", "setup.page"),
    ("/server", "setup.server"),
    ("/keys", "setup.keys"),
    ("/webhooks", "setup.webhooks"),
];

/// The parts, and the one that the address names.
#[component]
pub(crate) fn Setup() -> impl IntoView {
    let location = use_location();
    let here = move |part: &str| {
        let path = location.pathname.get();
        let rest = path.split_once("/setup").map_or("", |(_, rest)| rest);
        let rest = rest.trim_end_matches('/');
        rest == part || (!part.is_empty() && rest.starts_with(&format!("{part}/")))
    };
    let parts = PARTS.map(|(part, name)| {
        view! {
            <li>
                <a
                    class="part"
                    href=format!("{BASE}/setup{part}")
                    aria-current=move || here(part).then_some("page")
                >
                    {t(name)}
                </a>
            </li>
        }
    });
    view! {
        <Page title="setup.title">
            <nav class="parts" aria-label=t("setup.title")>
                <ul>{parts.into_iter().collect_view()}</ul>
            </nav>
            <Outlet />
        </Page>
    }
}

/// What is for owners alone; others are told so.
fn for_owners(shown: impl Fn() -> AnyView + Send + Sync + 'static) -> impl IntoView {
    let owns = Memo::new(|_| session::may(Role::Owner));
    move || {
        if owns.get() {
            shown()
        } else {
            view! { <p class="notice">{t("setup.only_owners")}</p> }.into_any()
        }
    }
}

/// Secrets that were just made, each with the name of the variable that takes it. They are shown until somebody says
/// that they are kept, and never again.
#[component]
fn Fresh(
    /// Name and value of each; nothing is shown while there are none.
    secrets: RwSignal<Vec<(String, String)>>,
    /// The key of what is to be done with them.
    #[prop(into)]
    hint: Signal<&'static str>,
) -> impl IntoView {
    move || {
        let all = secrets.get();
        (!all.is_empty()).then(|| {
            let lines: Vec<String> = all
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let code = lines.join("\n");
            view! {
                <div class="fresh" role="group" aria-label=t("secret.title")>
                    <h2 tabindex="-1" id="fresh-title">
                        {t("secret.title")}
                    </h2>
                    <p>{move || say(hint.get())}</p>
                    <Code name=Signal::derive(|| say("secret.title")) code=Signal::stored(code) />
                    <button
                        type="button"
                        class="button primary"
                        on:click=move |_| secrets.set(Vec::new())
                    >
                        {t("secret.kept")}
                    </button>
                </div>
            }
        })
    }
}

/// Leads to what was just made, once it is drawn.
fn to_the_fresh() {
    use wasm_bindgen::JsCast;
    request_animation_frame(|| {
        let found = document().get_element_by_id("fresh-title");
        if let Some(title) = found.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
            // Nothing is lost where it cannot take the focus.
            let _ = title.focus();
        }
    });
}

/// Origins or other words, one on a line or between commas.
fn lines(text: &str) -> Vec<String> {
    let parts = text.split(['\n', ',', '،', ' ']);
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}
