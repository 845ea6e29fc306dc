//! Points for a birthday: given on the day itself, in the program's zone and calendar.
//!
//! [`give_due`] gives them to everybody whose day it is. Somebody who comes by earlier that day gets them then.

use crate::books::{self, About, Books, refusal};
use crate::club::Club;
use crate::problem::Result;
use crate::profile::written;
use crate::state::State;
use rules::calendar::{Calendar, Date};
use rules::journal::{Account, Event, Refused, Why};
use rules::member::MonthDay;
use rules::program::{Activity, ActivityRule, Program};
use rules::{Points, Timestamp, Zone, earning};

/// Members in one look.
const BATCH: i64 = 200;

fn rules_of(program: &Program) -> impl Iterator<Item = &ActivityRule> {
    let all = program.earning.activities.iter();
    all.filter(|rule| rule.kind == Activity::Birthday)
}

/// Whether it is the member's birthday, and something of it is not given yet.
#[must_use]
pub fn is_due(club: &Club, account: &Account) -> bool {
    let (program, zone, member) = (club.program(), club.zone(), &account.member);
    let now = account.settled_at().max(club.now);
    let due = |rule| earning::claim(program, zone, member, rule, None, now).is_ok();
    member.birthday.is_some() && rules_of(program).any(due)
}

/// Gives what the birthday brings, if it is today and nothing was given; else nothing.
///
/// # Errors
/// When the rules refuse for another reason than that it is not the day, or a cap.
pub fn give(club: &Club, books: &mut Books) -> Result<Points> {
    let published = club.published();
    let mut points = Points::ZERO;
    if books.account.member.birthday.is_none() {
        return Ok(points);
    }
    for rule in rules_of(&published.program) {
        let event = Event::Did {
            rule: rule.id.clone(),
            source: None,
        };
        match books.apply(club, &event) {
            Ok(written) => points = points.plus(Books::given(&written, Why::Activity)),
            Err(Refused::NotEarned(_)) => {}
            Err(refused) => return Err(refusal(&refused)),
        }
    }
    Ok(points)
}

/// [`give`], for a member whose books are not open.
///
/// # Errors
/// When the database fails.
pub async fn come_by(club: &mut Club, member: &str) -> Result<Points> {
    let mut books = Books::open(club, member, About::MEMBER).await?;
    books.settle(club)?;
    let points = give(club, &mut books)?;
    books.close(club).await?;
    Ok(points)
}

/// Birthdays that are kept on a day, first and last: on the last day of a month, those that the month is too short
/// for this year too.
fn kept_on(calendar: Calendar, zone: &Zone, now: Timestamp) -> (String, String) {
    let today: Date = calendar.date_at(zone, now);
    let tomorrow = calendar.date_of_day(zone.day(now) + 1);
    let day = |day| {
        written(MonthDay {
            month: today.month,
            day,
        })
    };
    let shorter = tomorrow.month != today.month;
    (day(today.day), day(if shorter { 31 } else { today.day }))
}

/// Gives everybody of the tenant whose birthday it is what they get for it. Done as often as one likes, it gives
/// once; broken off, it goes on where members have nothing yet. Gives how many members it gave points to.
///
/// # Errors
/// When the database fails.
pub async fn give_due(state: &State, tenant: &str) -> Result<u64> {
    let (mut last, mut given) = (String::new(), 0);
    loop {
        let page = state
            .read(tenant, last, |club, last| Box::pin(look(club, last)))
            .await?;
        let Some(next) = page.last else {
            return Ok(given);
        };
        for member in page.due {
            let points = state
                .write(tenant, "clock", member, |club, member| {
                    Box::pin(come_by(club, member))
                })
                .await?;
            given += u64::from(points.is_positive());
        }
        last = next;
    }
}

/// A few members, in the order of their ids.
struct Page {
    /// Those who are to get something.
    due: Vec<String>,
    /// Where to go on; none at the end.
    last: Option<String>,
}

async fn look(club: &mut Club, after: &str) -> Result<Page> {
    if rules_of(club.program()).next().is_none() {
        return Ok(Page {
            due: Vec::new(),
            last: None,
        });
    }
    let (from, to) = kept_on(club.program().calendar, club.zone(), club.now);
    let members: Vec<String> = club
        .query(
            "SELECT member FROM members WHERE tenant = $1 AND birthday >= $2 AND birthday <= $3 AND member > $4
                 AND erased_at IS NULL ORDER BY member LIMIT $5",
        )
        .bind(from)
        .bind(to)
        .bind(after)
        .bind(BATCH)
        .fetch_all(&mut club.tx)
        .await?;
    let mut due = Vec::new();
    for member in &members {
        let account = books::facts(club, member).await?;
        if is_due(club, &account) {
            due.push(member.clone());
        }
    }
    Ok(Page {
        due,
        last: members.last().cloned(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_month_that_is_too_short_keeps_its_last_birthdays_on_its_last_day() {
        let utc = crate::zone::zone("UTC", Timestamp(1_798_761_600_000)).unwrap();
        let on = |day: &str, calendar| kept_on(calendar, &utc, Timestamp::parse(day).unwrap());
        let days = [
            ("2027-02-27T12:00:00Z", ("02-27", "02-27")),
            ("2027-02-28T12:00:00Z", ("02-28", "02-31")),
            ("2028-02-28T12:00:00Z", ("02-28", "02-28")),
            ("2028-02-29T12:00:00Z", ("02-29", "02-31")),
            ("2027-12-31T23:59:59Z", ("12-31", "12-31")),
        ];
        for (day, (from, to)) in days {
            let kept = on(day, Calendar::Gregorian);
            assert_eq!((kept.0.as_str(), kept.1.as_str()), (from, to), "{day}");
        }
        // The last day of a year of 365 days.
        let kept = on("2026-03-20T12:00:00Z", Calendar::Jalali);
        assert_eq!((kept.0.as_str(), kept.1.as_str()), ("12-29", "12-31"));
    }
}
