//! Figures about the club, and the merchant's goals.

use super::answer;
use super::paths::GoalId;
use crate::body::Json;
use crate::credentials::Desk;
use crate::goals;
use crate::inputs::{Path, Query};
use crate::insights::{self, Ask};
use crate::openapi::{Route, Tag, delete, get, put};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::insights::{GoalInput, GoalReply, Insight, InsightList, InsightName};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/insights", list)
            .named(
                "listInsights",
                "List the insights",
                "What can be asked for, and what each of them says.",
            )
            .tagged(Tag::Insights)
            .replies::<InsightList>(200, "All of them.", json!({ "insights": [{
                "name": "upsell_ratio", "definition": "Orders with more than one distinct product ÷ orders.",
                "unit": "share", "sample": "Orders.",
            }] })),
        get("/v1/insights/{name}", read)
            .named(
                "readInsight",
                "Read an insight",
                "A figure with its sample, its 95 % interval where one is defined, and the period before when it is \
                 asked for. A secret key needs the scope insights, a person any role.",
            )
            .tagged(Tag::Insights)
            .replies::<Insight>(200, "The insight.", example())
            .refuses(&["validation_failed"]),
        put("/v1/goals/{goal}", put_goal)
            .named(
                "putGoal",
                "Set a goal",
                "What an indicator is to become, and by when. Values are whole numbers in the indicator's unit: \
                 purchases of a year from 3 to 3.3 are 30000 and 33000.",
            )
            .tagged(Tag::Insights)
            .body("More purchases", goal_example())
            .replies::<GoalReply>(201, "The goal is new.", goal_reply())
            .replies::<GoalReply>(200, "The goal was known.", goal_reply()),
        delete("/v1/goals/{goal}", delete_goal)
            .named("deleteGoal", "Take a goal away", "Nothing else changes.")
            .tagged(Tag::Insights)
            .empty(204, "It is gone."),
    ]
}

fn example() -> Value {
    json!({
        "name": "retention", "from": "2026-08-24T08:30:00Z", "to": "2026-11-22T08:30:00Z", "unit": "share",
        "figure": { "value": 8000, "low": 7110, "high": 8670, "n": 100 }, "too_few": false,
        "previous": null, "trend": null, "survey": null, "points": null, "tiers": [], "cohorts": [], "at_risk": [],
        "goals": [], "experiments": [],
    })
}

fn goal_example() -> Value {
    json!({
        "indicator": "yearly_frequency", "from": 30000, "to": 33000, "starts_at": "2026-01-01T00:00:00Z",
        "ends_at": "2027-01-01T00:00:00Z",
    })
}

fn goal_reply() -> Value {
    let mut goal = goal_example();
    goal["id"] = json!("goal_frequency");
    json!({ "goal": goal })
}

/// What else there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Compare {
    /// The period before: as long, and ending where this one begins.
    Previous,
}

/// The window, and what else is asked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct InsightQuery {
    /// First instant (RFC 3339), or first day in the program's zone such as `2026-11-22`; 90 days before `to` when
    /// absent.
    from: Option<String>,
    /// First instant after the window, or first day after it; now when absent.
    to: Option<String>,
    /// The period before beside it, and the trend.
    compare: Option<Compare>,
    /// For a lifetime value: what remains of the revenue, in basis points; 10000 when absent.
    #[schemars(range(max = 10_000))]
    margin_bp: Option<u32>,
    /// For a lifetime value: the longest lifespan in years; 5 when absent.
    #[schemars(range(min = 1, max = 50))]
    years_max: Option<u8>,
    /// For a survey score: one survey alone.
    survey: Option<String>,
}

/// Which insight.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"retention")]
struct Name(InsightName);

async fn list(desk: Desk) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let insights = insights::definitions();
    answer::ok(&InsightList { insights })
}

async fn read(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(Name(name)): Path<Name>,
    Query(query): Query<InsightQuery>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let ask = Ask {
        from: query.from,
        to: query.to,
        compare: query.compare.is_some(),
        margin_bp: query.margin_bp,
        years_max: query.years_max,
        survey: query.survey,
    };
    let insight = desk.read(&state, (name, ask), |club, (name, ask)| {
        Box::pin(async move {
            let question = insights::window(club, ask)?;
            insights::read(club, *name, &question).await
        })
    });
    answer::ok(&insight.await?)
}

async fn put_goal(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(GoalId(id)): Path<GoalId>,
    Json { value, .. }: Json<GoalInput>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Editor)?;
    let put = state.write(
        desk.tenant(),
        desk.actor(),
        (id, value),
        |club, (id, value)| Box::pin(goals::put(club, id, value)),
    );
    let (goal, created) = put.await?;
    answer::made(created, &GoalReply { goal })
}

async fn delete_goal(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(GoalId(id)): Path<GoalId>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Editor)?;
    let gone = desk.write(&state, id, |club, id| Box::pin(goals::delete(club, id)));
    gone.await?;
    Ok(answer::nothing())
}
