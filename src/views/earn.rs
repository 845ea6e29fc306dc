//! Ways to earn: each with what it gives.

use super::atoms::{heading, row};
use super::icons;
use super::shell::Frame;
use crate::store::{Club, View};
use crate::words::{self, fill, t};
use leptos::prelude::*;
use rules::program::Activity;

/// Draws the page.
pub(super) fn earn(_frame: Frame, club: &Club) -> AnyView {
    let program = &club.program.program;
    let mut ways: Vec<AnyView> = Vec::new();
    if let Some(rule) = &program.earning.purchase {
        let money = words::money(rule.per, &program.currency);
        let points = words::points(rule.points);
        let sub = fill(
            "earn.purchase.sub",
            &[("money", &money), ("points", &points)],
        );
        ways.push(way(icons::place(View::Earn), t("earn.purchase"), sub, None));
    }
    for rule in &program.earning.activities {
        let name = match rule.kind {
            Activity::Join => "earn.join",
            Activity::FirstPurchase => "earn.first_purchase",
            Activity::Survey(_) => "earn.survey",
        };
        let title = if rule.title.is_empty() {
            t(name)
        } else {
            words::text(&rule.title)
        };
        let done = matches!(rule.kind, Activity::Join)
            || matches!(rule.kind, Activity::FirstPurchase) && !club.me.facts.purchases.is_empty();
        ways.push(way(
            icons::GIFT,
            title,
            words::points(rule.points),
            done.then(|| t("earn.done")),
        ));
    }
    if let Some(referral) = &program.referral {
        let points = words::points(referral.advocate_points);
        ways.push(way(
            icons::place(View::Refer),
            t("earn.refer"),
            points,
            None,
        ));
    }
    view! {
        {heading(t("earn.title"), None)}
        <div class={"card list"}>{ways}</div>
    }
    .into_any()
}

fn way(path: &'static str, title: String, sub: String, done: Option<String>) -> AnyView {
    let end = done.map(|text| {
        view! { <span class={"done"}>{super::icons::icon(icons::CHECK)}{text}</span> }
    });
    view! { <div class={"item"}>{row(path, title, view! { {sub} }.into_any(), end.into_any())}</div> }
        .into_any()
}
