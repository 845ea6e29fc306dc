//! A member's ledger, in the sentences that the member reads.

use crate::club;
use crate::icons::Icon;
use crate::paged::{Paged, nothing};
use crate::program::Names;
use crate::words::{self, date, fill, moment, signed, t};
use contract::shopper::{Entry, EntryPage, EntryReason};
use leptos::prelude::*;
use rules::{Money, Points};

/// What changed the member's points and wallet, newest first.
#[component]
pub(super) fn Ledger(
    /// The member's address at the server.
    path: String,
    /// What rewards are called.
    names: Names,
    /// Goes up when something was changed here.
    changed: Signal<u32>,
) -> impl IntoView {
    let path = Signal::stored(format!("{path}/entries"));
    let entries = Paged::new(path, |page: EntryPage| (page.entries, page.next_cursor));
    Effect::new(move |before: Option<u32>| {
        let times = changed.get();
        if before.is_some_and(|before| before != times) {
            entries.again();
        }
        times
    });
    let row = move |entry| row(entry, names);
    let empty = || nothing(Icon::Points, "ledger.empty", "ledger.empty.text");
    view! {
        <section class="card" aria-labelledby="ledger-title">
            <h2 id="ledger-title">{t("ledger.title")}</h2>
            {entries.view("ledger", "ledger.title", row, empty)}
        </section>
    }
}

/// The key of an entry's sentence.
const fn word_of(reason: EntryReason) -> &'static str {
    match reason {
        EntryReason::Purchase => "entry.purchase",
        EntryReason::Refund => "entry.refund",
        EntryReason::Joined => "entry.joined",
        EntryReason::FirstPurchase => "entry.first_purchase",
        EntryReason::Survey => "entry.survey",
        EntryReason::ReferralAdvocate => "entry.referral_advocate",
        EntryReason::ReferralFriend => "entry.referral_friend",
        EntryReason::Redemption => "entry.redemption",
        EntryReason::RedemptionReturned => "entry.redemption_returned",
        EntryReason::Expired => "entry.expired",
        EntryReason::Adjustment => "entry.adjustment",
        EntryReason::Activity => "entry.activity",
        EntryReason::TierEntry => "entry.tier_entry",
        EntryReason::Offer => "entry.offer",
        EntryReason::WalletSpent => "entry.wallet_spent",
    }
}

fn row(entry: Entry, names: Names) -> impl IntoView {
    let club = club::club();
    let Entry {
        at,
        reason,
        points,
        wallet,
        activates_at,
        expires_at,
        source,
        ..
    } = entry;
    let sentence = move || {
        let source = source.clone().unwrap_or_default();
        let source = match reason {
            EntryReason::Redemption | EntryReason::RedemptionReturned => names.reward(&source),
            _ => source,
        };
        fill(
            word_of(reason),
            &[("source", &format!("\u{2068}{source}\u{2069}"))],
        )
    };
    let change = move || {
        let money = club.0.get().map(|it| it.club.currency);
        let money = money.map(|currency| words::money(Money(wallet.0.abs()), &currency));
        let money = (wallet != Money::ZERO).then(|| {
            let mark = if wallet.0 < 0 { "\u{2212}" } else { "+" };
            format!("\u{2066}{mark}\u{2069}{}", money.unwrap_or_default())
        });
        let points = (points != Points::ZERO).then(|| signed(points.0));
        [points, money]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let beside = move || {
        let from = activates_at.map(|at| fill("entry.pending", &[("date", &date(at))]));
        let until = expires_at.map(|at| fill("entry.expires", &[("date", &date(at))]));
        let all = [Some(moment(at)), from, until].into_iter().flatten();
        all.collect::<Vec<_>>().join(" · ")
    };
    let class = if points.0 < 0 || wallet.0 < 0 {
        "change less"
    } else {
        "change"
    };
    view! {
        <div class="row">
            <span class="topic">{sentence}</span>
            <span class=class>{change}</span>
            <span class="who">{beside}</span>
        </div>
    }
}
