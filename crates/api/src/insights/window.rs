//! Which window a question is about.

use super::{By, Question};
use crate::club::Club;
use crate::problem::{Error, Result, fault};
use rules::insights::{Step, Window, pieces};
use rules::{Bp, DAY_MS, Timestamp};

/// Days of the window when nobody says where it begins.
const DAYS: i64 = 90;
/// Ten years of 366 days.
const DAYS_MAX: i64 = 3_660;

/// Pieces of a window at most.
const PIECES_MAX: usize = 130;

/// A question as it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// First instant, or first day of the program's zone.
    pub from: Option<String>,
    /// First instant after it, or first day after it.
    pub to: Option<String>,
    /// The period before too.
    pub compare: bool,
    /// In basis points.
    pub margin_bp: Option<u32>,
    /// Years.
    pub years_max: Option<u8>,
    /// A survey's id.
    pub survey: Option<String>,
    /// What survey scores are parted by.
    pub by: Option<By>,
    /// How long the pieces of a flow are.
    pub step: Step,
}

/// Reads a question: without an end the window ends now, without a beginning it begins 90 days of the zone before.
///
/// # Errors
/// 422 with every fault, at the name of its parameter.
pub fn window(club: &Club, asked: &Ask) -> Result<Question> {
    let mut faults = Vec::new();
    let mut read = |text: &Option<String>, pointer: &str| {
        let text = text.as_deref()?;
        let at = instant(club, text);
        if at.is_none() {
            let detail = "Write an instant (RFC 3339) or a day such as 2026-11-22.";
            faults.push(fault(pointer, "bad_instant", detail));
        }
        at
    };
    let to = read(&asked.to, "/to").unwrap_or(club.now);
    let from = read(&asked.from, "/from").unwrap_or_else(|| club.zone().plus_days(to, -DAYS));
    if from >= to {
        faults.push(fault(
            "/from",
            "out_of_range",
            "A window begins before it ends.",
        ));
    }
    if club.zone().plus_days(from, DAYS_MAX) < to {
        faults.push(fault(
            "/from",
            "out_of_range",
            "A window has ten years at most.",
        ));
    }
    if asked.margin_bp.is_some_and(|margin| margin > 10_000) {
        let detail = "A margin is 0 to 10000 basis points.";
        faults.push(fault("/margin_bp", "out_of_range", detail));
    }
    if asked
        .years_max
        .is_some_and(|years| !(1..=50).contains(&years))
    {
        faults.push(fault(
            "/years_max",
            "out_of_range",
            "A lifespan is 1 to 50 years.",
        ));
    }
    let window = Window { from, to };
    let (calendar, zone) = (club.program().calendar, club.zone());
    let pieces = pieces(calendar, zone, window, asked.step, PIECES_MAX + 1);
    if faults.is_empty() && pieces.len() > PIECES_MAX {
        let detail = format!("A window has {PIECES_MAX} pieces at most: ask for a longer step.");
        faults.push(fault("/step", "out_of_range", detail));
    }
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    Ok(Question {
        window,
        pieces,
        by: asked.by,
        compare: asked.compare,
        margin: Bp(asked.margin_bp.unwrap_or(10_000)),
        years_max: asked.years_max.unwrap_or(5),
        survey: asked.survey.clone(),
    })
}

/// An instant, or the first one of a Gregorian day in the program's zone.
fn instant(club: &Club, text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| {
        let midnight = Timestamp::parse(&format!("{text}T00:00:00Z"))?;
        Some(club.zone().start_of_day(midnight.0.div_euclid(DAY_MS)))
    })
}
