//! What a shopper sees. Logic lives in [`crate::store`] and [`rules`]; views read and draw.
//!
//! Texts and attributes stand in braces even when constant: the macro would otherwise build static elements
//! through `innerHTML`, which pages with Trusted Types refuse.

mod atoms;
mod earn;
mod guest;
mod history;
mod home;
mod icons;
mod prompt;
mod refer;
mod rewards;
mod shell;
mod tier;

pub(crate) use shell::{close, open, shell};
