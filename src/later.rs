//! The sections of the program and the member that [`rules`] leaves for later: each part of the engine reads what it
//! shows, each section by its own type.

use crate::decode::decode;
use crate::host::field;
use contract::shopper::Snapshot;
use js_sys::Array;
use rules::member::Member;
use rules::program::{Bracket, Cashback, Program};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

/// A section that is absent, or has another shape, is its default: an offer less, never a panel less.
fn section<T: DeserializeOwned + Default>(whole: &JsValue, name: &str) -> T {
    decode(&field(whole, name)).unwrap_or_default()
}

/// The items of a list; none of anything else.
pub fn items(list: &JsValue) -> Vec<JsValue> {
    list.dyn_ref::<Array>()
        .map(Array::to_vec)
        .unwrap_or_default()
}

/// The member's wallet, which the launcher may show.
pub fn wallet(me: &mut Snapshot, whole: &JsValue) {
    me.facts.wallet = section(&field(whole, "facts"), "wallet");
}

/// What home shows of the program.
pub fn home_program(program: &mut Program, whole: &JsValue) {
    program.rewards = section(whole, "rewards");
    program.tiers = section(whole, "tiers");
}

/// Ways to earn, as far as they are not read at once.
pub fn earn_program(program: &mut Program, whole: &JsValue) {
    program.referral = section(whole, "referral");
    let brackets: Vec<Bracket> = section(&field(whole, "cashback"), "brackets");
    if !brackets.is_empty() {
        // Shoppers are told the rates; the server does the sums.
        program.cashback = Some(Cashback {
            brackets,
            ..Cashback::default()
        });
    }
}

/// What home shows of the member.
pub fn home_member(me: &mut Snapshot, whole: &JsValue) {
    me.facts.redeemed = section(&field(whole, "facts"), "redeemed");
}

/// Plans and partners.
pub fn club_program(program: &mut Program, whole: &JsValue) {
    program.memberships = section(whole, "memberships");
    program.partners = section(whole, "partners");
}

/// The member's codes and plan.
pub fn club_member(me: &mut Snapshot, whole: &JsValue) {
    me.redemptions = section(whole, "redemptions");
    me.facts.membership = section(&field(whole, "facts"), "membership");
}

/// Offers.
pub fn gifts_program(program: &mut Program, whole: &JsValue) {
    program.offers = section(whole, "offers");
    program.experiments = section(whole, "experiments");
}

/// What offers are judged by.
pub fn gifts_member(facts: &mut Member, whole: &JsValue) {
    let whole = field(whole, "facts");
    facts.offers = section(&whole, "offers");
    facts.bought = section(&whole, "bought");
}

/// What the member was given for what they did, and the friends who came.
pub fn earn_member(me: &mut Snapshot, whole: &JsValue) {
    me.facts.earned = section(&field(whole, "facts"), "earned");
    me.referral = section(whole, "referral");
}

/// What changed the member's points.
pub fn care_member(me: &mut Snapshot, whole: &JsValue) {
    me.entries = section(whole, "entries");
}
