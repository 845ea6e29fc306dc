//! How whoever works at the desk has it done: in their own tenant, under their own name.

use crate::club::Club;
use crate::credentials::{Desk, Staff};
use crate::problem::{Error, Result, fault};
use crate::state::{State, Work};

impl Desk {
    /// Reads the club.
    pub(crate) async fn read<I, T, F>(&self, state: &State, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        state.read(self.tenant(), input, work).await
    }

    /// Changes the club, in the name of the key or the account.
    pub(crate) async fn write<I, T, F>(&self, state: &State, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        state.write(self.tenant(), self.actor(), input, work).await
    }
}

impl Staff {
    /// Changes the club, in the name of the account.
    pub(crate) async fn write<I, T, F>(&self, state: &State, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        state.write(self.tenant(), self.actor(), input, work).await
    }
}

/// Refuses a path that names another program than the credential's own.
pub(super) fn same_program(club: &Club, id: &str) -> Result<()> {
    if club.program().id == id {
        return Ok(());
    }
    Err(Error::not_found(format!("There is no program {id} here.")))
}

/// Most characters of a note.
const NOTE_MAX: usize = 1_000;

/// A note as it is kept: trimmed, and none when nothing is left.
pub(super) fn note(text: Option<&str>) -> Result<Option<String>> {
    let text = text.unwrap_or_default().trim();
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().count() > NOTE_MAX || text.contains(odd) {
        return Err(Error::validation(vec![fault(
            "/note",
            "bad_note",
            format!("A note has {NOTE_MAX} characters at most, and no control characters."),
        )]));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
