//! One run: its schedule, and what it counts.

use crate::server::{Answer, Server, Slow};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use load::{Generator, Gets, Kind, Pace, Plan, Report, Target};
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const MS: fn(u64) -> Duration = Duration::from_millis;

pub(crate) fn alone<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

/// Asks for the address at a rate.
fn run(url: &hyper::Uri, pace: Pace, rate: u32, time: Duration) -> Report {
    alone(async {
        let plan = Gets::new(url, &["X-Who: me"]).unwrap();
        let target = Target::of(url).await.unwrap();
        let mut generator = Generator::new(target, Box::new(plan), pace).unwrap();
        generator.run(rate, time).await.unwrap()
    })
}

#[test]
fn requests_come_at_the_rate_and_none_before_it_is_due() {
    let server = Server::start(|_| Answer::Status(200));
    let start = Instant::now();
    let report = run(&server.url(), Pace::default(), 200, MS(1000));
    assert_eq!(report.all().statuses, [(200, 200)].into());
    assert_eq!(report.all().good.count(), 200);
    assert!(report.took >= MS(995), "{:?}", report.took);
    assert!(report.lag.quantile(0.5) < MS(100), "{report}");

    let requests = server.seen.requests.lock().unwrap();
    assert_eq!(requests.len(), 200);
    for (n, (came, _)) in (0..).zip(requests.iter()) {
        assert!(*came >= start + MS(5) * n, "{n} was early");
    }
    let head = &requests[0].1;
    assert_eq!(head[0], "GET /v1/me HTTP/1.1");
    assert!(head.contains(&"x-who: me".to_owned()), "{head:?}");
    assert!(
        head.contains(&format!("host: {}", server.address)),
        "{head:?}"
    );
}

#[test]
fn a_stall_is_charged_for_all_that_fell_due_meanwhile() {
    let slow = Slow::new();
    let server = Server::start(move |n| {
        if n == 50 {
            slow.hold(MS(600));
        }
        Answer::Status(200)
    });
    let pace = Pace {
        connections: 1,
        ..Pace::default()
    };
    let report = run(&server.url(), pace, 100, MS(2000));
    let all = report.all();
    assert_eq!(all.statuses, [(200, 200)].into());
    // One answer in 200 was slow, and 60 requests fell due while it was. Those who wait for an
    // answer before they ask again find nothing at the 99th percentile.
    assert!(all.good.quantile(0.99) >= MS(500), "{report}");
    assert!(all.good.at_least(MS(100)) >= 45, "{report}");
    // While it stalled, nothing of the schedule moved.
    assert!(report.lag.quantile(0.5) < MS(300), "{report}");
}

#[test]
fn a_port_where_nobody_listens_refuses_every_request() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let url = format!("http://{address}/").parse().unwrap();
    let all = run(&url, Pace::default(), 100, MS(300)).all();
    assert_eq!((all.sent, all.refused, all.unanswered()), (30, 30, 30));
    assert_eq!(all.good.count(), 0);
}

#[test]
fn a_server_that_says_nothing_is_given_up_and_its_time_counts() {
    let server = Server::start(|n| {
        if n == 3 {
            Answer::Status(200)
        } else {
            Answer::Nothing
        }
    });
    let pace = Pace {
        connections: 4,
        patience: MS(400),
    };
    let report = run(&server.url(), pace, 50, MS(400));
    let all = report.all();
    // Four connections are taken for good; the sixteen others wait in vain.
    assert_eq!((all.sent, all.given_up), (20, 19));
    assert_eq!(all.good.at_least(MS(399)), 19);
    assert!(server.seen.most.load(Ordering::SeqCst) <= 20);
}

#[test]
fn half_an_answer_is_none() {
    let server = Server::start(|n| {
        if n % 2 == 0 {
            Answer::Half
        } else {
            Answer::Status(200)
        }
    });
    let all = run(&server.url(), Pace::default(), 100, MS(200)).all();
    assert_eq!((all.broken, all.succeeded()), (10, 10));
}

#[test]
fn connections_are_kept_and_no_more_than_allowed() {
    let server = Server::start(|_| Answer::Status(203));
    let pace = Pace {
        connections: 3,
        ..Pace::default()
    };
    let all = run(&server.url(), pace, 300, MS(500)).all();
    assert_eq!(all.statuses, [(203, 150)].into());
    assert!(server.seen.ever.load(Ordering::SeqCst) <= 3);
}

#[test]
fn a_connection_that_the_server_closed_is_replaced() {
    let server = Server::start(|_| Answer::StatusAndClose(200));
    // A tenth of a second between two, so that the server has closed it when the next one is due.
    let all = run(&server.url(), Pace::default(), 10, MS(600)).all();
    assert_eq!((all.sent, all.succeeded()), (6, 6));
    assert_eq!(server.seen.ever.load(Ordering::SeqCst), 6);
}

