//! A survey on the page: never modal, never stealing the keyboard, gone after the thanks.

use super::atoms::{self, Tone, button, icon_button, p, tile};
use super::complaints;
use super::focus;
use super::icons;
use super::shell::{self, walk};
use crate::node::{Node, el};
use crate::prompts;
use crate::store::{Prompt, State, Store, View};
use crate::words::{self, fill, t};
use crate::{find, host, sync};
use rules::program::{Activity, Bucket, Survey, SurveyKind};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent};

/// How long the thanks stays when nobody touches it.
const THANKS_MS: u32 = 6_000;
/// How long it stays when it offers to put something right.
const OFFER_MS: u32 = 30_000;

/// Draws the prompt.
pub(super) fn prompt(store: Store, s: &State, prompt: &Prompt) -> Option<Node> {
    let program = &s.program.as_ref()?.program;
    let survey = program
        .surveys
        .iter()
        .find(|survey| survey.id == prompt.show.survey)?;
    if !prompt.seen {
        prompts::drawn(store);
    }
    let rule = program
        .earning
        .activities
        .iter()
        .find(|rule| matches!(&rule.kind, Activity::Survey(id) if *id == survey.id));
    let gift = rule.map(|rule| words::points(rule.points));
    let with_gift = |key: &str| match &gift {
        Some(points) => fill(&[key, ".points"].concat(), &[("points", points)]),
        None => t(key),
    };
    let intro = with_gift("survey.intro");
    let shut = icon_button(icons::CROSS, &t("close"), move || prompts::close(store));
    let section = el("section", "prompt")
        .attr("part", "prompt")
        .attr("role", "region")
        .attr("tabindex", "-1")
        .attr("aria-label", &intro)
        .on("keydown", move |event| {
            let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
            if key.as_deref() == Some("Escape") {
                event.stop_propagation();
                prompts::close(store);
            }
        })
        .child(el("div", "heading").child(p("sub", intro)).child(shut));
    Some(if prompt.sent {
        section
            .child(
                el("div", "thanks")
                    .attr("role", "status")
                    .child(tile("tile big good", icons::CHECK))
                    .child(p("", with_gift("survey.thanks"))),
            )
            .maybe(invitation(store, s, survey, prompt))
            .maybe(is_low(survey, prompt).then(|| complaints::bridge(store, prompt)))
    } else {
        let club = words::text(&program.name);
        section.child(form(store, prompt, survey, &club))
    })
}

fn name(kind: SurveyKind) -> &'static str {
    match kind {
        SurveyKind::Nps => "nps",
        SurveyKind::Csat => "csat",
        SurveyKind::Ces => "ces",
        SurveyKind::Cli => "cli",
    }
}

/// Which follow-up the answer gets; for several items, by the lowest of them.
fn bucket(survey: &Survey, prompt: &Prompt) -> Option<Bucket> {
    let lowest = prompt.scores.iter().min()?;
    (prompt.scores.len() == survey.kind.items()).then(|| survey.kind.bucket(*lowest))
}

fn is_low(survey: &Survey, prompt: &Prompt) -> bool {
    bucket(survey, prompt) == Some(Bucket::Low)
}

/// The item that is asked. One of several has its own sentence; the merchant's question then stands above all.
fn form(store: Store, prompt: &Prompt, survey: &Survey, club: &str) -> Node {
    let (scale, kind) = (survey.kind, name(survey.kind));
    let (low, high) = scale.range();
    let several = scale.items() > 1;
    let own = (!survey.question.is_empty()).then(|| words::text(&survey.question));
    let of_item = words::digits(prompt.item as i64 + 1);
    let sentence = |which: &str| {
        let key = ["survey.", kind, ".", which].concat();
        fill(&key, &[("club", club)])
    };
    let (lead, question) = match own {
        own if several => (own, sentence(&of_item)),
        Some(own) => (None, own),
        None => (None, sentence("question")),
    };
    let step = several.then(|| {
        let number = |n: usize| words::number(n as i64);
        let (n, all) = (number(prompt.item + 1), number(scale.items()));
        fill("survey.step", &[("n", &n), ("all", &all)])
    });
    let score = prompt.scores.get(prompt.item).copied();
    let dot = |n: u8| {
        let chosen = score == Some(n);
        let button = el("button", "score")
            .attr("type", "button")
            .attr("role", "radio")
            .attr("data-score", &words::digits(i64::from(n)))
            .attr("aria-checked", if chosen { "true" } else { "false" })
            // One stop for the Tab key: the chosen score, else the first.
            .attr(
                "tabindex",
                if score.unwrap_or(low) == n { "0" } else { "-1" },
            )
            .on("click", move |event| {
                // Two quick clicks are one answer, and none to the next item.
                let again = host::field(event, "detail").as_f64() > Some(1.0);
                if !(several && again) {
                    choose(store, scale, n);
                }
            })
            .text(words::number(i64::from(n)));
        match scale {
            SurveyKind::Csat => button.attr(
                "aria-label",
                &t(&["survey.csat.", &words::digits(i64::from(n))].concat()),
            ),
            _ => button,
        }
    };
    let end = |which: &str| el("span", "").text(t(&["survey.", kind, which].concat()));
    let label = match &step {
        Some(step) => [&question, " (", step, ")"].concat(),
        None => question.clone(),
    };
    let scores = el("div", &["scores ", kind].concat())
        .attr("role", "radiogroup")
        .attr("aria-label", &label)
        .on("keydown", move |event| walk_scores(event, low, high))
        .children((low..=high).map(dot));
    let bucket = bucket(survey, prompt).filter(|_| prompt.item + 1 == scale.items());
    el("div", "page")
        .maybe(lead.map(|words| p("", words)))
        .child(el("h3", "").text(question))
        .child(scores)
        .child(el("div", "ends").child(end(".least")).child(end(".most")))
        .maybe(step.map(|step| steps(store, prompt, step)))
        .maybe(bucket.map(|bucket| follow_up(store, prompt, survey, bucket)))
}

