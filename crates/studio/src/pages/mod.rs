//! The places of the studio, a file for each.

pub(crate) mod account;
pub(crate) mod again;
pub(crate) mod complaint;
pub(crate) mod customise;
pub(crate) mod first_run;
pub(crate) mod imports;
pub(crate) mod inbox;
pub(crate) mod learn;
pub(crate) mod login;
pub(crate) mod members;
pub(crate) mod missing;
pub(crate) mod overview;
pub(crate) mod publish;
pub(crate) mod referrals;
pub(crate) mod responses;
pub(crate) mod setup;

use crate::server::Failure;
use crate::words::say;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What is wrong with a field of a form, by the place that the server names; empty when nothing is.
fn fault_at(failure: RwSignal<Option<Failure>>, pointer: &'static str) -> Signal<String> {
    Signal::derive(move || {
        let Some(Failure::Refused(problem, _)) = failure.get() else {
            return String::new();
        };
        let mut faults = problem.errors.into_iter();
        let below = format!("{pointer}/");
        let fault =
            faults.find(|fault| fault.pointer == pointer || fault.pointer.starts_with(&below));
        fault.map_or_else(String::new, |fault| match fault.code.as_str() {
            "bad_email" => say("fault.bad_email"),
            "bad_password" => say("fault.bad_password"),
            "bad_id" => say("fault.bad_id"),
            "empty" => say("fault.empty"),
            "not_a_number" => say("fault.number"),
            "out_of_range" => say("fault.range"),
            "bad_reason" => say("fault.reason"),
            _ => fault.detail,
        })
    })
}

/// A failure that no field of the form can show.
fn beside_fields(failure: RwSignal<Option<Failure>>) -> Signal<Option<Failure>> {
    Signal::derive(move || {
        failure.get().filter(|failure| {
            let Failure::Refused(problem, _) = failure else {
                return true;
            };
            problem.errors.is_empty()
        })
    })
}

/// Leads to the first field that has something wrong with it, once it is drawn.
fn to_the_first_fault() {
    request_animation_frame(|| {
        let found = document().query_selector("[aria-invalid=true]");
        let found = found.ok().flatten();
        if let Some(field) = found.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            // Nothing is lost where it cannot take the focus.
            let _ = field.focus();
        }
    });
}

/// A failure that the page itself found: fields that are empty.
fn empty_fields(fields: &[(&str, RwSignal<String>)]) -> Option<Failure> {
    let empty = fields
        .iter()
        .filter(|(_, value)| value.with_untracked(|value| value.trim().is_empty()));
    let errors: Vec<_> = empty
        .map(|(pointer, _)| contract::problem::Fault {
            pointer: (*pointer).to_owned(),
            code: "empty".to_owned(),
            detail: String::new(),
        })
        .collect();
    (!errors.is_empty()).then(|| {
        Failure::Refused(
            contract::problem::Problem {
                kind: String::new(),
                status: 422,
                code: "validation_failed".to_owned(),
                detail: String::new(),
                errors,
            },
            None,
        )
    })
}
