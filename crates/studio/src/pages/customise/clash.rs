//! Two people have changed one draft: who, when and what, and what is to stay.

use super::draft::{Draft, Told};
use super::edit::{self, Difference};
use super::labels;
use super::quantity::Quantity;
use super::schema::{self, Form};
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
            <span class="change">{change(document, one)}</span>
        </li>
    }
}

/// What stood there and what stands there, as the forms say it.
pub(crate) fn change(document: &Value, one: &Difference) -> String {
    let part = schema::part_of(&one.path).map(|(part, inside)| (schema::shape(part), inside));
    let name = one.path.last().cloned().unwrap_or_default();
    let in_the_widget = one.path.first().is_some_and(|first| first == edit::TEXTS);
    let short = |value: &Value| match (value, part) {
        (Value::Null, _) if in_the_widget => Some(say("customise.words.built_in")),
        (Value::Null, _) => Some(say("customise.nothing")),
        (Value::Bool(yes), _) => Some(say(if *yes { "yes" } else { "no" })),
        (Value::Number(_), Some((shape, inside))) => {
            Some(Quantity::in_document(document, shape.kind, inside, &name).say(value))
        }
        (Value::Number(number), None) => Some(digits(&number.to_string())),
        (Value::String(text), Some((shape, _))) if matches!(shape.form, Form::Choice(_)) => {
            Some(labels::pick(shape.kind, text))
        }
        (Value::String(text), _) => Some(text.clone()),
        (Value::Array(_), _) => None,
        (Value::Object(_), _) => labels::words(value),
    };
    match (short(&one.was), short(&one.is)) {
        (Some(was), Some(is)) => fill(
            "customise.change",
            &[("was", &isolated(&was)), ("is", &isolated(&is))],
        ),
        _ if one.was.is_null() => say("customise.added"),
        _ if one.is.is_null() => say("customise.removed"),
        _ => say("customise.differs"),
    }
}

/// Letters of either direction keep theirs.
fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}
