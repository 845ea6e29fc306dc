//! Two people have changed one draft: who, when and what, and what is to stay.

use super::draft::{Draft, Told};
use super::edit::{self, Difference};
use super::labels;
use crate::atoms::announce;
use crate::icons::{Icon, icon};
use crate::words::{ago, digits, fill, say, t};
use leptos::prelude::*;
use serde_json::Value;

/// Shown as long as it is not settled.
#[component]
pub(super) fn Clash(
    /// The draft.
    draft: Draft,
) -> impl IntoView {
    move || draft.theirs.get().map(|theirs| both(draft, theirs))
}

fn both(draft: Draft, theirs: Told) -> impl IntoView {
    let base = draft.base();
    let who = theirs
        .updated_by_email
        .clone()
        .unwrap_or_else(|| say("customise.clash.somebody"));
    let when = theirs.updated_at.map(ago).unwrap_or_default();
    let said = fill("customise.clash.who", &[("who", &who), ("when", &when)]);
    let other = edit::differences(&base, &theirs.document);
    let theirs = StoredValue::new(theirs);
    let (of_base, of_theirs) = (StoredValue::new(base), StoredValue::new(other.clone()));
    let mine = Memo::new(move |_| {
        draft
            .document
            .with(|document| of_base.with_value(|base| edit::differences(base, document)))
    });
    let settle = move |document: Value| {
        draft.settle(document);
        announce(untrack(|| say("customise.clash.settled")));
        super::list::lead("saving".to_owned());
    };
    let merge = move |_| {
        let mine = draft.document.get_untracked();
        let (all, _) = of_base.with_value(|base| {
            theirs.with_value(|theirs| edit::merged(base, &mine, &theirs.document))
        });
        settle(all);
    };
    let take = move |_| settle(theirs.with_value(|theirs| theirs.document.clone()));
    let both = move |path: &[String]| {
        let meets = |one: &Difference| one.path.starts_with(path) || path.starts_with(&one.path);
        of_theirs.with_value(|theirs| theirs.iter().any(meets))
    };
    let never = |_: &[String]| false;
    let (document, base) = (
        theirs.with_value(|it| it.document.clone()),
        of_base.get_value(),
    );
    let others: Vec<_> = other
        .iter()
        .map(|one| row(&document, &base, one, &never))
        .collect();
    let own = move || {
        let (document, base) = (draft.document.get(), of_base.get_value());
        mine.get()
            .iter()
            .map(|one| row(&document, &base, one, &both))
            .collect_view()
    };
    view! {
        <section class="card clash" aria-labelledby="clash-title">
            <h2 id="clash-title">{icon(Icon::Alert)} {t("customise.clash.title")}</h2>
            <p role="alert">{said}</p>
            <div class="sides">
                <div>
                    <h3>{t("customise.clash.theirs")}</h3>
                    <ul>{others}</ul>
                </div>
                <div>
                    <h3>{t("customise.clash.mine")}</h3>
                    <ul>{own}</ul>
                </div>
            </div>
            <div class="buttons">
                <button type="button" class="button primary" on:click=merge>
                    {t("customise.clash.merge")}
                </button>
                <button type="button" class="button" on:click=take>
                    {t("customise.clash.take")}
                </button>
            </div>
            <p class="hint">{t("customise.clash.undo")}</p>
        </section>
    }
}

/// A change in a line: where, what stood there, and what stands there.
fn row(
    document: &Value,
    base: &Value,
    one: &Difference,
    clashes: &dyn Fn(&[String]) -> bool,
) -> impl IntoView + use<> {
    let there = if one.is.is_null() { base } else { document };
    let place = labels::place(there, &one.path);
    let both = clashes(&one.path);
    view! {
        <li>
            <strong>{place}</strong>
            " "
            {both.then(|| view! { <span class="pill bad">{say("customise.clash.both")}</span> })}
            <span class="change">{change(&one.was, &one.is)}</span>
        </li>
    }
}

/// What stood there and what stands there, in a line.
pub(crate) fn change(was: &Value, is: &Value) -> String {
    let short = |value: &Value| match value {
        Value::Null => Some(say("customise.nothing")),
        Value::Bool(yes) => Some(say(if *yes { "yes" } else { "no" })),
        Value::Number(number) => Some(digits(&number.to_string())),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) => None,
        Value::Object(_) => labels::words(value),
    };
    match (short(was), short(is)) {
        (Some(was), Some(is)) => format!("\u{2068}{was}\u{2069} ← \u{2068}{is}\u{2069}"),
        _ if was.is_null() => say("customise.added"),
        _ if is.is_null() => say("customise.removed"),
        _ => say("customise.moved"),
    }
}
