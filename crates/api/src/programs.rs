//! Published programs: immutable versions, read by everything else.

use crate::audit;
use crate::club::Club;
use crate::ids;
use crate::jobs;
use crate::partners;
use crate::problem::{Error, Result, fault};
use crate::sync::Shared;
use crate::zone::zone;
use rules::program::{Perk, Reward, RewardKind};
use rules::validate::Code;
use rules::{Program, Timestamp, Zone, document, validate};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use store::{Db, Tx, query};

/// A published version, ready for the rules.
#[derive(Clone, Debug)]
pub struct Published {
    /// Whose it is.
    pub tenant: String,
    /// The document.
    pub program: Program,
    /// Its zone, as a value.
    pub zone: Zone,
    /// Its rewards, each as every redemption of it has it.
    rewards: Vec<Arc<Reward>>,
}

impl Published {
    /// The reward with this id.
    ///
    /// # Errors
    /// When this version does not have it.
    pub fn reward(&self, id: &str) -> Result<&Arc<Reward>> {
        let found = self.rewards.iter().find(|reward| reward.id == id);
        found.ok_or_else(|| {
            Error::internal(format!("{id} is not in version {}", self.program.version))
        })
    }
}

/// Programs that were read already, by tenant and version. A version never changes.
#[derive(Clone, Debug, Default)]
pub struct Versions(Shared<HashMap<(String, i64), Arc<Published>>>);

impl Versions {
    /// The program that the tenant runs now.
    ///
    /// # Errors
    /// When the tenant has published nothing.
    pub async fn current(
        &self,
        tx: &mut Tx,
        tenant: &str,
        now: Timestamp,
    ) -> Result<Arc<Published>> {
        let version = current_version(tx, tenant).await?;
        self.get(tx, tenant, version, now).await
    }

    /// One version.
    ///
    /// # Errors
    /// When there is no such version.
    pub async fn get(
        &self,
        tx: &mut Tx,
        tenant: &str,
        version: i64,
        now: Timestamp,
    ) -> Result<Arc<Published>> {
        let key = (tenant.to_owned(), version);
        if let Some(known) = self.0.with(|programs| programs.get(&key).cloned()) {
            return Ok(known);
        }
        let loaded = Arc::new(load(tx, tenant, version, now).await?);
        self.0
            .with(|programs| programs.insert(key, Arc::clone(&loaded)));
        Ok(loaded)
    }
}

/// The version that a tenant runs now.
///
/// # Errors
/// When the tenant has published nothing.
pub async fn current_version(tx: &mut Tx, tenant: &str) -> Result<i64> {
    let version: Option<i64> = query("SELECT MAX(version) FROM programs WHERE tenant = $1")
        .bind(tenant)
        .fetch_one(tx)
        .await?;
    version.ok_or_else(|| Error::not_found("This club has published no program."))
}

/// One version, old or current.
///
/// # Errors
/// When there is no such version.
pub async fn load(tx: &mut Tx, tenant: &str, version: i64, now: Timestamp) -> Result<Published> {
    let document: Option<String> =
        query("SELECT document FROM programs WHERE tenant = $1 AND version = $2")
            .bind(tenant)
            .bind(version)
            .fetch_optional(tx)
            .await?;
    let document =
        document.ok_or_else(|| Error::internal(format!("no program {tenant} v{version}")))?;
    let program = stored(&document)?;
    let zone = zone(&program.zone, now)
        .ok_or_else(|| Error::internal(format!("no time zone named {}", program.zone)))?;
    Ok(Published {
        tenant: tenant.to_owned(),
        rewards: program.rewards.iter().cloned().map(Arc::new).collect(),
        program,
        zone,
    })
}

/// Reads a version as it was kept, also one from before a field had its place of today.
pub(crate) fn stored(document: &str) -> Result<Program> {
    let mut document: Value = serde_json::from_str(document)?;
    let purchase = document.pointer_mut("/earning/purchase");
    if let Some(rule) = purchase.and_then(Value::as_object_mut)
        && !rule.contains_key("base")
    {
        let moved = [
            ("include_tax", "tax"),
            ("include_shipping", "shipping"),
            ("excluded_categories", "excluded_categories"),
        ];
        let base: Map<String, Value> = moved
            .into_iter()
            .filter_map(|(was, is)| Some((is.to_owned(), rule.remove(was)?)))
            .collect();
        rule.insert("base".to_owned(), Value::Object(base));
    }
    let levels = document.pointer_mut("/tiers/levels");
    for level in levels.and_then(Value::as_array_mut).into_iter().flatten() {
        let perks = level.get_mut("perks").and_then(Value::as_array_mut);
        for perk in perks.into_iter().flatten() {
            // Every perk was words by language.
            if serde_json::from_value::<Perk>(perk.clone()).is_err() {
                *perk = json!({ "text": perk.take() });
            }
        }
    }
    Ok(serde_json::from_value(document)?)
}

