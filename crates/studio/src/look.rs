//! Language and light: what somebody prefers, kept in the browser, and told to the page's root element.
//!
//! The page's own script sets both before the module has come, by the same keys.

use crate::words::{self, Lang};
use leptos::prelude::*;
use web_sys::{Element, Storage};

const LANG_KEY: &str = "vafa:studio:lang";
const LIGHT_KEY: &str = "vafa:studio:light";

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

thread_local! {
    static LIGHT: ArcRwSignal<Theme> = ArcRwSignal::new(Theme::System);
}

/// What keeps preferences; none where a browser forbids it.
pub(crate) fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn kept(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn keep(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden storage forgets: nothing else is lost.
        let _ = storage.set_item(key, value);
    }
}

fn root() -> Option<Element> {
    document().document_element()
}

fn mark(name: &str, value: &str) {
    if let Some(root) = root() {
        // The root takes any attribute.
        let _ = root.set_attribute(name, value);
    }
}

/// Takes up what the page's script has put on the root.
pub(crate) fn take_up() {
    let marked = |name| root().and_then(|root| root.get_attribute(name));
    let lang = marked("lang").and_then(|tag| Lang::of(&tag));
    words::speak(lang.unwrap_or(Lang::Fa));
    let light = marked("data-light").unwrap_or_default();
    let light = Theme::ALL.into_iter().find(|one| one.name() == light);
    LIGHT.with(|now| now.set(light.unwrap_or(Theme::System)));
}

/// Takes away what stood in the page before the studio.
pub(crate) fn drawn() {
    if let Some(before) = document().get_element_by_id("boot") {
        before.remove();
    }
}

/// Says on the page that the studio has failed.
pub(crate) fn give_up() {
    mark("data-failed", "");
}

/// The light that somebody chose.
pub(crate) fn light() -> Theme {
    LIGHT.with(Clone::clone).get()
}

/// Chooses a light.
pub(crate) fn choose_light(light: Theme) {
    LIGHT.with(|now| now.set(light));
    keep(LIGHT_KEY, light.name());
    mark("data-light", light.name());
}

/// Chooses a language.
pub(crate) fn choose_lang(lang: Lang) {
    words::speak(lang);
    keep(LANG_KEY, lang.tag());
    mark("lang", lang.tag());
    mark("dir", &words::say("dir"));
}

const PROGRAM_KEY: &str = "vafa:studio:program";

/// The program that somebody logged in to last.
pub(crate) fn last_program() -> String {
    kept(PROGRAM_KEY).unwrap_or_default()
}

/// Keeps it.
pub(crate) fn keep_program(program: &str) {
    keep(PROGRAM_KEY, program);
}
