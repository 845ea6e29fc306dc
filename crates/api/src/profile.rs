//! What a member tells about themselves, and what telling all of it brings.
//!
//! A profile is complete with a first name and a birthday; the program's rule for it pays once, whoever told the
//! last of the two. A member may tell another birthday a year after they last told one: else every day could be
//! somebody's birthday. The shop may correct it whenever it likes.

use crate::birthdays;
use crate::books::{About, Books, refusal};
use crate::club::Club;
use crate::ids;
use crate::members::Row;
use crate::outbox;
use crate::problem::{Error, Result, fault};
use contract::members::{Contacts, Profile, ProfileInput};
use contract::problem::Fault;
use rules::calendar::Calendar;
use rules::journal::{Event, Refused, Why};
use rules::member::MonthDay;
use rules::program::Activity;
use rules::{Points, Timestamp, earning};
use serde_json::json;

const NAME_MAX: usize = 100;
const CONSENTS_MAX: usize = 32;
const CONSENT_MAX: usize = 64;
const EMAIL_MAX: usize = 254;
/// Months between two birthdays of one member.
const BIRTHDAY_MONTHS: i32 = 12;

/// What is told of a member, by whomever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// Given name; empty takes it away.
    pub first_name: Option<&'a str>,
    /// Birthday in the program's calendar.
    pub birthday: Option<MonthDay>,
    /// Language.
    pub language: Option<&'a str>,
    /// All consents.
    pub consents: Option<&'a [String]>,
}

/// Every fault of what is told.
#[must_use]
pub fn faults(calendar: Calendar, told: &Told<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let named = |name: &str| name.chars().count() <= NAME_MAX && !name.contains(char::is_control);
    if !told.first_name.is_none_or(named) {
        faults.push(fault(
            "/first_name",
            "bad_name",
            "A name has 100 characters at most, none of them a control character.",
        ));
    }
    if let Some(day) = told.birthday {
        if !(1..=12).contains(&day.month) {
            let said = "A month is 1 to 12.";
            faults.push(fault("/birthday/month", "out_of_range", said));
        } else if !(1..=longest(calendar, day.month)).contains(&day.day) {
            let said = format!(
                "Month {} has {} days at most in the program's calendar.",
                day.month,
                longest(calendar, day.month)
            );
            faults.push(fault("/birthday/day", "out_of_range", said));
        }
    }
    if !told.language.is_none_or(is_language) {
        let said = "Name a language by its IETF tag, such as fa or en-GB.";
        faults.push(fault("/language", "bad_language", said));
    }
    let consents = told.consents.unwrap_or_default();
    if consents.len() > CONSENTS_MAX {
        faults.push(fault(
            "/consents",
            "too_many",
            "A member has 32 consents at most.",
        ));
    }
    for (at, consent) in consents.iter().enumerate() {
        if !is_consent(consent) {
            let said = "A consent's name has 1 to 64 lower-case letters, digits, “-” or “_”.";
            faults.push(fault(format!("/consents/{at}"), "bad_consent", said));
        }
    }
    faults
}

/// Days of a month in its longest year.
const fn longest(calendar: Calendar, month: u8) -> u8 {
    match (calendar, month) {
        (Calendar::Gregorian, 2) => 29,
        (Calendar::Gregorian, 4 | 6 | 9 | 11) | (Calendar::Jalali, 7..) => 30,
        _ => 31,
    }
}

fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    let sized = |part: &str, least: usize| (least..=8).contains(&part.len());
    sized(first, 2)
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && tag.matches('-').count() <= 3
        && parts.all(|part| sized(part, 1) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_consent(name: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (1..=CONSENT_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// What is kept of contacts: a hash of each with the tenant's id, so that what two members have in common is seen,
/// and nothing else of it.
///
/// # Errors
/// Every contact that cannot be one.
pub fn hashes(tenant: &str, contacts: &Contacts) -> Result<Vec<String>, Vec<Fault>> {
    let (mut kept, mut faults) = (Vec::new(), Vec::new());
    let mut keep = |kind: &str, text: String| {
        kept.push(ids::digest(format!("{tenant}\n{kind}\n{text}").as_bytes()));
    };
    if let Some(email) = &contacts.email {
        match plain_email(email) {
            Some(email) => keep("email", email),
            None => faults.push(fault(
                "/contacts/email",
                "bad_email",
                "An e-mail address has one “@” with something on either side, and 254 bytes at most.",
            )),
        }
    }
    if let Some(phone) = &contacts.phone {
        match plain_phone(phone) {
            Some(phone) => keep("phone", phone),
            None => faults.push(fault(
                "/contacts/phone",
                "bad_phone",
                "A phone number begins with its country code (+ or 00) and has 8 to 15 digits.",
            )),
        }
    }
    if faults.is_empty() {
        Ok(kept)
    } else {
        Err(faults)
    }
}

/// The address in lower case, without what mail is sorted by.
fn plain_email(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    let (name, host) = email.split_once('@')?;
    let name = name.split_once('+').map_or(name, |(name, _)| name);
    let odd = |c: char| c.is_control() || c.is_whitespace();
    let sound = !name.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(odd);
    (sound && email.len() <= EMAIL_MAX).then(|| format!("{name}@{host}"))
}

/// Country code and number, in digits alone. Persian and Arabic digits are digits.
fn plain_phone(phone: &str) -> Option<String> {
    let mut digits = String::new();
    for c in phone.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '۰'..='۹' => digits.push(char::from_digit(u32::from(c) - u32::from('۰'), 10)?),
            '٠'..='٩' => digits.push(char::from_digit(u32::from(c) - u32::from('٠'), 10)?),
            '+' if digits.is_empty() => digits.push_str("00"),
            ' ' | '-' | '.' | '(' | ')' | '/' => {}
            _ => return None,
        }
    }
    let number = digits.strip_prefix("00")?;
    ((8..=15).contains(&number.len()) && !number.starts_with('0')).then(|| number.to_owned())
}

/// Writes down what is told. What is absent stays.
///
/// # Errors
/// When the database fails.
pub async fn save(club: &mut Club, member: &str, told: &Told<'_>) -> Result<()> {
    let mut consents = told.consents.map(<[String]>::to_vec);
    if let Some(consents) = &mut consents {
        consents.sort();
        consents.dedup();
    }
    club.query(
        "UPDATE members SET first_name = NULLIF(COALESCE($3, first_name), ''), birthday = COALESCE($4, birthday),
             language = COALESCE($5, language), consents = COALESCE($6, consents)
         WHERE tenant = $1 AND member = $2",
    )
    .bind(member)
    .bind(told.first_name)
    .bind(told.birthday.map(written))
    .bind(told.language)
    .bind(consents.map(|names| serde_json::to_string(&names)).transpose()?)
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

/// A day as the members' table has it, `MM-DD`.
#[must_use]
pub fn written(day: MonthDay) -> String {
    format!("{:02}-{:02}", day.month, day.day)
}

/// A member changes their own profile.
///
/// # Errors
/// 422 with every fault; 409 `birthday_fixed` for another birthday within a year.
pub async fn change(club: &mut Club, member: &Row, input: &ProfileInput) -> Result<Profile> {
    let mut told = Told {
        first_name: input.first_name.as_deref(),
        birthday: input.birthday,
        language: input.language.as_deref(),
        consents: input.consents.as_deref(),
    };
    let faults = faults(club.program().calendar, &told);
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let mut books = Books::open(club, &member.member, About::MEMBER).await?;
    // Read under the lock.
    let before = crate::members::by_id(club, &member.member).await?;
    told.birthday = told.birthday.filter(|day| before.birthday != Some(*day));
    if told.birthday.is_some() {
        if let Some(at) = changes_at(club, &before).filter(|at| club.now < *at) {
            return Err(Error::refused(
                "birthday_fixed",
                format!("A birthday can be changed once a year; this one from {at} on."),
            ));
        }
        club.query("UPDATE members SET birthday_at = $3 WHERE tenant = $1 AND member = $2")
            .bind(&member.member)
            .bind(club.now.0)
            .execute(&mut club.tx)
            .await?;
    }
    save(club, &member.member, &told).await?;
    let after = crate::members::by_id(club, &member.member).await?;
    let points = give(club, &mut books, &after)?;
    books.close(club).await?;
    note(club, &before, &after).await?;
    Ok(Profile {
        birthday_changes_at: changes_at(club, &after),
        first_name: after.first_name,
        birthday: after.birthday,
        language: after.language,
        consents: after.consents,
        points,
    })
}

/// From when on the member may tell another birthday.
fn changes_at(club: &Club, row: &Row) -> Option<Timestamp> {
    row.birthday?;
    let (calendar, zone) = (club.program().calendar, club.zone());
    row.birthday_at
        .map(|at| calendar.add_months(zone, at, BIRTHDAY_MONTHS))
}

/// Gives what a complete profile brings, and what the birthday does if it is today. The books get to know the
/// member as they are now.
///
/// # Errors
/// When the rules refuse what they promised.
pub fn give(club: &Club, books: &mut Books, row: &Row) -> Result<Points> {
    books.account.member.birthday = row.birthday;
    books.account.member.consents.clone_from(&row.consents);
    let published = club.published();
    let rule = earning::activity(&published.program, &Activity::Profile);
    let complete = row.first_name.is_some() && row.birthday.is_some();
    let mut points = Points::ZERO;
    if let Some(rule) = rule.filter(|_| complete) {
        let event = Event::Did {
            rule: rule.id.clone(),
            source: None,
        };
        match books.apply(club, &event) {
            Ok(written) => points = Books::given(&written, Why::Activity),
            Err(Refused::NotEarned(_)) => {}
            Err(refused) => return Err(refusal(&refused)),
        }
    }
    Ok(points.plus(birthdays::give(club, books)?))
}

/// Notes which fields changed, and never to what.
///
/// # Errors
/// When the database fails.
pub async fn note(club: &mut Club, before: &Row, after: &Row) -> Result<()> {
    let fields = before.differences(after);
    if fields.is_empty() {
        return Ok(());
    }
    let detail = json!({ "fields": fields });
    club.audit("member.updated", &after.member, detail).await?;
    let told = json!({ "member_id": after.member, "external_id": after.external_id });
    outbox::tell(club, "member.updated", told).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_contact_is_one_however_it_is_written() {
        let same = [
            "Sara@Example.com",
            " sara+club@example.COM ",
            "sara@example.com",
        ];
        for email in same {
            assert_eq!(
                plain_email(email).as_deref(),
                Some("sara@example.com"),
                "{email}"
            );
        }
        for odd in ["", "sara", "@x", "sara@", "a@b@c", "a b@c", "+x@c"] {
            assert_eq!(plain_email(odd), None, "{odd}");
        }
        let same = [
            "+98 912 345-6789",
            "0098 (912) 3456789",
            "+۹۸۹۱۲۳۴۵۶۷۸۹",
            "+٩٨٩١٢٣٤٥٦٧٨٩",
        ];
        for phone in same {
            assert_eq!(
                plain_phone(phone).as_deref(),
                Some("989123456789"),
                "{phone}"
            );
        }
        for odd in [
            "",
            "0912 345 6789",
            "+98",
            "+9891234567890123",
            "+98x9123456789",
            "98+9123456789",
        ] {
            assert_eq!(plain_phone(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_a_hash_is_of_depends_on_the_tenant() {
        let contacts = Contacts {
            email: Some("sara@example.com".to_owned()),
            phone: None,
        };
        let of = |tenant| hashes(tenant, &contacts);
        assert_eq!(of("ten_a"), of("ten_a"));
        assert_ne!(of("ten_a"), of("ten_b"));
    }

    #[test]
    fn months_are_as_long_as_the_calendar_has_them() {
        let lengths = |calendar| (1..=12).map(move |month| longest(calendar, month));
        let gregorian: Vec<u8> = lengths(Calendar::Gregorian).collect();
        assert_eq!(gregorian, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
        let jalali: Vec<u8> = lengths(Calendar::Jalali).collect();
        assert_eq!(jalali, [31, 31, 31, 31, 31, 31, 30, 30, 30, 30, 30, 30]);
    }

    #[test]
    fn languages_are_tags() {
        for sound in ["fa", "en-GB", "zh-Hant-TW"] {
            assert!(is_language(sound), "{sound}");
        }
        for odd in [
            "",
            "f",
            "fa-",
            "fa_IR",
            "a-b-c-d-e",
            "en-GB-x-y-z",
            "persian language",
        ] {
            assert!(!is_language(odd), "{odd}");
        }
    }
}