/// The tenant that owns the program with this public name.
///
/// # Errors
/// When nobody does.
pub async fn tenant_of(tx: &mut Tx, program: &str) -> Result<String> {
    let tenant: Option<String> = query("SELECT tenant FROM tenants WHERE program = $1")
        .bind(program)
        .fetch_optional(tx)
        .await?;
    tenant.ok_or_else(|| Error::not_found(format!("No program is named {program}.")))
}

/// [`tenant_of`], for whoever has no transaction.
///
/// # Errors
/// When nobody does.
pub async fn tenant(db: &Db, program: &str) -> Result<String> {
    db.look(program.to_owned(), |mut tx, program| {
        Box::pin(async move {
            let tenant = tenant_of(&mut tx, program).await;
            (tx, tenant)
        })
    })
    .await
}

/// Reads a program as somebody wrote it. Published versions are read as they were kept, by [`load`]: what was
/// sound once stays readable.
///
/// # Errors
/// 400 when it is no JSON, 422 with every fault of the document.
pub fn read(text: &str) -> Result<Program> {
    document::read(text).map_err(|faults| match faults.as_slice() {
        [one] if one.code == Code::NotJson.as_str() || one.code == Code::TooDeep.as_str() => {
            Error::malformed(format!("The program is no JSON. {}", one.detail))
        }
        _ => Error::validation(faults.into_iter().map(told).collect()),
    })
}

pub(crate) fn told(found: validate::Fault) -> contract::problem::Fault {
    fault(found.pointer, found.code, found.detail)
}

/// What keeps a program that can be read from being published: its own faults, what this server does not do, and a
/// zone that nobody knows. Empty when nothing does.
#[must_use]
pub fn faults(program: &Program, now: Timestamp) -> Vec<contract::problem::Fault> {
    let mut faults: Vec<_> = validate::validate(program).into_iter().map(told).collect();
    faults.extend(beyond(program, now));
    faults
}

/// What the rules alone cannot know.
pub(crate) fn beyond(program: &Program, now: Timestamp) -> Vec<contract::problem::Fault> {
    if zone(&program.zone, now).is_some() {
        return Vec::new();
    }
    vec![fault(
        "/zone",
        "unknown_zone",
        "Name a zone of the IANA database, e.g. Asia/Tehran.",
    )]
}

/// A document that says another id than the program has: it would be another club.
pub(crate) fn other_id(program: &Program, id: &str) -> Option<contract::problem::Fault> {
    (program.id != id).then(|| {
        fault(
            "/id",
            "other_program",
            format!("A program keeps its id: write {id}."),
        )
    })
}

/// Makes sure of a tenant for the program and publishes the document as its next version, unless it is
/// the one that runs already. Gives the tenant and the version.
///
/// # Errors
/// 422 with every fault of the document.
pub async fn publish(
    tx: &mut Tx,
    program: Program,
    actor: &str,
    now: Timestamp,
) -> Result<(String, u32)> {
    let faults = faults(&program, now);
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let tenant = match tenant_of(tx, &program.id).await {
        Ok(tenant) => tenant,
        Err(_) => {
            let tenant = ids::id("ten");
            query("INSERT INTO tenants (tenant, program, created_at, prompt_secret) VALUES ($1, $2, $3, $4)")
                .bind(&tenant)
                .bind(&program.id)
                .bind(now.0)
                .bind(ids::base64url(&ids::random::<32>()))
                .execute(tx)
                .await?;
            tenant
        }
    };
    let (version, new) = next(tx, &tenant, program.clone(), None, actor, now).await?;
    if new {
        audit::note(tx, &tenant, "program.published", &program.id, actor, now).await?;
    }
    Ok((tenant, version))
}

/// Publishes a document as the club's next version, unless it is the one that runs already. The version. What is
/// under way goes on with the version that it began with. The audit is the caller's.
///
/// # Errors
/// 422 with every fault of the document, an id that is not the club's among them.
pub(crate) async fn publish_next(
    club: &mut Club,
    program: Program,
    note: Option<&str>,
) -> Result<i64> {
    let mut faults = faults(&program, club.now);
    faults.extend(other_id(&program, &club.program().id));
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let (tenant, actor, now) = (club.tenant().to_owned(), club.actor().to_owned(), club.now);
    let (version, _) = next(&mut club.tx, &tenant, program, note, &actor, now).await?;
    Ok(i64::from(version))
}

/// What a document takes over from the version that it is to follow at an instant; the number is still that one's.
pub(crate) fn succeed(program: &mut Program, running: &Program, now: Timestamp) {
    program.version = running.version;
    match (&mut program.tiers, &running.tiers) {
        (Some(ladder), Some(before)) => ladder.follow(before, now),
        (Some(ladder), None) => ladder.begin(now),
        (None, _) => {}
    }
}

