//! What the shopper is told, and what changes, when the outcome of an action is known.

use crate::host::{Host, field, string};
use crate::outbox::{Action, Kind};
use crate::store::{Club, Store};
use crate::{views, words};
use contract::shopper::Snapshot;
use rules::{Money, Points};
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// A reward was taken.
pub fn redeemed(store: Store, host: &Host, body: &JsValue) {
    let redemption = field(body, "redemption");
    host.emit("redeemed", &redemption);
    let said = views::redeemed(store, &redemption);
    store.set(|s| {
        s.fresh = string(&redemption, "id");
        s.confirming = None;
        s.say(said, false);
    });
    views::to_top();
}

/// A reward was given back.
pub fn cancelled(store: Store, body: &JsValue) {
    let points = words::points(Points(whole(&field(body, "redemption"), "points")));
    store.set(|s| {
        s.confirming = None;
        s.say(words::fill("cancel.done", &[("points", &points)]), false);
    });
}

/// Somebody has joined.
pub fn joined(store: Store) {
    store.say(words::t("join.done"), false);
}

fn whole(of: &JsValue, name: &str) -> i64 {
    field(of, name).as_f64().unwrap_or(0.0) as i64
}

/// An offer was taken: what it brought.
pub fn taken(store: Store, host: &Host, body: &JsValue) {
    let offer = &field(body, "offer");
    let redemption = field(offer, "redemption");
    let (points, wallet) = (whole(offer, "points"), whole(offer, "wallet"));
    let sentence = if points > 0 {
        let points = words::points(Points(points));
        words::fill("offer.took.points", &[("points", &points)])
    } else if wallet > 0 {
        let money = store.club().map(|club| club.money(Money(wallet)));
        words::fill(
            "offer.took.wallet",
            &[("money", &money.unwrap_or_default())],
        )
    } else {
        host.emit("redeemed", &redemption);
        words::t("offer.took.code")
    };
    store.set(|s| {
        s.fresh = string(&redemption, "id");
        s.say(sentence, false);
    });
}

/// Says it when the member has risen since they were this.
pub fn grown(store: Store, before: &Arc<Snapshot>) {
    let Some(club) = store.club() else { return };
    let was = Club {
        program: Arc::clone(&club.program),
        me: Arc::clone(before),
        now: club.now,
    };
    if was.me.facts.id == club.me.facts.id
        && let (Some(was), Some(is)) = (was.standing(), club.standing())
        && is.current > was.current
        && let Some(tier) = club.tier(is.current)
    {
        let name = words::text(&tier.name);
        store.say(words::fill("tier.raised", &[("tier", &name)]), false);
        store.host().emit("tier-raised", &tier.id.as_str().into());
    }
}

/// The server has refused it, by this code.
pub fn refused(store: Store, action: &Action, code: &str) {
    let of = match action.kind {
        Kind::Take => "offer.why.",
        Kind::File | Kind::Care => "care.refused.",
        _ => "refused.",
    };
    let sentence = words::maybe(&[of, code].concat());
    store.set(|s| {
        s.confirming = None;
        s.say(
            sentence.unwrap_or_else(|| words::t(&[of, "other"].concat())),
            true,
        );
    });
}
