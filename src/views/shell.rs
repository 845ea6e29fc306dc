//! The panel's frame: header, place, bar; opening and closing.

use super::atoms::{self, Tone, icon_button};
use super::icons::{self, icon};
use super::{earn, guest, history, home, prompt, refer, rewards};
use crate::store::{Link, Store, View, Who};
use crate::sync;
use crate::words::{self, t};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, ShadowRoot};

/// Where a view is drawn: floating panel or a place in the page.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// The data.
    pub(super) store: Store,
    /// The place that this frame shows.
    pub(super) view: RwSignal<View>,
}

impl Frame {
    /// Goes to a place of this frame.
    pub(super) fn go(self, view: View) {
        self.store.confirming.set(None);
        self.store.notice.set(None);
        self.view.set(view);
    }
}

/// Opens the floating panel.
pub(crate) fn open(store: Store) {
    if store.open.get_untracked() {
        return;
    }
    store.open.set(true);
    let host = store.host();
    host.state(true);
    host.emit("opened", store.view.get_untracked().name());
    if store.link.get_untracked() == Link::Fresh {
        sync::refresh(store);
    }
}

/// Closes it and gives the keyboard back.
pub(crate) fn close(store: Store) {
    if !store.open.get_untracked() {
        return;
    }
    store.open.set(false);
    store.fresh.set(None);
    store.confirming.set(None);
    store.notice.set(None);
    let host = store.host();
    host.state(false);
    host.focus_launcher();
    host.emit("closed", &());
}

/// Draws everything that this crate shows, into one root.
pub(crate) fn shell(store: Store, inline: bool, first: View) -> AnyView {
    let view = if inline {
        RwSignal::new(first)
    } else {
        store.view
    };
    let frame = Frame { store, view };
    let theme = store.host().config().theme();
    view! {
        <div
            class={if inline { "vafa inline" } else { "vafa" }}
            data-theme={theme}
            lang={move || store.lang.get()}
            dir={move || {
                store.lang.track();
                words::dir()
            }}
            style:--vafa-accent={move || {
                store.program.with(|p| p.as_ref().and_then(|p| p.program.look.accent.clone()))
            }}
        >
            <div class={"live"} role={"status"}>
                {move || store.notice.get().map(|n| n.text)}
            </div>
            {panel(frame, inline)}
            {(!inline).then(|| move || store.prompt.get().map(|p| prompt::prompt(store, p)))}
        </div>
    }
    .into_any()
}

fn panel(frame: Frame, inline: bool) -> AnyView {
    let store = frame.store;
    let root = NodeRef::<html::Section>::new();
    if !inline {
        Effect::new(move |_| {
            if store.open.get()
                && let Some(panel) = root.get()
            {
                // An element that is not in the page any more cannot take the keyboard; nothing is lost.
                let _ = panel.focus();
            }
        });
    }
    view! {
        <section
            node_ref={root}
            class={"panel"}
            part={"panel"}
            role={if inline { "region" } else { "dialog" }}
            tabindex={"-1"}
            aria-label={move || {
                store.lang.track();
                t("panel.label")
            }}
            aria-modal={move || (!inline && is_sheet()).then_some("true")}
            hidden={move || !inline && !store.open.get()}
            on:keydown={move |event| keys(frame, inline, &event)}
        >
            {move || {
                store.lang.track();
                (inline || store.open.get()).then(|| {
                    view! {
                        {header(frame, inline)}
                        {strip(frame)}
                        <div class={"body"} role={"tabpanel"} aria-label={move || t(&["nav.", frame.view.get().name()].concat())} tabindex={"0"}>
                            {body(frame)}
                        </div>
                        {bar(frame)}
                    }
                })
            }}
        </section>
    }
    .into_any()
}

/// On a phone the panel is a sheet over the page, and modal.
fn is_sheet() -> bool {
    web_sys::window()
        .and_then(|w| w.inner_width().ok())
        .and_then(|width| width.as_f64())
        .is_some_and(|width| width <= 480.0)
}

fn header(frame: Frame, inline: bool) -> AnyView {
    let store = frame.store;
    let club = move || {
        store.program.with(|p| {
            p.as_ref()
                .map(|p| words::text(&p.program.name))
                .unwrap_or_default()
        })
    };
    let name = move || {
        store
            .me
            .with(|me| me.as_ref().and_then(|me| me.first_name.clone()))
    };
    view! {
        <header>
            <span class={"avatar"} aria-hidden={"true"}>
                {move || match name() {
                    Some(name) => name.chars().take(1).collect::<String>().into_any(),
                    None => icon(icons::GIFT),
                }}
            </span>
            <div class={"grow"}>
                <h2>
                    {move || match (name(), store.me.with(Option::is_some)) {
                        (Some(name), _) => words::fill("hello.name", &[("name", &name)]),
                        (None, true) => t("hello"),
                        (None, false) => t("hello.guest"),
                    }}
                </h2>
                <p>{club}</p>
            </div>
            {(!inline).then(|| icon_button(icons::CROSS, t("close"), move || close(store)))}
        </header>
    }
    .into_any()
}

