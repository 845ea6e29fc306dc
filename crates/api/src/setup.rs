//! The first run: a server without any club lets whoever has its code make the first one, from a template.
//!
//! # Invariants
//! - Without a code nothing is made: a server that had a club when it started has none.
//! - At most one club is made this way, however many ask at once.

use crate::passwords::Hashed;
use crate::problem::{Error, Result};
use crate::sessions::{self, Cookie};
use crate::staff::{self, Role};
use crate::{ids, programs};
use contract::problem::Fault;
use contract::staff::{SetupView, Template};
use rules::{Program, Timestamp};
use store::{Db, Tx, query};

/// Characters of a code at least.
pub const CODE_MIN: usize = 12;
/// Who does it, for the audit.
const ACTOR: &str = "setup";

/// The digest of the code, where there is one.
#[derive(Clone, Default)]
pub struct Setup(Option<String>);

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "open" } else { "closed" })
    }
}

/// A code without what people type differently.
fn plain(code: &str) -> String {
    let kept = code.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_uppercase).collect()
}

impl Setup {
    /// Takes this code. Case, spaces and dashes do not matter.
    #[must_use]
    pub fn with(code: &str) -> Self {
        Self(Some(ids::digest(plain(code).as_bytes())))
    }

    /// Whether this is the code.
    ///
    /// # Errors
    /// 403 `setup_code_wrong`.
    pub fn is(&self, code: &str) -> Result<()> {
        // Digests are compared, so that the time tells nothing of the code.
        let digest = ids::digest(plain(code).as_bytes());
        if self.0.as_ref() == Some(&digest) {
            return Ok(());
        }
        Err(Error::forbidden(
            "setup_code_wrong",
            "This is not the code that the server printed when it started.",
        ))
    }
}

/// How far the server is set up.
///
/// # Errors
/// When the database fails.
pub async fn read(db: &Db) -> Result<SetupView> {
    let programs: Vec<String> = db
        .look((), |mut tx, ()| {
            Box::pin(async move {
                let named = query("SELECT program FROM tenants LIMIT 2").fetch_all(&mut tx);
                let named = named.await.map_err(Error::from);
                (tx, named)
            })
        })
        .await?;
    Ok(SetupView {
        open: programs.is_empty(),
        program: <[String; 1]>::try_from(programs).ok().map(|[one]| one),
    })
}

/// What the first club is to be.
#[derive(Clone, Debug)]
pub struct First {
    /// The club to begin with.
    pub template: Template,
    /// Its id.
    pub program: String,
    /// What members call it.
    pub name: String,
    /// The language that comes first, of those that templates are written in.
    pub language: String,
    /// The owner's e-mail address, as [`staff::read_email`] gives it.
    pub email: String,
    /// The owner's password.
    pub password: Hashed,
}

/// The document of a template.
const fn document(template: Template) -> &'static str {
    match template {
        Template::Points => include_str!("../templates/points.json"),
        Template::Spending => include_str!("../templates/spending.json"),
        Template::Tiers => include_str!("../templates/tiers.json"),
        Template::Coalition => include_str!("../templates/coalition.json"),
    }
}

/// The program that a club begins with.
///
/// # Errors
/// 422 with every fault, at the places of the request that it comes from.
pub fn program(first: &First, now: Timestamp) -> Result<Program> {
    let mut program = programs::read(document(first.template))?;
    program.id.clone_from(&first.program);
    let name = first.name.trim();
    for language in &program.languages {
        program.name.insert(language.clone(), name.to_owned());
    }
    if !program.languages.contains(&first.language) {
        return Err(Error::invalid(
            "/language",
            "no_such_language",
            format!("Choose one of {}.", program.languages.join(", ")),
        ));
    }
    // The first is the one that a page without a language gets.
    program
        .languages
        .sort_by_key(|language| *language != first.language);
    let faults = programs::faults(&program, now);
    if faults.is_empty() {
        return Ok(program);
    }
    Err(Error::validation(faults.into_iter().map(placed).collect()))
}

/// A fault of the document at the place of the request that it comes from.
fn placed(fault: Fault) -> Fault {
    let at = match fault.pointer.as_str() {
        "/id" => "/program",
        other if other.starts_with("/name") => "/name",
        _ => return fault,
    };
    Fault {
        pointer: at.to_owned(),
        ..fault
    }
}

