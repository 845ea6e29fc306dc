//! Ways to earn: each with what it gives, what is claimed here, and the profile.

use super::atoms::{self, Tone, button, heading, icon, list, row, sub};
use super::icons;
use super::profile;
use super::shell::Frame;
use crate::host::{field, object};
use crate::node::{Node, el};
use crate::outbox::{Kind, busy};
use crate::store::{Club, State, Store, View};
use crate::sync;
use crate::words::{self, fill, t};
use rules::Points;
use rules::earning::{self, Full};
use rules::program::{Activity, ActivityRule, Cap, Period};
use wasm_bindgen::JsValue;

/// Draws the page.
pub(super) fn earn(frame: Frame, s: &State, club: &Club) -> Node {
    let program = &club.program.program;
    let mut ways: Vec<Node> = Vec::new();
    if let Some(rule) = &program.earning.purchase {
        let values = [
            ("money", &*club.money(rule.per)),
            ("points", &words::points(rule.points)),
        ];
        let gives = with_caps(club, fill("earn.purchase.sub", &values), &rule.caps);
        let points = rule.points;
        let full = room(club, &rule.caps, &rule.id, points).err();
        let end = full.map(|full| note(again(full)));
        ways.push(way(
            icons::place(View::Earn),
            t("earn.purchase"),
            gives,
            end,
        ));
    }
    let brackets = program.cashback.iter().flat_map(|back| &back.brackets);
    if let Some(rate) = brackets.map(|bracket| bracket.rate).max() {
        let rate = words::percent(rate);
        let gives = fill("earn.cashback.sub", &[("rate", &rate)]);
        ways.push(way(icons::WALLET, t("earn.cashback"), gives, None));
    }
    for rule in &program.earning.activities {
        if rule.kind != Activity::Profile {
            ways.push(activity(frame.store, s, club, rule));
        }
    }
    if let Some(referral) = &program.referral {
        let points = words::points(referral.advocate_points);
        let go = button(Tone::Plain, t("earn.refer.go"), move || {
            frame.go(View::Refer)
        });
        ways.push(way(
            icons::place(View::Refer),
            t("earn.refer"),
            points,
            Some(go),
        ));
    }
    let title = if club.has_points() {
        "earn.title"
    } else {
        "earn.title.plain"
    };
    let some = !ways.is_empty();
    el("div", "page")
        .child(heading(t(title), None))
        .maybe(some.then(|| list(ways)))
        .child(profile::card(frame.store, s, club))
}

/// What a rule is called: the merchant's words, else the locale's for its kind.
// In each part that says it, so that home does without.
#[inline(always)]
pub(super) fn title(rule: &ActivityRule) -> String {
    if !rule.title.is_empty() {
        return words::text(&rule.title);
    }
    t(match &rule.kind {
        Activity::Join => "earn.join",
        Activity::FirstPurchase => "earn.first_purchase",
        Activity::Survey(_) => "earn.survey",
        Activity::Birthday => "earn.birthday",
        Activity::Profile => "earn.profile",
        Activity::Review => "earn.review",
        Activity::DailyVisit => "earn.visit",
        Activity::SocialFollow(network) => {
            return fill("earn.follow", &[("network", &words::isolate(network))]);
        }
        Activity::Event(_) => "earn.activity",
    })
}

/// One activity: to be claimed here, done already, or what it gives.
fn activity(store: Store, s: &State, club: &Club, rule: &ActivityRule) -> Node {
    let facts = &club.me.facts;
    let today = club
        .program
        .program
        .calendar
        .period(&club.program.zone, Period::Day, club.now);
    let daily = rule.kind == Activity::DailyVisit;
    let had = facts.earned.iter().any(|earned| {
        earned.rule == rule.id && (!daily || today.is_none_or(|(start, _)| start <= earned.at))
    });
    let once = match rule.kind {
        Activity::Join => true,
        Activity::FirstPurchase => !facts.purchases.is_empty(),
        Activity::DailyVisit | Activity::SocialFollow(_) => had,
        _ => false,
    };
    // Only what needs no more than the shopper's word can be claimed from here.
    let by_word = daily || matches!(rule.kind, Activity::SocialFollow(_));
    let full = room(club, &rule.caps, &rule.id, rule.points).err();
    let end = if once && daily {
        Some(note(t("earn.tomorrow")))
    } else if once {
        Some(note(t("earn.done")))
    } else if let Some(full) = full {
        Some(note(again(full)))
    } else if by_word && earning::claimable(rule) {
        let id = rule.id.clone();
        let claim = button(Tone::Plain, t("earn.claim"), move || {
            let body = object(&[("rule", id.as_str().into())]);
            sync::act(store, Kind::Claim, &id, "POST", "/v1/me/activities", body);
        });
        Some(atoms::busy(claim, busy(&s.doing, &rule.id)))
    } else {
        None
    };
    let gives = with_caps(club, words::points(rule.points), &rule.caps);
    way(icons::activity(&rule.kind), title(rule), gives, end).attr("data-rule", &rule.id)
}

fn room(club: &Club, caps: &[Cap], rule: &str, points: Points) -> Result<Points, Full> {
    let view = &club.program;
    let facts = &club.me.facts;
    earning::room(
        &view.program,
        &view.zone,
        caps,
        rule,
        points,
        facts,
        club.now,
    )
}

/// When a rule gives again.
fn again(full: Full) -> String {
    match full.resets_at {
        Some(at) => fill("earn.again", &[("date", &words::date(at))]),
        None => t("earn.done"),
    }
}

/// What a rule gives, and the most of it.
fn with_caps(club: &Club, mut gives: String, caps: &[Cap]) -> String {
    for cap in caps {
        let most = match (cap.times, cap.points) {
            (Some(times), _) => words::count("earn.times", i64::from(times), &[]),
            (None, Some(points)) if club.has_points() => words::points(points),
            _ => continue,
        };
        let per = match cap.per {
            Period::Day => "earn.cap.day",
            Period::Week => "earn.cap.week",
            Period::Month => "earn.cap.month",
            Period::Year => "earn.cap.year",
            Period::Lifetime => "earn.cap.lifetime",
        };
        gives.push_str(" · ");
        gives.push_str(&fill(per, &[("most", &most)]));
    }
    gives
}

fn note(words: String) -> Node {
    el("span", "done").child(icon(icons::CHECK)).text(words)
}

fn way(path: &str, title: String, gives: String, end: Option<Node>) -> Node {
    el("div", "item").child(row(path, title, sub(gives), end))
}

/// The server has taken a claim or a profile: what it brought.
pub(crate) fn earned(store: Store, body: &JsValue) {
    let activity = field(body, "activity");
    let (of, claimed) = if activity.is_object() {
        (activity, true)
    } else {
        (field(body, "profile"), false)
    };
    let points = field(&of, "points").as_f64().unwrap_or(0.0) as i64;
    let said = if points > 0 {
        fill("earn.got", &[("points", &words::points(Points(points)))])
    } else {
        t(if claimed {
            "earn.done"
        } else {
            "profile.saved"
        })
    };
    store.set(|s| {
        s.confirming = None;
        s.say(said, false);
    });
}
