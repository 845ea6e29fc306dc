//! The first page: how the club stands, and what is to be done next.

use crate::app::BASE;
use crate::atoms::{Page, Retry, Skeleton};
use crate::club;
use crate::icons::{Icon, icon};
use crate::words::{count, date, fill, money, number, t};
use contract::overview::{Overview as Standing, Step};
use leptos::prelude::*;
use rules::Money;

/// Members, points, complaints, the version that runs, and the next steps.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let club = club::club();
    view! {
        <Page title="overview.title">
            {move || match (club.0.get(), club.0.failure()) {
                (Some(standing), _) => shown(standing).into_any(),
                (None, Some(failure)) => {
                    view! { <Retry failure again=Callback::new(move |()| club.0.again()) /> }
                        .into_any()
                }
                (None, None) => view! { <Skeleton lines=6 /> }.into_any(),
            }}
        </Page>
    }
}

fn shown(standing: Standing) -> impl IntoView {
    let Standing {
        club,
        members,
        available,
        pending,
        worth,
        wallet,
        waiting,
        overdue,
        steps,
    } = standing;
    let currency = club.currency.clone();
    let sum = move |sum: Money| money(sum, &currency);
    let worth = worth.map(sum.clone());
    let points = fill("overview.points.pending", &[("n", &number(pending.0))]);
    let beside = worth.map_or(points, |worth| {
        fill("overview.points.worth", &[("money", &worth)])
    });
    view! {
        <ul class="figures">
            {figure("overview.members", number(members), String::new())}
            {figure("overview.points", number(available.0), beside)}
            {(wallet.0 != 0).then(|| figure("overview.wallet", sum(wallet), String::new()))}
            {figure(
                "overview.version",
                number(club.version),
                fill("overview.version.since", &[("date", &date(club.published_at))]),
            )}
        </ul>
        {waits(waiting, overdue)}
        {next(steps, club.program)}
    }
}

/// A figure with its name, and what it means beside it.
fn figure(name: &'static str, value: String, beside: String) -> impl IntoView {
    view! {
        <li class="card figure">
            <span class="name">{t(name)}</span>
            <strong>{value}</strong>
            <span class="beside">{beside}</span>
        </li>
    }
}

fn waits(waiting: i64, overdue: i64) -> impl IntoView {
    let sentence = if waiting == 0 {
        t("overview.complaints.none")()
    } else {
        count("overview.complaints", waiting, &[])
    };
    let late = (overdue > 0).then(|| {
        view! { <span class="pill bad">{count("overview.overdue", overdue, &[])}</span> }
    });
    view! {
        <section class="card row" aria-labelledby="waits">
            <span class="picture">{icon(Icon::Inbox)}</span>
            <div class="grow">
                <h2 id="waits">{t("overview.complaints.title")}</h2>
                <p>{sentence} {late}</p>
            </div>
            <a class="button" href=format!("{BASE}/inbox")>
                {t("overview.complaints.open")}
            </a>
        </section>
    }
}

/// A step's name and why it is worth doing.
const fn words_of(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Look => ("step.look", "step.look.why"),
        Step::Page => ("step.page", "step.page.why"),
        Step::Server => ("step.server", "step.server.why"),
        Step::Members => ("step.members", "step.members.why"),
        Step::Orders => ("step.orders", "step.orders.why"),
        Step::Surveys => ("step.surveys", "step.surveys.why"),
        Step::Colleagues => ("step.colleagues", "step.colleagues.why"),
    }
}

/// The place where a step is done, and what it is called.
const fn place_of(step: Step) -> Option<(&'static str, &'static str)> {
    match step {
        Step::Page => Some(("/setup", "setup.title")),
        Step::Server => Some(("/setup/keys", "setup.keys")),
        Step::Members => Some(("/imports", "imports.title")),
        Step::Orders => Some(("/setup/server", "server.code")),
        Step::Look | Step::Surveys | Step::Colleagues => None,
    }
}

/// The command that does a step; empty where there is none.
fn command_of(step: Step, program: &str) -> String {
    match step {
        Step::Colleagues => {
            format!("vafa staff --program {program} add --email omid@shop.example --role editor")
        }
        _ => String::new(),
    }
}

fn next(steps: Vec<Step>, program: String) -> impl IntoView {
    let done = steps.is_empty();
    let all = steps.into_iter().map(move |step| {
        let (name, why) = words_of(step);
        let command = command_of(step, &program);
        view! {
            <li>
                <h3>{t(name)}</h3>
                <p>{t(why)}</p>
                {place_of(step)
                    .map(|(path, word)| {
                        view! {
                            <p>
                                <a href=format!("{BASE}{path}")>{t(word)}</a>
                            </p>
                        }
                    })}
                {(!command.is_empty())
                    .then(|| {
                        view! {
                            <pre class="command" dir="ltr" tabindex="0">
                                <code>{command}</code>
                            </pre>
                        }
                    })}
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="next">
            <h2 id="next">{t("overview.next")}</h2>
            {if done {
                view! {
                    <p class="notice good">{icon(Icon::Check)} <span>{t("overview.next.none")}</span></p>
                }
                    .into_any()
            } else {
                view! {
                    <ol class="steps">{all.collect_view()}</ol>
                    <p>
                        <a href="/docs">{t("overview.next.docs")}</a>
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}
