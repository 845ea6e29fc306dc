//! What a product or a basket would bring, told before it is bought.

use super::answer;
use super::desk::same_program;
use super::paths::ProgramId;
use crate::body::Json;
use crate::books;
use crate::club::Club;
use crate::credentials::{Page, Peer, Shopper};
use crate::explain::locale;
use crate::inputs::Path;
use crate::limits::Kind;
use crate::openapi::{Route, Tag, post};
use crate::problem::{Error, Result, fault};
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::problem::Fault;
use contract::shopper::{Earning, EarningsInput, EarningsReply};
use rules::Money;
use rules::explain::brings;
use rules::member::Member;
use rules::whatif::simulate;
use rules::words::Words;
use serde_json::{Value, json};

/// Baskets in one request.
const BASKETS: usize = 50;
/// Lines of one basket.
const LINES: usize = 200;
/// Most that an order's line may cost; a discount that stands as a line of its own is no more.
const MONEY_MAX: i64 = 1_000_000_000_000_000;

pub(super) fn routes() -> Vec<Route> {
    let asked = json!({ "language": "en", "baskets": [
        { "total": 12_000, "items": [{ "sku": "tea-250", "category": "black", "amount": 12_000 }] },
    ] });
    vec![
        post("/v1/programs/{program}/earnings", of_guests)
            .named(
                "tellEarnings",
                "Tell what baskets would bring",
                "Each basket is played by the rules of the program as an order of a new member that is paid now: with \
                 campaigns, caps and excluded categories, and without what a member has of their own. Nothing is \
                 written.",
            )
            .tagged(Tag::Guests)
            .body("A product", asked.clone())
            .replies::<EarningsReply>(200, "What each would bring.", example())
            .refuses(&["validation_failed"]),
        post("/v1/me/earnings", of_members)
            .named(
                "tellMyEarnings",
                "Tell what baskets would bring the member",
                "As for guests, with the member's own tier, plan and segments, and what is left under the caps.",
            )
            .tagged(Tag::Shopper)
            .body("A product", asked)
            .replies::<EarningsReply>(200, "What each would bring.", example())
            .refuses(&["validation_failed", "not_a_member"]),
    ]
}

fn example() -> Value {
    json!({ "earnings": [
        { "points": 120, "cashback": 0, "pending_until": null, "text": "You earn 120 points with this" },
    ] })
}

async fn of_guests(
    Shared(state): Shared<State>,
    page: Page,
    peer: Peer,
    Path(ProgramId(name)): Path<ProgramId>,
    Json { value, .. }: Json<EarningsInput>,
) -> Result<Response> {
    peer.count(&state, Kind::Program)?;
    let told = state.read(&page.tenant, (name, value), |club, (name, asked)| {
        Box::pin(async move {
            same_program(club, name)?;
            sound(club, asked)?;
            let nobody = Member {
                joined_at: club.now,
                ..Member::default()
            };
            tell(club, &nobody, asked)
        })
    });
    answer::ok(&told.await?)
}

async fn of_members(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Json { value, .. }: Json<EarningsInput>,
) -> Result<Response> {
    let told = shopper.read(&state, value, |club, member, asked| {
        Box::pin(async move {
            sound(club, asked)?;
            let account = books::facts(club, &member.member).await?;
            tell(club, &account.member, asked)
        })
    });
    answer::ok(&told.await?)
}

/// Lists of a length that one request may ask for, and amounts that an order could have.
fn sound(club: &Club, asked: &EarningsInput) -> Result<()> {
    let mut faults = Vec::new();
    let own = &club.program().currency.code;
    if asked.currency.as_ref().is_some_and(|code| code != own) {
        let detail = "Use the program's currency.";
        faults.push(fault("/currency", "wrong_currency", detail));
    }
    if !(1..=BASKETS).contains(&asked.baskets.len()) {
        let detail = format!("Name 1 to {BASKETS} baskets.");
        faults.push(fault("/baskets", "too_many", detail));
    }
    for (at, basket) in asked.baskets.iter().take(BASKETS).enumerate() {
        if !is_amount(basket.total) {
            faults.push(too_large(format!("/baskets/{at}/total")));
        }
        if basket.items.len() > LINES {
            let detail = format!("Name {LINES} lines at most.");
            faults.push(fault(format!("/baskets/{at}/items"), "too_many", detail));
            continue;
        }
        for (line, item) in basket.items.iter().enumerate() {
            if !is_amount(item.amount) {
                faults.push(too_large(format!("/baskets/{at}/items/{line}/amount")));
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Error::validation(faults))
}

fn is_amount(money: Money) -> bool {
    (-MONEY_MAX..=MONEY_MAX).contains(&money.0)
}

fn too_large(pointer: String) -> Fault {
    fault(pointer, "out_of_range", "The amount is too large.")
}

fn tell(club: &Club, member: &Member, asked: &EarningsInput) -> Result<EarningsReply> {
    let (program, zone) = (club.program(), club.zone());
    let locale = locale(program, asked.language.as_deref())?;
    let words = Words::new(&locale, program, zone);
    let earnings = asked.baskets.iter().map(|basket| {
        let what = simulate(program, zone, member, basket, club.now);
        Earning {
            points: what.points,
            cashback: what.cashback,
            pending_until: what.pending_until,
            text: brings(&what).map(|message| words.say(&message)),
        }
    });
    Ok(EarningsReply {
        earnings: earnings.collect(),
    })
}
