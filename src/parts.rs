//! How each part of the engine is entered: what it draws, reads and says. What only one of these functions reaches is
//! in that part's file ([`crate::rooms`]).

use crate::outbox::Kind;
use crate::rooms::Call;
use crate::{care, invited, later, outcomes, views};

/// Home, and what the other parts share.
pub fn panel(call: Call<'_>) {
    match call {
        Call::Draw(frame, s, _, node) => *node = views::body(frame, s),
        Call::Rehearse(store) => views::rehearse(store),
        Call::Rank(club, rank) => *rank = views::rank(club),
        Call::Grown(store, before) => outcomes::grown(store, before),
        Call::Program(view, raw) => later::home_program(&mut view.program, raw),
        Call::Member(me, raw) => later::home_member(me, raw),
        _ => {}
    }
}

/// What somebody sees who is no member.
pub fn guest(call: Call<'_>) {
    match call {
        Call::Draw(frame, s, _, node) => *node = views::guest(frame, s),
        Call::Done(store, ..) => outcomes::joined(store),
        Call::Invited(store) => invited::arrived(store),
        Call::Refused(store, action, code) => outcomes::refused(store, action, code),
        _ => {}
    }
}

/// How the club works.
pub fn help(call: Call<'_>) {
    if let Call::Draw(frame, s, _, node) = call {
        *node = views::help(frame, s);
    }
}

/// Rewards, plans and partners.
pub fn club(call: Call<'_>) {
    match call {
        Call::Draw(frame, s, view, node) => *node = views::club(frame, s, view),
        Call::Program(view, raw) => later::club_program(&mut view.program, raw),
        Call::Member(me, raw) => later::club_member(me, raw),
        Call::Done(store, host, action, body) if action.kind == Kind::Redeem => {
            outcomes::redeemed(store, host, body);
        }
        Call::Done(store, _, _, body) => outcomes::cancelled(store, body),
        Call::Refused(store, action, code) => outcomes::refused(store, action, code),
        _ => {}
    }
}

/// Offers.
pub fn gifts(call: Call<'_>) {
    match call {
        Call::Draw(frame, s, _, node) => *node = views::gifts(frame, s),
        Call::Tease(frame, s, club, node) => {
            *node = views::teaser(frame, s, club);
        }
        Call::Program(view, raw) => later::gifts_program(&mut view.program, raw),
        Call::Member(me, raw) => later::gifts_member(&mut me.facts, raw),
        Call::Done(store, host, _, body) => outcomes::taken(store, host, body),
        Call::Refused(store, action, code) => outcomes::refused(store, action, code),
        Call::Rehearse(_) | Call::Rank(..) | Call::Grown(..) | Call::Invited(..) => {}
    }
}

/// Ways to earn, the profile, invitations and tiers.
pub fn earn(call: Call<'_>) {
    match call {
        Call::Draw(frame, s, view, node) => *node = views::earn(frame, s, view),
        Call::Program(view, raw) => later::earn_program(&mut view.program, raw),
        Call::Member(me, raw) => later::earn_member(me, raw),
        Call::Done(store, _, _, body) => views::earned(store, body),
        Call::Refused(store, action, code) => outcomes::refused(store, action, code),
        Call::Rehearse(_)
        | Call::Rank(..)
        | Call::Tease(..)
        | Call::Grown(..)
        | Call::Invited(..) => {}
    }
}

/// History and complaints.
pub fn care(call: Call<'_>) {
    match call {
        Call::Draw(frame, s, view, node) => *node = views::care(frame, s, view),
        Call::Member(me, raw) => later::care_member(me, raw),
        Call::Done(store, host, action, body) => care::done(store, host, action, body),
        Call::Refused(store, action, code) => outcomes::refused(store, action, code),
        _ => {}
    }
}
