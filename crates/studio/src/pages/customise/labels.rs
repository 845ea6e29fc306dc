//! What the parts of a document are called. A field that has no name of its own here is shown under the name that it
//! has in the document.

use super::edit;
use super::schema::{self, Form};
use crate::sentences;
use crate::words::{digits, fill, lang, say, text};
use rules::program::Text;
use serde_json::Value;

// The keys.

/// Fields, by their names; some by the type that they are in, before it.
const FIELDS: [&str; 159] = [
    "doc.name",
    "doc.languages",
    "doc.currency",
    "doc.code",
    "doc.display",
    "doc.zone",
    "doc.calendar",
    "doc.earning",
    "doc.purchase",
    "doc.id",
    "doc.points",
    "doc.per",
    "doc.rounding",
    "doc.pending_days",
    "doc.base",
    "doc.multiplier_max",
    "doc.caps",
    "doc.tax",
    "doc.shipping",
    "doc.gift_cards",
    "doc.excluded_categories",
    "doc.times",
    "doc.activities",
    "doc.kind",
    "doc.title",
    "doc.claimable",
    "doc.campaigns",
    "doc.multiplier",
    "doc.starts_at",
    "doc.ends_at",
    "doc.minimum_order",
    "doc.audience",
    "doc.combine",
    "doc.member_days_min",
    "doc.orders_min",
    "doc.tiers",
    "doc.segments",
    "doc.cashback",
    "doc.brackets",
    "doc.from",
    "doc.rate",
    "doc.scale",
    "doc.ceiling",
    "doc.months",
    "doc.expiry",
    "doc.end_of_month",
    "doc.warn_days",
    "doc.negative_policy",
    "doc.reinstate_days",
    "doc.measure",
    "doc.window",
    "doc.downgrade",
    "doc.grace_days",
    "doc.notice_days",
    "doc.levels",
    "doc.enter",
    "doc.retain",
    "doc.perks",
    "doc.entry",
    "doc.rewards",
    "doc.terms",
    "doc.cost",
    "doc.units",
    "doc.min",
    "doc.max",
    "doc.tier",
    "doc.excluded",
    "doc.categories",
    "doc.skus",
    "doc.consent",
    "doc.stock",
    "doc.per_member",
    "doc.period",
    "doc.coupon_days",
    "doc.partner",
    "doc.codes",
    "doc.referral",
    "doc.advocate_points",
    "doc.friend_points",
    "doc.claim_days",
    "doc.cap",
    "doc.per_address",
    "doc.surveys",
    "doc.enabled",
    "doc.question",
    "doc.follow_up",
    "doc.low",
    "doc.mid",
    "doc.high",
    "doc.trigger",
    "doc.pages",
    "doc.only",
    "doc.except",
    "doc.devices",
    "doc.scope",
    "doc.answered_wait_days",
    "doc.dismissed_wait_days",
    "doc.global_wait_days",
    "doc.max_displays",
    "doc.priority",
    "doc.arm",
    "doc.experiment",
    "doc.offers",
    "doc.benefit",
    "doc.messages",
    "doc.open",
    "doc.ending",
    "doc.taken",
    "doc.valid_hours",
    "doc.days_before",
    "doc.days_after",
    "doc.products",
    "doc.within_days",
    "doc.memberships",
    "doc.price",
    "doc.buy",
    "doc.partners",
    "doc.link",
    "doc.tips",
    "doc.body",
    "doc.experiments",
    "doc.arms",
    "doc.weight",
    "doc.links",
    "doc.login",
    "doc.join",
    "doc.club",
    "doc.invite",
    "doc.look",
    "doc.accent",
    "doc.preset",
    "doc.texts",
    "doc.point_value",
    "doc.money",
    "doc.value",
    "doc.value.text",
    "doc.value.free_product",
    "doc.value.donation",
    "doc.value.lottery_ticket",
    "doc.value.vip_service",
    "doc.value.event",
    "doc.value.social_follow",
    "doc.value.survey",
    "doc.value.reward",
    "doc.value.segment",
    "doc.value.nth_order",
    "doc.value.spent",
    "doc.reward.tier",
    "doc.survey.rate",
    "doc.bracket.rate",
    "doc.offer.kind",
    "doc.survey.kind",
    "doc.reward.kind",
    "doc.activityrule.kind",
    "doc.cap.per",
    "doc.plan.months",
    "doc.referral.pending_days",
    "doc.offer.trigger",
    "doc.surprise.period",
];

