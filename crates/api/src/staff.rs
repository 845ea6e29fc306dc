//! The marketer and their colleagues: accounts of a tenant, each with a role.

use crate::audit;
use crate::ids;
use crate::passwords::Hashed;
use crate::problem::{Error, Result};
pub use contract::staff::Role;
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::{Tx, query};

/// Whether somebody with this role may do what `needed` may.
///
/// # Errors
/// 403 `role_missing` naming the role.
pub fn covers(role: Role, needed: Role) -> Result<()> {
    if role >= needed {
        return Ok(());
    }
    Err(Error::forbidden(
        "role_missing",
        format!(
            "This needs the role {}; this account is {}.",
            needed.name(),
            role.name()
        ),
    ))
}

/// Reads what the table holds.
///
/// # Errors
/// When the table holds a word that this binary does not know.
pub fn role_named(name: &str) -> Result<Role> {
    Role::ALL
        .into_iter()
        .find(|role| role.name() == name)
        .ok_or_else(|| Error::internal(format!("a staff account has the role {name}")))
}

const EMAIL_BYTES_MAX: usize = 254;

/// An e-mail address as accounts are known by: trimmed and in lower case, since nobody's mailbox differs by
/// case from another's. Whether mail arrives there is not asked.
///
/// # Errors
/// 422 at `/email` for what cannot be one.
pub fn read_email(typed: &str) -> Result<String> {
    let email = typed.trim().to_lowercase();
    let parts = email.split_once('@');
    let plausible = parts
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if plausible && email.len() <= EMAIL_BYTES_MAX && !email.contains(odd) {
        return Ok(email);
    }
    Err(Error::invalid(
        "/email",
        "bad_email",
        "An e-mail address looks like name@shop.example and has 254 bytes at most.",
    ))
}

/// Adds an account; its id (`stf_…`).
///
/// # Errors
/// 422 for an e-mail address that is none, 409 `staff_exists` when the tenant has it already.
pub async fn add(
    tx: &mut Tx,
    tenant: &str,
    email: &str,
    role: Role,
    password: &Hashed,
    actor: &str,
    now: Timestamp,
) -> Result<String> {
    let email = read_email(email)?;
    let staff = ids::id("stf");
    let added = query(
        "INSERT INTO staff (tenant, staff, email, password, role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, email) DO NOTHING",
    )
    .bind(tenant)
    .bind(&staff)
    .bind(&email)
    .bind(password.as_str())
    .bind(role.name())
    .bind(now.0)
    .execute(tx)
    .await?;
    if added == 0 {
        return Err(Error::refused(
            "staff_exists",
            format!("{email} has an account already; set its password or enable it instead."),
        ));
    }
    audit::note(tx, tenant, "staff.added", &staff, actor, now).await?;
    Ok(staff)
}

/// Gives an account a new password and ends its sessions.
///
/// # Errors
/// 404 when the tenant has no such account.
pub async fn set_password(
    tx: &mut Tx,
    tenant: &str,
    email: &str,
    password: &Hashed,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let staff = find(tx, tenant, email).await?.staff;
    query("UPDATE staff SET password = $3 WHERE tenant = $1 AND staff = $2")
        .bind(tenant)
        .bind(&staff)
        .bind(password.as_str())
        .execute(tx)
        .await?;
    end_sessions(tx, tenant, &staff).await?;
    audit::note(tx, tenant, "staff.password_set", &staff, actor, now).await
}

/// Gives an account another role; its sessions have it from their next request on.
///
/// # Errors
/// 404 when the tenant has no such account, 409 `last_owner` when nobody else would be owner.
pub async fn set_role(
    tx: &mut Tx,
    tenant: &str,
    email: &str,
    role: Role,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let account = find(tx, tenant, email).await?;
    if role != Role::Owner {
        keep_an_owner(tx, tenant, &account).await?;
    }
    query("UPDATE staff SET role = $3 WHERE tenant = $1 AND staff = $2")
        .bind(tenant)
        .bind(&account.staff)
        .bind(role.name())
        .execute(tx)
        .await?;
    audit::note(tx, tenant, "staff.role_set", &account.staff, actor, now).await
}

/// Closes an account and ends its sessions at once. Its rows stay, for the audit.
///
/// # Errors
/// 404 when the tenant has no such account, 409 `last_owner` when nobody else would be owner.
pub async fn disable(
    tx: &mut Tx,
    tenant: &str,
    email: &str,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let account = find(tx, tenant, email).await?;
    keep_an_owner(tx, tenant, &account).await?;
    query(
        "UPDATE staff SET disabled_at = $3 WHERE tenant = $1 AND staff = $2 AND disabled_at IS NULL",
    )
    .bind(tenant)
    .bind(&account.staff)
    .bind(now.0)
    .execute(tx)
    .await?;
    end_sessions(tx, tenant, &account.staff).await?;
    audit::note(tx, tenant, "staff.disabled", &account.staff, actor, now).await
}

