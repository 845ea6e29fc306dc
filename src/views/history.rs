//! History: every change of the points, in plain words.

use super::atoms::{self, Tone, button, heading, lines, list, p, sub};
use super::shell::Frame;
use super::{earn, icons};
use crate::node::{Node, el};
use crate::store::{Club, State, Store, View};
use crate::sync;
use crate::words::{self, fill, t};
use contract::shopper::{Entry, EntryReason};
use rules::Money;

/// Draws the page.
pub(super) fn history(frame: Frame, s: &State, club: &Club) -> Node {
    let store = frame.store;
    let mut rows = Vec::new();
    let mut any = false;
    for entry in club.me.entries.iter().chain(&s.older) {
        any = true;
        let came = entry.points.is_positive() || entry.wallet.is_positive();
        if s.came.is_none_or(|wanted| wanted == came) {
            rows.push(row(club, entry));
        }
    }
    if !any {
        let (title, words) = (t("history.none"), t("history.none.sub"));
        return atoms::empty(icons::place(View::History), title, words, None);
    }
    let more = s.cursor.as_ref().map(|_| {
        let more = button(Tone::Plain, t("history.more"), move || sync::older(store));
        el("div", "more").child(more)
    });
    el("div", "page")
        .child(heading(t("history.title"), None))
        .child(filter(store, s.came))
        .child(if rows.is_empty() {
            p("sub", t("history.filter.none"))
        } else {
            list(rows)
        })
        .maybe(more)
}

/// Three buttons: all, what came, what left.
fn filter(store: Store, chosen: Option<bool>) -> Node {
    let mut row = el("div", "actions filter")
        .attr("role", "group")
        .attr("aria-label", &t("history.filter"));
    for (key, came) in [
        ("history.all", None),
        ("history.came", Some(true)),
        ("history.left", Some(false)),
    ] {
        let press = move || store.set(|s| s.came = came);
        let on = if came == chosen { "true" } else { "false" };
        row = row.child(button(Tone::Plain, t(key), press).attr("aria-pressed", on));
    }
    row
}

fn row(club: &Club, entry: &Entry) -> Node {
    let key = match entry.reason {
        EntryReason::Purchase => "purchase",
        EntryReason::Refund => "refund",
        EntryReason::Joined => "joined",
        EntryReason::FirstPurchase => "first_purchase",
        EntryReason::Survey => "survey",
        EntryReason::ReferralAdvocate => "referral_advocate",
        EntryReason::ReferralFriend => "referral_friend",
        EntryReason::Redemption => "redemption",
        EntryReason::RedemptionReturned => "redemption_returned",
        EntryReason::Expired => "expired",
        EntryReason::Adjustment => "adjustment",
        EntryReason::Activity => "activity",
        EntryReason::TierEntry => "tier_entry",
        EntryReason::Offer => "offer",
        EntryReason::WalletSpent => "wallet_spent",
    };
    let source = entry.source.as_deref().unwrap_or_default();
    let program = &club.program.program;
    let rule = program.earning.activities.iter().find(|r| r.id == source);
    let title = match (rule, club.reward(source)) {
        // What was done has the name that it is offered by.
        (Some(rule), _) => earn::title(rule),
        (None, reward) => {
            let subject = reward.map_or_else(|| words::isolate(source), |r| words::text(&r.title));
            fill(&["entry.", key].concat(), &[("source", &subject)])
        }
    };
    let mut when = words::date(entry.at);
    let note = match (
        entry.activates_at.filter(|at| *at > club.now),
        entry.expires_at,
    ) {
        (Some(at), _) => Some(("entry.pending", at)),
        (None, Some(at)) => Some(("entry.expires", at)),
        _ => None,
    };
    if let Some((key, at)) = note {
        when.push_str(" · ");
        when.push_str(&fill(key, &[("date", &words::date(at))]));
    }
    let credit = entry.wallet != Money::ZERO;
    let gain = entry.points.is_positive() || entry.wallet.is_positive();
    let (amount, dir) = if credit {
        let money = Money(entry.wallet.0.saturating_abs());
        (club.money(money), "auto")
    } else {
        (words::number(entry.points.0.saturating_abs()), "ltr")
    };
    let amount = el("bdi", if gain { "amount gain" } else { "amount" })
        .attr("dir", dir)
        .text([if gain { "+" } else { "−" }, &amount].concat());
    el("div", "item line")
        .child(lines(title, sub(when)))
        .child(amount)
}
