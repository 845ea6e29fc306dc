//! The tag for the shop's page, and whether it is there.

use crate::app::BASE;
use crate::atoms::{Code, Retry, Skeleton};
use crate::club;
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server;
use crate::snippets::{Launcher, Own, Platform};
use crate::words::{ago, fill, moment, say, t};
use contract::installation::{InstallationReply, PageKey, SeenOrigin};
use leptos::prelude::*;

/// Where this server is, as pages of the shop see it.
pub(super) fn here() -> String {
    window().location().origin().unwrap_or_default()
}

/// A platform's name, and what is to be known about it.
const fn words_of(platform: Platform) -> (&'static str, &'static str) {
    match platform {
        Platform::Html => ("platform.html", "platform.html.how"),
        Platform::WordPress => ("platform.wordpress", "platform.wordpress.how"),
        Platform::Hosted => ("platform.hosted", "platform.hosted.how"),
        Platform::React => ("platform.react", "platform.react.how"),
        Platform::Vue => ("platform.vue", "platform.vue.how"),
        Platform::SinglePage => ("platform.spa", "platform.spa.how"),
        Platform::Frame => ("platform.frame", "platform.frame.how"),
    }
}

/// The code for each kind of page, with the club's own key in it.
#[component]
pub(crate) fn Embed() -> impl IntoView {
    let club = club::club();
    let installed = Remote::new(|| async {
        let reply: InstallationReply = server::get("/v1/installation").await?;
        Ok(reply.keys)
    });
    let own = Memo::new(move |_| {
        let key = installed.get().and_then(|keys| keys.into_iter().next());
        Own {
            api: here(),
            program: club.0.get().map(|it| it.club.program).unwrap_or_default(),
            key: key.map(|key| key.publishable_key).unwrap_or_default(),
        }
    });
    view! {
        {move || match (installed.get(), installed.failure()) {
            (_, Some(failure)) => {
                view! { <Retry failure again=Callback::new(move |()| installed.again()) /> }
                    .into_any()
            }
            (Some(keys), None) => status(keys, installed).into_any(),
            (None, None) => view! { <Skeleton lines=3 /> }.into_any(),
        }}
        <Paste own />
    }
}

#[component]
fn Paste(
    /// What stands in the code.
    own: Memo<Own>,
) -> impl IntoView {
    let platform = RwSignal::new(Platform::Html);
    let launcher = RwSignal::new(Launcher::default());
    let options = Platform::ALL.map(|one| {
        let (name, _) = words_of(one);
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="platform"
                    prop:checked=move || platform.get() == one
                    on:change=move |_| platform.set(one)
                />
                <span>{t(name)}</span>
            </label>
        }
    });
    let how = move || say(words_of(platform.get()).1);
    let code = Signal::derive(move || platform.get().code(&own.get(), &launcher.get()));
    let name = Signal::derive(move || say(words_of(platform.get()).0));
    view! {
        <section class="card" aria-labelledby="paste-title">
            <h2 id="paste-title">{t("setup.paste")}</h2>
            <fieldset class="ways">
                <legend class="unseen">{t("setup.platform")}</legend>
                {options.into_iter().collect_view()}
            </fieldset>
            <p class="hint">{how}</p>
            <Button launcher />
            <Code name code />
            <p class="hint">{t("setup.token")}</p>
        </section>
    }
}

/// Where and when the widget's button is on the page.
#[component]
fn Button(
    /// What the code says of it.
    launcher: RwSignal<Launcher>,
) -> impl IntoView {
    let corners = [(false, "launcher.end"), (true, "launcher.start")].map(|(start, name)| {
        radio(
            "corner",
            name,
            move || launcher.with(|all| all.at_start == start),
            move || launcher.update(|all| all.at_start = start),
        )
    });
    let themes = [
        ("", "launcher.auto"),
        ("light", "launcher.light"),
        ("dark", "launcher.dark"),
    ]
    .map(|(theme, name)| {
        radio(
            "theme",
            name,
            move || launcher.with(|all| all.theme == theme),
            move || launcher.update(|all| all.theme = theme),
        )
    });
    view! {
        <fieldset class="ways">
            <legend>{t("launcher.corner")}</legend>
            {corners.into_iter().collect_view()}
        </fieldset>
        <fieldset class="ways">
            <legend>{t("launcher.theme")}</legend>
            {themes.into_iter().collect_view()}
        </fieldset>
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || launcher.with(|all| all.none)
                on:change:target=move |event| {
                    launcher.update(|all| all.none = event.target().checked());
                }
            />
            <span>{t("launcher.none")}</span>
        </label>
        <div class="field">
            <label for="hide-on">{t("launcher.hide_on")}</label>
            <input
                id="hide-on"
                type="text"
                dir="ltr"
                autocomplete="off"
                spellcheck="false"
                placeholder="/checkout*, /cart"
                aria-describedby="hide-on-hint"
                on:input:target=move |event| {
                    launcher.update(|all| all.hide_on = event.target().value());
                }
            />
            <p class="hint" id="hide-on-hint">
                {t("launcher.hide_on.hint")}
            </p>
        </div>
    }
}

fn radio(
    group: &'static str,
    name: &'static str,
    chosen: impl Fn() -> bool + Send + Sync + 'static,
    choose: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="radio" name=group prop:checked=chosen on:change=move |_| choose() />
            <span>{t(name)}</span>
        </label>
    }
}

/// When pages were last heard of.
fn status(keys: Vec<PageKey>, installed: Remote<Vec<PageKey>>) -> impl IntoView {
    let none = keys.is_empty();
    let origins = keys.into_iter().flat_map(|key| key.origins);
    let mut all: Vec<SeenOrigin> = Vec::new();
    for one in origins {
        match all.iter_mut().find(|known| known.origin == one.origin) {
            Some(known) => known.seen_at = known.seen_at.max(one.seen_at),
            None => all.push(one),
        }
    }
    let rows = all.into_iter().map(seen).collect_view();
    view! {
        <section class="card" aria-labelledby="seen-title">
            <header class="card-head">
                <h2 id="seen-title">{t("setup.seen")}</h2>
                <button type="button" class="button" on:click=move |_| installed.again()>
                    {t("setup.look_again")}
                </button>
            </header>
            {if none {
                view! {
                    <p class="notice">
                        {icon(Icon::Alert)} <span>{t("setup.no_key")}</span>
                        <a class="button" href=format!("{BASE}/setup/keys")>
                            {t("setup.keys")}
                        </a>
                    </p>
                }
                    .into_any()
            } else {
                view! {
                    <ul class="rows">{rows}</ul>
                    <p class="hint">{t("setup.seen.how")}</p>
                }
                    .into_any()
            }}
        </section>
    }
}

fn seen(one: SeenOrigin) -> impl IntoView {
    let at = one.seen_at;
    let (class, word) = match at {
        Some(_) => ("pill good", "setup.seen.yes"),
        None => ("pill waits", "setup.seen.no"),
    };
    view! {
        <li class="row">
            <span class="topic">
                <bdi dir="ltr">{one.origin}</bdi>
            </span>
            <span class="marks">
                <span class=class>{t(word)}</span>
            </span>
            <span class="who">
                {move || match at {
                    Some(at) => {
                        fill("setup.seen.at", &[("ago", &ago(at)), ("moment", &moment(at))])
                    }
                    None => say("setup.seen.never"),
                }}
            </span>
        </li>
    }
}
