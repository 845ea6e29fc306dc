//! What a document would change for the members: computed of every member by the rules by which a new version is
//! reviewed, and written nowhere but here.
//!
//! A simulation is a row. The process that is asked begins it at once, reads some hundred members at a time, and notes
//! how far it is; whoever asks reads the row, in whichever process. One that was asked for later stops the one before.

mod tally;

use crate::books;
use crate::club::{Club, from_word, word};
use crate::ids;
use crate::problem::{Error, Result};
use crate::programs::{self, Published};
use crate::state::State;
use crate::verdicts::{self, Language};
use crate::zone::zone;
use contract::simulations::{Effect, Simulation, SimulationState};
use rules::journal::Account;
use rules::{Program, Timestamp, Zone, review};
use serde_json::json;
use std::sync::Arc;
use tally::Tally;

/// Members in one read.
const PAGE: i64 = 1_000;
/// After so long without a sign its process is gone.
const SILENT_MS: i64 = 60_000;

/// Everything that a simulation goes by, fixed when it begins.
#[derive(Debug)]
pub struct Plan {
    tenant: String,
    id: String,
    at: Timestamp,
    running: Arc<Published>,
    /// The version that runs, with what is left of its stocks.
    running_shelf: Program,
    next: Program,
    next_shelf: Program,
    next_zone: Zone,
}

type Row = (String, String, i64, i64, Option<String>, String, i64, i64);

fn simulation(row: Row, now: Timestamp) -> Result<Simulation> {
    let (id, state, done, members, effect, created_by, created_at, updated_at) = row;
    let mut state: SimulationState = from_word(&state)?;
    if state == SimulationState::Running && updated_at < now.plus_ms(-SILENT_MS).0 {
        state = SimulationState::Stopped;
    }
    let effect: Option<Effect> = effect.as_deref().map(serde_json::from_str).transpose()?;
    Ok(Simulation {
        id,
        state,
        done: done.unsigned_abs(),
        members: members.unsigned_abs(),
        created_by,
        created_at: Timestamp(created_at),
        effect,
    })
}

/// One simulation.
///
/// # Errors
/// 404 when there is none with this id.
pub async fn get(club: &mut Club, id: &str) -> Result<Simulation> {
    let row = club
        .query(
            "SELECT simulation, state, done, members, effect, created_by, created_at, updated_at
             FROM simulations WHERE tenant = $1 AND simulation = $2",
        )
        .bind(id);
    let row: Option<Row> = row.fetch_optional(&mut club.tx).await?;
    let row = row.ok_or_else(|| Error::not_found(format!("There is no simulation {id}.")))?;
    simulation(row, club.now)
}

/// Writes a simulation of a document down, to be run by [`run`], and stops every other one.
///
/// # Errors
/// 422 with everything that keeps the document from being published.
pub async fn begin(club: &mut Club, document: &str) -> Result<Plan> {
    let published = club.published();
    let faults = verdicts::of(document, &published.program.id, club.now, Language::English);
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let mut next = programs::read(document)?;
    programs::succeed(&mut next, &published.program, club.now);
    if next != published.program {
        next.version = next.version.saturating_add(1);
    }
    let next_zone = zone(&next.zone, club.now)
        .ok_or_else(|| Error::internal(format!("no time zone named {}", next.zone)))?;
    club.query("UPDATE simulations SET state = 'stopped' WHERE tenant = $1 AND state = 'running'")
        .execute(&mut club.tx)
        .await?;
    let id = ids::id("sim");
    let members: i64 = club
        .query("SELECT COUNT(*) FROM members WHERE tenant = $1 AND erased_at IS NULL")
        .fetch_one(&mut club.tx)
        .await?;
    let (actor, now) = (club.actor().to_owned(), club.now);
    club.query(
        "INSERT INTO simulations (tenant, simulation, state, members, created_by, created_at, updated_at)
         VALUES ($1, $2, 'running', $3, $4, $5, $5)",
    )
    .bind(&id)
    .bind(members)
    .bind(actor)
    .bind(now.0)
    .execute(&mut club.tx)
    .await?;
    club.audit("program.simulated", &id, json!({ "members": members }))
        .await?;
    Ok(Plan {
        tenant: club.tenant().to_owned(),
        id,
        at: now,
        running_shelf: programs::with_stock(club, published.program.clone()).await?,
        next_shelf: programs::with_stock(club, next.clone()).await?,
        running: published,
        next,
        next_zone,
    })
}

impl Plan {
    /// The simulation's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What comes of one member, now and under the document.
    fn looks(&self, account: &Account) -> Result<[review::Outlook; 2]> {
        let now = self.at.max(account.settled_at());
        let look = |program, shelf, zone| {
            review::outlook(program, shelf, zone, account.clone(), now)
                .map_err(|refused| Error::internal(format!("time was refused: {refused:?}")))
        };
        let running = &self.running;
        Ok([
            look(&running.program, &self.running_shelf, &running.zone)?,
            look(&self.next, &self.next_shelf, &self.next_zone)?,
        ])
    }
}

/// Runs a simulation to its end, or until another one stops it. What fails is noted as stopped.
///
/// # Errors
/// When the database fails.
pub async fn run(state: &State, plan: Arc<Plan>) -> Result<()> {
    let ran = look_at_all(state, &plan).await;
    if ran.is_err() {
        note(state, &plan, SimulationState::Stopped, None, None).await?;
    }
    ran
}

async fn look_at_all(state: &State, plan: &Arc<Plan>) -> Result<()> {
    let mut tally = Tally::new(&plan.running.program, &plan.next);
    let mut after = String::new();
    loop {
        let page = state
            .read(&plan.tenant, after, |club, after| {
                Box::pin(books::page(club, after, PAGE))
            })
            .await?;
        let Some(last) = page.last() else { break };
        after = last.kept.member.id.clone();
        // Thousands of members are some work for a processor, which is not kept from others' requests.
        let (of, mut sums) = (Arc::clone(plan), tally);
        let judged = tokio::task::spawn_blocking(move || {
            for one in page.into_iter().filter(|one| !one.erased) {
                let looks = of.looks(&Account::resume(one.kept))?;
                sums.add(&one.external_id, &looks);
            }
            Ok::<_, Error>(sums)
        });
        tally = judged.await.map_err(Error::internal)??;
        let done = Some(tally.members());
        if !note(state, plan, SimulationState::Running, done, None).await? {
            return Ok(());
        }
    }
    let done = Some(tally.members());
    let effect = serde_json::to_string(&tally.effect())?;
    note(state, plan, SimulationState::Done, done, Some(effect)).await?;
    Ok(())
}

/// Notes how far it is. False when it was stopped.
async fn note(
    state: &State,
    plan: &Plan,
    stage: SimulationState,
    done: Option<u64>,
    effect: Option<String>,
) -> Result<bool> {
    let done = done.map(|done| i64::try_from(done).unwrap_or(i64::MAX));
    let input = (plan.id.clone(), word(stage), done, effect);
    let noted = state.write(&plan.tenant, "simulation", input, |club, input| {
        Box::pin(async move {
            let (id, stage, done, effect) = input;
            let noted = club
                .query(
                    "UPDATE simulations SET state = $3, done = COALESCE($4, done), effect = $5, updated_at = $6
                     WHERE tenant = $1 AND simulation = $2 AND state = 'running'",
                )
                .bind(id)
                .bind(stage)
                .bind(*done)
                .bind(effect.clone())
                .bind(club.now.0);
            Ok(noted.execute(&mut club.tx).await? == 1)
        })
    });
    noted.await
}
