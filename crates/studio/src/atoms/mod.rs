//! What pages are made of.

mod area;
mod code;
mod field;
mod notice;
mod page;
mod question;

pub(crate) use area::Area;
pub(crate) use code::Code;
pub(crate) use field::{Field, Kind};
pub(crate) use notice::{Problem, Retry, Skeleton, announce, live_region, told};
pub(crate) use page::{Page, busy_button, go_on, lead_to};
pub(crate) use question::{Question, cancel};
