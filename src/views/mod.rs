//! What a shopper sees. Logic lives in [`crate::store`] and [`rules`]; views read and draw.
//!
//! Each view is a function of the store that gives a [`Node`](crate::node::Node).

mod atoms;
mod complaints;
mod earn;
pub(crate) mod focus;
mod guest;
mod help;
mod history;
mod home;
mod icons;
mod more;
mod offers;
mod places;
mod plans;
mod profile;
mod prompt;
mod refer;
mod rewards;
mod shell;
mod tier;

pub(crate) use earn::earned;
pub(crate) use places::{body, care, club, earn, gifts, guest, help, teaser};
pub(crate) use rewards::redeemed;
pub(crate) use shell::{Frame, close, lost, open, rehearse, shell, to_top, waiting};
pub(crate) use tier::rank;
