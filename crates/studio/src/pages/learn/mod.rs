//! What the club has learnt: figures, each with its sample and how sure it is.

mod cohorts;
mod day;
mod experiments;
mod goals;
mod indicator;
mod indicators;
mod kinds;
mod names;
mod period;
mod points;
mod risk;
mod scores;
mod segments;
mod tiers;

pub(crate) use cohorts::Cohorts;
pub(crate) use experiments::Experiments;
pub(crate) use goals::Goals;
pub(crate) use indicator::OneIndicator;
pub(crate) use indicators::AllIndicators;
pub(crate) use points::PointsFlow;
pub(crate) use risk::Risk;
pub(crate) use scores::Scores;
pub(crate) use segments::Segments;
pub(crate) use tiers::Tiers;

use crate::app::BASE;
use crate::atoms::{Retry, Skeleton};
use crate::club;
use crate::remote::Remote;
use crate::words::{self, Length, date, day_and_month, fill, month, say, t, year};
use contract::overview::ClubView;
use day::Day;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use names::Names;
use period::{Asked, Period, STEPS};
use rules::Timestamp;
use rules::insights::Step;

/// The places in here, and the keys of their names.
const PLACES: [(&str, &str); 9] = [
    ("", "learn.indicators"),
    ("/scores", "learn.scores"),
    ("/segments", "learn.segments"),
    ("/cohorts", "learn.cohorts"),
    ("/points", "learn.points"),
    ("/tiers", "learn.tiers"),
    ("/goals", "learn.goals"),
    ("/experiments", "learn.experiments"),
    ("/risk", "learn.risk"),
];

/// What every page in here needs.
#[derive(Clone, Copy)]
struct Learn {
    asked: Memo<Asked>,
    names: StoredValue<Names>,
    /// Goes to where something else is asked.
    choose: Callback<Asked>,
}

/// What [`Learn`] has for the pages.
fn learn() -> Learn {
    expect_context()
}

impl Learn {
    fn names(self) -> Names {
        self.names.get_value()
    }

    /// The window, as the server is asked for it; whoever asks by it asks again when it changes.
    fn window(self) -> String {
        let calendar = self.names().calendar();
        self.asked.get().window(calendar, words::today())
    }

    /// The end of the window, as above.
    fn end(self) -> String {
        let calendar = self.names().calendar();
        self.asked.get().end(calendar, words::today())
    }

    /// What a piece of time is called that begins then, in full and beside an axis.
    fn piece(self, step: Step, from: Timestamp) -> (String, String) {
        let calendar = self.names().calendar();
        match step {
            Step::Week => (date(from), day_and_month(from)),
            Step::Month => (
                month(from, calendar, Length::Full),
                month(from, calendar, Length::Brief),
            ),
            Step::Year => (year(from, calendar), year(from, calendar)),
        }
    }

    /// A place in here, with what the address says now.
    fn link(self, path: &str) -> String {
        let query = self.asked.get().query();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{BASE}/learn{path}{mark}{query}")
    }
}

/// What is read, or why it is not.
fn shown<T, V, D>(remote: Remote<T>, draw: D) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
    D: Fn(T) -> V + Send + 'static,
{
    move || match (remote.get(), remote.failure()) {
        (_, Some(failure)) => {
            view! { <Retry failure again=Callback::new(move |()| remote.again()) /> }.into_any()
        }
        (Some(value), None) => draw(value).into_any(),
        (None, None) => view! { <Skeleton lines=6 /> }.into_any(),
    }
}

/// What stands where nothing is to be shown.
fn nothing(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{t(title)}</h2>
            <p>{t(text)}</p>
        </div>
    }
}

/// A window in words.
fn between(from: Timestamp, to: Timestamp) -> String {
    // The last instant of it, not the first one after.
    let last = Timestamp(to.0.saturating_sub(1));
    fill(
        "learn.between",
        &[("from", &date(from)), ("to", &date(last))],
    )
}

/// The place for figures: its parts, and the one that the address names.
#[component]
pub(crate) fn LearnPlace() -> impl IntoView {
    let club = club::club();
    let view = Memo::new(move |_| club.0.get().map(|overview| overview.club));
    move || match (view.get(), club.0.failure()) {
        (Some(club), _) => view! { <Named club /> }.into_any(),
        (None, Some(failure)) => {
            view! { <Retry failure again=Callback::new(move |()| club.0.again()) /> }.into_any()
        }
        (None, None) => view! { <Skeleton lines=6 /> }.into_any(),
    }
}

#[component]
fn Named(
    /// The club whose figures they are.
    club: ClubView,
) -> impl IntoView {
    let names = Remote::new(move || Names::of(club.clone()));
    shown(names, |names| view! { <Inside names /> })
}

