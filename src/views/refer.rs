//! Invitation: code, link, share, and how far each friend is.

use super::atoms::{self, Tone, heading, link};
use super::icons;
use super::shell::Frame;
use crate::store::{Club, View};
use crate::words::{self, fill, t};
use contract::shopper::{Friend, FriendState};
use js_sys::{Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// Draws the page.
pub(super) fn refer(frame: Frame, club: &Club) -> AnyView {
    let program = &club.program.program;
    let (Some(terms), Some(invitation)) = (&program.referral, &club.me.referral) else {
        return atoms::empty(
            icons::place(View::Refer),
            t("refer.none"),
            t("refer.none.sub"),
            None,
        );
    };
    let store = frame.store;
    let friend = words::points(terms.friend_points);
    let you = words::points(terms.advocate_points);
    let least = words::money(terms.minimum_order, &program.currency);
    let pitch = fill(
        "refer.pitch",
        &[("friend", &friend), ("you", &you), ("money", &least)],
    );
    let address = address(program.links.invite.as_deref(), &invitation.code);
    let code = invitation.code.clone();
    let copy = |what: String| {
        move || {
            atoms::copy(&what);
            store.say(t("copied"), false);
        }
    };
    let share = {
        let (address, words) = (
            address.clone(),
            fill("refer.message", &[("points", &friend)]),
        );
        move || {
            share(&words, &address);
            store.host().emit("referral-shared", &address);
        }
    };
    let friends: Vec<_> = invitation.friends.iter().map(friend_row).collect();
    view! {
        {heading(t("refer.title"), None)}
        <p>{pitch}</p>
        <section class={"card ticket"} aria-label={t("refer.code")}>
            <div class={"heading"}><h4>{t("refer.code")}</h4></div>
            {atoms::code(code.clone())}
            <div class={"actions"}>
                {can_share().then(|| link(Tone::Main, t("share"), share))}
                {link(Tone::Plain, t("refer.copy_link"), copy(address))}
                {link(Tone::Quiet, t("refer.copy_code"), copy(code))}
            </div>
        </section>
        {heading(t("refer.friends"), None)}
        {if friends.is_empty() {
            view! { <p class={"sub"}>{t("refer.nobody")}</p> }.into_any()
        } else {
            view! { <div class={"card list"}>{friends}</div> }.into_any()
        }}
    }
    .into_any()
}

fn friend_row(friend: &Friend) -> AnyView {
    let key = match friend.state {
        FriendState::Invited => "invited",
        FriendState::Joined => "joined",
        FriendState::Bought => "bought",
        FriendState::Rewarded => "rewarded",
        FriendState::SelfReferral => "self_referral",
        FriendState::NotFirstOrder => "not_first_order",
        FriendState::BelowMinimum => "below_minimum",
        FriendState::Expired => "expired",
        FriendState::CapReached => "cap_reached",
        FriendState::AlreadyReferred => "already_referred",
    };
    let since = words::date(friend.at);
    let state = t(&["friend.", key].concat());
    let row = atoms::row(
        icons::place(View::Refer),
        state,
        view! { {since} }.into_any(),
        ().into_any(),
    );
    view! { <div class={"item"}>{row}</div> }.into_any()
}

/// The page where an invited friend lands.
fn address(invite: Option<&str>, code: &str) -> String {
    let origin = web_sys::window()
        .and_then(|w| w.location().origin().ok())
        .unwrap_or_default();
    let page = match invite {
        Some(page) if page.starts_with("https://") => page.to_owned(),
        Some(path) => [&origin, path].concat(),
        None => [&origin, "/"].concat(),
    };
    let mark = if page.contains('?') { "&" } else { "?" };
    [&page, mark, "vafa_ref=", code].concat()
}

fn share_function() -> Option<(JsValue, Function)> {
    let navigator: JsValue = web_sys::window()?.navigator().into();
    let share = Reflect::get(&navigator, &"share".into())
        .ok()?
        .dyn_into()
        .ok()?;
    Some((navigator, share))
}

fn can_share() -> bool {
    share_function().is_some()
}

/// Opens the system's share sheet. Closing it is no error.
fn share(text: &str, url: &str) {
    let Some((navigator, share)) = share_function() else {
        return;
    };
    let data = Object::new();
    for (name, value) in [("text", text), ("url", url)] {
        // A fresh plain object takes any property.
        let _ = Reflect::set(&data, &name.into(), &value.into());
    }
    if let Ok(promise) = share.call1(&navigator, &data)
        && let Ok(promise) = promise.dyn_into::<js_sys::Promise>()
    {
        leptos::task::spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        });
    }
}
