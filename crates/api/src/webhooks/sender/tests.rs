#![allow(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

use super::*;
use crate::webhooks::signature::verify;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use std::process::Command;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

const OPEN: Guard = Guard {
    allow_private: true,
};
const NOW: i64 = 1_800_000_000;
const MESSAGE: Message<'static> = Message {
    id: "evt_1",
    timestamp_s: NOW,
    body: r#"{"type":"points.earned","note":"۱۲۰ امتیاز برای خرید شما، مبارک!"}"#,
};

fn sender() -> Sender {
    Sender::new(OPEN, TIMEOUT)
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Reads a whole request.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut read = Vec::new();
    loop {
        let mut part = [0; 1_024];
        let count = stream.read(&mut part).await.unwrap();
        assert_ne!(count, 0, "the request broke off");
        read.extend_from_slice(&part[..count]);
        if read.ends_with(MESSAGE.body.as_bytes()) {
            return String::from_utf8(read).unwrap();
        }
    }
}

async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), bytes: &[u8]) -> String {
    let request = read_request(stream).await;
    stream.write_all(bytes).await.unwrap();
    request
}

/// A receiver that answers one request with these bytes and closes, and the outcome of calling it.
async fn outcome_of(bytes: &'static str) -> Outcome {
    let (listener, port) = listen().await;
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        answer(&mut stream, bytes.as_bytes()).await;
    });
    let url = format!("http://127.0.0.1:{port}/hooks");
    let outcome = sender().send(&url, &[Secret::generate()], &MESSAGE).await;
    receiver.await.unwrap();
    outcome
}

fn failed(status: u16, why: &str) -> Outcome {
    Outcome::Failed {
        status: Some(status),
        why: why.to_owned(),
        retry_after: None,
    }
}

fn why(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed {
            status: None, why, ..
        } => why,
        other => unreachable!("{other:?} is not a failure without an answer"),
    }
}

#[tokio::test]
async fn a_signed_message_arrives() {
    let (listener, port) = listen().await;
    let (sent, mut received) = mpsc::unbounded_channel();
    type Heard = mpsc::UnboundedSender<(HeaderMap, Bytes)>;
    let take = async |State(sent): State<Heard>, headers: HeaderMap, body: Bytes| {
        sent.send((headers, body)).unwrap();
        StatusCode::NO_CONTENT
    };
    let app = axum::Router::new().route("/hooks", post(take));
    let server: JoinHandle<_> =
        tokio::spawn(async { axum::serve(listener, app.with_state(sent)).await });
    let (old, new) = (Secret::generate(), Secret::generate());
    let url = format!("http://127.0.0.1:{port}/hooks");
    let outcome = sender()
        .send(&url, &[old.clone(), new.clone()], &MESSAGE)
        .await;
    assert_eq!(outcome, Outcome::Delivered { status: 204 });
    let (headers, body) = received.recv().await.unwrap();
    assert_eq!(body, MESSAGE.body);
    for secret in [old, new] {
        assert_eq!(verify(&[secret], &headers, &body, NOW), Ok(()));
    }
    assert_eq!(headers["webhook-id"], "evt_1");
    assert_eq!(headers["webhook-timestamp"], "1800000000");
    assert_eq!(headers["content-type"], "application/json");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(headers["user-agent"], format!("vafa/{version}"));
    assert!(received.is_empty(), "it is sent once");
    server.abort();
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let myself = std::env::current_exe().unwrap();
    let nobody = "http://127.0.0.1:9";
    let run = Command::new(myself)
        .args([
            "webhooks::sender::tests::a_signed_message_arrives",
            "--exact",
        ])
        .env("http_proxy", nobody)
        .env("HTTP_PROXY", nobody)
        .env("ALL_PROXY", nobody)
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
}

#[tokio::test]
async fn the_name_is_not_looked_up_again() {
    let (listener, port) = listen().await;
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        answer(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").await
    });
    // Nobody else knows this name.
    let url = Url::parse(&format!("http://receiver.invalid:{port}/")).unwrap();
    let checked = [SocketAddr::from(([127, 0, 0, 1], port))];
    let deadline = Instant::now() + TIMEOUT;
    let outcome = sender()
        .post(&url, &checked, &[Secret::generate()], &MESSAGE, deadline)
        .await;
    assert_eq!(outcome, Outcome::Delivered { status: 200 });
    let request = receiver.await.unwrap();
    assert!(request.contains(&format!("host: receiver.invalid:{port}\r\n")));
}

