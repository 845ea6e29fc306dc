//! Reasons, entries and whole clubs in words.

use super::given;
use rules::calendar::Calendar;
use rules::explain::{self, Message};
use rules::rewards::Reason;
use rules::words::{Locale, Words};
use rules::{Program, Zone, churn, complaints, earning, offers, referral, surveys, tiers};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Answers a call, if it is one of these.
pub(super) fn answer(call: &str, input: &Value) -> Option<Result<Value, String>> {
    Some(match call {
        "explain_reason" => said(input, |about, reason: Reason| {
            explain::reason(&about.program, &reason)
        }),
        "explain_survey" => said(input, |_, verdict: surveys::Verdict| {
            explain::verdict(&verdict)
        }),
        "explain_offer" => said(input, |_, verdict: offers::Verdict| {
            explain::offer(&verdict)
        }),
        "explain_referral" => said(input, |_, refusal: referral::Refusal| {
            explain::referral_refusal(refusal)
        }),
        "explain_activity" => said(input, |_, refusal: earning::Refusal| {
            explain::activity_refusal(&refusal)
        }),
        "explain_notice" => said(input, |about, notice: tiers::Notice| {
            explain::notice(&about.program, &notice)
        }),
        "explain_complaint" => said(input, |_, refused: complaints::Refused| {
            explain::complaint_refusal(refused)
        }),
        "explain_churn" => said(input, |_, risk: churn::Risk| explain::churn(&risk)),
        "explain_entry" => said(input, |about, entry: Entry| {
            explain::entry(&about.program, &entry.reason, entry.source.as_deref())
        }),
        "how_it_works" => given(input.clone(), |about: About| {
            about.with_words(|words| {
                let sections = explain::how_it_works(&about.program).into_iter();
                let told = sections.map(|section| {
                    let lines: Vec<String> = section.lines.iter().map(|l| words.say(l)).collect();
                    json!({"heading": words.say(&section.heading), "lines": lines})
                });
                told.filter(|section| about.shows(section)).collect()
            })
        }),
        _ => return None,
    })
}

/// What is said, of which club, and how.
#[derive(Deserialize)]
struct About {
    program: Program,
    zone: Zone,
    /// The language, Persian when absent.
    #[serde(default)]
    language: Option<String>,
    /// The calendar of dates; the language's own when absent.
    #[serde(default)]
    calendar: Option<Calendar>,
    /// Only the section with this heading.
    #[serde(default)]
    section: Option<String>,
}

impl About {
    fn with_words(&self, say: impl FnOnce(&Words<'_>) -> Vec<Value>) -> Vec<Value> {
        let Some(locale) = Locale::of(self.language.as_deref().unwrap_or("fa")) else {
            return vec![json!("there are no words in this language")];
        };
        let words = Words::new(&locale, &self.program, &self.zone);
        say(&match self.calendar {
            Some(calendar) => words.in_calendar(calendar),
            None => words,
        })
    }

    fn shows(&self, section: &Value) -> bool {
        let asked = self.section.as_deref();
        asked.is_none_or(|heading| section.get("heading") == Some(&json!(heading)))
    }
}

#[derive(Deserialize)]
struct Entry {
    reason: String,
    #[serde(default)]
    source: Option<String>,
}

/// The sentence for what stands under `reason`.
fn said<T: DeserializeOwned>(
    input: &Value,
    message: impl FnOnce(&About, T) -> Message,
) -> Result<Value, String> {
    let about: About = super::read(input.clone())?;
    let reason = input.get("reason").cloned().unwrap_or_default();
    let said = message(&about, super::read(reason)?);
    let sentence = about.with_words(|words| vec![json!(words.say(&said))]);
    Ok(sentence.into_iter().next().unwrap_or_default())
}
