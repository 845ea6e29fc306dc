//! Invitation: code, link, share, and how far each friend is.

use super::atoms::{self, Tone, button, heading, list, p, sub};
use super::icons;
use super::shell::Frame;
use crate::host::{field, object, string, then};
use crate::node::{Node, el};
use crate::store::{Club, View};
use crate::words::{self, fill, t};
use contract::shopper::{Friend, FriendState};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};

/// Draws the page.
pub(super) fn refer(frame: Frame, club: &Club) -> Node {
    let program = &club.program.program;
    let (Some(terms), Some(invitation)) = (&program.referral, &club.me.referral) else {
        let (title, words) = (t("refer.none"), t("refer.none.sub"));
        return atoms::empty(icons::place(View::Refer), title, words, None);
    };
    let store = frame.store;
    let friend = words::points(terms.friend_points);
    let values = [
        ("friend", friend.as_str()),
        ("you", &words::points(terms.advocate_points)),
        ("money", &club.money(terms.minimum_order)),
    ];
    let pitch = fill("refer.pitch", &values);
    let address = address(program.links.invite.as_deref(), &invitation.code);
    let copy = |what: String| {
        move || {
            atoms::copy(&what);
            store.say(t("copied"), false);
        }
    };
    let share = share_function().map(|_| {
        let (address, words) = (
            address.clone(),
            fill("refer.message", &[("points", &friend)]),
        );
        button(Tone::Main, t("share"), move || {
            share(&words, &address);
            store
                .host()
                .emit("referral-shared", &address.as_str().into());
        })
    });
    let actions = el("div", "actions")
        .maybe(share)
        .child(button(Tone::Plain, t("refer.copy_link"), copy(address)))
        .child(button(
            Tone::Quiet,
            t("refer.copy_code"),
            copy(invitation.code.clone()),
        ));
    let rewarded = invitation.friends.iter();
    let rewarded = rewarded
        .filter(|f| f.state == FriendState::Rewarded)
        .count() as i64;
    let so_far = (rewarded > 0).then(|| {
        let brought = words::count("refer.brought", rewarded, &[]);
        el("span", "done").text(brought)
    });
    let friends: Vec<_> = invitation.friends.iter().map(friend_row).collect();
    el("div", "page")
        .child(heading(t("refer.title"), None))
        .child(p("", pitch))
        .child(
            el("section", "card ticket")
                .attr("aria-label", &t("refer.code"))
                .child(el("h4", "").text(t("refer.code")))
                .child(atoms::code(&invitation.code))
                .child(actions),
        )
        .child(heading(t("refer.friends"), so_far))
        .child(if friends.is_empty() {
            p("sub", t("refer.nobody"))
        } else {
            list(friends)
        })
}

fn friend_row(friend: &Friend) -> Node {
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
        FriendState::SameContact => "same_contact",
        FriendState::TooManyFromAddress => "too_many_from_address",
    };
    let state = t(&["friend.", key].concat());
    let since = sub(words::date(friend.at));
    el("div", "item").child(atoms::row(icons::place(View::Refer), state, since, None))
}

/// The page where an invited friend lands.
fn address(invite: Option<&str>, code: &str) -> String {
    // In a frame, the base is the shop's.
    let base = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| string(&d, "baseURI"))
        .unwrap_or_default();
    let origin: String = base.split_inclusive('/').take(3).collect();
    let origin = origin.trim_end_matches('/');
    let page = match invite {
        Some(page) if page.starts_with("https://") => page.to_owned(),
        Some(path) if path.starts_with('/') => [origin, path].concat(),
        _ => [origin, "/"].concat(),
    };
    let mark = if page.contains('?') { "&" } else { "?" };
    [&page, mark, "vafa_ref=", code].concat()
}

/// The browser's share sheet, where there is one.
fn share_function() -> Option<(JsValue, Function)> {
    let navigator: JsValue = web_sys::window()?.navigator().into();
    let share = field(&navigator, "share").dyn_into().ok()?;
    Some((navigator, share))
}

fn share(text: &str, url: &str) {
    let Some((navigator, share)) = share_function() else {
        return;
    };
    let data = object(&[("text", text.into()), ("url", url.into())]);
    let promise = share
        .call1(&navigator, &data)
        .ok()
        .and_then(|p| p.dyn_into::<Promise>().ok());
    if let Some(promise) = promise {
        // Closing the sheet is a rejection, and no error.
        then(promise, |_| {});
    }
}
