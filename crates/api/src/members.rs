//! Members: who they are, and the facts about them that the rules judge.

mod erase;
mod export;
mod list;

pub use erase::erase;
pub use export::{Export, export};
pub use list::{Find, PAGE, SEARCH_MAX, page};

use crate::books::{self, About, Books};
use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result, fault};
use crate::{outbox, profile, referrals};
use contract::members::MemberView;
use contract::orders::MemberInput;
use rules::Timestamp;
use rules::earning;
use rules::journal::Event;
use rules::member::MonthDay;
use rules::program::Activity;
use rules::tiers;
use serde_json::json;

/// A member's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Prefixed id, `mem_…`.
    pub member: String,
    /// The shop's id.
    pub external_id: String,
    /// Given name, if anybody told it.
    pub first_name: Option<String>,
    /// When they joined.
    pub joined_at: Timestamp,
    /// What a friend types.
    pub referral_code: String,
    /// May not redeem.
    pub blocked: bool,
    /// Birthday in the program's calendar.
    pub birthday: Option<MonthDay>,
    /// When the member themselves last told one.
    pub birthday_at: Option<Timestamp>,
    /// Language, as an IETF tag.
    pub language: Option<String>,
    /// What the member consents to.
    pub consents: Vec<String>,
    /// Hashes of contacts, as JSON.
    contacts: String,
}

impl Row {
    /// The fields in which another state of the member differs.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let fields = [
            ("first_name", self.first_name != other.first_name),
            ("birthday", self.birthday != other.birthday),
            ("language", self.language != other.language),
            ("consents", self.consents != other.consents),
            ("contacts", self.contacts != other.contacts),
            ("blocked", self.blocked != other.blocked),
        ];
        let changed = fields.into_iter().filter(|(_, changed)| *changed);
        changed.map(|(field, _)| field).collect()
    }
}

type Columns = (
    String,
    String,
    Option<String>,
    i64,
    String,
    bool,
    Option<String>,
    Option<i64>,
    Option<String>,
    String,
    String,
);

fn row(columns: Columns) -> Result<Row> {
    let (member, external_id, first_name, joined_at, referral_code, blocked, birthday, ..) =
        columns;
    Ok(Row {
        member,
        external_id,
        first_name,
        joined_at: Timestamp(joined_at),
        referral_code,
        blocked,
        birthday: birthday.as_deref().and_then(books::day),
        birthday_at: columns.7.map(Timestamp),
        language: columns.8,
        consents: serde_json::from_str(&columns.9)?,
        contacts: columns.10,
    })
}

/// The member with the shop's id.
///
/// # Errors
/// When the database fails.
pub async fn find(club: &mut Club, external_id: &str) -> Result<Option<Row>> {
    let columns: Option<Columns> = club
        .query(
            "SELECT member, external_id, first_name, joined_at, referral_code, blocked, birthday, birthday_at,
                 language, consents, contacts
             FROM members WHERE tenant = $1 AND external_id = $2 AND erased_at IS NULL",
        )
        .bind(external_id)
        .fetch_optional(&mut club.tx)
        .await?;
    columns.map(row).transpose()
}

/// The member with our id, which is known to be there.
///
/// # Errors
/// When it is not, or is erased; when the database fails.
pub async fn by_id(club: &mut Club, member: &str) -> Result<Row> {
    let columns: Option<Columns> = club
        .query(
            "SELECT member, external_id, first_name, joined_at, referral_code, blocked, birthday, birthday_at,
                 language, consents, contacts
             FROM members WHERE tenant = $1 AND member = $2 AND erased_at IS NULL",
        )
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    row(columns.ok_or_else(Error::not_a_member)?)
}

/// The member with the shop's id, who has to be there.
///
/// # Errors
/// 404 when they are not.
pub async fn known(club: &mut Club, external_id: &str) -> Result<Row> {
    let row = find(club, external_id).await?;
    row.ok_or_else(|| unknown(external_id))
}

/// The logged-in shopper as a member.
///
/// # Errors
/// `not_a_member` when they have not joined.
pub async fn of_shopper(club: &mut Club, subject: &str) -> Result<Row> {
    find(club, subject).await?.ok_or_else(Error::not_a_member)
}

