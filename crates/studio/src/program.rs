//! The published program, for the names that it gives things.

use crate::club;
use crate::remote::Remote;
use crate::server;
use crate::words::text;
use leptos::prelude::*;
use rules::Program;
use serde::Deserialize;

#[derive(Deserialize)]
struct VersionReply {
    document: Program,
}

/// What things of the program are called. Where it is not there yet, or has no such thing any more, they are called by
/// their ids.
#[derive(Clone, Copy)]
pub(crate) struct Names(Remote<Option<Program>>);

impl Names {
    /// Reads the version that runs, and another when that runs.
    pub(crate) fn new() -> Self {
        let club = club::club();
        let version = Memo::new(move |_| {
            let club = club.0.get()?.club;
            Some((club.program, club.version))
        });
        Self(Remote::new(move || {
            let version = version.get();
            async move {
                let Some((program, number)) = version else {
                    return Ok(None);
                };
                let path = format!("/v1/programs/{program}/versions/{number}");
                let reply: VersionReply = server::get(&path).await?;
                Ok(Some(reply.document))
            }
        }))
    }

    /// The program, once it is there.
    pub(crate) fn program(self) -> Option<Program> {
        self.0.get().flatten()
    }

    /// A reward's title.
    pub(crate) fn reward(self, id: &str) -> String {
        let program = self.program();
        let found = program.iter().flat_map(|program| &program.rewards);
        let found = found.clone().find(|reward| reward.id == id);
        found.map_or_else(|| id.to_owned(), |reward| text(&reward.title))
    }

    /// A tier's name.
    pub(crate) fn tier(self, id: &str) -> String {
        let program = self.program();
        let ladder = program.and_then(|program| program.tiers);
        let tier = ladder.and_then(|ladder| ladder.levels.into_iter().find(|tier| tier.id == id));
        tier.map_or_else(|| id.to_owned(), |tier| text(&tier.name))
    }

    /// A survey's question.
    pub(crate) fn survey(self, id: &str) -> String {
        let program = self.program();
        let surveys = program.map(|program| program.surveys).unwrap_or_default();
        let survey = surveys.into_iter().find(|survey| survey.id == id);
        let question = survey.map(|survey| text(&survey.question));
        let question = question.filter(|question| !question.is_empty());
        question.unwrap_or_else(|| id.to_owned())
    }
}