/// Writes the next version down, unless the document is the one that runs already. Its number, and whether it is new.
/// Two who publish come after each other.
async fn next(
    tx: &mut Tx,
    tenant: &str,
    mut program: Program,
    note: Option<&str>,
    actor: &str,
    now: Timestamp,
) -> Result<(u32, bool)> {
    query("UPDATE tenants SET created_at = created_at WHERE tenant = $1")
        .bind(tenant)
        .execute(tx)
        .await?;
    if let Ok(version) = current_version(tx, tenant).await {
        let running = load(tx, tenant, version, now).await?.program;
        succeed(&mut program, &running, now);
        if program == running {
            return Ok((running.version, false));
        }
        program.version = running.version.saturating_add(1);
    } else {
        program.version = program.version.max(1);
    }
    query(
        "INSERT INTO programs (tenant, version, document, note, published_by, published_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant)
    .bind(i64::from(program.version))
    .bind(serde_json::to_string(&program)?)
    .bind(note)
    .bind(actor)
    .bind(now.0)
    .execute(tx)
    .await?;
    jobs::ask(tx, tenant, jobs::REVIEW, now).await?;
    Ok((program.version, true))
}

/// The program as it stands now: a `stock` is what is left, not what there was. A partner's coupon has one too:
/// the codes that nobody has had, of those that have not ended; none or all of them where there is one code for
/// everybody.
///
/// # Errors
/// When the database fails.
pub async fn as_it_stands(club: &mut Club) -> Result<Standing> {
    let published = club.published();
    if is_limited(&published.program) {
        let program = with_stock(club, published.program.clone()).await?;
        return Ok(Standing::Counted(Box::new(program)));
    }
    Ok(Standing::Published(published))
}

/// A program with what is left of it.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Nothing of it runs out.
    Published(Arc<Published>),
    /// With what is left in place of what there was.
    Counted(Box<Program>),
}

impl Standing {
    /// To be changed or given away.
    #[must_use]
    pub fn into_program(self) -> Program {
        match self {
            Self::Published(published) => published.program.clone(),
            Self::Counted(program) => *program,
        }
    }
}

impl Deref for Standing {
    type Target = Program;

    fn deref(&self) -> &Program {
        match self {
            Self::Published(published) => &published.program,
            Self::Counted(program) => program,
        }
    }
}

fn by_code(reward: &Reward) -> bool {
    matches!(reward.kind, RewardKind::PartnerCoupon { .. })
}

/// Whether there is something that can run out.
fn is_limited(program: &Program) -> bool {
    let mut rewards = program.rewards.iter();
    rewards.any(|reward| reward.stock.is_some() || by_code(reward))
        || program.offers.iter().any(|offer| offer.stock.is_some())
}

/// A program with what is left in place of what there was.
///
/// # Errors
/// When the database fails.
pub async fn with_stock(club: &mut Club, mut program: Program) -> Result<Program> {
    if program.rewards.iter().any(|reward| reward.stock.is_some()) {
        let taken = "SELECT reward_id, taken FROM stock WHERE tenant = $1";
        let taken: Vec<(String, i64)> = club.query(taken).fetch_all(&mut club.tx).await?;
        for reward in &mut program.rewards {
            reward.stock = reward.stock.map(|stock| left(stock, &taken, &reward.id));
        }
    }
    if program.offers.iter().any(|offer| offer.stock.is_some()) {
        let taken = "SELECT offer, taken FROM offer_stock WHERE tenant = $1";
        let taken: Vec<(String, i64)> = club.query(taken).fetch_all(&mut club.tx).await?;
        for offer in &mut program.offers {
            offer.stock = offer.stock.map(|stock| left(stock, &taken, &offer.id));
        }
    }
    if program.rewards.iter().any(by_code) {
        partners::limit_by_codes(club, &mut program).await?;
    }
    Ok(program)
}

fn left(stock: u32, taken: &[(String, i64)], id: &str) -> u32 {
    let gone = taken.iter().find(|(known, _)| known == id);
    let gone = gone.map_or(0, |(_, count)| u32::try_from(*count).unwrap_or(u32::MAX));
    stock.saturating_sub(gone)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use rules::program::Text;

    #[test]
    fn a_version_from_before_is_read_as_what_it_said() {
        let kept = json!({
            "id": "club", "version": 1, "name": {"en": "Club"}, "languages": ["en"],
            "currency": {"code": "EUR"}, "zone": "UTC", "calendar": "gregorian",
            "earning": {"purchase": {
                "id": "buy", "points": 1, "per": 100, "include_tax": true, "include_shipping": false,
                "excluded_categories": ["cards"],
            }},
            "tiers": {"measure": "spend", "window": "lifetime", "levels": [
                {"id": "base", "name": {"en": "Base"}, "enter": 0, "perks": [{"en": "a card"}]},
            ]},
        });
        let program = stored(&kept.to_string()).unwrap();
        let base = &program.earning.purchase.as_ref().unwrap().base;
        assert_eq!((base.tax, base.shipping), (true, false));
        assert_eq!(base.excluded_categories, ["cards"]);
        let words = Text::from([("en".to_owned(), "a card".to_owned())]);
        assert_eq!(
            program.tiers.as_ref().unwrap().levels[0].perks,
            [Perk::Text(words)]
        );
        // As it is kept from now on, it is read as it is.
        let again = serde_json::to_string(&program).unwrap();
        assert_eq!(stored(&again).unwrap(), program);
    }
}
