//! A story: what happens to one member's account, step by step, and what they have after each.

use rules::earning::purchase_points;
use rules::journal::{Account, Bill, Book, Event, Lines, Refused, Transaction, Why};
use rules::member::Member;
use rules::rewards::{self, Basket};
use rules::surveys::{self, Context};
use rules::{Money, Points, Program, Timestamp, Zone, ledger, offers, tiers};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(crate) struct Story {
    program: Program,
    zone: Zone,
    member: Member,
    steps: Vec<Step>,
}

/// One thing that happens.
#[derive(Deserialize)]
struct Step {
    at: Timestamp,
    event: Plain,
}

/// Events in short: what a story about points needs to say.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Plain {
    /// Fixed points that can be spent at once.
    Earn { lot: String, points: Points },
    /// A paid order whose base earns by the program's rule.
    Buy { order: String, base: Money },
    /// Points for a reward.
    Redeem { coupon: String, points: Points },
    /// The coupon is given back unused.
    Cancel { coupon: String },
    /// A part of an order's base goes back.
    Refund { order: String, amount: Money },
    /// Nothing happens; time has gone by.
    Wait,
}

/// The member's balances after each step, each as one line.
pub(crate) fn tell(mut story: Story) -> Result<Value, String> {
    let steps = std::mem::take(&mut story.steps);
    let first = steps.first().map_or(Timestamp(0), |step| step.at);
    let member = std::mem::take(&mut story.member);
    let mut account = Account::open(&story.program, &story.zone, member, first);
    let mut lines = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        let event = step.event.told(&mut story.program, number);
        let ends = |account: &Account| -> Vec<Option<Timestamp>> {
            account
                .member
                .lots
                .iter()
                .map(|lot| lot.expires_at)
                .collect()
        };
        let before = ends(&account);
        let applied = account.apply(&story.program, &story.zone, step.at, &event);
        let mut note = None;
        let mut gone = Points::ZERO;
        match applied {
            Ok(written) => gone = written.iter().map(ended).sum(),
            Err(Refused::NotEligible(_)) => note = Some("not enough points"),
            Err(refused) => return Err(format!("step {number}: {refused:?}")),
        }
        account.audit().map_err(str::to_owned)?;
        match &event {
            Event::GaveBack { .. } if ends(&account) != before => note = Some("reinstated"),
            Event::Refunded { order, .. } if story.keeps_too_much(&account, order) => {
                note = Some("some points could not be taken");
            }
            _ => {}
        }
        let now = ledger::balances_under(&story.program, &story.zone, &account.member, step.at);
        let mut line = json!({"available": now.available});
        let fields = [
            ("pending", now.pending),
            ("debt", now.debt),
            ("ended", gone),
        ];
        if let Some(line) = line.as_object_mut() {
            for (key, points) in fields.into_iter().filter(|(_, p)| *p != Points::ZERO) {
                line.insert(key.to_owned(), json!(points));
            }
            line.extend(note.map(|note| ("note".to_owned(), note.into())));
        }
        lines.push(line);
    }
    Ok(Value::Array(lines))
}

impl Story {
    /// Whether an order still has points that what remains of it does not earn.
    fn keeps_too_much(&self, account: &Account, order: &str) -> bool {
        let (Some(rule), Some(remaining)) = (
            &self.program.earning.purchase,
            account.order(order).map(|order| order.remaining),
        ) else {
            return false;
        };
        let earned = account.member.earned.iter().find(|e| e.source == order);
        earned.is_some_and(|e| e.points > purchase_points(rule, remaining, &[]))
    }
}

impl Plain {
    /// The event as the rules know it. A reward is made for what a coupon costs.
    fn told(self, program: &mut Program, number: usize) -> Event {
        match self {
            Self::Earn { lot, points } => Event::Credited {
                rule: "gift".to_owned(),
                source: lot,
                points,
                pending_days: 0,
            },
            Self::Buy { order, base } => {
                let total = base;
                Event::Paid(Bill::of(
                    &order,
                    &Basket {
                        total,
                        items: Vec::new(),
                    },
                ))
            }
            Self::Redeem { coupon, points } => {
                let reward = json!({
                    "id": format!("rwd_{number}"), "title": {}, "kind": "free_shipping",
                    "cost": points, "coupon_days": 3650,
                });
                let made = serde_json::from_value(reward).ok();
                program.rewards.extend(made);
                Event::Redeemed {
                    redemption: coupon,
                    reward: format!("rwd_{number}"),
                    units: 1,
                }
            }
            Self::Cancel { coupon } => Event::GaveBack { redemption: coupon },
            Self::Refund { order, amount } => Event::Refunded {
                order,
                refund: number.to_string(),
                base: Some(amount),
            },
            Self::Wait => Event::TimePassed,
        }
    }
}

/// Points that a transaction let end.
fn ended(transaction: &Transaction) -> Points {
    match &transaction.lines {
        Lines::Points(lines) if transaction.why == Why::Expiry => {
            let ended = lines.iter().filter(|(book, _)| *book == Book::Expired);
            ended.map(|(_, points)| *points).sum()
        }
        _ => Points::ZERO,
    }
}

/// A whole account: events as the rules know them, and then everything that a member would be told.
#[derive(Deserialize)]
pub(crate) struct Whole {
    program: Program,
    zone: Zone,
    member: Member,
    events: Vec<Told>,
    at: Timestamp,
    #[serde(default)]
    basket: Option<Basket>,
    #[serde(default)]
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Told {
    at: Timestamp,
    event: Event,
}

/// Balances, wallet, standing, eligibility of every reward, open offers, and which survey is asked.
pub(crate) fn tell_whole(whole: Whole) -> Result<Value, String> {
    let Whole {
        program,
        zone,
        member,
        events,
        at,
        basket,
        context,
    } = whole;
    let first = events.first().map_or(at, |told| told.at);
    let mut account = Account::open(&program, &zone, member, first);
    let mut refused = Vec::new();
    for (number, told) in events.iter().enumerate() {
        if let Err(reason) = account.apply(&program, &zone, told.at, &told.event) {
            refused.push(json!({"event": number, "because": reason}));
        }
        account.audit().map_err(str::to_owned)?;
    }
    account
        .apply(&program, &zone, at, &Event::TimePassed)
        .map_err(|refused| format!("{refused:?}"))?;
    let member = &account.member;
    let standing = program.tiers.as_ref().map(|ladder| {
        let standing = tiers::standing(ladder, program.calendar, &zone, member, at);
        json!({
            "tier": ladder.levels.get(standing.current).map(|level| &level.id),
            "value": standing.value,
            "progress": standing.progress,
        })
    });
    let reasons = rewards::eligibilities(&program, &zone, Some(member), basket.as_ref(), at);
    let ids = program.rewards.iter().map(|reward| reward.id.clone());
    let rewards: serde_json::Map<String, Value> = ids
        .zip(reasons.into_iter().map(|reasons| json!(reasons)))
        .collect();
    let open = offers::open(&program, &zone, member, at);
    let show = context.and_then(|context| {
        surveys::decide(&program, &zone, member, &member.prompts, &context, at).show
    });
    Ok(json!({
        "balances": ledger::balances_under(&program, &zone, member, at),
        "wallet": ledger::wallet(member, at).available,
        "standing": standing,
        "rewards": rewards,
        "offers": open.iter().map(|open| &open.offer).collect::<Vec<_>>(),
        "survey": show.map(|show| show.survey),
        "refused": refused,
    }))
}
