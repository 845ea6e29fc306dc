//! History: every change of the points, in plain words.

use super::atoms::{self, Tone, button, heading, lines, list, sub};
use super::icons;
use super::shell::Frame;
use crate::node::{Node, el};
use crate::store::{Club, State, View};
use crate::sync;
use crate::words::{self, fill, t};
use contract::shopper::{Entry, EntryReason};

/// Draws the page.
pub(super) fn history(frame: Frame, s: &State, club: &Club) -> Node {
    let store = frame.store;
    let rows: Vec<_> = club
        .me
        .entries
        .iter()
        .chain(&s.older)
        .map(|e| row(club, e))
        .collect();
    if rows.is_empty() {
        let (title, words) = (t("history.none"), t("history.none.sub"));
        return atoms::empty(icons::place(View::History), title, words, None);
    }
    let more = s.cursor.as_ref().map(|_| {
        let more = button(Tone::Plain, t("history.more"), move || sync::older(store));
        el("div", "more").child(more)
    });
    el("div", "page")
        .child(heading(t("history.title"), None))
        .child(list(rows))
        .maybe(more)
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
    let subject = club.reward(source).map_or_else(
        || words::isolate(source),
        |reward| words::text(&reward.title),
    );
    let title = fill(&["entry.", key].concat(), &[("source", &subject)]);
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
    let gain = entry.points.is_positive();
    let amount = words::number(entry.points.0.saturating_abs());
    let amount = el("bdi", if gain { "amount gain" } else { "amount" })
        .attr("dir", "ltr")
        .text([if gain { "+" } else { "−" }, &amount].concat());
    el("div", "item line")
        .child(lines(title, sub(when)))
        .child(amount)
}
