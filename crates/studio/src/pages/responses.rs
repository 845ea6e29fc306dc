//! Answers to surveys, with what members wrote.

use super::members::address;
use crate::atoms::{Page, Problem};
use crate::download;
use crate::icons::{Icon, icon};
use crate::paged::{Paged, nothing};
use crate::program::Names;
use crate::server::escaped;
use crate::session;
use crate::words::{ago, number, say, t};
use contract::responses::{DeskResponse, Mood, ResponsePage};
use contract::staff::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// A mood's name on the wire, the key of its word, and how loud it is.
const fn words_of(mood: Mood) -> (&'static str, &'static str, &'static str) {
    match mood {
        Mood::Low => ("low", "mood.low", "pill bad"),
        Mood::Mid => ("mid", "mood.mid", "pill waits"),
        Mood::High => ("high", "mood.high", "pill good"),
    }
}

/// What the address says is shown.
#[derive(Clone, Default, PartialEq, Eq)]
struct Shown {
    survey: String,
    mood: String,
    with_comment: bool,
}

impl Shown {
    fn query(&self) -> String {
        let mut parts = Vec::new();
        if !self.survey.is_empty() {
            parts.push(format!("survey={}", escaped(&self.survey)));
        }
        if !self.mood.is_empty() {
            parts.push(format!("mood={}", self.mood));
        }
        if self.with_comment {
            parts.push("with_comment=true".to_owned());
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }
}

/// The answers in pages, by survey, mood and whether something was written.
#[component]
pub(crate) fn Responses() -> impl IntoView {
    let asked = use_query_map();
    let shown = Memo::new(move |_| {
        asked.with(|asked| {
            let mood = asked.get("mood").unwrap_or_default();
            let known = Mood::ALL.iter().any(|one| words_of(*one).0 == mood);
            Shown {
                survey: asked.get("survey").unwrap_or_default(),
                mood: if known { mood } else { String::new() },
                with_comment: asked.get("with_comment").as_deref() == Some("true"),
            }
        })
    });
    let path = Signal::derive(move || format!("/v1/responses{}", shown.get().query()));
    let list = Paged::new(path, |page: ResponsePage| {
        (page.responses, page.next_cursor)
    });
    let names = Names::new();
    let navigate = use_navigate();
    let choose = Callback::new(move |shown: Shown| {
        let to = format!("/responses{}", shown.query());
        navigate(&to, NavigateOptions::default());
    });
    let row = move |response| row(response, names);
    let empty = move || {
        if shown.get() == Shown::default() {
            nothing(Icon::Speech, "responses.empty", "responses.empty.text")
        } else {
            nothing(Icon::Speech, "responses.none", "responses.none.text")
        }
    };
    let beside = move || view! { <Export /> };
    view! {
        <Page title="responses.title" beside>
            <Filter shown choose names />
            {list.view("responses", "responses.title", row, empty)}
        </Page>
    }
}

#[component]
fn Export() -> impl IntoView {
    let failure = RwSignal::new(None);
    let save = move |_| {
        spawn_local(async move {
            let table = "responses";
            let path = format!("/v1/exports/{table}?format=csv");
            let saved = download::save(&path, &format!("{table}.csv")).await;
            failure.set(saved.err());
        });
    };
    move || {
        session::may(Role::Editor).then(|| {
            view! {
                <button type="button" class="button" on:click=save>
                    {icon(Icon::Download)}
                    {t("responses.export")}
                </button>
                <Problem failure=failure />
            }
        })
    }
}

#[component]
fn Filter(
    /// What is shown.
    shown: Memo<Shown>,
    /// Shows something else.
    choose: Callback<Shown>,
    /// What surveys are called.
    names: Names,
) -> impl IntoView {
    let moods = Mood::ALL.map(|mood| {
        let (name, word, _) = words_of(mood);
        view! {
            <option value=name selected=move || shown.get().mood == name>
                {t(word)}
            </option>
        }
    });
    let surveys = move || {
        let program = names.program();
        let surveys = program.map(|program| program.surveys).unwrap_or_default();
        let option = |id: String| {
            let value = id.clone();
            view! {
                <option value=value.clone() selected=move || shown.get().survey == value>
                    {move || names.survey(&id)}
                </option>
            }
        };
        let ids = surveys.into_iter().map(|survey| survey.id);
        ids.map(option).collect_view()
    };
    view! {
        <div class="filter" role="search" aria-label=t("inbox.filter")>
            <label for="filter-survey" class="unseen">
                {t("responses.survey")}
            </label>
            <select
                id="filter-survey"
                on:change:target=move |event| {
                    let survey = event.target().value();
                    choose.run(Shown { survey, ..shown.get_untracked() });
                }
            >
                <option value="" selected=move || shown.get().survey.is_empty()>
                    {t("responses.survey.all")}
                </option>
                {surveys}
            </select>
            <label for="filter-mood" class="unseen">
                {t("responses.mood")}
            </label>
            <select
                id="filter-mood"
                prop:value=move || shown.get().mood
                on:change:target=move |event| {
                    let mood = event.target().value();
                    choose.run(Shown { mood, ..shown.get_untracked() });
                }
            >
                <option value="" selected=move || shown.get().mood.is_empty()>
                    {t("responses.mood.all")}
                </option>
                {moods.into_iter().collect_view()}
            </select>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || shown.get().with_comment
                    on:change:target=move |event| {
                        let with_comment = event.target().checked();
                        choose.run(Shown { with_comment, ..shown.get_untracked() });
                    }
                />
                <span>{t("responses.with_comment")}</span>
            </label>
        </div>
    }
}

fn row(response: DeskResponse, names: Names) -> impl IntoView {
    let DeskResponse {
        member,
        survey_id,
        scope,
        scores,
        mood,
        comment,
        counted,
        at,
        ..
    } = response;
    let scores = move || {
        let each = scores.iter().map(|score| number((*score).into()));
        each.collect::<Vec<_>>().join(" · ")
    };
    let about = (!scope.is_empty()).then_some(scope);
    view! {
        <div class="row">
            <span class="topic">
                <bdi>{move || names.survey(&survey_id)}</bdi>
            </span>
            <span class="when">{move || ago(at)}</span>
            {comment
                .map(|comment| {
                    view! {
                        <p class="said wide" dir="auto">
                            {comment}
                        </p>
                    }
                })}
            <span class="who">
                {match member {
                    Some(member) => {
                        let href = address(&member);
                        view! {
                            <a href=href>
                                <bdi>{member}</bdi>
                            </a>
                        }
                            .into_any()
                    }
                    None => view! { <span>{move || say("inbox.erased")}</span> }.into_any(),
                }} {about.map(|scope| view! { " · " <bdi>{scope}</bdi> })}
            </span>
            <span class="marks">
                {(!counted).then(|| view! { <span class="pill">{t("responses.not_counted")}</span> })}
                {mood
                    .map(|mood| {
                        let (_, word, class) = words_of(mood);
                        view! { <span class=class>{t(word)} " " <b>{scores}</b></span> }
                    })}
            </span>
        </div>
    }
}
