//! The tier card: where the member stands, what comes next, what it takes to stay.

use crate::store::Club;
use crate::words::{self, fill, t};
use leptos::prelude::*;
use rules::program::{Measure, Tier};
use rules::tiers::Standing;
use rules::{Bp, Money, Points};

/// The card, when the program has tiers.
pub(super) fn card(club: &Club) -> Option<AnyView> {
    let standing = club.standing()?;
    let current = club.tier(standing.current)?;
    let next = standing.next.and_then(|level| club.tier(level));
    let name = words::text(&current.name);
    let percent = (standing.progress / 100).to_string();
    let step = next.zip(standing.delta_to_next).map(|(next, delta)| {
        (
            amount(club, standing.measure, delta),
            fill("tier.to", &[("tier", &words::text(&next.name))]),
        )
    });
    let spoken = match &step {
        Some((delta, to)) => [delta.as_str(), " ", to].concat(),
        None => t("tier.top"),
    };
    let notes = [next.map(brings), stays(club, &standing, &name)];
    Some(
        view! {
            <section class={"card tier"} aria-label={fill("tier.title", &[("tier", &name)])}>
                <div class={"heading"}>
                    <h3>{fill("tier.title", &[("tier", &name)])}</h3>
                    <span class={"sub"}>
                        {next.map(|n| fill("tier.next", &[("tier", &words::text(&n.name))]))}
                    </span>
                </div>
                <div
                    class={"progress"}
                    role={"progressbar"}
                    aria-label={t("tier.progress")}
                    aria-valuemin={"0"}
                    aria-valuemax={"100"}
                    aria-valuenow={percent.clone()}
                    aria-valuetext={spoken}
                >
                    <div class={"track"} style:--at={[&percent, "%"].concat()}></div>
                </div>
                {match step {
                    Some((delta, to)) => view! { <p><strong>{delta}</strong>{" "}{to}</p> }.into_any(),
                    None => view! { <p>{t("tier.top")}</p> }.into_any(),
                }}
                {notes.map(|note| note.map(|note| view! { <p class={"sub"}>{note}</p> }))}
            </section>
        }
        .into_any(),
    )
}

/// A measure's amount in its own unit.
fn amount(club: &Club, measure: Measure, n: i64) -> String {
    match measure {
        Measure::Spend => {
            let money = words::money(Money(n), &club.program.program.currency);
            fill("tier.spend", &[("money", &money)])
        }
        Measure::PointsEarned => words::points(Points(n)),
        Measure::Orders => words::count("orders", n, &[]),
    }
}

fn brings(next: &Tier) -> String {
    let mut perks: Vec<String> = next.perks.iter().map(words::text).collect();
    if next.multiplier > Bp::ONE {
        perks.push(fill(
            "tier.multiplier",
            &[("n", &words::times(next.multiplier.0))],
        ));
    }
    let list = perks.join(&t("list.and"));
    fill(
        "tier.brings",
        &[("tier", &words::text(&next.name)), ("perks", &list)],
    )
}

fn stays(club: &Club, standing: &Standing, name: &str) -> Option<String> {
    let delta = standing.delta_to_keep?;
    let until = words::date(standing.keep_until?);
    let values = [("tier", name), ("date", until.as_str())];
    if delta <= 0 {
        return Some(fill("tier.kept", &values));
    }
    let amount = amount(club, standing.measure, delta);
    Some(fill(
        "tier.keep",
        &[values[0], values[1], ("amount", &amount)],
    ))
}