/// What is said below a field.
const HINTS: [&str; 14] = [
    "doc.hint.per",
    "doc.hint.retain",
    "doc.hint.pending_days",
    "doc.hint.id",
    "doc.hint.stock",
    "doc.hint.ends_at",
    "doc.hint.link",
    "doc.hint.question",
    "doc.hint.priority",
    "doc.hint.only",
    "doc.hint.zone",
    "doc.hint.code",
    "doc.hint.point_value",
    "doc.hint.grace_days",
];

/// Choices.
const PICKS: [&str; 85] = [
    "pick.native",
    "pick.toman",
    "pick.gregorian",
    "pick.jalali",
    "pick.floor",
    "pick.half_up",
    "pick.ceil",
    "pick.day",
    "pick.week",
    "pick.month",
    "pick.year",
    "pick.lifetime",
    "pick.join",
    "pick.first_purchase",
    "pick.survey",
    "pick.birthday",
    "pick.profile",
    "pick.review",
    "pick.daily_visit",
    "pick.social_follow",
    "pick.event",
    "pick.best",
    "pick.product",
    "pick.order",
    "pick.spent",
    "pick.none",
    "pick.per_lot",
    "pick.inactivity",
    "pick.pending_only",
    "pick.within_balance",
    "pick.debt",
    "pick.spend",
    "pick.points_earned",
    "pick.orders",
    "pick.calendar_year",
    "pick.rolling_months",
    "pick.downgrade.none",
    "pick.one_down",
    "pick.recompute",
    "pick.text",
    "pick.free_shipping",
    "pick.early_access",
    "pick.support_line",
    "pick.birthday_bonus",
    "pick.points",
    "pick.wallet_credit",
    "pick.reward",
    "pick.multiplier",
    "pick.amount_off",
    "pick.percent_off",
    "pick.free_product",
    "pick.donation",
    "pick.lottery_ticket",
    "pick.vip_service",
    "pick.partner_coupon",
    "pick.pool",
    "pick.shared",
    "pick.nps",
    "pick.csat",
    "pick.ces",
    "pick.cli",
    "pick.page",
    "pick.order_confirmed",
    "pick.order_delivered",
    "pick.complaint_resolved",
    "pick.inactive_return",
    "pick.dwell",
    "pick.trigger.event",
    "pick.manual",
    "pick.phone",
    "pick.desktop",
    "pick.once",
    "pick.per_order",
    "pick.periodic",
    "pick.milestone_orders",
    "pick.milestone_amount",
    "pick.nth_order",
    "pick.inactive",
    "pick.bought",
    "pick.schedule",
    "pick.segment",
    "pick.surprise",
    "pick.quiet",
    "pick.soft",
    "pick.sharp",
];

// The keys end.

