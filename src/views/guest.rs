//! What somebody who is no member sees: what the club gives, and how to get in.

use super::atoms::{Tone, button, heading, link, row};
use super::icons;
use super::shell::Frame;
use crate::outbox::What;
use crate::store::{Store, Who};
use crate::sync;
use crate::words::{self, fill, t};
use contract::shopper::Join;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rules::program::{Activity, Program};

/// Draws the page.
pub(super) fn guest(frame: Frame, program: &Program) -> AnyView {
    let store = frame.store;
    let stranger = store.who.get_untracked() == Who::Stranger;
    let bonus = program
        .earning
        .activities
        .iter()
        .find(|a| a.kind == Activity::Join);
    let pitch = match bonus {
        Some(rule) => fill("guest.bonus", &[("points", &words::points(rule.points))]),
        None => t("guest.pitch"),
    };
    let buttons = if stranger {
        let doing = Signal::derive(move || store.doing.with(|all| !all.is_empty()));
        button(Tone::Main, t("join"), doing, move || {
            let claim_id = store.host().read("claim");
            sync::act(store, What::Join(Join { claim_id }));
        })
    } else {
        let (join, login) = (program.links.join.clone(), program.links.login.clone());
        view! {
            {link(Tone::Main, t("join"), move || leave(store, "join", join.clone()))}
            {link(Tone::Plain, t("login"), move || leave(store, "login", login.clone()))}
        }
        .into_any()
    };
    let mut gifts: Vec<_> = program.rewards.iter().collect();
    gifts.sort_by_key(|reward| reward.cost);
    let gifts: Vec<_> = gifts
        .into_iter()
        .take(4)
        .map(|reward| {
            let sub = words::points(reward.cost);
            let title = words::text(&reward.title);
            let row = row(
                icons::reward(&reward.kind),
                title,
                view! { {sub} }.into_any(),
                ().into_any(),
            );
            view! { <div class={"item"}>{row}</div> }
        })
        .collect();
    let earn = program.earning.purchase.as_ref().map(|rule| {
        let money = words::money(rule.per, &program.currency);
        fill(
            "earn.purchase.sub",
            &[("money", &money), ("points", &words::points(rule.points))],
        )
    });
    view! {
        <section class={"card next tall"} aria-label={t("guest.title")}>
            <div class={"grow"}>
                <h3>{t(if stranger { "guest.stranger" } else { "guest.title" })}</h3>
                <p class={"sub"}>{pitch}</p>
            </div>
            <div class={"actions"}>{buttons}</div>
        </section>
        {heading(t("guest.how"), None)}
        <ol class={"steps"}>
            <li>{t("guest.step1")}</li>
            <li>{earn.unwrap_or_else(|| t("guest.step2"))}</li>
            <li>{t("guest.step3")}</li>
        </ol>
        {heading(t("rewards.title"), None)}
        <div class={"card list"}>{gifts}</div>
    }
    .into_any()
}

/// Lets the shop's hook do it, else goes to the shop's page.
fn leave(store: Store, hook: &'static str, page: Option<String>) {
    let host = store.host();
    if host.hooked(hook) {
        spawn_local(async move {
            host.hook(hook, &()).await;
        });
        super::close(store);
    } else if let Some(page) =
        page.filter(|p| p.starts_with("https://") || p.starts_with('/') && !p.starts_with("//"))
        && let Some(window) = web_sys::window()
    {
        // A page that refuses to be left keeps its panel open.
        let _ = window.location().assign(&page);
    }
}