/// Reads, and is late itself once.
struct Late(Slow);

impl Plan for Late {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind {
            name: "read".to_owned(),
            weight: 1,
        }]
    }

    fn request(&self, _kind: usize, n: u64) -> Request<Full<Bytes>> {
        if n == 10 {
            self.0.hold(MS(400));
        }
        Request::new(Full::default())
    }
}

#[test]
fn a_generator_that_is_late_says_so_and_forgives_nothing() {
    let server = Server::start(|_| Answer::Status(200));
    let report = alone(async {
        let target = Target::of(&server.url()).await.unwrap();
        let plan = Box::new(Late(Slow::new()));
        let mut generator = Generator::new(target, plan, Pace::default()).unwrap();
        generator.run(100, MS(1000)).await.unwrap()
    });
    // Forty fell due while it was held.
    assert!(report.lag.at_least(MS(100)) >= 28, "{report}");
    assert!(report.all().good.at_least(MS(100)) >= 28, "{report}");
    assert_eq!(report.all().succeeded(), 100);
}

/// Reads and writes, by three to one.
struct Mixed;

impl Plan for Mixed {
    fn kinds(&self) -> Vec<Kind> {
        let kind = |name: &str, weight| Kind {
            name: name.to_owned(),
            weight,
        };
        vec![kind("read", 3), kind("write", 1)]
    }

    fn request(&self, kind: usize, n: u64) -> Request<Full<Bytes>> {
        let request = Request::builder().uri("/x").header("idempotency-key", n);
        let method = ["GET", "POST"][kind];
        request.method(method).body(Full::default()).unwrap()
    }
}

#[test]
fn kinds_are_counted_apart_and_numbers_never_repeat() {
    let server = Server::start(|n| Answer::Status(if n % 5 == 0 { 503 } else { 201 }));
    let reports = alone(async {
        let target = Target::of(&server.url()).await.unwrap();
        let mut generator = Generator::new(target, Box::new(Mixed), Pace::default()).unwrap();
        let one = generator.run(200, MS(200)).await.unwrap();
        [one, generator.run(400, MS(100)).await.unwrap()]
    });
    for report in &reports {
        let [read, write] = &report.kinds[..] else {
            panic!("two kinds: {report}");
        };
        assert_eq!((read.sent, write.sent), (30, 10));
        let all = report.all();
        assert_eq!(all.statuses, [(201, 32), (503, 8)].into());
        assert_eq!((all.good.count(), all.refusals.count()), (32, 8));
    }
    assert_eq!(numbers(&server), (0..80).collect::<Vec<u64>>());
}

/// The numbers that [`Mixed`] gave to what the server saw.
fn numbers(server: &Server) -> Vec<u64> {
    let requests = server.seen.requests.lock().unwrap();
    let number = |head: &Vec<String>| {
        let found = head
            .iter()
            .find_map(|line| line.strip_prefix("idempotency-key: "));
        found.unwrap().parse().unwrap()
    };
    let mut numbers: Vec<u64> = requests.iter().map(|(_, head)| number(head)).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn a_flood_sends_the_next_one_after_each_answer() {
    let server = Server::start(|n| Answer::Status(if n % 5 == 0 { 503 } else { 201 }));
    let pace = Pace {
        connections: 3,
        ..Pace::default()
    };
    let reports = alone(async {
        let target = Target::of(&server.url()).await.unwrap();
        let mut generator = Generator::new(target, Box::new(Mixed), pace).unwrap();
        let one = generator.flood(40).await.unwrap();
        [one, generator.flood(60).await.unwrap()]
    });
    let sent = reports.each_ref().map(|report| {
        let statuses = report.all().statuses;
        (report.kinds[0].sent, report.kinds[1].sent, statuses)
    });
    assert_eq!(sent[0], (30, 10, [(201, 32), (503, 8)].into()));
    assert_eq!(sent[1], (45, 15, [(201, 48), (503, 12)].into()));
    assert!(server.seen.most.load(Ordering::SeqCst) <= 3);
    assert_eq!(numbers(&server), (0..100).collect::<Vec<u64>>());
}

#[test]
fn what_cannot_be_asked_is_said() {
    let said = |url: &'static str| {
        let found = alone(Target::of(&hyper::Uri::from_static(url)));
        format!("{:#}", found.unwrap_err())
    };
    assert!(said("https://127.0.0.1/").contains("http://"));
    assert!(said("/path").contains("http://"));
    assert!(said("http://nobody.invalid/").contains("nobody.invalid"));
}
