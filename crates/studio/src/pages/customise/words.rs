//! What the widget says as it is built in, and in the club's own words instead.

use super::controls::id_of;
use super::draft::Draft;
use super::form::Scope;
use super::{edit, faults, labels, list};
use crate::atoms::{Retry, Skeleton};
use crate::sentences::{self, All};
use crate::words::{count, lang, t};
use leptos::prelude::*;
use rules::validate::{Spoken, places};
use serde_json::{Value, json};

/// Sentences that are shown at once besides those that the club has changed.
const STEP: usize = 30;

/// What a count adds to a key, with when it is said.
const FORMS: [(&str, &str); 6] = [
    ("zero", "customise.words.when_zero"),
    ("one", "customise.words.when_one"),
    ("two", "customise.words.when_two"),
    ("few", "customise.words.when_few"),
    ("many", "customise.words.when_many"),
    ("other", "customise.words.when_other"),
];

/// A sentence that can be said otherwise.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    language: String,
    dir: String,
    key: String,
    /// Nothing where the widget does not say it any more.
    built_in: Option<String>,
}

impl Row {
    fn pointer(&self) -> String {
        edit::below(&edit::below("/texts", &self.language), &self.key)
    }
}

/// Letters as a search compares them.
fn plain(text: &str) -> String {
    text.replace('\u{200c}', " ").trim().to_lowercase()
}

/// The sentences of a language that fit: the club's own first, the others in the order of the file.
fn rows(all: &All, own: &Value, language: &str, sought: &str, changed: bool) -> (Vec<Row>, usize) {
    let (dir, known) = match all.get(language) {
        Some(known) => (known.dir.as_str(), known.sentences.as_slice()),
        None => ("auto", &[][..]),
    };
    let said = |key: &str| own.get(key).and_then(Value::as_str);
    let row = |key: &str, built_in: Option<&String>| Row {
        language: language.to_owned(),
        dir: dir.to_owned(),
        key: key.to_owned(),
        built_in: built_in.cloned(),
    };
    let of_the_widget = known.iter().map(|(key, it)| row(key, Some(it)));
    let is_known = |key: &str| known.iter().any(|(it, _)| it == key);
    let keys = own.as_object().into_iter().flatten().map(|(key, _)| key);
    let odd = keys.filter(|key| !is_known(key)).map(|key| row(key, None));
    let sought = plain(sought);
    let fits = |row: &Row| {
        let own = said(&row.key).unwrap_or_default();
        let built_in = row.built_in.as_deref().unwrap_or_default();
        let has = |text: &str| plain(text).contains(&sought);
        sought.is_empty() || has(&row.key) || has(built_in) || has(own)
    };
    let is_own = |row: &Row| own.get(&row.key).is_some();
    let (mut first, mut rest): (Vec<Row>, Vec<Row>) =
        odd.chain(of_the_widget).filter(fits).partition(is_own);
    if changed {
        rest.clear();
    }
    let own = first.len();
    first.append(&mut rest);
    (first, own)
}

/// Each built-in sentence with a field for another.
#[component]
pub(super) fn Words(
    /// The form.
    scope: Scope,
) -> impl IntoView {
    let again = Callback::new(|()| sentences::again());
    move || match sentences::all() {
        Some(Ok(all)) => view! { <Sentences scope all /> }.into_any(),
        Some(Err(failure)) => view! { <Retry failure again /> }.into_any(),
        None => view! { <Skeleton lines=8 /> }.into_any(),
    }
}

