//! Paid plans that the shop sells, and partners of the club.

use super::atoms::{self, heading, icon, list, p};
use super::shell::Frame;
use super::{icons, more, rewards};
use crate::node::{Node, el};
use crate::store::{Club, State, View};
use crate::words::{self, count, fill, t};
use rules::Bp;
use rules::memberships::{self, State as Standing, Status};
use rules::program::{Plan, RewardKind};

/// Months of a year.
const YEAR: u32 = 12;

/// Draws the page of plans.
pub(super) fn membership(frame: Frame, club: &Club) -> Node {
    let p = &club.program;
    let status = memberships::status(&p.program, &p.zone, &club.me.facts, club.now);
    let mut page = el("div", "page").child(more::of(frame, View::Membership));
    if p.program.memberships.is_empty() {
        let (title, words) = (t("plan.none"), t("plan.none.sub"));
        let icon = icons::place(View::Membership);
        return page.child(atoms::empty(icon, title, words, None));
    }
    for plan in &p.program.memberships {
        let mine = status.as_ref().filter(|status| status.plan == plan.id);
        page = page.child(card(club, plan, mine));
    }
    page
}

/// What a plan costs for one of its periods.
fn price(club: &Club, plan: &Plan) -> String {
    let money = club.money(plan.price);
    match plan.months {
        YEAR => fill("plan.yearly", &[("money", &money)]),
        n => count("plan.price", i64::from(n), &[("money", &money)]),
    }
}

fn card(club: &Club, plan: &Plan, mine: Option<&Status>) -> Node {
    let name = words::text(&plan.name);
    let mut perks: Vec<String> = plan.perks.iter().map(words::perk).collect();
    if plan.multiplier > Bp::ONE {
        perks.push(fill(
            "tier.multiplier",
            &[("n", &words::times(plan.multiplier.0))],
        ));
    }
    let mut ticks = el("ul", "ticks");
    for perk in perks {
        let words = el("span", "grow").text(perk);
        ticks = ticks.child(el("li", "").child(icon(icons::CHECK)).child(words));
    }
    let state = mine.map(|status| status.state);
    let (words, runs) = match state {
        Some(Standing::Upcoming { starts_at }) => (Some(("plan.upcoming", starts_at)), true),
        Some(Standing::Active {
            until,
            renews: true,
            ..
        }) => (Some(("plan.renews", until)), true),
        Some(Standing::Active { until, ending, .. }) => {
            let key = if ending { "plan.ending" } else { "plan.until" };
            (Some((key, until)), !ending)
        }
        Some(Standing::Ended { at }) => (Some(("plan.ended", at)), false),
        None => (None, false),
    };
    let words = words.map(|(key, at)| {
        let amber = matches!(key, "plan.ending" | "plan.ended");
        let class = if amber { "amber" } else { "gain" };
        p(class, fill(key, &[("date", &words::date(at))]))
    });
    let buy = plan
        .buy
        .as_deref()
        .filter(|page| atoms::is_safe(page) && !runs)
        .map(|page| {
            let label = t(if mine.is_some() {
                "plan.renew"
            } else {
                "plan.buy"
            });
            let button = if mine.is_some() {
                "btn main"
            } else {
                "btn plain"
            };
            let button = el("a", button)
                .attr("href", page)
                .attr("part", "button")
                .text(label);
            el("div", "actions").child(button)
        });
    el(
        "section",
        if mine.is_some() {
            "card plan mine"
        } else {
            "card plan"
        },
    )
    .attr("aria-label", &name)
    .attr("data-plan", &plan.id)
    .child(
        el("div", "heading")
            .child(el("h4", "").text(name.clone()))
            .child(el("span", "sub").text(price(club, plan))),
    )
    .maybe(words)
    .child(ticks)
    .maybe(buy)
}

/// Draws the page of partners: what each gives to members.
pub(super) fn partners(frame: Frame, s: &State, club: &Club) -> Node {
    let all = club.rewards();
    let mut page = el("div", "page").child(more::of(frame, View::Partners));
    for partner in &club.program.program.partners {
        let mut rows = Vec::new();
        for (reward, why) in &all {
            if let RewardKind::PartnerCoupon { partner: id, .. } = &reward.kind
                && *id == partner.id
            {
                rows.push(rewards::row(frame, s, club, reward, why));
            }
        }
        let link = partner.link.as_deref().filter(|page| atoms::is_safe(page));
        let link = link.map(|page| {
            el("a", "btn quiet")
                .attr("href", page)
                .attr("target", "_blank")
                .attr("rel", "noopener")
                .text(t("partner.visit"))
        });
        let rest = if rows.is_empty() {
            p("sub", t("partner.nothing"))
        } else {
            list(rows)
        };
        let section = el("section", "page").child(heading(words::text(&partner.name), link));
        page = page.child(section.child(rest));
    }
    page
}
