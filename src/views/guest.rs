//! What somebody who is no member sees: what the club gives, and how to get in.

use super::atoms::{self, Tone, button, heading, list, p, row, sub};
use super::shell::{self, Frame};
use super::{icons, rewards};
use crate::host::{object, then};
use crate::node::{Node, el};
use crate::outbox::Kind;
use crate::store::{State, Store, View, Who, pays_points};
use crate::words::{self, fill, t};
use crate::{invited, sync};
use rules::program::{Activity, Program};

/// Rewards shown to tempt.
const GIFTS_SHOWN: usize = 4;

/// Draws the page.
pub(super) fn guest(frame: Frame, s: &State, program: &Program) -> Node {
    let store = frame.store;
    let stranger = s.who == Who::Stranger;
    let bonus = program
        .earning
        .activities
        .iter()
        .find(|a| a.kind == Activity::Join);
    let pitch = match bonus {
        Some(rule) => fill("guest.bonus", &[("points", &words::points(rule.points))]),
        None => t("guest.pitch"),
    };
    let actions = el("div", "actions");
    let actions = if stranger {
        let join = button(Tone::Main, t("join"), move || {
            let body = object(&[("claim_id", invited::id(store.host(), store.now()))]);
            sync::act(store, Kind::Join, "", "POST", "/v1/me", body);
        });
        actions.child(atoms::busy(
            join,
            s.doing.iter().any(|a| a.kind == Kind::Join),
        ))
    } else {
        let (join, login) = (program.links.join.clone(), program.links.login.clone());
        actions
            .child(button(Tone::Main, t("join"), move || {
                leave(store, "join", join.as_deref())
            }))
            .child(button(Tone::Plain, t("login"), move || {
                leave(store, "login", login.as_deref())
            }))
    };
    let mut gifts: Vec<_> = program.rewards.iter().collect();
    gifts.sort_by_key(|reward| reward.cost);
    let gifts = gifts.into_iter().take(GIFTS_SHOWN).map(|reward| {
        let (title, cost) = (words::text(&reward.title), sub(rewards::cost(reward)));
        el("div", "item").child(row(icons::reward(&reward.kind), title, cost, None))
    });
    let second = program.earning.purchase.as_ref().map(|rule| {
        let money = words::money(rule.per, &program.currency);
        let values = [("money", &*money), ("points", &words::points(rule.points))];
        fill("earn.purchase.sub", &values)
    });
    let plain = |key: &str| {
        if pays_points(program) {
            t(key)
        } else {
            t(&[key, ".plain"].concat())
        }
    };
    let steps = [
        t("guest.step1"),
        second.unwrap_or_else(|| plain("guest.step2")),
        plain("guest.step3"),
    ];
    let title = if stranger {
        t("guest.stranger")
    } else {
        plain("guest.title")
    };
    let invitation = invited::told(store, program).map(|(gift, title, words)| {
        let tile = atoms::tile(if gift { "tile good" } else { "tile" }, icons::GIFT);
        el("section", "card invited")
            .attr("aria-label", &title)
            .child(tile)
            .child(
                el("div", "grow")
                    .child(el("h3", "").text(title.clone()))
                    .child(p("sub", words)),
            )
    });
    let more = button(Tone::Quiet, t("guest.more"), move || frame.go(View::Help));
    el("div", "page")
        .maybe(invitation)
        .child(
            el("section", "card next tall")
                .attr("aria-label", &title)
                .child(
                    el("div", "")
                        .child(el("h3", "").text(title.clone()))
                        .child(p("sub", pitch)),
                )
                .child(actions),
        )
        .child(heading(t("guest.how"), Some(more)))
        .child(
            el("ol", "steps")
                .attr("--digits", &t("digits"))
                .children(steps.map(|step| el("li", "").text(step))),
        )
        .child(heading(t("rewards.title"), None))
        .child(list(gifts.collect()))
}

/// Lets the shop's hook do it, else goes to the shop's page. The hook hears the claim that an invitation
/// gave, for the shop's server to name when it makes the member.
fn leave(store: Store, hook: &'static str, page: Option<&str>) {
    let host = store.host();
    if host.hooked(hook) {
        shell::close(store);
        let offer = object(&[("claim_id", invited::id(host, store.now()))]);
        then(host.hook(hook, &offer), |_| {});
        return;
    }
    let page = page.filter(|page| atoms::is_safe(page));
    if let (Some(page), Some(window)) = (page, web_sys::window()) {
        // A page that refuses to be left keeps its panel open.
        let _ = window.location().assign(page);
    }
}
