//! The routes, area by area: what a request says, the work it asks for, the answer.
//!
//! A handler is a few lines: it takes its arguments, asks the credential to run the work ([`work`]), and gives the
//! answer ([`answer`]). What it takes, gives and refuses is declared beside it, with the machinery of
//! [`crate::openapi`].

pub(crate) mod answer;
mod audit;
mod complaints;
mod coupons;
mod desk;
mod drafts;
mod earning;
mod earnings;
mod entrance;
mod insights;
mod keys;
mod members;
mod memberships;
mod offers;
mod orders;
mod overview;
mod partners;
pub(crate) mod paths;
mod program;
mod programs;
mod redemptions;
mod referrals;
mod reviews;
mod segments;
mod server;
mod sessions;
mod setup;
mod shopper;
mod simulations;
mod staff;
mod surveys;
mod transfers;
mod webhooks;
mod work;

use crate::openapi::Routes;
use crate::webhooks::events;
use serde_json::Value;
use std::sync::LazyLock;

pub(crate) use entrance::entrance;
pub(crate) use work::Wish;

/// Every route of the API.
#[must_use]
pub fn all() -> Routes {
    Routes::default()
        .with(program::routes())
        .with(referrals::routes())
        .with(shopper::routes())
        .with(redemptions::routes())
        .with(offers::routes())
        .with(surveys::routes())
        .with(earning::routes())
        .with(earnings::routes())
        .with(complaints::routes())
        .with(insights::routes())
        .with(overview::routes())
        .with(members::routes())
        .with(memberships::routes())
        .with(orders::routes())
        .with(coupons::routes())
        .with(drafts::routes())
        .with(programs::routes())
        .with(simulations::routes())
        .with(audit::routes())
        .with(staff::routes())
        .with(reviews::routes())
        .with(keys::routes())
        .with(partners::routes())
        .with(segments::routes())
        .with(transfers::routes())
        .with(sessions::routes())
        .with(setup::routes())
        .with(webhooks::routes())
        .delivering(events::all())
        .with(server::routes())
}

/// The routes that tell how the server itself is.
pub(crate) fn health() -> Routes {
    Routes::default().with(server::routes())
}

/// The OpenAPI 3.1 document of every route; made once.
#[must_use]
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| all().document());
    &DOCUMENT
}