#[component]
fn Sentences(
    /// The form.
    scope: Scope,
    /// What is built in.
    all: All,
) -> impl IntoView {
    let languages = scope.draft.memo("/languages".to_owned());
    let known: Vec<String> = all.keys().cloned().collect();
    let tags = Memo::new(move |_| {
        let tags: Vec<String> = serde_json::from_value(languages.get()).unwrap_or_default();
        let tags = tags.into_iter().filter(|tag| known.contains(tag));
        let mut tags: Vec<String> = tags.collect();
        // What is left of a language that the club has given up is seen, and can be taken away.
        let own = scope.draft.at("/texts");
        for (tag, _) in own.as_object().into_iter().flatten() {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        tags
    });
    let spoken = move || {
        let chosen = scope.spoken.get();
        tags.with(|tags| {
            let own = lang().tag();
            let found = [chosen.as_str(), own]
                .into_iter()
                .find(|tag| tags.iter().any(|known| known == tag));
            let found = found.or_else(|| tags.first().map(String::as_str));
            found.unwrap_or_default().to_owned()
        })
    };
    let (sought, changed) = (RwSignal::new(String::new()), RwSignal::new(false));
    let most = RwSignal::new(STEP);
    // By what is said now: typing into a sentence moves nothing.
    let fitting = Memo::new(move |_| {
        let language = spoken();
        let own = edit::below("/texts", &language);
        let own = scope.draft.document.with_untracked(|it| edit::at(it, &own));
        let (sought, changed) = (sought.get(), changed.get());
        rows(&all, &own, &language, &sought, changed)
    });
    let shown = move || {
        let (mut rows, own) = fitting.get();
        rows.truncate(own.saturating_add(most.get()));
        rows
    };
    let more = move || fitting.with(|(rows, own)| rows.len() > own.saturating_add(most.get()));
    let found = move || {
        let n = fitting.with(|(rows, _)| rows.len());
        count(
            "customise.words.found",
            i64::try_from(n).unwrap_or(i64::MAX),
            &[],
        )
    };
    let choices = move || {
        let tags = tags.get();
        (tags.len() > 1).then(|| {
            let each = tags.into_iter().map(|tag| {
                let (own, name) = (tag.clone(), labels::language(&tag));
                view! {
                    <button
                        type="button"
                        class="choice"
                        aria-pressed=move || if spoken() == own { "true" } else { "false" }
                        on:click=move |_| scope.spoken.set(tag.clone())
                    >
                        {name}
                    </button>
                }
            });
            view! {
                <div class="choices" role="group" aria-label=t("language")>
                    {each.collect_view()}
                </div>
            }
        })
    };
    let whole = move || edit::below("/texts", &spoken());
    let wrong = move || {
        let own = whole();
        let faults = scope.faults.all().into_iter();
        let here = faults.filter(|fault| fault.pointer == "/texts" || fault.pointer == own);
        here.map(|fault| view! { <p class="fault">{faults::sentence(&fault)}</p> })
            .collect_view()
    };
    let given_up = move || {
        let languages: Vec<String> = serde_json::from_value(languages.get()).unwrap_or_default();
        let own = whole();
        let left = !languages.contains(&spoken()) && !scope.draft.at(&own).is_null();
        (left && Draft::writes()).then(|| {
            let take = move |_| {
                scope
                    .draft
                    .change(&own, |document| edit::take(document, &own));
                list::lead(id_of("/texts"));
            };
            view! {
                <button type="button" class="button" on:click=take>
                    {t("customise.words.give_up")}
                </button>
            }
        })
    };
    view! {
        <p class="hint">{t("customise.words.lead")}</p>
        {choices}
        {wrong}
        {given_up}
        <div class="field">
            <label for="find">{t("customise.words.find")}</label>
            <input
                id="find"
                type="search"
                autocomplete="off"
                on:input:target=move |event| {
                    most.set(STEP);
                    sought.set(event.target().value());
                }
            />
        </div>
        <label class="check">
            <input type="checkbox" on:change:target=move |event| changed.set(event.target().checked()) />
            <span>{t("customise.words.changed")}</span>
        </label>
        <p class="hint" role="status">
            {found}
        </p>
        <ol class="texts words" id=id_of("/texts") tabindex="-1" aria-label=t("customise.section.words")>
            <For
                each=shown
                key=|row| (row.language.clone(), row.key.clone())
                children=move |row| sentence(scope, row)
            />
        </ol>
        {move || {
            more()
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| most.update(|most| *most = most.saturating_add(STEP))
                        >
                            {t("customise.words.more")}
                        </button>
                    }
                })
        }}
    }
}

