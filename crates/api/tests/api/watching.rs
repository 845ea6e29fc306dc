//! What an operator relies on: the auditor, the figures, limits, and clients that behave badly.

use crate::harness::{Shop, program};
use crate::server::{Server, ask, seed, vafa};
use api::http::figures;
use api::limits::Limits;
use api::serve::{Options, serve_with};
use api::{auditor, schedules};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

async fn figures_of(shop: &Shop) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let answer = figures(shop.state.clone()).oneshot(request).await.unwrap();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_ledger_that_does_not_add_up_is_written_to_no_more() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 200_000).await.expect(201);
    assert!(auditor::look(&shop.state).await.unwrap().is_empty());
    shop.ask("GET", "/readyz").send().await.expect(200);
    shop.sql("UPDATE members SET available = available + 1")
        .await
        .unwrap();
    let broken = auditor::look(&shop.state).await.unwrap();
    assert!(
        broken.iter().any(|finding| finding.name.starts_with("I2")),
        "{broken:?}"
    );
    shop.ask("GET", "/readyz")
        .send()
        .await
        .refused(503, "ledger_broken");
    shop.ask("GET", "/healthz").send().await.expect(200);
    let refused = shop
        .redeems("c1", "rwd_ship", "k1")
        .await
        .refused(503, "ledger_broken");
    assert_eq!(refused.header("retry-after"), "60");
    shop.buys("c1", "o2", 1_000)
        .await
        .refused(503, "ledger_broken");
    assert_eq!(schedules::publish_due(&shop.state).await.unwrap(), 0);
    // Reading works, and nothing was kept of the refused key.
    shop.me("c1").await;
    assert_eq!(shop.count("SELECT COUNT(*) FROM outcomes").await, 0);
    let figures = figures_of(&shop).await;
    assert!(
        figures.contains("vafa_ledger_broken 1\n") || figures.contains("vafa_ledger_broken 2\n"),
        "{figures}"
    );
    assert!(figures.contains("vafa_audits_total 2\n"), "{figures}");
}

#[tokio::test]
async fn figures_count_and_name_nobody() {
    let shop = Shop::open().await;
    shop.member("somebody-1").await;
    shop.me("somebody-1").await;
    shop.ask("GET", "/nowhere/somebody-1?key=pk_x")
        .send()
        .await
        .expect(404);
    shop.ask("BREW", "/v1/me").send().await.expect(405);
    let figures = figures_of(&shop).await;
    for line in [
        r#"vafa_requests_total{method="PUT",route="/v1/members/{external_id}",status="201"} 1"#,
        r#"vafa_requests_total{method="GET",route="/v1/me",status="200"} 1"#,
        r#"vafa_requests_total{method="GET",route="-",status="404"} 1"#,
        r#"vafa_requests_total{method="other",route="/v1/me",status="405"} 1"#,
        r#"vafa_request_seconds_count{method="GET",route="/v1/me"} 1"#,
        "vafa_deliveries_waiting 0",
        "vafa_stopping 0",
    ] {
        assert!(figures.contains(line), "{line} is not in {figures}");
    }
    assert!(
        figures.contains("vafa_store_writes_total{engine=\""),
        "{figures}"
    );
    assert!(!figures.contains("somebody"), "{figures}");
    // They are no part of what the public reaches.
    shop.ask("GET", "/metrics")
        .send()
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn a_key_that_asks_too_often_waits_and_another_one_does_not() {
    let shop = Shop::with(program("club"), Limits::default().with(0, 2)).await;
    let other = format!("Bearer {}", shop.secret_with("members").await);
    let path = "/v1/members/c1";
    shop.server("GET", path)
        .send()
        .await
        .refused(404, "not_found");
    shop.server("GET", path)
        .send()
        .await
        .refused(404, "not_found");
    let limited = shop
        .server("GET", path)
        .send()
        .await
        .refused(429, "rate_limited");
    assert_eq!(limited.header("retry-after"), "31");
    shop.ask("GET", path)
        .with("authorization", &other)
        .send()
        .await
        .refused(404, "not_found");
    assert!(
        figures_of(&shop)
            .await
            .contains(r#"vafa_limited_total{by="key"} 1"#)
    );
}

#[tokio::test]
async fn an_id_of_the_callers_comes_back_when_it_is_sane() {
    let shop = Shop::open().await;
    let sent = async |id: &str| {
        let reply = shop
            .ask("GET", "/healthz")
            .with("x-request-id", id)
            .send()
            .await;
        assert_eq!(reply.header("x-frame-options"), "DENY");
        reply.header("x-request-id").to_owned()
    };
    assert_eq!(sent("trace-7").await, "trace-7");
    assert!(sent("no {json}").await.starts_with("req_"));
}

#[tokio::test]
async fn who_finds_a_long_queue_is_refused_at_once() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let options = store::Options {
        queue: 4,
        pool: 1,
        ..store::Options::default()
    };
    let mut state = shop.state.clone();
    state.db = api::database::open(&shop.url, options).await.unwrap();
    let app = api::app(state);
    let held = shop.hold().await;
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let put = shop.server("PUT", "/v1/members/c1").json(&json!({}));
        asked.spawn(app.clone().oneshot(put.request()));
    }
    // Nobody lets go meanwhile: these do not wait for their turn.
    for _ in 0..30 {
        let refused = asked.join_next().await.unwrap().unwrap().unwrap();
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["retry-after"]),
            (503, &"1".parse().unwrap())
        );
    }
    held.let_go().await;
    while let Some(answer) = asked.join_next().await {
        let status = answer.unwrap().unwrap().status().as_u16();
        assert!([200, 503].contains(&status), "{status}");
    }
    let put = shop
        .server("PUT", "/v1/members/c1")
        .json(&json!({}))
        .request();
    assert_eq!(app.oneshot(put).await.unwrap().status().as_u16(), 200);
}

