//! A member's books: the account that the rules keep, in rows.
//!
//! A write begins with [`Books::open`], which locks the member and hands the rows to [`rules::journal`];
//! [`Books::apply`] lets the rules say what an event changes; [`Books::close`] writes down what is new. So every
//! change of points, wherever it comes from, is made by the same rules that the browser has, and is one new
//! entry of which the database itself checks that it sums to 0.
//!
//! A read takes the same rows without the lock, and lets time pass in memory: nobody has to write before
//! somebody can read.

mod credits;
mod due;
mod load;
mod many;
mod moves;
mod payments;
mod save;
mod stock;
mod tell;
mod warm;

pub use load::{About, facts};
pub(crate) use load::{Item, day};
pub(crate) use many::page;
pub(crate) use warm::Warm;

use crate::club::Club;
use crate::problem::{Error, Result};
use crate::programs::Standing;
use rules::journal::{Account, CouponState, Event, Kept, Refused, Transaction, Why};
use rules::{Points, Timestamp, review};

/// What else of a redemption that the rules make is written down.
#[derive(Clone, Debug, Default)]
pub struct Coupon {
    /// The redemption's id.
    pub redemption: String,
    /// The intent that made it.
    pub key: String,
    /// Its code.
    pub code: String,
    /// It came along with something else; nobody asked for it.
    pub gift: bool,
}

/// See the module. Dropped without [`Books::close`], it has changed nothing.
#[derive(Debug)]
pub struct Books {
    /// Whose they are.
    pub member: String,
    /// The account as it stands.
    pub account: Account,
    before: Kept,
    tier: Option<String>,
    told: due::Told,
    due_at: Option<Timestamp>,
    notices: Vec<tell::Notice>,
    woken: bool,
    coupons: Vec<Coupon>,
    /// The program with what is left of each stock, where a gift may run out.
    standing: Option<Standing>,
}

impl Books {
    /// Applies an event now, and gives what it wrote. A clock that went back does not undo what has been
    /// written already.
    ///
    /// # Errors
    /// Why the rules refuse it.
    pub fn apply(&mut self, club: &Club, event: &Event) -> Result<Vec<Transaction>, Refused> {
        let now = self.account.settled_at().max(club.now);
        let program = self.standing.as_deref().unwrap_or(club.program());
        let written = self.account.apply(program, club.zone(), now, event)?;
        Ok(written.to_vec())
    }

    /// Lets time do what it does up to now.
    ///
    /// # Errors
    /// None that the rules know of.
    pub fn settle(&mut self, club: &Club) -> Result<()> {
        let now = self.account.settled_at().max(club.now);
        let program = self.standing.as_deref().unwrap_or(club.program());
        review::settle(program, club.zone(), &mut self.account, now)
            .map_err(|refused| Error::internal(format!("time was refused: {refused:?}")))
    }

    /// Names the coupon that an event is about to make.
    pub fn expect(&mut self, coupon: Coupon) {
        self.coupons.push(coupon);
    }

    /// Redemptions whose coupons ended unused since the books were opened.
    #[must_use]
    pub fn ended_coupons(&self) -> Vec<String> {
        let after = self.account.keep().redemptions;
        let was_open = |id: &str| {
            let mut before = self.before.redemptions.iter();
            before.any(|known| known.id == id && known.state == CouponState::Open)
        };
        let ended = after.into_iter().filter(|r| r.state == CouponState::Ended);
        ended.map(|r| r.id).filter(|id| was_open(id)).collect()
    }

    /// Points that transactions took back.
    #[must_use]
    pub fn taken(written: &[Transaction]) -> Points {
        sum_of(written, Why::Clawback)
    }

    /// Points that came back from redemptions.
    #[must_use]
    pub fn returned(written: &[Transaction]) -> Points {
        sum_of(written, Why::Return)
    }

    /// Points that transactions gave.
    #[must_use]
    pub fn given(written: &[Transaction], why: Why) -> Points {
        sum_of(written, why)
    }
}

/// What moved between the member and the merchant, or came back to the member.
fn sum_of(written: &[Transaction], why: Why) -> Points {
    use rules::journal::{Book, Lines};
    let of = |transaction: &Transaction| match &transaction.lines {
        Lines::Points(lines) => lines
            .iter()
            .filter(|(book, _)| matches!(book, Book::Issued | Book::Redeemed))
            .map(|(_, points)| points.0.saturating_abs())
            .fold(0_i64, i64::saturating_add),
        Lines::Wallet(_) => 0,
    };
    let sums = written.iter().filter(|t| t.why == why).map(of);
    Points(sums.fold(0_i64, i64::saturating_add))
}

/// Applies one event to one member and writes it down.
///
/// # Errors
/// When the rules refuse it: [`refusal`]; or the database fails.
pub async fn post(
    club: &mut Club,
    member: &str,
    about: About<'_>,
    event: &Event,
) -> Result<Vec<Transaction>> {
    let mut books = Books::open(club, member, about).await?;
    let written = books
        .apply(club, event)
        .map_err(|refused| refusal(&refused))?;
    books.close(club).await?;
    Ok(written)
}

/// What a caller is told when the rules refuse an event that no better words were found for.
#[must_use]
pub fn refusal(refused: &Refused) -> Error {
    match refused {
        Refused::Unknown => Error::not_found("The program or the club knows nothing of this id."),
        Refused::NotEnough { missing } => Error::refused(
            "not_enough_points",
            format!("There are {missing} too few for this."),
        ),
        Refused::CouponNotUsable => {
            Error::refused("coupon_used", "This coupon cannot be used any more.")
        }
        Refused::NotCancellable => Error::refused(
            "not_cancellable",
            "Only an open redemption can be cancelled.",
        ),
        Refused::OfferClosed => Error::refused("offer_closed", "This offer is not open."),
        Refused::NotEarned(why) => {
            Error::refused("not_earned", format!("Nothing is earned: {}.", why.code()))
        }
        Refused::BadAmount => Error::invalid("", "out_of_range", "This amount cannot be."),
        Refused::NotEligible(_) => {
            Error::refused("not_eligible", "This reward cannot be taken now.")
        }
        Refused::TooEarly => Error::internal("an event before the books' last instant"),
    }
}

/// The time, as an optional column.
pub(crate) fn ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.0)
}
