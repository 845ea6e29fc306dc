//! Tiers: the card with where the member stands, what comes next and what it takes to stay; all of them in a list.

use super::atoms::{Tone, button, icon, icon_button, p};
use super::icons;
use super::shell::Frame;
use crate::node::{Node, el};
use crate::rooms::Rank;
use crate::store::{Club, View};
use crate::words::{self, fill, t};
use rules::program::{Measure, Tier};
use rules::tiers::{Notice, Standing};
use rules::{Bp, Money, Points};
use wasm_bindgen::JsValue;

/// The card, when the program has tiers.
pub(super) fn card(frame: Frame, club: &Club) -> Option<Node> {
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
    let bar = el("div", "progress")
        .attr("role", "progressbar")
        .attr("aria-label", &t("tier.progress"))
        .attr("aria-valuemin", "0")
        .attr("aria-valuemax", "100")
        .attr("aria-valuenow", &percent)
        .attr("aria-valuetext", spoken.trim())
        .child(el("div", "track").attr("--at", &[percent.as_str(), "%"].concat()));
    let all = button(Tone::Quiet, t("tier.all"), move || frame.go(View::Tiers));
    let heading = el("div", "heading")
        .child(el("h3", "").text(title.clone()))
        .child(all);
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
            .child(stays(club, &standing, &name)),
    )
}

/// Where the member stands, for the shop's own header.
pub(crate) fn rank(club: &Club) -> Rank {
    let standing = club.standing();
    let name = |level: Option<usize>| {
        let tier = level.and_then(|level| club.tier(level));
        tier.map_or(JsValue::NULL, |tier| words::text(&tier.name).into())
    };
    let current = name(standing.as_ref().map(|s| s.current));
    let next = name(standing.as_ref().and_then(|s| s.next));
    let at = standing.map_or(0, |s| s.progress / 100);
    [current, next, at.into()]
}

/// A measure's amount in its own unit.
fn amount(club: &Club, measure: Measure, n: i64) -> String {
    match measure {
        Measure::Spend => fill("tier.spend", &[("money", &club.money(Money(n)))]),
        Measure::PointsEarned => words::points(Points(n)),
        Measure::Orders => words::count("orders", n, &[]),
    }
}

/// What a tier gives, each in a phrase.
fn perks(tier: &Tier) -> Vec<String> {
    let mut perks: Vec<String> = tier.perks.iter().map(words::perk).collect();
    if tier.multiplier > Bp::ONE {
        let times = words::times(tier.multiplier.0);
        perks.push(fill("tier.multiplier", &[("n", &times)]));
    }
    perks
}

fn brings(next: &Tier) -> String {
    let mut list = String::new();
    for perk in perks(next) {
        if !list.is_empty() {
            list.push_str(&t("list.and"));
        }
        list.push_str(&perk);
    }
    fill(
        "tier.brings",
        &[("tier", &words::text(&next.name)), ("perks", &list)],
    )
}

/// What it takes to stay, loudly when the tier is about to be lost; or that the next one is near.
fn stays(club: &Club, standing: &Standing, name: &str) -> Node {
    let (class, key, until, missing) = match standing.notices.first() {
        Some(Notice::AtRisk { until, missing }) => {
            ("notice amber", "tier.at_risk", Some(*until), *missing)
        }
        Some(Notice::InGrace { until, missing }) => {
            ("notice amber", "tier.in_grace", Some(*until), *missing)
        }
        Some(Notice::NearNext { .. }) => return p("notice good", t("tier.near")),
        None => {
            let delta = standing.delta_to_keep.unwrap_or(0);
            let key = if delta > 0 { "tier.keep" } else { "tier.kept" };
            let until = standing.delta_to_keep.and(standing.keep_until);
            ("sub", key, until, delta)
        }
    };
    let Some(until) = until else {
        return Node::default();
    };
    let values = [
        ("tier", name),
        ("date", &*words::date(until)),
        ("amount", &*amount(club, standing.measure, missing)),
    ];
    p(class, fill(key, &values))
}

/// Draws the page of all tiers.
pub(super) fn tiers(frame: Frame, club: &Club) -> Node {
    let back = icon_button(icons::BACK, &t("tier.back"), move || frame.go(View::Home));
    let top = el("div", "top turn")
        .child(back)
        .child(el("h3", "").text(t("nav.tiers")));
    let mut page = el("div", "page").child(top);
    let program = &club.program.program;
    let Some((standing, ladder)) = club.standing().zip(program.tiers.as_ref()) else {
        return page;
    };
    for (level, tier) in ladder.levels.iter().enumerate() {
        let mine = level == standing.current;
        let from = if tier.enter > 0 {
            let amount = amount(club, ladder.measure, tier.enter);
            fill("tier.from", &[("amount", &amount)])
        } else {
            t("tier.from.start")
        };
        let badge = mine.then(|| {
            el("span", "done")
                .child(icon(icons::CHECK))
                .text(t("tier.mine"))
        });
        let mut list = el("ul", "ticks");
        for perk in perks(tier) {
            let tick = el("li", "").child(icon(icons::CHECK));
            list = list.child(tick.child(el("span", "").text(perk)));
        }
        let heading = el("div", "heading")
            .child(el("h4", "").text(words::text(&tier.name)))
            .maybe(badge);
        page = page.child(
            el(
                "section",
                if mine {
                    "card level mine"
                } else {
                    "card level"
                },
            )
            .child(heading)
            .child(p("sub", from))
            .child(list),
        );
    }
    page
}
