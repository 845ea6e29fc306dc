//! Figures about the club, and the merchant's goals.

use super::answer;
use super::paths::GoalId;
use crate::body::Json;
use crate::club::Club;
use crate::credentials::Desk;
use crate::goals;
use crate::inputs::{PageSize, Path, Query};
use crate::insights::{self, Ask, By, Source, risk};
use crate::openapi::{Route, Tag, delete, get, put};
use crate::problem::{Error, Result};
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use crate::transfer::{self, Format};
use axum::body::Body;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::insights::{
    GoalInput, GoalReply, IndicatorsReply, Insight, InsightList, InsightName, RiskPage, SeriesReply,
};
use futures_util::{StreamExt, stream};
use rules::Timestamp;
use rules::insights::Step;
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
        get("/v1/indicators", indicators)
            .named(
                "readIndicators",
                "Read all indicators",
                "Each indicator of the window with its sample and interval, what it said of the period before, and \
                 what it says of each of the last weeks, months or years up to the window's end, oldest first. One \
                 reading for all of them.",
            )
            .tagged(Tag::Insights)
            .replies::<IndicatorsReply>(200, "The indicators.", json!({ "indicators": {
                "from": "2026-08-24T08:30:00Z", "to": "2026-11-22T08:30:00Z", "previous_from": "2026-05-26T08:30:00Z",
                "previous_to": "2026-08-24T08:30:00Z", "step": "month", "readings": [{
                    "name": "retention", "unit": "share",
                    "figure": { "value": 8000, "low": 7110, "high": 8670, "n": 100 }, "too_few": false,
                    "previous": { "value": 7500, "low": 6570, "high": 8250, "n": 100 }, "trend": 500, "points": [],
                }],
            } }))
            .refuses(&["validation_failed"]),
        get("/v1/insights/{name}/series", series)
            .named(
                "readInsightSeries",
                "Read an indicator over time",
                "The indicator of each of the last weeks, months or years of the program's calendar, oldest first; the \
                 last one ends at `to` and may still be running. Retention and churn of a period look back to the one \
                 before it. For everything that goals may aim at, and for the redemption rate.",
            )
            .tagged(Tag::Insights)
            .replies::<SeriesReply>(200, "The series.", json!({ "series": {
                "name": "retention", "unit": "share", "step": "month", "points": [{
                    "from": "2026-10-22T20:30:00Z", "to": "2026-11-21T20:30:00Z", "running": false,
                    "figure": { "value": 8000, "low": 7110, "high": 8670, "n": 100 }, "too_few": false,
                }],
            } }))
            .refuses(&["validation_failed"]),
        get("/v1/insights/churn_risk/members", at_risk)
            .named(
                "listMembersAtRisk",
                "List the members at risk",
                "Everybody for whom more than twice their usual gap between orders has passed, the most urgent first, \
                 in pages.",
            )
            .tagged(Tag::Insights)
            .replies::<RiskPage>(200, "A page of members.", json!({
                "members": [{ "member": "customer-1042", "risk": {
                    "days_since": 62, "usual_gap": 40, "by": "own", "ratio_bp": 62_000, "at_risk": true,
                } }],
                "next_cursor": null,
            }))
            .refuses(&["validation_failed"]),
        get("/v1/insights/churn_risk/export", export_at_risk)
            .named(
                "exportMembersAtRisk",
                "Export the members at risk",
                "All of them as one file, the most urgent first. The usual gap is in days; a ratio of 2 is twice as \
                 long. In CSV, a text that a spreadsheet would take for a formula has an apostrophe before it. A secret \
                 key needs the scopes insights and exports.",
            )
            .tagged(Tag::Insights)
            .streams(
                200,
                "text/csv",
                "CSV, with a row of names.",
                "member,days_since,usual_gap_days,usual_gap_of,ratio\ncustomer-1042,62,10.00,own,6.2000\n",
            )
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
        "goals": [], "experiments": [], "parts": [], "segments": null, "points_flow": [], "tier_flow": [],
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
    /// For a survey score: also the score of each of these.
    by: Option<Part>,
    /// For a flow over time: how long its pieces are; months when absent. A window has 130 pieces at most.
    step: Option<Step>,
}

/// What a survey score is parted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Part {
    /// Each survey of the kind.
    Survey,
    /// Members by the tier that they hold now.
    Tier,
    /// Members by the segments that they are in now.
    Segment,
}

/// The last periods, and what else is asked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct SeriesQuery {
    /// First instant after the last period (RFC 3339), or first day after it in the program's zone; now when absent.
    to: Option<String>,
    /// How long a period is; a month when absent.
    step: Option<Step>,
    /// How many periods; 12 when absent.
    periods: Option<PageSize<{ insights::PERIODS_MAX }>>,
    /// For a lifetime value: what remains of the revenue, in basis points; 10000 when absent.
    #[schemars(range(max = 10_000))]
    margin_bp: Option<u32>,
    /// For a lifetime value: the longest lifespan in years; 5 when absent.
    #[schemars(range(min = 1, max = 50))]
    years_max: Option<u8>,
    /// For a survey score: one survey alone.
    survey: Option<String>,
}

