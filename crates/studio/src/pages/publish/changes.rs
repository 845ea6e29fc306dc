//! What differs between two documents, in words.

use crate::pages::customise::edit::{Difference, differences};
use crate::pages::customise::{change, labels};
use crate::words::{count, t};
use leptos::prelude::*;
use serde_json::Value;

/// Rows that are shown at once; the others are a click away.
const SHOWN: usize = 12;

/// Where the newer document differs, from the top down. What the server writes by itself is no change.
pub(super) fn between(was: &Value, is: &Value) -> Vec<Difference> {
    let mut found = differences(was, is);
    let kept = |one: &Difference| {
        let path: Vec<&str> = one.path.iter().map(String::as_str).collect();
        !matches!(path.as_slice(), ["version", ..] | ["tiers", "former", ..])
    };
    found.retain(kept);
    found
}

/// A place of a document in words, by its pointer.
pub(super) fn place(document: &Value, pointer: &str) -> String {
    labels::at(document, pointer)
}

/// A list of changes, a line each.
pub(super) fn listed(changes: &[Difference], was: &Value, is: &Value) -> impl IntoView + use<> {
    let rows = |changes: &[Difference]| {
        let rows = changes.iter().map(|one| {
            let there = if one.is.is_null() { was } else { is };
            view! {
                <li>
                    <strong>{labels::place(there, &one.path)}</strong>
                    <span class="change">
                        {change(is, one)}
                    </span>
                </li>
            }
        });
        rows.collect::<Vec<_>>()
    };
    let (first, more) = changes.split_at(changes.len().min(SHOWN));
    let rest = (!more.is_empty()).then(|| {
        view! {
            <details class="more">
                <summary>{count("publish.more", more.len() as i64, &[])}</summary>
                <ul class="changes">{rows(more)}</ul>
            </details>
        }
    });
    let same = changes
        .is_empty()
        .then(|| view! { <p>{t("publish.same")}</p> });
    view! {
        {same}
        <ul class="changes">{rows(first)}</ul>
        {rest}
    }
}