/// Opens a closed account again, with the password and role that it had.
///
/// # Errors
/// 404 when the tenant has no such account.
pub async fn enable(
    tx: &mut Tx,
    tenant: &str,
    email: &str,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let staff = find(tx, tenant, email).await?.staff;
    query("UPDATE staff SET disabled_at = NULL WHERE tenant = $1 AND staff = $2")
        .bind(tenant)
        .bind(&staff)
        .execute(tx)
        .await?;
    audit::note(tx, tenant, "staff.enabled", &staff, actor, now).await
}

async fn end_sessions(tx: &mut Tx, tenant: &str, staff: &str) -> Result<()> {
    query("DELETE FROM sessions WHERE tenant = $1 AND staff = $2")
        .bind(tenant)
        .bind(staff)
        .execute(tx)
        .await?;
    Ok(())
}

/// Refuses to take the last owner away. Whoever asks next waits for this transaction, so that two owners
/// cannot take each other away at once.
async fn keep_an_owner(tx: &mut Tx, tenant: &str, account: &Account) -> Result<()> {
    query("UPDATE tenants SET created_at = created_at WHERE tenant = $1")
        .bind(tenant)
        .execute(tx)
        .await?;
    let owners: Vec<String> = query(
        "SELECT staff FROM staff WHERE tenant = $1 AND role = 'owner' AND disabled_at IS NULL",
    )
    .bind(tenant)
    .fetch_all(tx)
    .await?;
    if owners == [account.staff.as_str()] {
        return Err(Error::refused(
            "last_owner",
            format!(
                "{} is the only owner; make somebody else owner first.",
                account.email
            ),
        ));
    }
    Ok(())
}

/// An account as another owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Account {
    /// `stf_…`.
    pub staff: String,
    /// Lower case.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was closed, if it is.
    pub disabled_at: Option<Timestamp>,
}

type Row = (String, String, String, i64, Option<i64>);

fn account((staff, email, role, created_at, disabled_at): Row) -> Result<Account> {
    Ok(Account {
        staff,
        email,
        role: role_named(&role)?,
        created_at: Timestamp(created_at),
        disabled_at: disabled_at.map(Timestamp),
    })
}

/// The tenant's account with this e-mail address, a closed one too.
///
/// # Errors
/// 404 when there is none, 422 for an e-mail address that is none.
pub async fn find(tx: &mut Tx, tenant: &str, email: &str) -> Result<Account> {
    let email = read_email(email)?;
    let row: Option<Row> = query(
        "SELECT staff, email, role, created_at, disabled_at FROM staff
         WHERE tenant = $1 AND email = $2",
    )
    .bind(tenant)
    .bind(&email)
    .fetch_optional(tx)
    .await?;
    account(row.ok_or_else(|| Error::not_found(format!("{email} has no account.")))?)
}

/// The tenant's account with this id, a closed one too.
///
/// # Errors
/// 404 when there is none.
pub async fn by_id(tx: &mut Tx, tenant: &str, staff: &str) -> Result<Account> {
    let row: Option<Row> = query(
        "SELECT staff, email, role, created_at, disabled_at FROM staff
         WHERE tenant = $1 AND staff = $2",
    )
    .bind(tenant)
    .bind(staff)
    .fetch_optional(tx)
    .await?;
    account(row.ok_or_else(|| Error::not_found(format!("There is no account {staff}.")))?)
}

/// All accounts of a tenant by e-mail address, closed ones too.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant: &str) -> Result<Vec<Account>> {
    let rows: Vec<Row> = query(
        "SELECT staff, email, role, created_at, disabled_at FROM staff WHERE tenant = $1
         ORDER BY email",
    )
    .bind(tenant)
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(account).collect()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    #[test]
    fn each_role_may_what_the_one_before_it_may() {
        for (place, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role_named(role.name()).unwrap(), role);
            for (needs, needed) in Role::ALL.into_iter().enumerate() {
                let allowed = covers(role, needed);
                assert_eq!(allowed.is_ok(), place >= needs, "{role:?} {needed:?}");
                assert!(allowed.is_ok() || allowed.unwrap_err().code() == "role_missing");
            }
        }
    }

    #[test]
    fn an_address_is_known_however_it_is_typed() {
        assert_eq!(
            read_email(" Sara@Shop.Example ").unwrap(),
            "sara@shop.example"
        );
        let long = format!("{}@b", "a".repeat(EMAIL_BYTES_MAX));
        for typed in ["", "sara", "@b", "a@", "a@b@c", "a b@c", "a\0@b", &long] {
            let refused = read_email(typed).unwrap_err();
            assert_eq!(refused.faults()[0].code, "bad_email", "{typed}");
        }
    }
}