/// Creates the member, or updates what is told. True when created.
///
/// # Errors
/// 422 with every fault of what is told.
pub async fn put(club: &mut Club, external_id: &str, input: &MemberInput) -> Result<(Row, bool)> {
    let contacts = check(club, external_id, input)?;
    let known = find(club, external_id).await?;
    let created = known.is_none();
    let member = match &known {
        Some(row) => row.member.clone(),
        None => create(club, external_id, input).await?,
    };
    let told = told(input);
    profile::save(club, &member, &told).await?;
    club.query(
        "UPDATE members SET blocked = COALESCE($3, blocked), contacts = COALESCE($4, contacts)
         WHERE tenant = $1 AND member = $2",
    )
    .bind(&member)
    .bind(input.blocked)
    .bind(contacts)
    .execute(&mut club.tx)
    .await?;
    let row = by_id(club, &member).await?;
    match &known {
        Some(before) => profile::note(club, before, &row).await?,
        None => {
            club.audit("member.created", &row.member, json!({})).await?;
            let body = json!({ "member_id": row.member, "external_id": row.external_id });
            outbox::tell(club, "member.joined", body).await?;
            give_for_joining(club, &row).await?;
        }
    }
    if row.first_name.is_some() && row.birthday.is_some() && known.as_ref() != Some(&row) {
        let mut books = Books::open(club, &row.member, About::MEMBER).await?;
        profile::give(club, &mut books, &row)?;
        books.close(club).await?;
    }
    if let Some(claim) = &input.claim_id {
        referrals::attach(club, &row.member, claim).await?;
    }
    Ok((row, created))
}

fn told(input: &MemberInput) -> profile::Told<'_> {
    profile::Told {
        first_name: input.first_name.as_deref(),
        birthday: input.birthday,
        language: input.language.as_deref(),
        consents: input.consents.as_deref(),
    }
}

/// Lists every fault; gives what is kept of contacts, as JSON.
fn check(club: &Club, external_id: &str, input: &MemberInput) -> Result<Option<String>> {
    let mut faults = Vec::new();
    if external_id.is_empty() || external_id.len() > 128 || external_id.contains(char::is_control) {
        faults.push(fault(
            "",
            "bad_external_id",
            "A member's id has 1 to 128 bytes.",
        ));
    }
    faults.extend(profile::faults(club.program().calendar, &told(input)));
    if input
        .joined_at
        .is_some_and(|at| at > club.now.plus_ms(CLOCK_SKEW_MS))
    {
        faults.push(fault(
            "/joined_at",
            "in_future",
            "A member cannot have joined in the future.",
        ));
    }
    let hashes = input.contacts.as_ref();
    let hashes = hashes.map(|contacts| profile::hashes(club.tenant(), contacts));
    let hashes = hashes.transpose().unwrap_or_else(|found| {
        faults.extend(found);
        None
    });
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    Ok(hashes
        .map(|hashes| serde_json::to_string(&hashes))
        .transpose()?)
}

/// How far a shop's clock may be ahead of ours.
pub const CLOCK_SKEW_MS: i64 = 5 * 60_000;

async fn create(club: &mut Club, external_id: &str, input: &MemberInput) -> Result<String> {
    let member = ids::id("mem");
    club.query(
        "INSERT INTO members (tenant, member, external_id, joined_at, settled_at, referral_code)
         VALUES ($1, $2, $3, $4, $4, $5)",
    )
    .bind(&member)
    .bind(external_id)
    .bind(input.joined_at.unwrap_or(club.now).min(club.now).0)
    .bind(ids::code())
    .execute(&mut club.tx)
    .await?;
    Ok(member)
}

async fn give_for_joining(club: &mut Club, row: &Row) -> Result<()> {
    let published = club.published();
    let Some(rule) = earning::activity(&published.program, &Activity::Join) else {
        return Ok(());
    };
    let event = Event::Did {
        rule: rule.id.clone(),
        source: None,
    };
    // One who joined long ago joined then.
    let now = std::mem::replace(&mut club.now, row.joined_at);
    let given = books::post(club, &row.member, About::MEMBER, &event).await;
    club.now = now;
    given?;
    Ok(())
}

/// The owner of a shopper's keys, as the table of outcomes names it.
#[must_use]
pub fn subject_key(external_id: &str) -> String {
    format!("member:{external_id}")
}

/// 404 for a member that the shop has not told us of.
#[must_use]
pub fn unknown(external_id: &str) -> Error {
    Error::not_found(format!(
        "No member {external_id}. Create it first with PUT /v1/members/{{external_id}}."
    ))
}

/// The member with balances and standing as of now.
///
/// # Errors
/// When the database fails.
pub async fn view(club: &mut Club, member: &Row) -> Result<MemberView> {
    let account = books::facts(club, &member.member).await?;
    // The clock's time, or later, where the books went on before the clock was put back.
    let now = account.settled_at();
    let facts = &account.member;
    let (program, zone) = (club.program(), club.zone());
    Ok(MemberView {
        id: member.member.clone(),
        external_id: member.external_id.clone(),
        first_name: member.first_name.clone(),
        birthday: member.birthday,
        language: member.language.clone(),
        consents: member.consents.clone(),
        joined_at: member.joined_at,
        blocked: member.blocked,
        referral_code: member.referral_code.clone(),
        balances: rules::ledger::balances_under(program, zone, facts, now),
        wallet: rules::ledger::wallet(facts, now),
        standing: program
            .tiers
            .as_ref()
            .map(|ladder| tiers::standing(ladder, program.calendar, zone, facts, now)),
    })
}
