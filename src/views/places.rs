//! What each place of the panel shows. A function here is the root of one part of the engine (`src/parts.rs`).

use super::shell::{Frame, lost, waiting};
use super::{
    complaints, earn as earning, guest as visitor, help as guide, history, home, offers, plans,
};
use super::{refer, rewards, tier};
use crate::node::Node;
use crate::rooms::GIFT;
use crate::store::{Club, Link, State, View, Who};
use crate::sync;
use crate::words::t;

/// Home.
pub(crate) fn body(frame: Frame, s: &State) -> Node {
    member(frame, s, &|club| home::home(frame, s, club))
}

/// What there is for somebody who is no member.
pub(crate) fn guest(frame: Frame, s: &State) -> Node {
    match &s.program {
        Some(view) => visitor::guest(frame, s, &view.program),
        None => unknown(frame, s),
    }
}

/// How the club works, for whoever is there.
pub(crate) fn help(frame: Frame, s: &State) -> Node {
    match &s.program {
        Some(view) => guide::help(frame, view.program.version),
        None => unknown(frame, s),
    }
}

fn unknown(frame: Frame, s: &State) -> Node {
    let store = frame.store;
    if s.link == Link::Lost {
        lost(t("error.lost"), move || sync::refresh(store))
    } else {
        waiting()
    }
}

/// What a member sees, as soon as it is known who that is.
#[inline(never)]
fn member(frame: Frame, s: &State, draw: &dyn Fn(&Club) -> Node) -> Node {
    match s.club(frame.store.now()) {
        Some(club) if s.who == Who::Member => draw(&club),
        _ => unknown(frame, s),
    }
}

/// Offers.
pub(crate) fn gifts(frame: Frame, s: &State) -> Node {
    member(frame, s, &|club| offers::offers(frame, s, club))
}

/// The offer that home leads with, if there is one: its place is kept the next time.
pub(crate) fn teaser(frame: Frame, s: &State, club: &Club) -> Node {
    let host = frame.store.host();
    let offer = offers::teaser(frame, s, club);
    if host.stored(GIFT).is_truthy() != offer.is_some() {
        host.keep(GIFT, &offer.is_some().into());
    }
    offer.unwrap_or_default()
}

/// Rewards, plans and partners.
pub(crate) fn club(frame: Frame, s: &State, view: View) -> Node {
    member(frame, s, &|club| match view {
        View::Membership => plans::membership(frame, club),
        View::Partners => plans::partners(frame, s, club),
        _ => rewards::rewards(frame, s, club),
    })
}

/// Ways to earn, invitations and tiers.
pub(crate) fn earn(frame: Frame, s: &State, view: View) -> Node {
    member(frame, s, &|club| match view {
        View::Refer => refer::refer(frame, club),
        View::Tiers => tier::tiers(frame, club),
        _ => earning::earn(frame, s, club),
    })
}

/// History and complaints.
pub(crate) fn care(frame: Frame, s: &State, view: View) -> Node {
    member(frame, s, &|club| match view {
        View::Complaints => complaints::complaints(frame, s, club),
        _ => history::history(frame, s, club),
    })
}
