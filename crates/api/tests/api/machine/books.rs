//! Every event of the rules, through the books of both engines and in memory.

use super::events::{HOUR_MS, MEMBERS, Step, everything, some_steps, some_ways};
use super::{Databases, engines, play, runtime};
use crate::harness::{Shop, program};
use api::books::{self, About, Books, Coupon};
use api::club::{Club, word};
use rules::journal::{Account, Book, Event, Kept, Lines, Redemption, Refused, Transaction};
use rules::{Program, Zone};
use serde_json::{Value, json};
use store::query;

fn about(event: &Event) -> About<'_> {
    let mut about = About::MEMBER;
    match event {
        Event::Paid(bill) => about.order = Some(&bill.order),
        Event::Refunded { order, .. }
        | Event::Cancelled { order }
        | Event::WalletSpent { order, .. }
        | Event::CouponUsed { order, .. } => about.order = Some(order),
        _ => {}
    }
    about
}

/// The event as the server does it: locked, read from rows, applied, written down.
async fn does(
    club: &mut Club,
    member: &str,
    event: &Event,
) -> api::problem::Result<Result<Vec<Transaction>, Refused>> {
    let mut books = Books::open(club, member, about(event)).await?;
    if let Event::Paid(bill) = event {
        club.query(
            "INSERT INTO orders (tenant, order_id, member, status, currency, items, placed_at, updated_at)
             VALUES ($1, $2, $3, 'paid', 'EUR', $4, 0, 0) ON CONFLICT DO NOTHING",
        )
        .bind(&bill.order)
        .bind(member)
        .bind(json!([[bill.lines[0].sku, null, 2, 0]]).to_string())
        .execute(&mut club.tx)
        .await?;
    }
    if let Event::Redeemed { redemption, .. } = event {
        books.expect(Coupon {
            redemption: redemption.clone(),
            key: redemption.clone(),
            code: redemption.clone(),
            gift: false,
        });
    }
    match books.apply(club, event) {
        Ok(written) => {
            books.close(club).await?;
            Ok(Ok(written))
        }
        Err(refused) => Ok(Err(refused)),
    }
}

/// One engine with the club, and each member's account in memory beside it.
struct Played {
    shop: Shop,
    tenant: String,
    program: Program,
    zone: Zone,
    members: Vec<(String, Account)>,
}

impl Played {
    async fn open(mut shop: Shop, club: &Value) -> Self {
        shop.keys =
            crate::harness::publish(&shop.state.db, program(&Databases::name()), shop.now()).await;
        let tenant = shop.tenant().await;
        publish(&shop, &tenant, club).await;
        let mut members = Vec::new();
        let mut published = None;
        for sub in MEMBERS {
            shop.member(sub).await;
            let (id, account, found) = shop
                .state
                .read(&tenant, sub, |club, sub| {
                    Box::pin(async move {
                        let find =
                            "SELECT member FROM members WHERE tenant = $1 AND external_id = $2";
                        let id: String =
                            club.query(find).bind(*sub).fetch_one(&mut club.tx).await?;
                        let account = books::facts(club, &id).await?;
                        Ok((id, account, club.published()))
                    })
                })
                .await
                .unwrap();
            members.push((id, Account::resume(account.keep())));
            published = Some(found);
        }
        let published = published.unwrap();
        Self {
            shop,
            tenant,
            program: published.program.clone(),
            zone: published.zone.clone(),
            members,
        }
    }

    /// The same event in the database and in memory; what it came to.
    async fn step(&mut self, step: &Step) -> Result<Vec<Transaction>, Refused> {
        self.shop.pass_ms(step.hours * HOUR_MS);
        let (id, account) = &mut self.members[step.member];
        let input = (id.clone(), step.event.clone());
        let done = self
            .shop
            .state
            .write(&self.tenant, "machine", input, |club, (member, event)| {
                Box::pin(does(club, member, event))
            })
            .await
            .unwrap();
        let now = account.settled_at().max(self.shop.now());
        let before = account.clone();
        let expected = account
            .apply(&self.program, &self.zone, now, &step.event)
            .map(<[Transaction]>::to_vec);
        if expected.is_err() {
            // What is refused leaves no row, not even of what time did.
            *account = before;
        }
        let plain = |written: &Result<Vec<Transaction>, Refused>| {
            let lines = |all: &Vec<Transaction>| all.iter().map(line).collect::<Vec<_>>();
            written.as_ref().map(lines).map_err(Clone::clone)
        };
        assert_eq!(plain(&done), plain(&expected), "{:?}", step.event);
        done
    }

    /// What is in the rows is what is in memory: lots, entries, redemptions.
    async fn agrees(&self, member: usize) -> (Value, Vec<String>) {
        let (id, account) = &self.members[member];
        let (facts, entries) = self
            .shop
            .state
            .read(&self.tenant, id.clone(), |club, id| {
                Box::pin(async move {
                    let facts = books::facts(club, id).await?;
                    Ok((facts, entries(club, id).await?))
                })
            })
            .await
            .unwrap();
        let now = account.settled_at().max(self.shop.now());
        let mut timed = account.clone();
        timed
            .apply(&self.program, &self.zone, now, &Event::TimePassed)
            .unwrap();
        let kept = told(&facts.keep());
        assert_eq!(kept, told(&timed.keep()));
        let written: Vec<String> = account.journal().iter().map(line).collect();
        assert_eq!(entries, written);
        (kept, entries)
    }
}