/// A sentence, what the club says instead, and the way back.
fn sentence(scope: Scope, row: Row) -> impl IntoView {
    let pointer = row.pointer();
    let id = id_of(&pointer);
    let (hint_id, fault_id) = (format!("{id}-hint"), format!("{id}-fault"));
    let value = scope.draft.memo(pointer.clone());
    let fault = scope.faults.at(pointer.clone());
    let wrong = move || !fault.with(String::is_empty);
    let described = {
        let (hint_id, fault_id) = (hint_id.clone(), fault_id.clone());
        move || {
            if wrong() {
                format!("{fault_id} {hint_id}")
            } else {
                hint_id.clone()
            }
        }
    };
    let take = {
        let (draft, pointer) = (scope.draft, pointer.clone());
        move || draft.change(&pointer, |document| edit::take(document, &pointer))
    };
    let typed = {
        let (draft, take) = (scope.draft, take.clone());
        move |typed: String| {
            if typed.is_empty() {
                return take();
            }
            // What is pasted may have several lines; a sentence has one.
            draft.put(&pointer, json!(typed.replace(['\n', '\r'], " ")));
        }
    };
    let Row {
        language,
        dir,
        key,
        built_in,
    } = row;
    let gone = built_in.is_none();
    let name = built_in.unwrap_or_else(|| key.clone());
    let reset = {
        let (id, name) = (id.clone(), name.clone());
        move || {
            let (id, name, take) = (id.clone(), name.clone(), take.clone());
            let there = value.with(|value| !value.is_null()) && Draft::writes();
            there.then(|| {
                view! {
                    <button
                        type="button"
                        class="button"
                        aria-label=move || labels::doing("customise.words.reset", &name)
                        on:click=move |_| {
                            take();
                            list::lead(id.clone());
                        }
                    >
                        {t("customise.words.reset")}
                    </button>
                }
            })
        }
    };
    let Spoken { places, form } = places(&key);
    let when = form.and_then(|form| FORMS.iter().find(|(name, _)| *name == form));
    let filled = (!places.is_empty()).then(|| {
        let each = places.iter().map(|place| {
            view! {
                " "
                <code dir="ltr">{format!("{{{place}}}")}</code>
            }
        });
        view! {
            <span>{t("customise.words.places")} {each.collect_view()}</span>
            " "
        }
    });
    view! {
        <li class="field">
            <label for=id.clone() lang=language.clone() dir=dir.clone()>
                {name}
            </label>
            <textarea
                id=id
                lang=language
                dir=dir
                rows="1"
                readonly=!untrack(Draft::writes)
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=described
                prop:value=move || value.get().as_str().unwrap_or_default().to_owned()
                on:input:target=move |event| typed(event.target().value())
            ></textarea>
            {move || wrong().then(|| view! { <p class="fault" id=fault_id.clone()>{fault.get()}</p> })}
            <p class="hint" id=hint_id>
                {gone.then(|| view! { <span>{t("customise.words.gone")}</span> " " })}
                {when.map(|(_, key)| view! { <span>{t(key)}</span> " " })}
                {filled}
                <code class="key" dir="ltr">
                    {key}
                </code>
            </p>
            {reset}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentences::Language;
    use std::collections::BTreeMap;

    #[test]
    fn what_the_club_says_itself_comes_first_whatever_becomes_of_its_key() {
        let pairs = [
            ("hello", "Welcome back"),
            ("close", "Close"),
            ("nav_home", "Home"),
        ];
        let sentences = pairs.map(|(key, said)| (key.to_owned(), said.to_owned()));
        let language = Language {
            dir: "ltr".to_owned(),
            sentences: sentences.to_vec(),
        };
        let all = All::new(BTreeMap::from([("en".to_owned(), language)]));
        let own = json!({ "close": "Shut", "of_old": "Gone" });
        let keys = |sought, changed| {
            let (rows, own) = rows(&all, &own, "en", sought, changed);
            let keys: Vec<String> = rows.into_iter().map(|row| row.key).collect();
            (keys.join(" "), own)
        };
        assert_eq!(
            keys("", false),
            ("of_old close hello nav_home".to_owned(), 2)
        );
        assert_eq!(keys("", true), ("of_old close".to_owned(), 2));
        assert_eq!(keys(" HOME", false), ("nav_home".to_owned(), 0));
        assert_eq!(keys("shut", false), ("close".to_owned(), 1));
        let left = rows(&all, &own, "fa", "", false);
        assert_eq!((left.0.len(), left.1), (2, 2));
    }
}
