//! Gifts for an occasion, as a member takes them.
//!
//! The rules say which offers are open and what each gives, on what is true under the member's lock. An occasion
//! has a name, and the member's row for offer and occasion is there once at most, so that no gift comes twice. An
//! offer that multiplies is not taken: it applies to the next purchase by itself.

use crate::books::{About, Books, refusal};
use crate::club::Club;
use crate::problem::{Error, Result, fault};
use crate::{programs, redemptions};
use contract::shopper::TakenOffer;
use rules::journal::{Book, Event, Lines, Transaction};
use rules::offers::{self, Verdict};
use rules::program::{Benefit, Offer};
use rules::{Money, Points};
use serde_json::json;

/// Takes an open offer for the member and gives what it brings.
///
/// # Errors
/// 404 for an offer that the program has not; 409 `offer_automatic` for one that multiplies; 409 `offer_closed`
/// with the reason (the rules' verdict, or `blocked` for a member whom the merchant has stopped); 503 when the
/// last gift went to somebody else at the same instant: sent again, the request finds the offer closed.
pub async fn take(club: &mut Club, member: &str, id: &str) -> Result<TakenOffer> {
    let published = club.published();
    let offer = published.program.offers.iter().find(|offer| offer.id == id);
    let offer = offer.ok_or_else(|| Error::not_found(format!("The program has no offer {id}.")))?;
    if matches!(offer.benefit, Benefit::Multiplier(_)) {
        return Err(Error::refused(
            "offer_automatic",
            "This offer multiplies the points of the next purchase by itself; there is nothing to take.",
        ));
    }
    let mut books = Books::open(club, member, About::MEMBER).await?;
    books.settle(club)?;
    let occasion = judged(club, &books, offer).await?;
    let event = Event::TookOffer {
        offer: id.to_owned(),
    };
    let before = books.account.keep().redemptions.len();
    let written = books
        .apply(club, &event)
        .map_err(|refused| refusal(&refused))?;
    let gift = books.account.keep().redemptions.into_iter().nth(before);
    let gift = gift.and_then(|redemption| redemption.gift);
    books.close(club).await?;
    let redemption = match gift {
        Some(gift) => Some(redemptions::of_gift(club, member, &gift).await?),
        None => None,
    };
    let (points, wallet) = given(&written);
    let detail = json!({ "member": member, "occasion": occasion });
    club.audit("offer.taken", id, detail).await?;
    Ok(TakenOffer {
        id: id.to_owned(),
        occasion,
        at: club.now,
        points,
        wallet,
        redemption,
    })
}

/// The occasion's name when the offer is open.
async fn judged(club: &mut Club, books: &Books, offer: &Offer) -> Result<String> {
    let program = programs::as_it_stands(club).await?;
    let facts = &books.account.member;
    let now = books.account.settled_at();
    let all = offers::judge(&program, club.zone(), facts, now);
    let verdict = all.into_iter().find(|(id, _)| *id == offer.id);
    let verdict = verdict.map_or(Verdict::NotTriggered, |(_, verdict)| verdict);
    match verdict {
        Verdict::Open { .. } if facts.blocked => Err(closed(
            "blocked",
            "The merchant has stopped this member from taking anything.",
        )),
        Verdict::Open { occasion, .. } => Ok(occasion),
        other => Err(closed(other.code(), sentence(&other))),
    }
}

fn closed(code: &'static str, why: impl Into<String>) -> Error {
    Error::refused(
        "offer_closed",
        "This offer cannot be taken now; see `errors` for the reason.",
    )
    .with_errors(vec![fault("", code, why)])
}

/// The verdict for a developer; shoppers read the panel's own words for its code.
fn sentence(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Open { .. } => "The offer is open.".to_owned(),
        Verdict::NotTriggered => "The occasion of this offer is not there.".to_owned(),
        Verdict::NotStarted { at } => format!("The offer begins at {at}."),
        Verdict::Ended { at } => format!("The offer ended at {at}."),
        Verdict::WrongTier => "The offer is for other tiers.".to_owned(),
        Verdict::NotInSegment => "The offer is for other segments.".to_owned(),
        Verdict::TooNew { at } => {
            format!("The member has not been one for long enough until {at}.")
        }
        Verdict::TooFewOrders => "The member has too few paid orders.".to_owned(),
        Verdict::NotInArm => "The offer is for another arm of its experiment.".to_owned(),
        Verdict::SoldOut => "No gift is left.".to_owned(),
        Verdict::Taken => "The member has had it for this occasion.".to_owned(),
        Verdict::LimitReached {
            resets_at: Some(at),
        } => {
            format!("The member has had it as often as one may until {at}.")
        }
        Verdict::LimitReached { resets_at: None } => {
            "The member has had it as often as one ever may.".to_owned()
        }
        Verdict::Lapsed { at } => {
            format!("The hours in which it could be taken were over at {at}.")
        }
    }
}

/// Points and wallet credit that transactions gave to the member.
fn given(written: &[Transaction]) -> (Points, Money) {
    let (mut points, mut money) = (Points::ZERO, Money::ZERO);
    let issued = |book: &Book| *book == Book::Issued;
    for transaction in written
        .iter()
        .filter(|t| t.why == rules::journal::Why::Offer)
    {
        match &transaction.lines {
            Lines::Points(lines) => {
                let issued = lines.iter().filter(|(book, _)| issued(book));
                points = points.minus(issued.map(|(_, amount)| *amount).sum());
            }
            Lines::Wallet(lines) => {
                let issued = lines.iter().filter(|(book, _)| issued(book));
                money = money.minus(issued.map(|(_, amount)| *amount).sum());
            }
        }
    }
    (points, money)
}
