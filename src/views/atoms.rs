//! The smallest pieces: plain functions that give an [`AnyView`], so that the bundle holds each once.

use super::icons::icon;
use crate::words::t;
use leptos::prelude::*;

/// How a button looks.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    /// The one thing to do.
    Main,
    /// A choice beside others.
    Plain,
    /// Words only.
    Quiet,
}

/// A button with words. While `busy` it cannot be pressed again and says so.
pub(super) fn button(
    tone: Tone,
    label: String,
    busy: Signal<bool>,
    press: impl Fn() + 'static,
) -> AnyView {
    let class = match tone {
        Tone::Main => "btn main",
        Tone::Plain => "btn plain",
        Tone::Quiet => "btn quiet",
    };
    view! {
        <button
            type={"button"}
            class={class}
            part={"button"}
            aria-disabled={move || busy.get().then_some("true")}
            aria-busy={move || busy.get().then_some("true")}
            on:click={move |_| {
                if !busy.get_untracked() {
                    press();
                }
            }}
        >
            {label}
        </button>
    }
    .into_any()
}

/// A button that is never busy.
pub(super) fn link(tone: Tone, label: String, press: impl Fn() + 'static) -> AnyView {
    button(tone, label, Signal::stored(false), press)
}

/// A button that shows only an icon; `label` is its name.
pub(super) fn icon_button(
    path: &'static str,
    label: String,
    press: impl Fn() + 'static,
) -> AnyView {
    view! {
        <button type={"button"} class={"btn square"} aria-label={label} on:click={move |_| press()}>
            {icon(path)}
        </button>
    }
    .into_any()
}

/// A heading with something at its end.
pub(super) fn heading(label: String, end: Option<AnyView>) -> AnyView {
    view! { <div class={"heading"}><h3>{label}</h3>{end}</div> }.into_any()
}

/// A line of a list: an icon, two lines of words, something at the end.
pub(super) fn row(path: &'static str, title: String, sub: AnyView, end: AnyView) -> AnyView {
    view! {
        <div class={"row"}>
            <span class={"tile"}>{icon(path)}</span>
            <div class={"grow"}>
                <div class={"title"}>{title}</div>
                <div class={"sub"}>{sub}</div>
            </div>
            {end}
        </div>
    }
    .into_any()
}

/// A quiet page with one sentence, and perhaps a button.
pub(super) fn empty(
    path: &'static str,
    title: String,
    sub: String,
    end: Option<AnyView>,
) -> AnyView {
    view! {
        <div class={"empty"}>
            <span class={"tile big"}>{icon(path)}</span>
            <h3>{title}</h3>
            <p>{sub}</p>
            {end}
        </div>
    }
    .into_any()
}

/// Grey shapes where content will be. They appear only after 300 ms, by the style sheet.
pub(super) fn skeleton() -> AnyView {
    let bars: Vec<_> = ["w40 tall", "w70", "block", "block", "w70"]
        .into_iter()
        .map(|class| view! { <div class={["bone ", class].concat()}></div> })
        .collect();
    view! { <div class={"skeleton"} role={"status"} aria-label={t("loading")}>{bars}</div> }
        .into_any()
}

/// A code that reads left to right in any language.
pub(super) fn code(text: String) -> AnyView {
    view! { <bdi class={"code"} dir={"ltr"}>{text}</bdi> }.into_any()
}

/// Puts words on the clipboard.
pub(super) fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        // The promise may be refused by the page's policy; the code stays selectable on screen.
        let _ = window.navigator().clipboard().write_text(text);
    }
}