#[component]
fn Inside(
    /// What of the program is known.
    names: Names,
) -> impl IntoView {
    let address = use_query_map();
    let location = use_location();
    let navigate = use_navigate();
    let asked = Memo::new(move |_| address.with(|address| Asked::read(|name| address.get(name))));
    let choose = Callback::new(move |asked: Asked| {
        let path = location.pathname.get_untracked();
        let path = path.strip_prefix(BASE).unwrap_or(&path);
        // What else the address says stays: which score, and of whom.
        let rest: Vec<String> = address.with_untracked(|address| {
            let own = ["kind", "by"];
            let named = own
                .iter()
                .filter_map(|name| Some((name, address.get(name)?)));
            named
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        });
        let mut parts: Vec<String> = Some(asked.query())
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        parts.extend(rest);
        let mark = if parts.is_empty() { "" } else { "?" };
        let to = format!("{path}{mark}{}", parts.join("&"));
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&to, options);
    });
    let names = StoredValue::new(names);
    let learn = Learn {
        asked,
        names,
        choose,
    };
    provide_context(learn);
    let places = PLACES.map(|(path, name)| {
        let here = move || {
            let now = location.pathname.get();
            let now = now.strip_prefix(BASE).unwrap_or_default();
            let rest = now.strip_prefix("/learn").unwrap_or_default();
            let rest = rest.trim_end_matches('/');
            rest == path || (path.is_empty() && rest.starts_with("/indicators"))
        };
        view! {
            <li>
                <a
                    href=move || learn.link(path)
                    aria-current=move || here().then_some("page")
                >
                    {t(name)}
                </a>
            </li>
        }
    });
    view! {
        <nav class="tabs" aria-label=t("learn.title")>
            <ul>{places.into_iter().collect_view()}</ul>
        </nav>
        <Outlet />
    }
}

/// Chooses the time that figures are about.
#[component]
fn Chooser(
    /// Beside it, how long the pieces of what is shown over time are.
    #[prop(optional)]
    steps: bool,
) -> impl IntoView {
    let learn = learn();
    let asked = learn.asked;
    let between = Memo::new(move |_| match asked.get().period {
        Period::Between(from, to) => Some((from, to)),
        _ => None,
    });
    let name = move || {
        let period = asked.get().period;
        let known = Period::NAMED.iter().find(|one| one.0 == period);
        known.map_or("between", |one| one.1)
    };
    let options = Period::NAMED.map(|(_, value, word)| {
        view! {
            <option value=value selected=move || name() == value>
                {t(word)}
            </option>
        }
    });
    let put = move |period: Period| {
        learn.choose.run(Asked {
            period,
            ..asked.get_untracked()
        });
    };
    let chosen = move |value: String| {
        let known = Period::NAMED.iter().find(|one| one.1 == value);
        put(known.map_or_else(
            || {
                let calendar = learn.names().calendar();
                let today = untrack(words::today);
                let (from, to) = asked.get_untracked().period.days(calendar, today);
                Period::Between(from, to.map_or(today, |to| to - 1))
            },
            |one| one.0,
        ));
    };
    let step_options = STEPS.map(|(step, value, word)| {
        view! {
            <option value=value selected=move || asked.get().step == step>
                {t(word)}
            </option>
        }
    });
    let step_chosen = move |value: String| {
        if let Some((step, ..)) = STEPS.iter().find(|one| one.1 == value) {
            learn.choose.run(Asked {
                step: *step,
                ..asked.get_untracked()
            });
        }
    };
    let from = Signal::derive(move || between.get().map_or(0, |it| it.0));
    let to = Signal::derive(move || between.get().map_or(0, |it| it.1));
    let days = Memo::new(move |_| between.get().is_some());
    view! {
        <div class="chooser" role="group" aria-label=t("period.title")>
            <label>
                <span>{t("period.title")}</span>
                <select
                    prop:value=name
                    on:change:target=move |event| chosen(event.target().value())
                >
                    {options.into_iter().collect_view()}
                    <option value="between" selected=move || name() == "between">
                        {t("period.between")}
                    </option>
                </select>
            </label>
            {move || {
                days.get()
                    .then(|| {
                        let choose_from = Callback::new(move |from: i64| {
                            put(Period::Between(from, to.get_untracked().max(from)));
                        });
                        let choose_to = Callback::new(move |to: i64| {
                            put(Period::Between(from.get_untracked().min(to), to));
                        });
                        view! {
                            <Day label="period.from" value=from choose=choose_from />
                            <Day label="period.to" value=to choose=choose_to />
                        }
                    })
            }}
            {steps
                .then(|| {
                    view! {
                        <label>
                            <span>{t("step.title")}</span>
                            <select
                                prop:value=move || asked.get().step_name()
                                on:change:target=move |event| step_chosen(event.target().value())
                            >
                                {step_options.into_iter().collect_view()}
                            </select>
                        </label>
                    }
                })}
        </div>
    }
}

/// A name and what stands for it.
fn fact(name: &'static str, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>{t(name)}</dt>
            <dd>{value}</dd>
        </div>
    }
}

/// What is said where a sample is small: of answers, or of anything else.
fn too_few(n: u32, answers: bool) -> impl IntoView {
    (n < 30).then(|| view! { <span class="pill waits">{say(few(answers))}</span> })
}

const fn few(answers: bool) -> &'static str {
    if answers {
        "learn.too_few_answers"
    } else {
        "learn.too_few"
    }
}
