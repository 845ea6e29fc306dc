//! What the indicators are called, what they say, and what their samples are.

use contract::insights::InsightName;

/// The keys of an indicator's name, of what it says, and of what is counted in its sample; none for what is no
/// indicator.
pub(super) const fn words_of(
    name: InsightName,
) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match name {
        InsightName::Retention => (
            "indicator.retention",
            "indicator.retention.says",
            "sample.buyers_before",
        ),
        InsightName::Churn => (
            "indicator.churn",
            "indicator.churn.says",
            "sample.buyers_before",
        ),
        InsightName::RepeatRate => (
            "indicator.repeat_rate",
            "indicator.repeat_rate.says",
            "sample.buyers",
        ),
        InsightName::UpsellRatio => (
            "indicator.upsell_ratio",
            "indicator.upsell_ratio.says",
            "sample.orders",
        ),
        InsightName::Frequency => (
            "indicator.frequency",
            "indicator.frequency.says",
            "sample.buyers",
        ),
        InsightName::YearlyFrequency => (
            "indicator.yearly_frequency",
            "indicator.yearly_frequency.says",
            "sample.buyers",
        ),
        InsightName::AverageOrder => (
            "indicator.average_order",
            "indicator.average_order.says",
            "sample.orders",
        ),
        InsightName::LifetimeValue => (
            "indicator.lifetime_value",
            "indicator.lifetime_value.says",
            "sample.buyers",
        ),
        InsightName::Engagement => (
            "indicator.engagement",
            "indicator.engagement.says",
            "sample.active",
        ),
        InsightName::RedemptionRate => (
            "indicator.redemption_rate",
            "indicator.redemption_rate.says",
            "sample.issues",
        ),
        InsightName::Nps => ("indicator.nps", "indicator.nps.says", "sample.answers"),
        InsightName::Csat => ("indicator.csat", "indicator.csat.says", "sample.answers"),
        InsightName::Ces => ("indicator.ces", "indicator.ces.says", "sample.answers"),
        InsightName::Cli => ("indicator.cli", "indicator.cli.says", "sample.answers"),
        _ => return None,
    })
}

/// What the figures are grouped by: the key of the group's name, and those in it.
pub(super) const GROUPS: [(&str, &[InsightName]); 3] = [
    (
        "indicators.buying",
        &[
            InsightName::Retention,
            InsightName::Churn,
            InsightName::RepeatRate,
            InsightName::UpsellRatio,
            InsightName::Frequency,
            InsightName::YearlyFrequency,
            InsightName::AverageOrder,
            InsightName::LifetimeValue,
        ],
    ),
    (
        "indicators.club",
        &[InsightName::Engagement, InsightName::RedemptionRate],
    ),
    (
        "indicators.asking",
        &[
            InsightName::Nps,
            InsightName::Csat,
            InsightName::Ces,
            InsightName::Cli,
        ],
    ),
];

/// An indicator's name in an address.
pub(super) fn wire(name: InsightName) -> String {
    let word = serde_json::to_value(name).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}
