//! What the shopper is told, and what changes, when the outcome of an action is known.

use crate::host::{Host, field, string};
use crate::outbox::{Action, Kind};
use crate::store::Store;
use crate::{care, sync, views, words};
use rules::{Money, Points};
use wasm_bindgen::JsValue;

/// The server has done it.
pub fn done(store: Store, host: &Host, action: &Action, body: &JsValue) {
    match action.kind {
        Kind::Tell | Kind::Answer => return,
        Kind::Finish => host.emit("survey-answered", &action.body),
        Kind::Join => store.say(words::t("join.done"), false),
        Kind::Redeem => {
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
        Kind::Cancel => {
            let points = words::points(Points(whole(&field(body, "redemption"), "points")));
            store.set(|s| {
                s.confirming = None;
                s.say(words::fill("cancel.done", &[("points", &points)]), false);
            });
        }
        Kind::Claim | Kind::Profile => views::earned(store, body),
        Kind::Take => taken(store, host, &field(body, "offer")),
        Kind::File | Kind::Care => care::done(store, host, action, body),
    }
    host.tell(&"changed".into());
    sync::refresh(store);
}

fn whole(of: &JsValue, name: &str) -> i64 {
    field(of, name).as_f64().unwrap_or(0.0) as i64
}

/// An offer was taken: what it brought.
fn taken(store: Store, host: &Host, offer: &JsValue) {
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
    sync::refresh(store);
}