/// Makes the first club with its owner, and logs the owner in.
///
/// # Errors
/// 409 `already_set_up` when there is a club.
pub async fn make(tx: &mut Tx, program: Program, first: &First, now: Timestamp) -> Result<Cookie> {
    // There is always this row, and no club to lock: two who ask at once come after each other here.
    query("UPDATE schema_versions SET version = version WHERE version = 1")
        .execute(tx)
        .await?;
    let known: Option<String> = query("SELECT tenant FROM tenants LIMIT 1")
        .fetch_optional(tx)
        .await?;
    if known.is_some() {
        return Err(Error::already_set_up());
    }
    let (tenant, _) = programs::publish(tx, program, ACTOR, now).await?;
    let (email, password) = (&first.email, &first.password);
    let owner = staff::add(tx, &tenant, email, Role::Owner, password, ACTOR, now).await?;
    sessions::begin(tx, &tenant, &owner, password, now)
        .await?
        .ok_or_else(|| Error::internal("an account that was just made cannot log in"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::clock::Clock;
    use crate::passwords::{Password, Passwords};
    use std::collections::BTreeSet;

    async fn first(template: Template) -> First {
        let passwords = Passwords::default();
        let password = passwords.hash(Password::new("four plain long words"));
        First {
            template,
            program: "club".to_owned(),
            name: " چای‌خانهٔ بهار ".to_owned(),
            language: "en".to_owned(),
            email: "sara@shop.example".to_owned(),
            password: password.await.unwrap(),
        }
    }

    /// Every text of a document: objects whose keys are languages.
    fn texts(value: &serde_json::Value, found: &mut Vec<BTreeSet<String>>) {
        match value {
            serde_json::Value::Object(fields) => {
                if fields.contains_key("fa") || fields.contains_key("en") {
                    found.push(fields.keys().cloned().collect());
                }
                fields.values().for_each(|value| texts(value, found));
            }
            serde_json::Value::Array(values) => {
                values.iter().for_each(|value| texts(value, found));
            }
            _ => {}
        }
    }

    #[tokio::test]
    async fn each_template_is_a_sound_club_in_both_languages() {
        let now = Clock::System.now();
        let both = BTreeSet::from(["en", "fa"].map(str::to_owned));
        for template in Template::ALL {
            let program = program(&first(template).await, now).unwrap();
            assert_eq!((program.id.as_str(), program.version), ("club", 1));
            assert_eq!(program.languages, ["en", "fa"], "{template:?}");
            assert!(program.name.values().all(|name| name == "چای‌خانهٔ بهار"));
            let mut found = Vec::new();
            texts(
                &serde_json::from_str(document(template)).unwrap(),
                &mut found,
            );
            assert!(found.len() > 3, "{template:?}: {}", found.len());
            assert!(found.iter().all(|text| *text == both), "{template:?}");
        }
    }

    #[tokio::test]
    async fn each_template_is_the_kind_of_club_that_it_says() {
        let now = Clock::System.now();
        for template in Template::ALL {
            let it = program(&first(template).await, now).unwrap();
            let points = it.earning.purchase.is_some();
            let is = match template {
                Template::Points => points && !it.rewards.is_empty() && it.referral.is_some(),
                Template::Spending => !points && it.cashback.is_some(),
                Template::Tiers => it.tiers.is_some() && !it.memberships.is_empty(),
                Template::Coalition => it.partners.len() > 1 && it.rewards.len() > 1,
            };
            assert!(is, "{template:?}");
        }
    }

    #[tokio::test]
    async fn a_fault_is_told_where_it_was_typed() {
        let now = Clock::System.now();
        let good = first(Template::Points).await;
        for (wrong, at) in [
            (
                First {
                    program: "Tea House".to_owned(),
                    ..good.clone()
                },
                "/program",
            ),
            (
                First {
                    name: " ".to_owned(),
                    ..good.clone()
                },
                "/name",
            ),
            (
                First {
                    language: "tlh".to_owned(),
                    ..good
                },
                "/language",
            ),
        ] {
            let refused = program(&wrong, now).unwrap_err();
            let at_all = refused.faults().iter().map(|fault| fault.pointer.as_str());
            assert_eq!(BTreeSet::from_iter(at_all), BTreeSet::from([at]));
        }
    }

    #[test]
    fn the_code_is_known_however_it_is_typed_and_no_other_is() {
        let setup = Setup::with("4AQR-P8GH-KXDZ");
        for typed in ["4AQR-P8GH-KXDZ", "4aqrp8ghkxdz", " 4aqr p8gh kxdz "] {
            assert!(setup.is(typed).is_ok(), "{typed}");
        }
        for typed in ["", "4AQR-P8GH-KXDY", "4AQR-P8GH"] {
            assert_eq!(setup.is(typed).unwrap_err().code(), "setup_code_wrong");
        }
        for typed in ["", "4AQR-P8GH-KXDZ"] {
            assert!(Setup::default().is(typed).is_err(), "closed");
        }
        assert_eq!(format!("{setup:?}"), "open");
    }
}