/// The server in this process, in a hurry.
struct Hurried {
    shop: Shop,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ends: JoinHandle<api::problem::Result<()>>,
}

async fn hurried(options: Options, patience: Duration) -> Hurried {
    let mut shop = Shop::open().await;
    shop.state.patience = patience;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let state = shop.state.clone();
    let ends = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        serve_with(listener, None, state, options, stopped).await
    });
    Hurried {
        shop,
        address,
        stop,
        ends,
    }
}

fn quick() -> Options {
    Options {
        head_patience: Duration::from_millis(200),
        jobs: false,
        audit_every: None,
        ..Options::default()
    }
}

/// Sends these bytes and reads until the server hangs up.
async fn says(address: SocketAddr, bytes: Vec<u8>) -> String {
    let heard = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(address).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        // Who is refused early may not be able to say everything.
        let _ = socket.write_all(&bytes);
        let mut heard = Vec::new();
        let _ = socket.read_to_end(&mut heard);
        String::from_utf8_lossy(&heard).into_owned()
    });
    heard.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_drips_is_told_that_it_is_too_slow() {
    let server = hurried(quick(), Duration::from_millis(300)).await;
    let began = Instant::now();
    let head = says(
        server.address,
        b"GET /healthz HTTP/1.1\r\nhost: v\r\nx-a: b".to_vec(),
    )
    .await;
    assert!(head.starts_with("HTTP/1.1 408 "), "{head}");
    assert!(head.contains("\"code\":\"request_timeout\""), "{head}");
    let auth = format!("authorization: Bearer {}\r\n", server.shop.keys.secret);
    let body = format!(
        "PUT /v1/members/c1 HTTP/1.1\r\nhost: v\r\n{auth}content-type: application/json\r\ncontent-length: 20\r\n\r\n{{"
    );
    let body = says(server.address, body.into_bytes()).await;
    assert!(body.starts_with("HTTP/1.1 408 "), "{body}");
    // Who says nothing is closed without a word.
    assert_eq!(says(server.address, Vec::new()).await, "");
    assert!(began.elapsed() < Duration::from_secs(10));
    server.stop.send(()).unwrap();
    server.ends.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_megabytes_and_one_are_refused_and_the_refusal_arrives() {
    let server = hurried(quick(), Duration::from_secs(10)).await;
    let auth = format!("authorization: Bearer {}\r\n", server.shop.keys.secret);
    let size = (2 << 20) + 1;
    for path in ["/v1/members/c1", "/v1/programs/club/draft"] {
        let mut bytes = format!(
            "PUT {path} HTTP/1.1\r\nhost: v\r\n{auth}content-type: application/json\r\ncontent-length: {size}\r\n\r\n"
        )
        .into_bytes();
        bytes.resize(bytes.len() + size, b' ');
        let answer = says(server.address, bytes).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
    }
    server.stop.send(()).unwrap();
    server.ends.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_no_place_is_told_so_and_places_get_free() {
    let options = Options {
        clients_max: 2,
        head_patience: Duration::from_secs(20),
        ..quick()
    };
    let server = hurried(options, Duration::from_secs(10)).await;
    let get = b"GET /healthz HTTP/1.1\r\nhost: v\r\nconnection: close\r\n\r\n".to_vec();
    let held: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut socket = TcpStream::connect(server.address).unwrap();
            socket
                .write_all(b"GET /healthz HTTP/1.1\r\nhost: v\r\n\r\n")
                .unwrap();
            let mut first = [0; 1];
            socket.read_exact(&mut first).unwrap();
            socket
        })
        .collect();
    let away = says(server.address, get.clone()).await;
    assert!(
        away.starts_with("HTTP/1.1 503 ") && away.contains("retry-after: 1"),
        "{away}"
    );
    drop(held);
    let began = Instant::now();
    while !says(server.address, get.clone())
        .await
        .starts_with("HTTP/1.1 200 ")
    {
        assert!(began.elapsed() < Duration::from_secs(5), "places get free");
    }
    server.stop.send(()).unwrap();
    server.ends.await.unwrap().unwrap();
}

