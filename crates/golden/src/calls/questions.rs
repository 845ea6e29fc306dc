//! Surveys, scores and experiments.

use super::given;
use rules::member::Prompted;
use rules::program::SurveyKind;
use rules::scores::{self, Funnel};
use rules::surveys::{self, Answer};
use rules::{Program, Timestamp, experiments};
use serde::Deserialize;
use serde_json::{Value, json};

/// Answers a call, if it is one of these.
pub(super) fn answer(call: &str, input: &Value) -> Option<Result<Value, String>> {
    let input = input.clone();
    Some(match call {
        "sound" => given(input, |i: Read| surveys::sound(&i.history, i.at)),
        "score_fault" => given(input, |i: Scores| surveys::fault(i.kind, &i.scores)),
        "score_fault_so_far" => given(input, |i: Scores| surveys::fault_so_far(i.kind, &i.scores)),
        "latest" => given(input, |i: Sends| {
            let line = |one: &Answer| json!({"response": one.response, "scores": one.scores});
            let latest = surveys::latest(&i.sends);
            latest.into_iter().map(line).collect::<Vec<_>>()
        }),
        "tally" => given(input, |i: Answers| tally(&i)),
        "nps_of" => given(input, |i: Answers| scores::nps_of(&tally(&i))),
        "satisfaction" => given(input, |i: Answers| scores::satisfaction(&tally(&i))),
        "ces" => given(input, |i: Answers| scores::ces(&tally(&i))),
        "cli" => given(input, |i: Answers| scores::cli(&tally(&i))),
        "ces_of_counts" => given(input, |i: Counts| scores::ces(&i.counts)),
        "rates" => given(input, |i: Funnel| scores::rates(&i)),
        "assign" => given(input, |i: Assign| {
            experiments::assign(&i.program, &i.experiment, &i.person, i.at).map(str::to_owned)
        }),
        "difference" => given(input, |i: Two| {
            experiments::difference(i.a.successes, i.a.people, i.b.successes, i.b.people)
        }),
        _ => return None,
    })
}

fn tally(input: &Answers) -> Vec<u32> {
    scores::tally(input.kind, input.answers.iter().map(Vec::as_slice))
}

#[derive(Deserialize)]
struct Read {
    history: Vec<Prompted>,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Scores {
    kind: SurveyKind,
    scores: Vec<u8>,
}

#[derive(Deserialize)]
struct Sends {
    sends: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answers {
    kind: SurveyKind,
    answers: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
struct Counts {
    counts: Vec<u32>,
}

#[derive(Deserialize)]
struct Assign {
    program: Program,
    experiment: String,
    person: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Two {
    a: Arm,
    b: Arm,
}

#[derive(Deserialize)]
struct Arm {
    successes: u32,
    people: u32,
}