#[tokio::test]
async fn what_the_guard_refuses_is_not_connected_to() {
    let (listener, port) = listen().await;
    let strict = Sender::new(Guard::default(), TIMEOUT);
    for url in [
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("http://127.0.0.1:{port}/"),
    ] {
        let outcome = strict.send(&url, &[Secret::generate()], &MESSAGE).await;
        let told = why(outcome);
        assert!(!told.contains("127"), "{told}");
    }
    let url = format!("http://127.0.0.1:{port}/");
    let unsigned = sender().send(&url, &[], &MESSAGE).await;
    assert_eq!(why(unsigned), "the endpoint has no secret to sign with");
    let waiting = listener.into_std().unwrap().accept();
    assert_eq!(waiting.unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_redirect_is_a_failure() {
    let (inner, port) = listen().await;
    let location = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{port}/\r\n\r\n");
    assert_eq!(
        outcome_of(location.leak()).await,
        failed(
            302,
            "the receiver answered 302 Found; redirects are not followed: give the URL that it leads to"
        )
    );
    let waiting = inner.into_std().unwrap().accept();
    assert_eq!(waiting.unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn the_status_decides() {
    let of = outcome_of;
    let delivered = |status| Outcome::Delivered { status };
    assert_eq!(of("HTTP/1.1 200 OK\r\n\r\nok").await, delivered(200));
    assert_eq!(of("HTTP/1.1 299 Fine\r\n\r\n").await, delivered(299));
    assert_eq!(of("HTTP/1.1 410 Gone\r\n\r\nbye").await, Outcome::Gone);
    assert_eq!(
        of("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nretry-after: 9\r\n\r\n").await,
        failed(500, "the receiver answered 500 Internal Server Error")
    );
    assert_eq!(
        of("HTTP/1.1 422 No\r\n\r\n{\r\n \"error\":\t\"شناسه\u{7} نامعتبر\"\r\n}").await,
        failed(
            422,
            r#"the receiver answered 422 Unprocessable Entity: { "error": "شناسه نامعتبر" }"#
        )
    );
    assert_eq!(
        of("HTTP/1.1 599 X\r\n\r\n").await,
        failed(599, "the receiver answered 599")
    );
}

#[tokio::test]
async fn a_receiver_may_ask_us_to_wait() {
    for (asks, seconds) in [
        ("HTTP/1.1 429 X\r\nretry-after: 120\r\n\r\n", Some(120)),
        ("HTTP/1.1 503 X\r\nretry-after: 120\r\n\r\n", Some(120)),
        // One minute after the message's time.
        (
            "HTTP/1.1 503 X\r\nretry-after: Fri, 15 Jan 2027 08:01:00 GMT\r\n\r\n",
            Some(60),
        ),
        (
            "HTTP/1.1 503 X\r\nretry-after: Fri, 15 Jan 2021 08:01:00 GMT\r\n\r\n",
            Some(0),
        ),
        ("HTTP/1.1 429 X\r\nretry-after: 86401\r\n\r\n", Some(86_400)),
        (
            "HTTP/1.1 429 X\r\nretry-after: 99999999999999999999999\r\n\r\n",
            Some(86_400),
        ),
        ("HTTP/1.1 429 X\r\nretry-after: soon\r\n\r\n", None),
        ("HTTP/1.1 429 X\r\nretry-after: -5\r\n\r\n", None),
        ("HTTP/1.1 429 X\r\nretry-after:\r\n\r\n", None),
        ("HTTP/1.1 502 X\r\nretry-after: 120\r\n\r\n", None),
    ] {
        let outcome = outcome_of(asks).await;
        let Outcome::Failed { retry_after, .. } = outcome else {
            unreachable!("{asks} is a failure")
        };
        assert_eq!(retry_after, seconds.map(Duration::from_secs), "{asks}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_has_its_status_or_none() {
    let half_a_body = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf";
    assert_eq!(
        outcome_of(half_a_body).await,
        Outcome::Delivered { status: 200 }
    );
    let half_a_body = "HTTP/1.1 500 X\r\ncontent-length: 1000\r\n\r\nhalf";
    assert_eq!(
        outcome_of(half_a_body).await,
        failed(500, "the receiver answered 500 Internal Server Error: half")
    );
    let broke_off = "the connection broke off before a whole answer came";
    for half_a_head in ["", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\ncontent-le"] {
        assert_eq!(why(outcome_of(half_a_head).await), broke_off);
    }
    assert_eq!(why(outcome_of("SSH-2.0-shell\r\n").await), broke_off);
}

#[tokio::test]
async fn nobody_there_is_a_failure() {
    let (listener, port) = listen().await;
    drop(listener);
    let url = format!("http://127.0.0.1:{port}/");
    let outcome = sender().send(&url, &[Secret::generate()], &MESSAGE).await;
    assert_eq!(why(outcome), "no connection was made");
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_given_up() {
    let (listener, port) = listen().await;
    let hasty = Sender::new(OPEN, Duration::from_millis(300));
    let url = format!("http://127.0.0.1:{port}/");
    let outcome = hasty.send(&url, &[Secret::generate()], &MESSAGE).await;
    assert_eq!(why(outcome), "there was no answer within 0.3 s");
    // It was there: the connection waits to be accepted.
    drop(listener.accept().await.unwrap());
}

#[tokio::test]
async fn an_answer_that_never_ends_has_its_status() {
    let (listener, port) = listen().await;
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        answer(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n").await;
        stream
    });
    let hasty = Sender::new(OPEN, Duration::from_secs(2));
    let url = format!("http://127.0.0.1:{port}/");
    let outcome = hasty.send(&url, &[Secret::generate()], &MESSAGE).await;
    assert_eq!(outcome, Outcome::Delivered { status: 200 });
    // Its connection was open all the time.
    drop(receiver.await.unwrap());
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    const PROMISED: usize = 1 << 30;
    let (listener, port) = listen().await;
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = format!("HTTP/1.1 500 X\r\ncontent-length: {PROMISED}\r\n\r\n");
        answer(&mut stream, head.as_bytes()).await;
        let part = vec![b'x'; 1 << 16];
        let mut written = 0;
        while written < PROMISED && stream.write_all(&part).await.is_ok() {
            written += part.len();
        }
        written
    });
    let url = format!("http://127.0.0.1:{port}/");
    let outcome = sender().send(&url, &[Secret::generate()], &MESSAGE).await;
    let said = "x".repeat(EXCERPT_CHARS);
    assert_eq!(
        outcome,
        failed(
            500,
            &format!("the receiver answered 500 Internal Server Error: {said}")
        )
    );
    // What was written and not read fits the buffers of two sockets.
    assert!(receiver.await.unwrap() < PROMISED / 16);
}

#[tokio::test]
async fn an_id_that_is_no_header_is_a_failure() {
    let message = Message {
        id: "evt\r\nhost: elsewhere",
        ..MESSAGE
    };
    let (_listener, port) = listen().await;
    let url = format!("http://127.0.0.1:{port}/");
    let outcome = sender().send(&url, &[Secret::generate()], &message).await;
    assert_eq!(why(outcome), "the message's id cannot stand in a header");
}

async fn serve_tls(acceptor: &TlsAcceptor, stream: TcpStream) -> io::Result<String> {
    let mut stream = acceptor.accept(stream).await?;
    let request = answer(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    stream.shutdown().await?;
    Ok(request)
}

#[tokio::test]
async fn certificates_are_checked() {
    let made = rcgen::generate_simple_self_signed(["receiver.example".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, port) = listen().await;
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let _refused_by_some = serve_tls(&acceptor, stream).await;
        }
    });
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let trusting = Sender::trusting(roots, OPEN, TIMEOUT);
    let secrets = [Secret::generate()];
    let of = async |sender: &Sender, name: &str| {
        let url = Url::parse(&format!("https://{name}:{port}/")).unwrap();
        let addresses = [SocketAddr::from(([127, 0, 0, 1], port))];
        let deadline = Instant::now() + TIMEOUT;
        sender
            .post(&url, &addresses, &secrets, &MESSAGE, deadline)
            .await
    };
    let outcome = of(&trusting, "receiver.example").await;
    assert_eq!(outcome, Outcome::Delivered { status: 200 });
    let told = why(of(&trusting, "other.example").await);
    assert!(told.contains("not valid for name"), "{told}");
    let told = why(of(&sender(), "receiver.example").await);
    assert_eq!(
        told,
        "no secure connection was made: invalid peer certificate: UnknownIssuer"
    );
    server.abort();
}

#[test]
fn there_are_ten_tries_in_three_days() {
    let pauses: Vec<_> = (0..).map_while(|attempt| next_try(attempt, 0)).collect();
    assert_eq!(pauses.len(), 10);
    assert_eq!(next_try(u32::MAX, 7), None);
    let seconds = [
        0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ];
    for (attempt, seconds) in (0..).zip(seconds) {
        let pause = Duration::from_secs(seconds);
        let (least, most) = (pause * 9 / 10, pause * 11 / 10);
        let span = u64::try_from((most - least).as_millis()).unwrap();
        let at = |jitter| next_try(attempt, jitter).unwrap();
        assert_eq!((at(0), at(span / 2), at(span)), (least, pause, most));
        assert_eq!(at(span + 1), least);
        assert!((least..=most).contains(&at(u64::MAX)));
    }
}

#[test]
fn a_failure_is_tried_again_when_both_sides_can() {
    let asked = |seconds: Option<u64>| Outcome::Failed {
        status: Some(429),
        why: String::new(),
        retry_after: seconds.map(Duration::from_secs),
    };
    let seconds = |outcome: Outcome, attempt| {
        outcome
            .next_try(attempt, 500)
            .map(|pause| pause.as_secs_f32())
    };
    assert_eq!(seconds(asked(None), 1), Some(5.0));
    assert_eq!(seconds(asked(Some(2)), 1), Some(5.0));
    assert_eq!(seconds(asked(Some(90)), 1), Some(90.0));
    assert_eq!(seconds(asked(Some(90)), 10), None);
    assert_eq!(seconds(Outcome::Gone, 1), None);
    assert_eq!(seconds(Outcome::Delivered { status: 200 }, 1), None);
}
