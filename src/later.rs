//! The sections of the program and the member that [`rules`] leaves for later: read here, each by its own type.

use crate::decode::decode;
use crate::host::field;
use contract::shopper::{ProgramView, Snapshot};
use rules::program::{Bracket, Cashback};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// A section that is absent, or has another shape, is its default: an offer less, never a panel less.
fn section<T: DeserializeOwned + Default>(whole: &JsValue, name: &str) -> T {
    decode(&field(whole, name)).unwrap_or_default()
}

/// The program with its cashback, offers, plans and partners.
pub fn program(value: &JsValue) -> Option<ProgramView> {
    let mut view: ProgramView = decode(value)?;
    let whole = field(value, "program");
    let brackets: Vec<Bracket> = section(&field(&whole, "cashback"), "brackets");
    if !brackets.is_empty() {
        // Shoppers are told the rates; the server does the sums.
        view.program.cashback = Some(Cashback {
            brackets,
            ..Cashback::default()
        });
    }
    view.program.offers = section(&whole, "offers");
    view.program.memberships = section(&whole, "memberships");
    view.program.partners = section(&whole, "partners");
    Some(view)
}

/// The member with their wallet, and with what activities, offers and their plan are judged by.
pub fn member(value: &JsValue) -> Option<Snapshot> {
    let mut me: Snapshot = decode(value)?;
    let whole = field(value, "facts");
    me.facts.wallet = section(&whole, "wallet");
    me.facts.earned = section(&whole, "earned");
    me.facts.offers = section(&whole, "offers");
    me.facts.bought = section(&whole, "bought");
    me.facts.membership = section(&whole, "membership");
    Some(me)
}
