//! Surveys: which a member may answer, the answers, and what prompts did.
//!
//! An answer counts in the shop's scores and is paid for when it is known that this member was to be asked: it carries
//! a [`prompts`] id, or it is about an order that the shop has reported as paid by this very member. Each occasion (a
//! survey, its scope, and for a periodic one its round) has one such answer. Any other answer is stored, counts
//! nowhere and earns nothing.

mod answers;
mod events;
mod history;
mod listed;
pub mod occasions;
pub mod prompts;

pub use answers::{pay_for_order, respond};
pub use events::{EVENTS_MAX, events};
pub use history::history;
pub use listed::{Filter, PAGE, page};

use crate::club::Club;
use crate::problem::{Error, Result};
use rules::program::{Scope, Survey};

/// The survey of the running program.
fn find<'a>(club: &'a Club, id: &str) -> Result<&'a Survey> {
    let mut surveys = club.program().surveys.iter();
    surveys
        .find(|survey| survey.id == id)
        .ok_or_else(|| Error::not_found(format!("The program has no survey {id}.")))
}

fn is_scope(survey: &Survey, scope: &str) -> bool {
    match survey.scope {
        Scope::PerOrder => !scope.is_empty() && scope.len() <= 128,
        Scope::Once | Scope::Periodic => scope.is_empty(),
    }
}

/// An id that a browser made.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A text that a person wrote: no control characters but those of lines.
pub(crate) fn is_text(text: &str) -> bool {
    let lines = |character: char| matches!(character, '\n' | '\r' | '\t');
    !text.contains(|character: char| character.is_control() && !lines(character))
}

/// Whether the order is this member's, paid and not cancelled.
async fn is_own_paid_order(club: &mut Club, member: &str, order_id: &str) -> Result<bool> {
    let paid: Option<i64> = club
        .query(
            "SELECT 1 FROM orders WHERE tenant = $1 AND order_id = $2 AND member = $3
                 AND paid_at IS NOT NULL AND status <> 'cancelled'",
        )
        .bind(order_id)
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(paid.is_some())
}