/// What the shopper must know now: an answer, a lost connection, an outcome that is being asked for.
fn strip(frame: Frame) -> AnyView {
    let store = frame.store;
    (move || {
        let waiting = store.doing.with(|all| {
            all.iter().any(|a| {
                matches!(
                    a.what,
                    crate::outbox::What::Redeem(_)
                        | crate::outbox::What::Cancel(_)
                        | crate::outbox::What::Join(_)
                )
            })
        });
        let lost = store.link.get() == Link::Lost;
        let (class, text) = match store.notice.get() {
            Some(n) if n.bad => ("strip bad", n.text),
            Some(n) => ("strip good", n.text),
            None if lost && waiting => ("strip", t("doing.unknown")),
            None if lost && store.me.with(Option::is_some) => ("strip", t("offline.stale")),
            None => return ().into_any(),
        };
        view! { <div class={class}>{text}</div> }.into_any()
    })
    .into_any()
}

fn body(frame: Frame) -> AnyView {
    let store = frame.store;
    (move || {
        let lost = store.link.get() == Link::Lost;
        let program = store.program.get();
        match (store.who.get(), program, store.club()) {
            (Who::Member, _, Some(club)) => match frame.view.get() {
                View::Home => home::home(frame, &club),
                View::Earn => earn::earn(frame, &club),
                View::Rewards => rewards::rewards(frame, &club),
                View::Refer => refer::refer(frame, &club),
                View::History => history::history(frame, &club),
            },
            (Who::Guest | Who::Stranger, Some(program), _) => guest::guest(frame, &program.program),
            _ if lost => atoms::empty(
                icons::LOCK,
                t("error.title"),
                t("error.lost"),
                Some(atoms::link(Tone::Main, t("retry"), move || {
                    sync::refresh(store)
                })),
            ),
            _ => atoms::skeleton(),
        }
    })
    .into_any()
}

fn bar(frame: Frame) -> AnyView {
    let tab = move |view: View| {
        let chosen = move || frame.view.get() == view;
        view! {
            <button
                type={"button"}
                role={"tab"}
                class={"tab"}
                data-view={view.name()}
                aria-selected={move || if chosen() { "true" } else { "false" }}
                tabindex={move || if chosen() { "0" } else { "-1" }}
                on:click={move |_| frame.go(view)}
            >
                {icon(icons::place(view))}
                <span>{t(&["nav.", view.name()].concat())}</span>
            </button>
        }
    };
    (move || {
        (frame.store.who.get() == Who::Member).then(|| {
            view! {
                <div
                    class={"bar"}
                    role={"tablist"}
                    aria-label={t("nav.label")}
                    on:keydown={move |event| arrows(frame, &event)}
                >
                    {View::ALL.map(tab)}
                </div>
            }
        })
    })
    .into_any()
}

/// Arrow keys walk along the bar, in reading direction; Home and End jump.
fn arrows(frame: Frame, event: &KeyboardEvent) {
    let last = View::ALL.len() - 1;
    let here = View::ALL
        .iter()
        .position(|v| *v == frame.view.get_untracked())
        .unwrap_or(0);
    let forward = if words::dir() == "rtl" {
        "ArrowLeft"
    } else {
        "ArrowRight"
    };
    let there = match event.key().as_str() {
        "Home" => 0,
        "End" => last,
        key if key == forward => (here + 1) % View::ALL.len(),
        "ArrowLeft" | "ArrowRight" => (here + last) % View::ALL.len(),
        _ => return,
    };
    event.prevent_default();
    let view = View::ALL[there];
    frame.go(view);
    let tab = event
        .current_target()
        .and_then(|bar| bar.dyn_into::<HtmlElement>().ok())
        .and_then(|bar| {
            bar.query_selector(&["[data-view=", view.name(), "]"].concat())
                .ok()?
        })
        .and_then(|tab| tab.dyn_into::<HtmlElement>().ok());
    if let Some(tab) = tab {
        // A tab that is drawn can be focused.
        let _ = tab.focus();
    }
}

/// Escape closes; on a phone Tab stays inside.
fn keys(frame: Frame, inline: bool, event: &KeyboardEvent) {
    if inline {
        return;
    }
    match event.key().as_str() {
        "Escape" => {
            event.stop_propagation();
            if frame.store.confirming.get_untracked().is_some() {
                frame.store.confirming.set(None);
            } else {
                close(frame.store);
            }
        }
        "Tab" if is_sheet() => keep_inside(event),
        _ => {}
    }
}

fn keep_inside(event: &KeyboardEvent) {
    let Some(panel) = event
        .current_target()
        .and_then(|p| p.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let Ok(stops) = panel
        .query_selector_all("button:not([tabindex='-1']),a[href],input,textarea,[tabindex='0']")
    else {
        return;
    };
    let at = |i: u32| stops.item(i).and_then(|n| n.dyn_into::<HtmlElement>().ok());
    let (first, last) = (at(0), at(stops.length().saturating_sub(1)));
    let root = panel.get_root_node().dyn_into::<ShadowRoot>().ok();
    let here = root
        .and_then(|r| r.active_element())
        .and_then(|e| e.dyn_into::<HtmlElement>().ok());
    let (edge, other) = if event.shift_key() {
        (&first, &last)
    } else {
        (&last, &first)
    };
    let at_edge = here == *edge || (event.shift_key() && here.as_ref() == Some(&panel));
    if at_edge && let Some(other) = other {
        event.prevent_default();
        // It was found in the panel a moment ago.
        let _ = other.focus();
    }
}
