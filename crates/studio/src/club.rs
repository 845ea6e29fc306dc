//! The club that somebody works for, as far as every page needs it.

use crate::remote::Remote;
use crate::server;
use crate::words;
use contract::overview::{Overview, OverviewReply};
use leptos::prelude::*;

/// How the club stands. Read once for all pages; whoever changes something asks again.
#[derive(Clone, Copy)]
pub(crate) struct Club(pub(crate) Remote<Overview>);

/// Reads it for all that is drawn below.
pub(crate) fn provide() -> Club {
    let club = Club(Remote::new(|| async {
        let reply: OverviewReply = server::get("/v1/overview").await?;
        words::zone(&reply.overview.club.zone);
        Ok(reply.overview)
    }));
    provide_context(club);
    club
}

/// What [`provide`] has read.
pub(crate) fn club() -> Club {
    expect_context()
}
