//! History: every change of the points, in plain words.

use super::atoms::{self, Tone, heading, link};
use super::icons;
use super::shell::Frame;
use crate::store::{Club, View};
use crate::sync;
use crate::words::{self, fill, t};
use contract::shopper::{Entry, EntryReason};
use leptos::prelude::*;

/// Draws the page.
pub(super) fn history(frame: Frame, club: &Club) -> AnyView {
    let store = frame.store;
    let older = store.older.get();
    let rows: Vec<_> = club
        .me
        .entries
        .iter()
        .chain(&older)
        .map(|e| row(club, e))
        .collect();
    if rows.is_empty() {
        return atoms::empty(
            icons::place(View::History),
            t("history.none"),
            t("history.none.sub"),
            None,
        );
    }
    let more = store
        .cursor
        .get()
        .map(|_| link(Tone::Plain, t("history.more"), move || sync::older(store)));
    view! {
        {heading(t("history.title"), None)}
        <div class={"card list"}>{rows}</div>
        <div class={"more"}>{more}</div>
    }
    .into_any()
}

fn row(club: &Club, entry: &Entry) -> AnyView {
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
    };
    let source = entry.source.as_deref().unwrap_or_default();
    let subject = club
        .reward(source)
        .map_or_else(|| source.to_owned(), |r| words::text(&r.title));
    let title = fill(&["entry.", key].concat(), &[("source", &subject)]);
    let pending = entry.activates_at.filter(|at| *at > club.now);
    let note = match (pending, entry.expires_at) {
        (Some(at), _) => fill("entry.pending", &[("date", &words::date(at))]),
        (None, Some(at)) => fill("entry.expires", &[("date", &words::date(at))]),
        _ => String::new(),
    };
    let gain = entry.points.is_positive();
    let amount = words::number(entry.points.0.saturating_abs());
    let sign = if gain { "+" } else { "−" };
    view! {
        <div class={"item line"}>
            <div class={"grow"}>
                <div class={"title"}>{title}</div>
                <div class={"sub"}>
                    {words::date(entry.at)}
                    {(!note.is_empty()).then(|| [" · ", &note].concat())}
                </div>
            </div>
            <bdi class={if gain { "amount gain" } else { "amount" }} dir={"ltr"}>
                {[sign, &amount].concat()}
            </bdi>
        </div>
    }
    .into_any()
}