fn known(keys: &[&'static str], tried: [String; 2]) -> Option<&'static str> {
    let mut tried = tried.into_iter();
    tried.find_map(|key| keys.iter().copied().find(|known| *known == key))
}

/// The key of a field's label.
fn field(kind: &str, name: &str) -> Option<&'static str> {
    let own = format!("doc.{}.{name}", kind.to_lowercase());
    let plain = known(&FIELDS, [own, format!("doc.{name}")]);
    // Or it is what a choice brings along.
    plain.or_else(|| known(&FIELDS, [format!("doc.value.{name}"), String::new()]))
}

/// A field's label, by the type that it is in.
pub(super) fn label(kind: &str, name: &str) -> String {
    field(kind, name).map_or_else(|| name.to_owned(), say)
}

/// The label of what a choice brings along.
pub(super) fn content(kind: &str, variant: &str) -> String {
    let own = format!("doc.value.{variant}");
    let named = known(&FIELDS, [own, "doc.value".to_owned()]);
    named.map_or_else(|| pick(kind, variant), say)
}

/// What is said below a field.
pub(super) fn hint(kind: &str, name: &str) -> Option<String> {
    let own = format!("doc.hint.{}.{name}", kind.to_lowercase());
    known(&HINTS, [own, format!("doc.hint.{name}")]).map(say)
}

/// A choice's name, by its type.
pub(super) fn pick(kind: &str, name: &str) -> String {
    let own = format!("pick.{}.{name}", kind.to_lowercase());
    known(&PICKS, [own, format!("pick.{name}")]).map_or_else(|| name.to_owned(), say)
}

/// A merchant's words in the language that is spoken, else in any.
pub(crate) fn words(value: &Value) -> Option<String> {
    let read: Text = serde_json::from_value(value.clone()).ok()?;
    Some(text(&read)).filter(|words| !words.trim().is_empty())
}

/// What an item of a list is called: by its words, else by its id, else by its place.
pub(super) fn item(value: &Value, index: usize) -> String {
    let named = ["name", "title", "question", "text"];
    let said = named.iter().find_map(|name| words(value.get(name)?));
    let id = || {
        let id = value.get("id").and_then(Value::as_str);
        id.filter(|id| !id.is_empty()).map(ToOwned::to_owned)
    };
    said.or_else(id).unwrap_or_else(|| {
        let place = digits(&index.saturating_add(1).to_string());
        format!("{} {place}", say("customise.item.unnamed"))
    })
}

/// A place in words, from the section down. Items are named as they are in `document`.
pub(crate) fn place(document: &Value, path: &[String]) -> String {
    let mut said = Vec::new();
    let (mut value, mut part) = (Some(document), Some(schema::program()));
    for step in path {
        let shape = part.map(schema::shape);
        let (name, below, inside) = match shape.map(|shape| (shape.form, shape.kind)) {
            Some((Form::Group(fields), kind)) => (
                label(kind, step),
                value.and_then(|it| it.get(step)),
                fields.get(step),
            ),
            Some((Form::List(each), _)) => {
                let items = value.and_then(Value::as_array);
                let index = step.parse().ok().or_else(|| {
                    items?
                        .iter()
                        .position(|it| it.get("id").is_some_and(|id| id == step))
                });
                let found = items.zip(index).and_then(|(items, index)| items.get(index));
                let name = found.map_or_else(|| step.clone(), |it| item(it, index.unwrap_or(0)));
                (name, found, Some(each))
            }
            Some((Form::Choice(choices), kind)) => {
                let found = schema::variants(choices)
                    .into_iter()
                    .find(|(name, _)| name == step);
                (
                    pick(kind, step),
                    value.and_then(|it| it.get(step)),
                    found.and_then(|it| it.1),
                )
            }
            Some((Form::Words, _)) => (language(step), None, None),
            Some((Form::Texts, _)) => {
                let name = match path.get(1) {
                    Some(tag) if said.len() > 1 => sentence(tag, step),
                    _ => language(step),
                };
                (name, None, part)
            }
            _ => (step.clone(), None, None),
        };
        said.push(name);
        (value, part) = (below, inside);
    }
    let between = if lang().tag() == "fa" {
        " ‹ "
    } else {
        " › "
    };
    said.join(between)
}

/// What a sentence of the widget is called: by what it says as it is built in, else by its key.
fn sentence(tag: &str, key: &str) -> String {
    let said = sentences::built_in(tag, key).unwrap_or_else(|| key.to_owned());
    format!("\u{2068}{said}\u{2069}")
}

/// A language's name.
pub(super) fn language(tag: &str) -> String {
    match tag {
        "fa" => say("lang.fa"),
        "en" => say("lang.en"),
        other => other.to_owned(),
    }
}

/// A place in words, by its pointer.
pub(crate) fn at(document: &Value, pointer: &str) -> String {
    place(document, &edit::steps(pointer))
}

/// The name of a button, for ears: what it does to which item.
pub(super) fn doing(key: &str, name: &str) -> String {
    fill("customise.of", &[("what", &say(key)), ("name", name)])
}