#[test]
fn ten_thousand_connections_do_not_keep_others_out_for_long() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    let server = Server::start(folder.path().join("club.db"));
    let mut open = Vec::new();
    for _ in 0..10_000 {
        match TcpStream::connect(server.address) {
            Ok(socket) => open.push(socket),
            // This process has no file handle left.
            Err(_) => break,
        }
    }
    let count = open.len();
    assert!(count > 500, "only {count} connections could be opened");
    drop(open);
    let began = Instant::now();
    loop {
        if let Some((status, _)) = ask(server.address, "GET", "/v1/me", &[], "")
            && status == 401
        {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "after {count} connections"
        );
    }
    assert!(server.stop().success());
}

#[test]
fn a_setting_that_cannot_be_is_named() {
    let wrong = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vafa"));
        command.args(arguments).envs(variables.iter().copied());
        let done = command.output().unwrap();
        assert!(!done.status.success());
        String::from_utf8(done.stderr).unwrap()
    };
    let told = wrong(&["serve"], &[("VAFA_LISTEN", "nowhere")]);
    assert!(
        told.contains("nowhere") && told.contains("VAFA_LISTEN"),
        "{told}"
    );
    let told = wrong(
        &["serve", "--listen", "nowhere"],
        &[("VAFA_LISTEN", "127.0.0.1:1")],
    );
    assert!(
        told.contains("--listen") && !told.contains("VAFA_LISTEN"),
        "{told}"
    );
    for (flag, value) in [
        ("--head-seconds", "0"),
        ("--clients-max", "0"),
        ("--most-in-commit", "0"),
        ("--waiting-max", "x"),
        ("--connections", "0"),
        ("--assets", "/nowhere/at/all"),
    ] {
        let told = wrong(&["serve", flag, value], &[]);
        assert!(told.contains(flag) && told.contains(value), "{told}");
    }
    let told = wrong(&["schema"], &[("VAFA_LOG", "api=nonsense")]);
    assert!(told.contains("VAFA_LOG"), "{told}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let told = wrong(&["serve", "--listen", &taken], &[]);
    assert!(
        told.contains(&taken) && told.contains("VAFA_LISTEN"),
        "{told}"
    );
    // Help tells every variable, and no password of one.
    let mut help = std::process::Command::new(env!("CARGO_BIN_EXE_vafa"));
    help.args(["serve", "--help"])
        .env("VAFA_DATABASE", "postgres://vafa:hidden@db/vafa");
    let help = String::from_utf8(help.output().unwrap().stdout).unwrap();
    for word in [
        "VAFA_DATABASE",
        "VAFA_LISTEN",
        "VAFA_METRICS",
        "VAFA_KEY_PER_MINUTE",
        "Examples:",
    ] {
        assert!(help.contains(word), "{word}");
    }
    assert!(!help.contains("hidden"));
}

#[test]
fn accounts_are_kept_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    let database = folder.path().join("club.db");
    let staff = |rest: &[&str]| {
        let base = [
            "staff",
            "--database",
            database.to_str().unwrap(),
            "--program",
            "club",
        ];
        vafa(&[&base[..], rest].concat())
    };
    let said = |done: std::process::Output| {
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap()
    };
    let added = said(staff(&[
        "add",
        "--email",
        "sara@shop.example",
        "--role",
        "owner",
    ]));
    let password = added
        .lines()
        .last()
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(password.len(), 20, "{added}");
    let server = Server::start(&database);
    let login = |password: &str| {
        let body = json!({"program": "club", "email": "sara@shop.example", "password": password});
        let headers = [("sec-fetch-site", "same-origin")];
        ask(
            server.address,
            "POST",
            "/v1/sessions",
            &headers,
            &body.to_string(),
        )
        .unwrap()
        .0
    };
    assert_eq!(login(&password), 201);
    let listed = said(staff(&["list"]));
    assert!(
        listed.contains("sara@shop.example") && !listed.contains("argon2"),
        "{listed}"
    );
    assert!(
        !staff(&["disable", "--email", "sara@shop.example"])
            .status
            .success(),
        "the last owner"
    );
    assert!(
        !staff(&["add", "--email", "sara@shop.example"])
            .status
            .success(),
        "there already"
    );
    said(staff(&["password", "--email", "sara@shop.example"]));
    assert_eq!(login(&password), 401, "the old password is over");
    said(staff(&[
        "add",
        "--email",
        "omid@shop.example",
        "--role",
        "owner",
    ]));
    said(staff(&["disable", "--email", "sara@shop.example"]));
    assert!(server.stop().success());
}
