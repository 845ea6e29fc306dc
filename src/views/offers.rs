//! Gifts for an occasion: what can be taken and for how long, what was taken, and what stands in the way of the rest.
//!
//! A countdown is the difference of two instants by the server's clock, so neither midnight nor a wrong device clock
//! moves it. It is drawn anew each minute for as long as it stands somewhere.

use super::atoms::{self, Tone, button, list, p, sub};
use super::icons;
use super::more;
use super::shell::Frame;
use crate::host::{after, then};
use crate::node::{Node, el};
use crate::outbox::{Kind, busy};
use crate::store::{Club, State, Store, View};
use crate::words::{self, count, fill, t};
use crate::{find, prompts, sync};
use rules::Timestamp;
use rules::offers::{self, Open, Stage, Verdict};
use rules::program::{Benefit, Offer, OfferTrigger};
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsValue;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// From so much on, days alone are said.
const DAYS_FROM_MS: i64 = 2 * DAY_MS;

thread_local! {
    // A redraw for the countdowns is on its way.
    static TICKS: Cell<bool> = const { Cell::new(false) };
    // Occasions of which the server was told, or is being told, that they were shown.
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn open(club: &Club) -> Vec<Open> {
    let p = &club.program;
    offers::open(&p.program, &p.zone, &club.me.facts, club.now)
}

fn offer<'a>(club: &'a Club, id: &str) -> Option<&'a Offer> {
    club.program.program.offers.iter().find(|o| o.id == id)
}

/// The first open offer, for home.
pub(super) fn teaser(frame: Frame, s: &State, club: &Club) -> Option<Node> {
    let all = open(club);
    tick(frame.store, club.now, &all);
    let first = all.first()?;
    let row = row(frame, s, club, offer(club, &first.offer)?, first);
    Some(
        el("section", "card list gift")
            .attr("aria-label", &t("offer.title"))
            .child(row),
    )
}

/// Draws the page.
pub(super) fn offers(frame: Frame, s: &State, club: &Club) -> Node {
    let p = &club.program;
    let all = open(club);
    tick(frame.store, club.now, &all);
    let (mut gifts, mut rest) = (Vec::new(), Vec::new());
    for open in &all {
        if let Some(offer) = offer(club, &open.offer) {
            gifts.push(row(frame, s, club, offer, open));
        }
    }
    for (id, verdict) in offers::judge(&p.program, &p.zone, &club.me.facts, club.now) {
        if let Some(offer) = offer(club, &id)
            && let Some(row) = shut(frame, club, offer, &verdict)
        {
            rest.push(row);
        }
    }
    let page = el("div", "page").child(more::of(frame, View::Offers));
    if gifts.is_empty() && rest.is_empty() {
        let (title, words) = (t("offer.none"), t("offer.none.sub"));
        let icon = icons::place(View::Offers);
        return page.child(atoms::empty(icon, title, words, None));
    }
    let (some, others) = (!gifts.is_empty(), !rest.is_empty());
    page.maybe(some.then(|| list(gifts).attr("class", "card list gift")))
        .maybe(others.then(|| list(rest)))
}

/// What an offer gives, in words.
fn gives(club: &Club, offer: &Offer) -> String {
    match &offer.benefit {
        Benefit::Points(points) => {
            fill("offer.gives.points", &[("points", &words::points(*points))])
        }
        Benefit::WalletCredit(money) => {
            fill("offer.gives.wallet", &[("money", &club.money(*money))])
        }
        Benefit::Reward(id) => {
            let reward = club.reward(id).map(|r| words::text(&r.title));
            fill(
                "offer.gives.reward",
                &[("reward", &reward.unwrap_or_default())],
            )
        }
        Benefit::Multiplier(rate) => {
            fill("offer.gives.multiplier", &[("n", &words::times(rate.0))])
        }
    }
}

/// An open offer, with what can be done about it.
fn row(frame: Frame, s: &State, club: &Club, offer: &Offer, open: &Open) -> Node {
    let store = frame.store;
    shown(store, club, open);
    let end = if matches!(offer.benefit, Benefit::Multiplier(_)) {
        el("span", "done")
            .child(atoms::icon(icons::CHECK))
            .text(t("offer.automatic"))
    } else {
        let id = offer.id.clone();
        let take = button(Tone::Main, t("take"), move || {
            let path = ["/v1/me/offers/", &id, "/take"].concat();
            sync::act(store, Kind::Take, &id, "POST", &path, JsValue::UNDEFINED);
        });
        atoms::busy(take, busy(&s.doing, &offer.id))
    };
    let own = match open.stage {
        Stage::Ending if !offer.messages.ending.is_empty() => &offer.messages.ending,
        _ => &offer.messages.open,
    };
    let own = (!own.is_empty()).then(|| p("note", words::text(own)));
    let left = open.until.map(|until| {
        let ending = open.stage == Stage::Ending;
        el("span", if ending { "timer amber" } else { "timer" })
            .attr("role", "timer")
            .text(fill(
                "offer.left",
                &[("time", &left(until.since(club.now)))],
            ))
    });
    let second = el("div", "sub").text(gives(club, offer)).maybe(left);
    el("div", "item")
        .attr("data-offer", &offer.id)
        .child(atoms::row(
            icons::place(View::Offers),
            words::text(&offer.title),
            second,
            Some(end),
        ))
        .maybe(own)
}

