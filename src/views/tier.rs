//! The tier card: where the member stands, what comes next, what it takes to stay.

use super::atoms::p;
use crate::node::{Node, el};
use crate::store::Club;
use crate::words::{self, fill, t};
use rules::program::{Measure, Tier};
use rules::tiers::Standing;
use rules::{Bp, Money, Points};

/// The card, when the program has tiers.
pub(super) fn card(club: &Club) -> Option<Node> {
    let standing = club.standing()?;
    let name = words::text(&club.tier(standing.current)?.name);
    let next = standing.next.and_then(|level| club.tier(level));
    let title = fill("tier.title", &[("tier", &name)]);
    let percent = words::digits(i64::from(standing.progress / 100));
    let (delta, to) = match next.zip(standing.delta_to_next) {
        Some((next, delta)) => {
            let to = fill("tier.to", &[("tier", &words::text(&next.name))]);
            (amount(club, standing.measure, delta), to)
        }
        None => (String::new(), t("tier.top")),
    };
    let spoken = [delta.as_str(), " ", &to].concat();
    let coming = next.map(|n| fill("tier.next", &[("tier", &words::text(&n.name))]));
    let bar = el("div", "progress")
        .attr("role", "progressbar")
        .attr("aria-label", &t("tier.progress"))
        .attr("aria-valuemin", "0")
        .attr("aria-valuemax", "100")
        .attr("aria-valuenow", &percent)
        .attr("aria-valuetext", spoken.trim())
        .child(el("div", "track").attr("--at", &[percent.as_str(), "%"].concat()));
    let heading = el("div", "heading")
        .child(el("h3", "").text(title.clone()))
        .child(el("span", "sub").text(coming.unwrap_or_default()));
    Some(
        el("section", "card tier")
            .attr("aria-label", &title)
            .child(heading)
            .child(bar)
            .child(
                el("p", "")
                    .child(el("strong", "").text(delta))
                    .text(" ")
                    .text(to),
            )
            .maybe(next.map(|next| p("sub", brings(next))))
            .maybe(stays(club, &standing, &name).map(|note| p("sub", note))),
    )
}

/// A measure's amount in its own unit.
fn amount(club: &Club, measure: Measure, n: i64) -> String {
    match measure {
        Measure::Spend => fill("tier.spend", &[("money", &club.money(Money(n)))]),
        Measure::PointsEarned => words::points(Points(n)),
        Measure::Orders => words::count("orders", n, &[]),
    }
}

fn brings(next: &Tier) -> String {
    let mut perks: Vec<String> = next.perks.iter().map(words::perk).collect();
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
    if delta <= 0 {
        return Some(fill("tier.kept", &[("tier", name), ("date", &until)]));
    }
    let amount = amount(club, standing.measure, delta);
    Some(fill(
        "tier.keep",
        &[("tier", name), ("date", &until), ("amount", &amount)],
    ))
}
