//! Published programs: immutable versions, read by everything else.

use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result, fault};
use crate::unserved;
use crate::zone::zone;
use rules::validate::Code;
use rules::{Program, Timestamp, Zone, document, validate};
use sqlx::SqliteConnection;

/// A published version, ready for the rules.
#[derive(Clone, Debug)]
pub struct Published {
    /// Whose it is.
    pub tenant: String,
    /// The document.
    pub program: Program,
    /// Its zone, as a value.
    pub zone: Zone,
}

/// The version that a tenant runs now.
///
/// # Errors
/// When the tenant has published nothing.
pub async fn current_version(connection: &mut SqliteConnection, tenant: &str) -> Result<i64> {
    let version: Option<i64> =
        sqlx::query_scalar("SELECT MAX(version) FROM programs WHERE tenant = $1")
            .bind(tenant)
            .fetch_one(connection)
            .await?;
    version.ok_or_else(|| Error::not_found("This club has published no program."))
}

/// One version, old or current.
///
/// # Errors
/// When there is no such version.
pub async fn load(
    connection: &mut SqliteConnection,
    tenant: &str,
    version: i64,
    now: Timestamp,
) -> Result<Published> {
    let document: Option<String> =
        sqlx::query_scalar("SELECT document FROM programs WHERE tenant = $1 AND version = $2")
            .bind(tenant)
            .bind(version)
            .fetch_optional(connection)
            .await?;
    let document =
        document.ok_or_else(|| Error::internal(format!("no program {tenant} v{version}")))?;
    let program: Program = serde_json::from_str(&document)?;
    let zone = zone(&program.zone, now)
        .ok_or_else(|| Error::internal(format!("no time zone named {}", program.zone)))?;
    Ok(Published {
        tenant: tenant.to_owned(),
        program,
        zone,
    })
}

/// The tenant that owns the program with this public name.
///
/// # Errors
/// When nobody does.
pub async fn tenant_of(connection: &mut SqliteConnection, program: &str) -> Result<String> {
    let tenant: Option<String> =
        sqlx::query_scalar("SELECT tenant FROM tenants WHERE program = $1")
            .bind(program)
            .fetch_optional(connection)
            .await?;
    tenant.ok_or_else(|| Error::not_found(format!("No program is named {program}.")))
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

fn told(found: validate::Fault) -> contract::problem::Fault {
    fault(found.pointer, found.code, found.detail)
}

/// Makes sure of a tenant for the program and publishes the document as its next version, unless it is
/// the one that runs already. Gives the tenant and the version.
///
/// # Errors
/// 422 with every fault of the document.
pub async fn publish(
    connection: &mut SqliteConnection,
    mut program: Program,
    now: Timestamp,
) -> Result<(String, u32)> {
    let mut faults: Vec<_> = validate::validate(&program).into_iter().map(told).collect();
    faults.extend(unserved::faults(&program));
    if zone(&program.zone, now).is_none() {
        faults.push(fault(
            "/zone",
            "unknown_zone",
            "Name a zone of the IANA database, e.g. Asia/Tehran.",
        ));
    }
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let tenant = match tenant_of(&mut *connection, &program.id).await {
        Ok(tenant) => tenant,
        Err(_) => {
            let tenant = ids::id("ten");
            sqlx::query("INSERT INTO tenants (tenant, program, created_at) VALUES ($1, $2, $3)")
                .bind(&tenant)
                .bind(&program.id)
                .bind(now.0)
                .execute(&mut *connection)
                .await?;
            tenant
        }
    };
    if let Ok(version) = current_version(&mut *connection, &tenant).await {
        let running = load(&mut *connection, &tenant, version, now).await?.program;
        program.version = running.version;
        if let (Some(ladder), Some(before)) = (&mut program.tiers, &running.tiers) {
            ladder.follow(before, now);
        }
        if program == running {
            return Ok((tenant, running.version));
        }
        program.version = running.version.saturating_add(1);
    } else {
        program.version = program.version.max(1);
    }
    sqlx::query(
        "INSERT INTO programs (tenant, version, document, published_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&tenant)
    .bind(i64::from(program.version))
    .bind(serde_json::to_string(&program)?)
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    Ok((tenant, program.version))
}

/// The program as it stands now: `stock` is what is left, not what there was.
///
/// # Errors
/// When the database fails.
pub async fn as_it_stands(club: &mut Club) -> Result<Program> {
    let mut program = club.program().clone();
    if program.rewards.iter().all(|reward| reward.stock.is_none()) {
        return Ok(program);
    }
    let taken: Vec<(String, i64)> = sqlx::query_as(
        "SELECT reward_id, COUNT(*) FROM redemptions
         WHERE tenant = $1 AND state <> 'cancelled' GROUP BY reward_id",
    )
    .bind(club.tenant())
    .fetch_all(&mut *club.tx)
    .await?;
    for reward in &mut program.rewards {
        let gone = taken
            .iter()
            .find(|(id, _)| *id == reward.id)
            .map_or(0, |(_, n)| *n);
        let gone = u32::try_from(gone).unwrap_or(u32::MAX);
        reward.stock = reward.stock.map(|stock| stock.saturating_sub(gone));
    }
    Ok(program)
}
