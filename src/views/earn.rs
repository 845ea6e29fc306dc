//! Ways to earn: each with what it gives.

use super::atoms::{heading, icon, list, row, sub};
use super::icons;
use crate::node::{Node, el};
use crate::store::{Club, View};
use crate::words::{self, fill, t};
use rules::program::Activity;

/// Draws the page.
pub(super) fn earn(club: &Club) -> Node {
    let program = &club.program.program;
    let mut ways: Vec<Node> = Vec::new();
    if let Some(rule) = &program.earning.purchase {
        let values = [
            ("money", &*club.money(rule.per)),
            ("points", &words::points(rule.points)),
        ];
        let gives = fill("earn.purchase.sub", &values);
        ways.push(way(
            icons::place(View::Earn),
            t("earn.purchase"),
            gives,
            false,
        ));
    }
    for rule in &program.earning.activities {
        let (name, done) = match rule.kind {
            Activity::Join => ("earn.join", true),
            Activity::FirstPurchase => ("earn.first_purchase", !club.me.facts.purchases.is_empty()),
            Activity::Survey(_) => ("earn.survey", false),
            _ => ("earn.activity", false),
        };
        let title = if rule.title.is_empty() {
            t(name)
        } else {
            words::text(&rule.title)
        };
        ways.push(way(icons::GIFT, title, words::points(rule.points), done));
    }
    if let Some(referral) = &program.referral {
        let points = words::points(referral.advocate_points);
        ways.push(way(
            icons::place(View::Refer),
            t("earn.refer"),
            points,
            false,
        ));
    }
    el("div", "page")
        .child(heading(t("earn.title"), None))
        .child(list(ways))
}

fn way(path: &str, title: String, gives: String, done: bool) -> Node {
    let done = done.then(|| {
        el("span", "done")
            .child(icon(icons::CHECK))
            .text(t("earn.done"))
    });
    el("div", "item").child(row(path, title, sub(gives), done))
}