/// Puts a version there as one that was published: what this club has is more than routes serve.
async fn publish(shop: &Shop, tenant: &str, club: &Value) {
    let program: Program = serde_json::from_value(club.clone()).unwrap();
    let faults = rules::validate::validate(&program);
    assert!(faults.is_empty(), "{faults:?}");
    let text = serde_json::to_string(&program).unwrap();
    shop.state
        .db
        .write((tenant.to_owned(), text), |mut tx, (tenant, text)| {
            Box::pin(async move {
                let insert =
                    "INSERT INTO programs (tenant, version, document, published_by, published_at)
                    VALUES ($1, 2, $2, 'machine', 0)";
                let done = query(insert).bind(tenant).bind(text).execute(&mut tx).await;
                (tx, done)
            })
        })
        .await
        .unwrap();
}

/// An entry, as the journal says it.
fn line(transaction: &Transaction) -> String {
    let mut sums = [0_i64; 7];
    let place = |book: Book| match book {
        Book::Issued => 0,
        Book::Available => 1,
        Book::Pending => 2,
        Book::Held => 3,
        Book::Redeemed => 4,
        Book::Expired => 5,
        Book::Debt => 6,
    };
    let unit = match &transaction.lines {
        Lines::Points(lines) => {
            lines.iter().for_each(|(book, n)| sums[place(*book)] += n.0);
            "points"
        }
        Lines::Wallet(lines) => {
            lines.iter().for_each(|(book, n)| sums[place(*book)] += n.0);
            "wallet"
        }
    };
    let (id, at, why, corrects) = (
        transaction.id,
        transaction.at.0,
        word(transaction.why),
        transaction.corrects,
    );
    format!("{id} {at} {why} {unit} {corrects:?} {sums:?}")
}

/// The entries in the rows, said the same way.
async fn entries(club: &mut Club, member: &str) -> store::Result<Vec<String>> {
    type Row = (
        i64,
        i64,
        String,
        String,
        Option<i64>,
        i64,
        i64,
        i64,
        i64,
        i64,
        i64,
        i64,
    );
    let rows: Vec<Row> = club
        .query(
            "SELECT seq, at, why, unit, corrects, issued, available, pending, held, redeemed, expired, debt
             FROM entries WHERE tenant = $1 AND member = $2 ORDER BY seq",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    let say = |row: Row| {
        let sums = [row.5, row.6, row.7, row.8, row.9, row.10, row.11];
        format!(
            "{} {} {} {} {:?} {sums:?}",
            row.0, row.1, row.2, row.3, row.4
        )
    };
    Ok(rows.into_iter().map(say).collect())
}

/// What an account is, without what depends on when it was read or how rows come.
fn told(kept: &Kept) -> Value {
    // A gift gets an id of its own when it is written down.
    let named = |id: &str| {
        let mut known = kept.redemptions.iter();
        let gift = known.find(|r| r.id == id).and_then(|r| r.gift.clone());
        gift.map_or(id.to_owned(), |gift| format!("gift {gift}"))
    };
    let Kept {
        member, origins, ..
    } = kept;
    let mut earned = member.earned.clone();
    earned.sort_by(|a, b| (&a.rule, &a.source, a.at).cmp(&(&b.rule, &b.source, b.at)));
    let redemption = |r: &Redemption| {
        json!([
            named(&r.id),
            r.reward.id,
            r.units,
            r.at,
            word(r.state),
            r.expires_at,
            r.order,
            r.takings
                .iter()
                .map(|t| (&t.lot, t.points))
                .collect::<Vec<_>>(),
        ])
    };
    let mut redemptions: Vec<Value> = kept.redemptions.iter().map(redemption).collect();
    let mut redeemed: Vec<Value> = member.redeemed.iter().map(|r| json!(r)).collect();
    let mut purchases: Vec<Value> = member.purchases.iter().map(|p| json!(p)).collect();
    let mut bought: Vec<Value> = member.bought.iter().map(|b| json!(b)).collect();
    let mut taken: Vec<Value> = member.offers.iter().map(|t| json!(t)).collect();
    for list in [
        &mut redemptions,
        &mut redeemed,
        &mut purchases,
        &mut bought,
        &mut taken,
    ] {
        list.sort_by_key(Value::to_string);
    }
    let live = |origin: &&rules::journal::Origin| origin.given != 0;
    let origins = origins.iter().filter(live).map(|o| {
        json!([
            o.lot,
            word(o.why),
            o.rule,
            named(&o.source),
            o.given,
            o.ended
        ])
    });
    let mut origins: Vec<Value> = origins.collect();
    origins.sort_by_key(Value::to_string);
    json!({
        "lots": member.lots.iter().map(|l| (&l.id, l)).collect::<std::collections::BTreeMap<_, _>>(),
        "wallet": member.wallet.iter().map(|l| (&l.id, l)).collect::<std::collections::BTreeMap<_, _>>(),
        "debt": member.debt, "earned": earned, "redeemed": redeemed, "purchases": purchases,
        "last_order_at": member.last_order_at, "last_active_at": member.last_active_at,
        "membership": member.membership, "offers": taken, "bought": bought, "redemptions": redemptions,
        "origins": origins, "pending": kept.pending, "given": (kept.points_given, kept.wallet_given),
        "transactions": kept.transactions, "settled_at": kept.settled_at,
    })
}

/// Rows on either engine and an account in memory come to the same after every event, and stay sound.
#[test]
fn rows_say_what_the_rules_say_on_every_engine() {
    let (runtime, databases) = (runtime(), Databases::default());
    play(8, &(some_ways(), some_steps()), |(ways, steps)| {
        let club = everything(ways);
        runtime.block_on(async {
            let mut all = Vec::new();
            for engine in engines() {
                let shop = databases.take(engine).await;
                all.push(Played::open(shop, &club).await);
            }
            for step in &steps {
                for played in &mut all {
                    let _ = played.step(step).await;
                    played.agrees(step.member).await;
                    played.shop.is_sound().await;
                }
            }
            for played in all {
                databases.give_back(played.shop);
            }
        });
    });
}
