//! Lots by the books: which are pending, and how much was ever given.

use super::Gift;
use super::books::{Book, Unit};
use crate::Timestamp;
use crate::ledger::Taking;
use crate::member::Lot;
use std::collections::BTreeSet;

/// Which lots are not active yet by the books, and all that was ever given.
#[derive(Clone, Debug)]
pub(super) struct Shelf<A> {
    pub(super) pending: BTreeSet<String>,
    given: A,
}

impl<A: Unit> Default for Shelf<A> {
    fn default() -> Self {
        Self {
            pending: BTreeSet::new(),
            given: A::default(),
        }
    }
}

impl<A: Unit> Shelf<A> {
    pub(super) fn of(pending: BTreeSet<String>, given: A) -> Self {
        Self { pending, given }
    }

    pub(super) fn given(&self) -> A {
        self.given
    }

    /// How much of an amount can be given without losing exactness.
    fn room(&self, amount: A) -> A {
        amount.min(A::most().less(self.given)).max(A::default())
    }

    /// Puts as much of a gift as there is room for into a lot of its own; gives how much, and what the books
    /// say of it.
    pub(super) fn put(
        &mut self,
        lots: &mut Vec<Lot<A>>,
        id: String,
        now: Timestamp,
        gift: &Gift<'_, A>,
    ) -> Option<(A, Vec<(Book, A)>)> {
        let amount = self.room(gift.amount);
        if amount == A::default() {
            return None;
        }
        self.given = self.given.and(amount);
        let mut book = Book::Available;
        if now < gift.activates_at {
            self.pending.insert(id.clone());
            book = Book::Pending;
        }
        lots.push(Lot {
            id,
            earned_at: now,
            activates_at: gift.activates_at,
            expires_at: gift.expires_at,
            remaining: amount,
        });
        Some((
            amount,
            vec![(Book::Issued, amount.negative()), (book, amount)],
        ))
    }

    /// Takes up lots that are there already; gives what the books say of them.
    pub(super) fn stock(&mut self, lots: &mut [Lot<A>], now: Timestamp) -> Vec<(Book, A)> {
        let mut sums = (A::default(), A::default());
        let mut known = BTreeSet::new();
        for (place, lot) in lots.iter_mut().enumerate() {
            // Two lots of one name cannot be told apart.
            if !known.insert(lot.id.clone()) {
                lot.id = ["#", &place.to_string(), "#", &lot.id].concat();
            }
            lot.remaining = self.room(lot.remaining);
            self.given = self.given.and(lot.remaining);
            let sum = if now < lot.activates_at {
                self.pending.insert(lot.id.clone());
                &mut sums.0
            } else {
                &mut sums.1
            };
            *sum = sum.and(lot.remaining);
        }
        vec![(Book::Pending, sums.0), (Book::Available, sums.1)]
    }

    /// What is in pending lots, and in active ones.
    pub(super) fn split(&self, lots: &[Lot<A>]) -> (i128, i128) {
        let (pending, active): (Vec<_>, Vec<_>) =
            lots.iter().partition(|lot| self.pending.contains(&lot.id));
        let sum = |lots: Vec<&Lot<A>>| lots.iter().map(|lot| lot.remaining.wide()).sum();
        (sum(pending), sum(active))
    }

    /// The book that a lot's amount is in.
    pub(super) fn book(&self, lot: &str) -> Book {
        if self.pending.contains(lot) {
            Book::Pending
        } else {
            Book::Available
        }
    }

    /// What leaves which book.
    pub(super) fn leaving(&self, takings: &[Taking<A>]) -> Vec<(Book, A)> {
        let mut lines: Vec<(Book, A)> = Vec::new();
        for taking in takings {
            let book = self.book(&taking.lot);
            match lines.iter_mut().find(|(b, _)| *b == book) {
                Some((_, sum)) => *sum = sum.less(taking.points),
                None => lines.push((book, taking.points.negative())),
            }
        }
        lines
    }
}