/// How long that is, in words; never more than there is.
fn left(ms: i64) -> String {
    let part = |key: &str, n: i64| count(key, n, &[]);
    if ms >= DAYS_FROM_MS {
        return part("offer.days", ms / DAY_MS);
    }
    let (hours, minutes) = (ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
    match (hours, minutes) {
        (0, 0) => t("offer.moment"),
        (0, minutes) => part("offer.minutes", minutes),
        (hours, 0) => part("offer.hours", hours),
        (hours, minutes) => {
            let (hours, minutes) = (part("offer.hours", hours), part("offer.minutes", minutes));
            [&*hours, &t("list.and"), &minutes].concat()
        }
    }
}

/// Draws again when the next minute of a countdown is over.
fn tick(store: Store, now: Timestamp, open: &[Open]) {
    // One millisecond more: at the minute's end the old figure still holds.
    let rest = |until: Timestamp| until.since(now).rem_euclid(MINUTE_MS) + 1;
    let mut wait = i64::MAX;
    for until in open.iter().filter_map(|open| open.until) {
        wait = wait.min(rest(until));
    }
    if wait == i64::MAX {
        return;
    }
    if TICKS.replace(true) {
        return;
    }
    after(wait as u32, move || {
        TICKS.set(false);
        store.set(|_| {});
    });
}

/// Tells, once for each occasion, that somebody has seen the offer.
fn shown(store: Store, club: &Club, open: &Open) {
    let occasion = [&club.me.facts.id, " ", &open.offer, " ", &open.occasion].concat();
    if TOLD.with_borrow(|told| told.contains(&occasion)) {
        return;
    }
    TOLD.with_borrow_mut(|told| told.push(occasion));
    let id = open.offer.clone();
    after(0, move || {
        let Some(element) = find(&["[data-offer='", &id, "']"].concat()) else {
            return;
        };
        then(store.host().seen(&element), move |_| {
            prompts::tell(store, "offer_shown", None, Some(&id));
        });
    });
}

/// An offer that is not open: what became of it, or what it waits for. Nothing is said of offers for others.
fn shut(frame: Frame, club: &Club, offer: &Offer, verdict: &Verdict) -> Option<Node> {
    let from = |at: &Timestamp| fill("offer.from", &[("date", &words::date(*at))]);
    let why = |code| t(&["offer.why.", code].concat());
    let (words, taken) = match verdict {
        Verdict::Taken if offer.messages.taken.is_empty() => (why("taken"), true),
        Verdict::Taken => (words::text(&offer.messages.taken), true),
        Verdict::NotStarted { at }
        | Verdict::TooNew { at }
        | Verdict::LimitReached {
            resets_at: Some(at),
        } => (from(at), false),
        Verdict::TooFewOrders => {
            let n = i64::from(offer.audience.orders_min);
            (count("offer.orders", n, &[]), false)
        }
        Verdict::WrongTier => {
            let mut names = String::new();
            for level in club.program.program.tiers.iter().flat_map(|l| &l.levels) {
                if offer.audience.tiers.contains(&level.id) {
                    if !names.is_empty() {
                        names.push_str(&t("list.and"));
                    }
                    names.push_str(&words::text(&level.name));
                }
            }
            (fill("reason.tier_too_low", &[("tier", &names)]), false)
        }
        Verdict::SoldOut | Verdict::Lapsed { .. } | Verdict::LimitReached { .. } => {
            (why(verdict.code()), false)
        }
        Verdict::NotTriggered => (awaits(club, &offer.trigger)?, false),
        Verdict::Open { .. }
        | Verdict::Ended { .. }
        | Verdict::NotInSegment
        | Verdict::NotInArm => {
            return None;
        }
    };
    let end = if taken {
        in_hand(frame, offer)
    } else {
        el("span", "lock").child(atoms::icon(icons::LOCK))
    };
    let second = [&gives(club, offer), " · ", &words].concat();
    let row = atoms::row(
        icons::place(View::Offers),
        words::text(&offer.title),
        sub(second),
        Some(end),
    );
    Some(el("div", "item").attr("data-offer", &offer.id).child(row))
}

/// The coupon that a taken offer gave, if it can still be used; else a check mark.
fn in_hand(frame: Frame, offer: &Offer) -> Node {
    match &offer.benefit {
        Benefit::Reward(id) if sync::held().contains(id) => {
            button(Tone::Plain, t("show"), move || frame.go(View::Rewards))
        }
        _ => el("span", "done").child(atoms::icon(icons::CHECK)),
    }
}

/// The occasion that has not come, where a shopper can do or know something about it.
fn awaits(club: &Club, trigger: &OfferTrigger) -> Option<String> {
    let bought = club.me.facts.purchases.len();
    match trigger {
        OfferTrigger::MilestoneOrders(n) | OfferTrigger::NthOrder(n) if *n as usize > bought => {
            Some(count("offer.orders", i64::from(*n), &[]))
        }
        OfferTrigger::MilestoneAmount(money) => {
            Some(fill("offer.amount", &[("money", &club.money(*money))]))
        }
        OfferTrigger::Birthday { .. } => Some(t("offer.birthday")),
        _ => None,
    }
}
