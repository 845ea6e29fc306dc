//! What the widget says as it is built in: one file beside the studio, read when something first asks for it.

use crate::server::{self, Failure, Reply};
use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The sentences of one language, by their keys, in the order of its file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Language {
    /// `rtl` or `ltr`.
    pub(crate) dir: String,
    pub(crate) sentences: Vec<(String, String)>,
}

/// Every language of the widget, by its tag.
pub(crate) type All = Arc<BTreeMap<String, Language>>;

thread_local! {
    static READ: ArcRwSignal<Option<Reply<All>>> = ArcRwSignal::new(None);
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// All of them, or why they are not to be had; nothing before the answer is here. Whoever reads is told of it.
pub(crate) fn all() -> Option<Reply<All>> {
    if !ASKED.replace(true) {
        ask();
    }
    READ.with(Clone::clone).get()
}

/// Asks again.
pub(crate) fn again() {
    READ.with(|read| read.set(None));
    ask();
}

fn ask() {
    // The page names the file, whose own name says what is in it.
    let found = document().query_selector("meta[name=sentences]");
    let path = found
        .ok()
        .flatten()
        .and_then(|it| it.get_attribute("content"));
    spawn_local(async move {
        let answer = match path {
            Some(path) => server::bare(Method::GET, &path, None).await,
            None => Err(Failure::Odd),
        };
        READ.with(|read| read.set(Some(answer.map(Arc::new))));
    });
}

/// What is said under a key when a club says nothing else, if it is known by now.
pub(crate) fn built_in(language: &str, key: &str) -> Option<String> {
    let all = all()?.ok()?;
    let mut sentences = all.get(language)?.sentences.iter();
    let found = sentences.find(|(known, _)| known == key);
    found.map(|(_, sentence)| sentence.clone())
}
