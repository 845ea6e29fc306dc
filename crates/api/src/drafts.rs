//! What a marketer is writing: one draft for each club, which may be as broken as it has to be meanwhile.
//!
//! A draft is any JSON object. Each save gives it the next revision, and a save may name the revision that it is
//! built upon, so that two people do not undo each other's work. Revisions are never used again, not even after the
//! draft was discarded.

use crate::club::Club;
use crate::problem::{Error, Result};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use rules::Timestamp;
use serde_json::json;

/// Which draft a request is built upon, by its `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whichever there is.
    Any,
    /// The one with this revision.
    Revision(i64),
    /// One with a tag that was never given.
    Unknown,
}

impl Expected {
    /// Refuses a request that is built upon another draft than this one.
    ///
    /// # Errors
    /// 412 `draft_changed`.
    pub fn is(self, revision: i64) -> Result<()> {
        match self {
            Self::Any => Ok(()),
            Self::Revision(known) if known == revision => Ok(()),
            Self::Revision(_) | Self::Unknown => Err(Error::draft_changed(revision)),
        }
    }

    fn read(tag: &str) -> Self {
        let tag = tag.trim();
        if tag == "*" {
            return Self::Any;
        }
        let number = tag
            .strip_prefix('"')
            .and_then(|tag| tag.strip_suffix('"'))
            .and_then(|tag| tag.parse().ok());
        number.map_or(Self::Unknown, Self::Revision)
    }
}

impl<S: Sync> FromRequestParts<S> for Expected {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let tag = parts.headers.get(header::IF_MATCH);
        Ok(tag.map_or(Self::Any, |tag| {
            tag.to_str().map_or(Self::Unknown, Self::read)
        }))
    }
}

/// A draft as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Grows with each save.
    pub revision: i64,
    /// What was saved, as it was sent.
    pub document: String,
    /// Who saved it.
    pub updated_by: String,
    /// Their address, when it was somebody with an account.
    pub email: Option<String>,
    /// When.
    pub updated_at: Timestamp,
}

/// What there is of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// The last revision that was used, 0 before the first.
    pub revision: i64,
    /// The draft, when there is one.
    pub draft: Option<Draft>,
}

/// What there is of a draft.
///
/// # Errors
/// When the database fails.
pub async fn get(club: &mut Club) -> Result<Shelf> {
    let row = club.query(
        "SELECT d.revision, d.document, d.updated_by, d.updated_at, s.email FROM drafts d
         LEFT JOIN staff s ON s.tenant = d.tenant AND s.staff = d.updated_by WHERE d.tenant = $1",
    );
    let row: Option<(i64, String, String, i64, Option<String>)> =
        row.fetch_optional(&mut club.tx).await?;
    let Some((revision, document, updated_by, updated_at, email)) = row else {
        return Ok(Shelf {
            revision: 0,
            draft: None,
        });
    };
    let draft = (!document.is_empty()).then_some(Draft {
        revision,
        document,
        updated_by,
        email,
        updated_at: Timestamp(updated_at),
    });
    Ok(Shelf { revision, draft })
}

/// The draft, locked until the transaction ends.
///
/// # Errors
/// 412 when it is not the expected one, 409 `no_draft` when there is none.
pub async fn take(club: &mut Club, expected: Expected) -> Result<Draft> {
    lock(club).await?;
    let shelf = get(club).await?;
    expected.is(shelf.revision)?;
    shelf.draft.ok_or_else(|| {
        Error::conflict(
            "no_draft",
            "There is no draft to publish. PUT one, or roll back to a version.",
        )
    })
}

/// Saves a draft on top of the expected one.
///
/// # Errors
/// 412 when somebody has saved another one in the meantime.
pub async fn put(club: &mut Club, document: &str, expected: Expected) -> Result<Draft> {
    write(club, document, expected, "draft.saved").await?;
    let saved = get(club).await?.draft;
    saved.ok_or_else(|| Error::internal("a draft that was saved is not there"))
}

/// Discards the draft, if there is one. Whether there was.
///
/// # Errors
/// 412 when it is not the expected one.
pub async fn discard(club: &mut Club, expected: Expected) -> Result<bool> {
    lock(club).await?;
    if get(club).await?.draft.is_none() {
        return Ok(false);
    }
    write(club, "", expected, "draft.discarded").await?;
    Ok(true)
}

/// Two writers of one draft, its publication included, come after each other here.
async fn lock(club: &mut Club) -> Result<()> {
    let row = club.query("UPDATE tenants SET created_at = created_at WHERE tenant = $1");
    row.execute(&mut club.tx).await?;
    Ok(())
}

async fn write(club: &mut Club, document: &str, expected: Expected, action: &str) -> Result<()> {
    lock(club).await?;
    let revision = get(club).await?.revision;
    expected.is(revision)?;
    let (actor, now) = (club.actor().to_owned(), club.now.0);
    club.query(
        "INSERT INTO drafts (tenant, document, revision, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant) DO UPDATE SET document = excluded.document, revision = excluded.revision,
             updated_by = excluded.updated_by, updated_at = excluded.updated_at",
    )
    .bind(document)
    .bind(revision.saturating_add(1))
    .bind(actor)
    .bind(now)
    .execute(&mut club.tx)
    .await?;
    let object = club.program().id.clone();
    let detail = json!({ "revision": revision.saturating_add(1) });
    club.audit(action, &object, detail).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_was_never_given_fits_nothing() {
        for (tag, expected) in [
            ("*", Expected::Any),
            ("\"3\"", Expected::Revision(3)),
            (" \"3\" ", Expected::Revision(3)),
            ("3", Expected::Unknown),
            ("W/\"3\"", Expected::Unknown),
            ("\"x\"", Expected::Unknown),
            ("", Expected::Unknown),
        ] {
            assert_eq!(Expected::read(tag), expected, "{tag}");
        }
        assert!(Expected::Any.is(7).is_ok());
        assert!(Expected::Revision(7).is(7).is_ok());
        for wrong in [Expected::Revision(6), Expected::Unknown] {
            let refused = wrong.is(7).map_err(|error| error.code());
            assert_eq!(refused, Err("draft_changed"));
        }
    }
}
