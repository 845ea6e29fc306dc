//! What of the program the figures need: its calendar and money, and what its tiers, surveys and offers are called.

use crate::server::{self, Reply};
use crate::words::{fill, say, text};
use contract::overview::ClubView;
use rules::calendar::Calendar;
use rules::program::{Currency, Text};
use serde::Deserialize;

/// A version of the program, as far as it is read here.
#[derive(Deserialize)]
struct VersionReply {
    document: Document,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Document {
    calendar: Calendar,
    tiers: Option<Ladder>,
    surveys: Vec<Survey>,
    offers: Vec<Offer>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Ladder {
    levels: Vec<Tier>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Tier {
    id: String,
    name: Text,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Survey {
    id: String,
    #[serde(default)]
    question: Text,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Offer {
    title: Text,
    trigger: serde_json::Value,
}

/// What is known of the program.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Names {
    document: Document,
    /// Its money.
    pub(super) currency: Currency,
}

impl Names {
    /// Reads them of the version that runs.
    pub(super) async fn of(club: ClubView) -> Reply<Self> {
        let path = format!("/v1/programs/{}/versions/{}", club.program, club.version);
        let reply: VersionReply = server::get(&path).await?;
        Ok(Self {
            document: reply.document,
            currency: club.currency,
        })
    }

    /// The calendar of its months and years.
    pub(super) const fn calendar(&self) -> Calendar {
        self.document.calendar
    }

    /// Whether it has tiers.
    pub(super) const fn has_tiers(&self) -> bool {
        self.document.tiers.is_some()
    }

    /// What a tier is called.
    pub(super) fn tier(&self, id: &str) -> String {
        let mut levels = self.document.tiers.iter().flat_map(|ladder| &ladder.levels);
        let known = levels.find(|level| level.id == id);
        known.map_or_else(|| id.to_owned(), |level| text(&level.name))
    }

    /// What a survey asks, or its id.
    pub(super) fn survey(&self, id: &str) -> String {
        let known = self.document.surveys.iter().find(|survey| survey.id == id);
        let asks = known.map(|survey| text(&survey.question));
        asks.filter(|question| !question.is_empty())
            .unwrap_or_else(|| id.to_owned())
    }

    /// The offers to those who have not ordered for a while: what there is to send.
    pub(super) fn come_back(&self) -> Vec<String> {
        let offers = self.document.offers.iter();
        let back = offers.filter(|offer| offer.trigger.get("inactive").is_some());
        back.map(|offer| text(&offer.title)).collect()
    }
}

/// What a segment is called; the shop's own ones by their ids.
pub(super) fn segment(id: &str) -> String {
    let key = match id {
        "rfm:champions" => "rfm.champions",
        "rfm:loyal" => "rfm.loyal",
        "rfm:potential_loyalists" => "rfm.potential_loyalists",
        "rfm:new_customers" => "rfm.new_customers",
        "rfm:promising" => "rfm.promising",
        "rfm:needs_attention" => "rfm.needs_attention",
        "rfm:about_to_sleep" => "rfm.about_to_sleep",
        "rfm:cannot_lose_them" => "rfm.cannot_lose_them",
        "rfm:at_risk" => "rfm.at_risk",
        "rfm:hibernating" => "rfm.hibernating",
        "rfm:lost" => "rfm.lost",
        "abc:a" => return fill("abc.class", &[("name", "A")]),
        "abc:b" => return fill("abc.class", &[("name", "B")]),
        "abc:c" => return fill("abc.class", &[("name", "C")]),
        "no_orders" => "rfm.no_orders",
        own => return own.to_owned(),
    };
    say(key)
}
