//! What each insight says, in words.

use super::unit;
use contract::insights::{Definition, InsightName};

/// All insights, in order.
#[must_use]
pub fn definitions() -> Vec<Definition> {
    let define = |name: InsightName| {
        let (definition, sample) = words(name);
        Definition {
            name,
            definition: definition.to_owned(),
            unit: unit(name),
            sample: sample.to_owned(),
        }
    };
    InsightName::ALL.into_iter().map(define).collect()
}

const fn words(name: InsightName) -> (&'static str, &'static str) {
    match name {
        InsightName::Retention => (
            "Buyers of the period before who bought in this one too ÷ buyers of the period before. The period before is \
             as long, and ends where this one begins. Orders that were refunded whole count nowhere.",
            "Buyers of the period before.",
        ),
        InsightName::Churn => (
            "Buyers of the period before who did not buy in this one ÷ buyers of the period before: 100 % less \
             retention.",
            "Buyers of the period before.",
        ),
        InsightName::RepeatRate => (
            "Buyers with two orders or more in the window ÷ buyers in the window.",
            "Buyers.",
        ),
        InsightName::UpsellRatio => (
            "Orders with more than one distinct product ÷ orders.",
            "Orders.",
        ),
        InsightName::Frequency => ("Orders ÷ buyers, in the window.", "Buyers."),
        InsightName::YearlyFrequency => (
            "Orders ÷ buyers at the window's pace for a year of 365.25 days.",
            "Buyers.",
        ),
        InsightName::AverageOrder => (
            "Revenue ÷ orders, net of refunds. An order of nothing is an order.",
            "Orders.",
        ),
        InsightName::LifetimeValue => (
            "Average order × orders of a year × margin × lifespan. The lifespan is the window ÷ its churn, at most \
             years_max (5 when absent); margin_bp is the part of the revenue that remains (10000 when absent).",
            "Buyers.",
        ),
        InsightName::Engagement => (
            "Members with a club action ÷ members who ordered or acted. Actions are redeeming, having one's code used, \
             answering, doing what a rule pays for, and opening the panel.",
            "Members who ordered or acted.",
        ),
        InsightName::Nps => (
            "Net Promoter Score: promoters (9–10) less detractors (0–6), in percent of all answers, with the adjusted \
             Wald interval. Answers count that carry a prompt or are about the member's own paid order.",
            "Answers.",
        ),
        InsightName::Csat => (
            "Customer satisfaction: 4s and 5s ÷ answers, with the Wilson interval; the mean beside it.",
            "Answers.",
        ),
        InsightName::Ces => (
            "Customer Effort Score 2.0: the mean of 1…7 (7 is easy), with a t interval; the share of 5s and above \
             beside it.",
            "Answers.",
        ),
        InsightName::Cli => (
            "Customer Loyalty Index: the mean of each respondent's three answers of 1…6, then the mean of these, with a \
             t interval. Complete respondents alone.",
            "Respondents.",
        ),
        InsightName::PointsLiability => (
            "Points that members could spend or that are pending at the window's end, and what they are worth by \
             today's program.",
            "Members with points.",
        ),
        InsightName::RedemptionRate => (
            "Points spent, net of what came back ÷ points issued, net of what was taken back, both in the window.",
            "Times that points were issued.",
        ),
        InsightName::TierDistribution => (
            "Members by the tier that they hold now; the window says nothing here.",
            "All members.",
        ),
        InsightName::Cohorts => (
            "Members by the month of the program's calendar in which they first ordered, for months that begin in the \
             window, and how many of them ordered in that month and each one after it, 24 at most.",
            "Members of the cohort: the first number of a row.",
        ),
        InsightName::ChurnRisk => (
            "Members for whom more than twice their usual gap between orders has passed at the window's end ÷ members \
             of whom it can be said. The usual gap is the median of the member's own (three order days or more), else \
             of all members' medians.",
            "Members who ordered and have a usual gap.",
        ),
        InsightName::Goals => (
            "Each goal with its indicator in the window, how much of the way is done and how much is due by now.",
            "That of the indicator.",
        ),
        InsightName::Experiments => (
            "Each experiment that ran in the window: members of an arm with a paid order while it ran ÷ members of the \
             arm, and the difference to the first arm with Newcombe's interval.",
            "Members of the arm.",
        ),
        InsightName::Segments => (
            "Members by what they had bought at the window's end: each RFM segment and each of the classes A, B and C \
             with its members, its revenue and their shares, and how many have each score for recency and frequency. \
             Net of refunds; computed when it is asked for, where the segments of members are as of the last night.",
            "All members.",
        ),
        InsightName::PointsFlow => (
            "Points issued, net of what was taken back, spent, net of what came back, and ended, in each week, month or \
             year of the program's calendar, and what was outstanding at its end, with its worth by today's program.",
            "Entries of the ledger.",
        ),
        InsightName::TierFlow => (
            "Members who joined, and moves to a higher and to a lower tier, in each week, month or year of the program's \
             calendar, as they were written down: a move that a refund undid is a move down.",
            "Moves.",
        ),
    }
}