/// A window, and the periods up to its end.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct IndicatorsQuery {
    /// First instant (RFC 3339), or first day in the program's zone such as `2026-11-22`; 90 days before `to` when
    /// absent.
    from: Option<String>,
    /// First instant after the window, or first day after it; now when absent.
    to: Option<String>,
    /// How long a period is; a month when absent.
    step: Option<Step>,
    /// How many periods; 12 when absent.
    periods: Option<PageSize<{ insights::PERIODS_MAX }>>,
    /// For a lifetime value: what remains of the revenue, in basis points; 10000 when absent.
    #[schemars(range(max = 10_000))]
    margin_bp: Option<u32>,
    /// For a lifetime value: the longest lifespan in years; 5 when absent.
    #[schemars(range(min = 1, max = 50))]
    years_max: Option<u8>,
}

/// Which members at risk.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct RiskQuery {
    /// As of this instant (RFC 3339), or the beginning of this day in the program's zone; now when absent.
    to: Option<String>,
    /// Members on the page; 100 when absent.
    limit: Option<PageSize<{ risk::MEMBERS_MAX }>>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// As of when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct AsOf {
    /// As of this instant (RFC 3339), or the beginning of this day in the program's zone; now when absent.
    to: Option<String>,
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
        by: query.by.map(|by| match by {
            Part::Survey => By::Survey,
            Part::Tier => By::Tier,
            Part::Segment => By::Segment,
        }),
        step: query.step.unwrap_or_default(),
    };
    let insight = desk.read(&state, (name, ask), |club, (name, ask)| {
        Box::pin(async move {
            let question = insights::window(club, ask)?;
            insights::read(club, *name, &question).await
        })
    });
    answer::ok(&insight.await?)
}

async fn series(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(Name(name)): Path<Name>,
    Query(query): Query<SeriesQuery>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let step = query.step.unwrap_or_default();
    let periods = query.periods.map_or(12, PageSize::get);
    let ask = Ask {
        to: query.to,
        margin_bp: query.margin_bp,
        years_max: query.years_max,
        survey: query.survey,
        ..Ask::default()
    };
    let input = (name, ask, step, periods);
    let series = desk.read(&state, input, |club, (name, ask, step, periods)| {
        Box::pin(async move {
            let question = insights::window(club, ask)?;
            insights::series(club, *name, &question, *step, *periods).await
        })
    });
    let series = series.await?;
    answer::ok(&SeriesReply { series })
}

async fn indicators(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(query): Query<IndicatorsQuery>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let step = query.step.unwrap_or_default();
    let periods = query.periods.map_or(12, PageSize::get);
    // Without an end the window ends now, and for both readings that is one instant.
    let now = || state.clock.now().to_string();
    let ask = Ask {
        from: query.from,
        to: query.to.or_else(|| Some(now())),
        margin_bp: query.margin_bp,
        years_max: query.years_max,
        ..Ask::default()
    };
    let read = |source| {
        desk.read(
            &state,
            (ask.clone(), step, periods, source),
            |club, (ask, step, periods, source)| {
                Box::pin(async move {
                    let question = insights::window(club, ask)?;
                    insights::indicators(club, &question, *step, *periods, *source).await
                })
            },
        )
    };
    let (mut indicators, rest) = tokio::try_join!(read(Source::Purchases), read(Source::Rest))?;
    indicators.readings.extend(rest.readings);
    answer::ok(&IndicatorsReply { indicators })
}

/// The end of the window that a question about members at risk has.
fn as_of(club: &Club, to: &Option<String>) -> Result<Timestamp> {
    let ask = Ask {
        to: to.clone(),
        ..Ask::default()
    };
    Ok(insights::window(club, &ask)?.window.to)
}

async fn at_risk(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(query): Query<RiskQuery>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let page = desk.read(&state, query, |club, query| {
        Box::pin(async move {
            let to = as_of(club, &query.to)?;
            let limit = query.limit.map_or(risk::MEMBERS, PageSize::get);
            risk::page(club, to, limit, query.cursor.as_deref()).await
        })
    });
    answer::ok(&page.await?)
}

/// Members in one piece of the file.
const PIECE: usize = 500;

async fn export_at_risk(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(query): Query<AsOf>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    desk.needs(Scope::Exports, Role::Editor)?;
    // What goes wrong at once is told as a problem.
    let risks = desk.read(&state, query, |club, query| {
        Box::pin(async move {
            let to = as_of(club, &query.to)?;
            risk::all(club, to).await
        })
    });
    let risks = risks.await?;
    let head = transfer::risk_row(None);
    let rest = (state, desk, risks, 0);
    let rest = stream::try_unfold(rest, |(state, desk, risks, place)| async move {
        let piece = risks.from(place, PIECE);
        if piece.is_empty() {
            return Ok(None);
        }
        let named = desk.read(&state, piece, |club, piece| {
            Box::pin(risk::named(club, piece))
        });
        let named = named.await?;
        let rows: Vec<u8> = named
            .iter()
            .flat_map(|one| transfer::risk_row(Some(one)))
            .collect();
        Ok::<_, Error>(Some((rows, (state, desk, risks, place + PIECE))))
    });
    let all = stream::iter([Ok(head)]).chain(rest);
    super::transfers::file(Body::from_stream(all), Format::Csv, "churn-risk")
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
