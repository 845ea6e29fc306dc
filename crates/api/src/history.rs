//! History: what changed a member's points and wallet, newest first.

use crate::club::{Club, from_word};
use crate::ids;
use crate::problem::{Error, Result};
use contract::shopper::{Entry, EntryPage, EntryReason};
use rules::journal::{Account, Book, Lines, Transaction, Why};
use rules::program::Activity;
use rules::{Money, Points, Program, Timestamp};

/// Entries on a page, unless told otherwise.
pub const PAGE: u32 = 20;
const PAGE_MAX: u32 = 100;

type Row = (
    i64,
    i64,
    String,
    String,
    String,
    Option<String>,
    i64,
    Option<i64>,
    Option<i64>,
);

/// A page of what changed what the member has, newest first. The first page begins with what time has done and
/// nobody wrote down yet, as `account` has it.
///
/// # Errors
/// 400 for a cursor that we did not give.
pub async fn page(
    club: &mut Club,
    member: &str,
    limit: u32,
    cursor: Option<&str>,
    account: Option<&Account>,
) -> Result<EntryPage> {
    let limit = limit.clamp(1, PAGE_MAX) as usize;
    let before = match cursor {
        None => i64::MAX,
        Some(cursor) => read_cursor(cursor)
            .ok_or_else(|| Error::malformed("The cursor is not one that this API gave."))?,
    };
    let program = club.published();
    let program = &program.program;
    let unwritten = account.filter(|_| cursor.is_none());
    let unwritten = unwritten.map(Account::journal).unwrap_or_default();
    let mut entries: Vec<(i64, Entry)> = unwritten
        .iter()
        .rev()
        .filter_map(|written| fresh(program, member, written))
        .collect();
    let rows: Vec<Row> = club
        .query(
            "SELECT seq, at, why, unit, source, rule, net, activates_at, expires_at FROM entries
             WHERE tenant = $1 AND member = $2 AND seq < $3 AND net <> 0
             ORDER BY seq DESC LIMIT $4",
        )
        .bind(member)
        .bind(before)
        .bind(limit as i64 + 1)
        .fetch_all(&mut club.tx)
        .await?;
    for row in rows {
        entries.push((row.0, entry(program, member, row)?));
    }
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next_cursor = entries
        .last()
        .filter(|_| more)
        .map(|(seq, _)| write_cursor(*seq));
    Ok(EntryPage {
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        next_cursor,
    })
}

/// An entry's id: the member's, and its number in the member's ledger.
fn id_of(member: &str, seq: i64) -> String {
    let member = member.strip_prefix("mem_").unwrap_or(member);
    format!("txn_{member}_{seq}")
}

fn entry(program: &Program, member: &str, row: Row) -> Result<Entry> {
    let (seq, at, why, unit, source, rule, net, activates_at, expires_at) = row;
    let why: Why = from_word(&why)?;
    let (points, wallet) = if unit == "points" {
        (Points(net), Money::ZERO)
    } else {
        (Points::ZERO, Money(net))
    };
    Ok(Entry {
        id: id_of(member, seq),
        at: Timestamp(at),
        reason: reason(program, why, rule.as_deref(), unit == "wallet"),
        points,
        wallet,
        activates_at: activates_at.map(Timestamp),
        expires_at: expires_at.map(Timestamp),
        source: shown(why, source, rule),
    })
}

/// What time has done, before it is written.
fn fresh(program: &Program, member: &str, written: &Transaction) -> Option<(i64, Entry)> {
    let members = |book: &Book| matches!(book, Book::Available | Book::Pending | Book::Debt);
    let (points, wallet) = match &written.lines {
        Lines::Points(lines) => {
            let lines = lines.iter().filter(|(book, _)| members(book));
            (lines.map(|(_, points)| *points).sum(), Money::ZERO)
        }
        Lines::Wallet(lines) => {
            let lines = lines.iter().filter(|(book, _)| members(book));
            (Points::ZERO, lines.map(|(_, money)| *money).sum())
        }
    };
    if points == Points::ZERO && wallet == Money::ZERO {
        return None;
    }
    let seq = i64::try_from(written.id).ok()?;
    let entry = Entry {
        id: id_of(member, seq),
        at: written.at,
        reason: reason(
            program,
            written.why,
            written.rule.as_deref(),
            wallet != Money::ZERO,
        ),
        points,
        wallet,
        activates_at: None,
        expires_at: None,
        source: shown(written.why, written.source.clone(), written.rule.clone()),
    };
    Some((seq, entry))
}

fn reason(program: &Program, why: Why, rule: Option<&str>, wallet: bool) -> EntryReason {
    match why {
        Why::Purchase => EntryReason::Purchase,
        Why::FirstPurchase => EntryReason::FirstPurchase,
        Why::TierEntry => EntryReason::TierEntry,
        Why::Offer => EntryReason::Offer,
        Why::Credit => match rule {
            Some(crate::referrals::ADVOCATE) => EntryReason::ReferralAdvocate,
            Some(crate::referrals::FRIEND) => EntryReason::ReferralFriend,
            _ => EntryReason::Adjustment,
        },
        Why::Activity => {
            let mut rules = program.earning.activities.iter();
            match rules
                .find(|known| Some(known.id.as_str()) == rule)
                .map(|rule| &rule.kind)
            {
                Some(Activity::Join) => EntryReason::Joined,
                Some(Activity::Survey(_)) => EntryReason::Survey,
                _ => EntryReason::Activity,
            }
        }
        Why::Opening | Why::Adjustment => EntryReason::Adjustment,
        Why::Clawback => EntryReason::Refund,
        Why::Redemption => EntryReason::Redemption,
        // Credit comes back with its order, points with their reward.
        Why::Return if wallet => EntryReason::Refund,
        Why::Return => EntryReason::RedemptionReturned,
        Why::WalletSpent => EntryReason::WalletSpent,
        // The last three change nothing that a member has, so that they are in no history.
        Why::Expiry | Why::CouponExpired | Why::Activation | Why::DebtPayment => {
            EntryReason::Expired
        }
    }
}

/// What an entry is shown to come from: the shop's order, the reward, the rule.
fn shown(why: Why, source: String, rule: Option<String>) -> Option<String> {
    let told = match why {
        Why::Purchase | Why::FirstPurchase | Why::WalletSpent | Why::Clawback => Some(source),
        Why::Redemption | Why::CouponExpired => rule,
        Why::Return => rule.or(Some(source)),
        Why::Activity | Why::Offer => rule,
        Why::TierEntry => Some(source),
        _ => None,
    };
    told.filter(|told| !told.is_empty())
}

/// A place in a list that is ordered by the entries' numbers, as a cursor.
pub(crate) fn write_cursor(seq: i64) -> String {
    ids::base64url(seq.to_string().as_bytes())
}

/// Reads what [`write_cursor`] wrote.
pub(crate) fn read_cursor(cursor: &str) -> Option<i64> {
    let text = String::from_utf8(ids::from_base64url(cursor)?).ok()?;
    text.parse().ok()
}