/// How far it is, and the way back.
fn steps(store: Store, prompt: &Prompt, step: String) -> Node {
    let back = || button(Tone::Quiet, t("survey.back"), move || back(store));
    el("div", "actions")
        .child(p("sub grow", step))
        .maybe((prompt.item > 0).then(back))
}

/// The merchant's question for this bucket, else the locale's.
fn follow_up(store: Store, prompt: &Prompt, survey: &Survey, bucket: Bucket) -> Node {
    let (own, which) = match bucket {
        Bucket::Low => (&survey.follow_up.low, ".low"),
        Bucket::Mid => (&survey.follow_up.mid, ".mid"),
        Bucket::High => (&survey.follow_up.high, ".high"),
    };
    let question = if own.is_empty() {
        t(&["survey.", name(survey.kind), which].concat())
    } else {
        words::text(own)
    };
    let words = el("textarea", "")
        .attr("rows", "3")
        .attr("maxlength", "1000")
        .attr("aria-label", &question)
        .attr("placeholder", &question)
        .text(prompt.comment.as_str());
    let low = bucket == Bucket::Low;
    let send = button(Tone::Main, t("survey.send"), move || send(store, low));
    let end = el("div", "actions")
        .child(p("sub grow", t("survey.why")))
        .child(send);
    el("div", "follow").child(words).child(end)
}

/// Who would recommend the shop is given the code to do so.
fn invitation(store: Store, s: &State, survey: &Survey, prompt: &Prompt) -> Option<Node> {
    let loyalty = matches!(survey.kind, SurveyKind::Nps | SurveyKind::Cli);
    let open = s.me.is_some() && sync::of_program("referral").is_object();
    let code = host::string(&sync::of_member("referral"), "code")?;
    let go = button(Tone::Plain, t("refer.title"), move || {
        prompts::close(store);
        store.set(|s| s.view = View::Refer);
        shell::open(store);
    });
    let invitation = || {
        el("div", "follow")
            .child(p("", t("survey.refer")))
            .child(atoms::code(&code))
            .child(go)
    };
    (loyalty && open && bucket(survey, prompt)? == Bucket::High).then(invitation)
}

/// The keyboard, if it is here, goes to the scores of the item that comes.
fn to_scores() {
    if focus::is_in(".prompt") {
        focus::soon(".score[tabindex='0']");
    }
}

/// A score is kept and sent as soon as it is given; the next item follows.
fn choose(store: Store, scale: SurveyKind, score: u8) {
    let Some(mut prompt) = store.get(|s| s.prompt.clone()) else {
        return;
    };
    let comment = comment(&prompt);
    let known = prompt.scores.get_mut(prompt.item);
    let same = known.as_deref() == Some(&score);
    match known {
        Some(known) => *known = score,
        None => prompt.scores.push(score),
    }
    if !same {
        prompts::answer(store, &prompt, &comment, false);
    }
    if prompt.item + 1 < scale.items() {
        to_scores();
        prompt.item += 1;
    }
    let Prompt { scores, item, .. } = prompt;
    prompts::edit(store, |prompt| {
        prompt.scores = scores;
        prompt.item = item;
    });
}

/// The item before.
fn back(store: Store) {
    to_scores();
    prompts::edit(store, |prompt| {
        prompt.comment = comment(prompt);
        prompt.item = prompt.item.saturating_sub(1);
    });
}

/// What stands in the text, or stood there before an earlier item was asked again.
fn comment(prompt: &Prompt) -> String {
    find(".prompt textarea")
        .and_then(|area| host::string(&area, "value"))
        .unwrap_or_else(|| prompt.comment.clone())
}

fn send(store: Store, low: bool) {
    let Some(prompt) = store.get(|s| s.prompt.clone()) else {
        return;
    };
    let words = comment(&prompt);
    prompts::answer(store, &prompt, &words, true);
    prompts::edit(store, |prompt| {
        prompt.comment = words;
        prompt.sent = true;
    });
    host::after(if low { OFFER_MS } else { THANKS_MS }, move || {
        let same = store.get(|s| {
            s.prompt
                .as_ref()
                .is_some_and(|p| p.response == prompt.response)
        });
        if same && find(".prompt:hover,.prompt:focus-visible,.prompt :focus-visible").is_none() {
            prompts::close(store);
        }
    });
}

/// Arrow keys move among the scores without choosing.
fn walk_scores(event: &Event, low: u8, high: u8) {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    let here = event
        .target()
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
        .and_then(|e| e.get_attribute("data-score")?.parse::<u8>().ok());
    let Some(here) = here else { return };
    let (place, last) = (usize::from(here - low), usize::from(high - low));
    let Some(there) = walk(&event.key(), place, last) else {
        return;
    };
    event.prevent_default();
    if there <= last {
        let score = words::digits(there as i64 + i64::from(low));
        focus::within(event, &["[data-score='", &score, "']"].concat());
    }
}
