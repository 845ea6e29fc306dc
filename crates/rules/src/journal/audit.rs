//! Whether the books agree with themselves and with the lots.

use super::Account;
use super::books::{Book, Lines, Unit};
use crate::{Money, Points};

impl Account {
    /// What a book holds, by all transactions.
    pub fn points_in(&self, book: Book) -> i128 {
        let sum = |lines: &Vec<(Book, Points)>| sum_in(lines, book);
        self.journal
            .iter()
            .map(|t| {
                if let Lines::Points(lines) = &t.lines {
                    sum(lines)
                } else {
                    0
                }
            })
            .sum()
    }

    /// [`Self::points_in`] for wallet credit.
    pub fn wallet_in(&self, book: Book) -> i128 {
        let sum = |lines: &Vec<(Book, Money)>| sum_in(lines, book);
        self.journal
            .iter()
            .map(|t| {
                if let Lines::Wallet(lines) = &t.lines {
                    sum(lines)
                } else {
                    0
                }
            })
            .sum()
    }

    /// Whether the books agree with themselves and with the lots.
    ///
    /// # Errors
    /// What does not agree.
    pub fn audit(&self) -> Result<(), &'static str> {
        if self.journal.iter().any(|t| t.lines.sum() != 0) {
            return Err("a transaction does not sum to zero");
        }
        let (pending, available) = self.points.split(&self.member.lots);
        let (pending_money, money) = self.wallet.split(&self.member.wallet);
        let facts = [
            (
                self.points_in(Book::Pending),
                pending,
                "pending points are not in pending lots",
            ),
            (
                self.points_in(Book::Available),
                available,
                "available points are not in active lots",
            ),
            (
                self.points_in(Book::Held),
                self.member.held.wide(),
                "held points differ",
            ),
            (
                self.points_in(Book::Debt),
                -self.member.debt.wide(),
                "the debt differs",
            ),
            (
                self.wallet_in(Book::Pending),
                pending_money,
                "pending credit is not in pending lots",
            ),
            (
                self.wallet_in(Book::Available),
                money,
                "wallet credit is not in active lots",
            ),
        ];
        if let Some((.., what)) = facts.iter().find(|(book, lots, _)| book != lots) {
            return Err(what);
        }
        let below = |sum: i128| sum < 0;
        let negative = [
            Book::Available,
            Book::Pending,
            Book::Held,
            Book::Redeemed,
            Book::Expired,
        ]
        .iter()
        .any(|book| below(self.points_in(*book)) || below(self.wallet_in(*book)));
        if negative {
            return Err("a book is below zero");
        }
        if self.points_in(Book::Debt) > 0 {
            return Err("more was paid than was owed");
        }
        Ok(())
    }
}

fn sum_in<A: Unit>(lines: &[(Book, A)], book: Book) -> i128 {
    lines
        .iter()
        .filter(|(b, _)| *b == book)
        .map(|(_, amount)| amount.wide())
        .sum()
}
