//! The search for the highest rate.

use crate::generating::alone;
use crate::server::{Answer, Server, Slow};
use load::{Ceiling, Generator, Gets, Pace, Target, search};
use std::time::Duration;

const MS: fn(u64) -> Duration = Duration::from_millis;

fn ceiling(server: &Server, first: u32, p95: Duration) -> anyhow::Result<Ceiling> {
    alone(async {
        let plan = Gets::new(&server.url(), &[] as &[&str])?;
        let target = Target::of(&server.url()).await?;
        let mut generator = Generator::new(target, Box::new(plan), Pace::default())?;
        search(&mut generator, first, MS(500), p95, |_| ()).await
    })
}

#[test]
fn a_server_that_takes_a_fiftieth_of_a_second_sustains_less_than_fifty() {
    let slow = Slow::new();
    let server = Server::start(move |_| {
        slow.hold(MS(20));
        Answer::Status(200)
    });
    let found = ceiling(&server, 40, MS(100)).unwrap();
    // Within half a second the queue may grow by a few that the bound still allows.
    assert!((1..=64).contains(&found.rate), "{}", found.rate);
    let over = found.steps.iter().find_map(|step| step.over.as_ref());
    assert!(over.unwrap().contains("ms"), "{over:?}");
    let json = found.json();
    assert_eq!(json["ceiling_per_s"], found.rate);
    assert_eq!(json["steps"].as_array().unwrap().len(), found.steps.len());
}

#[test]
fn a_server_that_sheds_load_sustains_nothing_and_wrong_requests_are_no_load() {
    let server = Server::start(|_| Answer::Status(503));
    let found = ceiling(&server, 4, MS(100)).unwrap();
    // It tried 4, 2 and 1 per second, the last two by one request each.
    assert_eq!((found.rate, found.steps.len()), (0, 3));
    let over = found.steps[0].over.as_ref().unwrap();
    assert!(over.contains("2 answers"), "{over}");

    let server = Server::start(|_| Answer::Status(401));
    let error = ceiling(&server, 4, MS(100)).unwrap_err().to_string();
    assert!(error.contains("401"), "{error}");
}
