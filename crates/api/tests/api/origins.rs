//! Which pages a publishable key and a member's token answer, over a socket of the real server: those of the origins
//! on the list, and the server's own, which a shop shows in a frame.

use crate::server::{Server, seed};
use api::tokens::{self, AUDIENCE, Claims};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

type Headers<'a> = &'a [(&'a str, &'a str)];

/// What a request with these headers and no others is answered: the status, and a problem's code.
fn answer(address: SocketAddr, path: &str, headers: Headers<'_>, more: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(address).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\nconnection: close\r\n{more}");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// A token of the seeded club, for a shopper who is no member.
fn token(keys: &Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let iat = i64::try_from(now.as_secs()).unwrap();
    let claims = Claims {
        iss: "club".to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: "c1".to_owned(),
        iat,
        exp: iat + 300,
        nbf: None,
    };
    let key = &keys["signing_key"];
    let secret = api::ids::from_base64url(key["secret"].as_str().unwrap()).unwrap();
    tokens::mint(key["kid"].as_str().unwrap(), &secret, &claims).unwrap()
}

/// The server's name in these requests.
const HERE: (&str, &str) = ("host", "club.example");
const OWN: (&str, &str) = ("origin", "https://club.example");

/// The headers, and whether the page may ask.
const CASES: &[(Headers<'static>, bool)] = &[
    // No page at all, and a page on the list.
    (&[HERE], true),
    (&[HERE, ("origin", "https://shop.example")], true),
    (&[HERE, ("origin", "https://evil.example")], false),
    // The server's own page.
    (&[HERE, OWN], true),
    (&[HERE, OWN, ("sec-fetch-site", "same-origin")], true),
    (&[HERE, ("origin", "http://club.example")], true),
    (&[("host", "CLUB.example"), OWN], true),
    (&[("host", "club.example:443"), OWN], true),
    (
        &[
            ("host", "club.example:8443"),
            ("origin", "https://club.example:8443"),
        ],
        true,
    ),
    (
        &[("host", "[::1]:4001"), ("origin", "http://[::1]:4001")],
        true,
    ),
    (&[("host", "[::1]"), ("origin", "http://[::1]")], true),
    // Another port, another scheme's port, a part of a name.
    (&[HERE, ("origin", "https://club.example:8443")], false),
    (&[("host", "club.example:8443"), OWN], false),
    (&[("host", "club.example:80"), OWN], false),
    (
        &[
            ("host", "club.example:443"),
            ("origin", "http://club.example"),
        ],
        false,
    ),
    (
        &[("host", "[::1]:4001"), ("origin", "http://[::1]:4002")],
        false,
    ),
    (&[("host", "[::1]"), ("origin", "http://[::2]")], false),
    (
        &[HERE, ("origin", "https://club.example.evil.example")],
        false,
    ),
    (&[HERE, ("origin", "https://evil.club.example")], false),
    // What is no origin, whatever the host says.
    (&[HERE, ("origin", "null")], false),
    (&[("host", "null"), ("origin", "null")], false),
    (&[HERE, ("origin", "")], false),
    (&[("host", ""), ("origin", "https://")], false),
    (&[HERE, ("origin", "club.example")], false),
    (&[HERE, ("origin", "HTTPS://club.example")], false),
    (&[HERE, ("origin", "ftp://club.example")], false),
    (
        &[HERE, ("origin", "chrome-extension://club.example")],
        false,
    ),
    (&[HERE, ("origin", "https://club.example/")], false),
    (
        &[
            ("host", "club.example/a"),
            ("origin", "https://club.example/a"),
        ],
        false,
    ),
    (
        &[
            ("host", "a@club.example"),
            ("origin", "https://a@club.example"),
        ],
        false,
    ),
    (&[("host", "*"), ("origin", "https://*")], false),
    (&[("host", ":443"), ("origin", "https://:443")], false),
    // The browser itself says that another page asks.
    (&[HERE, OWN, ("sec-fetch-site", "cross-site")], false),
    (&[HERE, OWN, ("sec-fetch-site", "same-site")], false),
    (
        &[
            HERE,
            OWN,
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ],
        false,
    ),
    // It says so of a page on the list as well, rightly.
    (
        &[
            HERE,
            ("origin", "https://shop.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        true,
    ),
    // A page without TLS beside a server with it.
    (
        &[
            HERE,
            ("origin", "http://club.example"),
            ("x-forwarded-proto", "https"),
        ],
        false,
    ),
    (
        &[
            HERE,
            ("origin", "http://club.example"),
            ("x-forwarded-proto", "http, HTTPS"),
        ],
        false,
    ),
    (
        &[
            HERE,
            ("origin", "http://club.example"),
            ("x-forwarded-proto", "http"),
        ],
        true,
    ),
    (&[HERE, OWN, ("x-forwarded-proto", "https")], true),
    // What a proxy or anybody else says of the name counts for nothing.
    (
        &[
            HERE,
            ("origin", "https://evil.example"),
            ("x-forwarded-host", "evil.example"),
        ],
        false,
    ),
    (
        &[
            HERE,
            ("origin", "https://evil.example"),
            ("forwarded", "host=evil.example"),
        ],
        false,
    ),
    (
        &[
            HERE,
            ("origin", "https://evil.example"),
            ("x-original-host", "evil.example"),
        ],
        false,
    ),
    (
        &[
            ("host", "10.0.0.7:4001"),
            OWN,
            ("x-forwarded-host", "club.example"),
        ],
        false,
    ),
    // Two hosts are none.
    (&[HERE, ("host", "evil.example"), OWN], false),
    (
        &[
            HERE,
            ("host", "evil.example"),
            ("origin", "https://evil.example"),
        ],
        false,
    ),
    (&[HERE, HERE, OWN], false),
];

#[test]
fn a_key_and_a_token_answer_listed_pages_and_the_servers_own() {
    let folder = tempfile::tempdir().unwrap();
    let keys = seed(folder.path());
    let server = Server::start(folder.path().join("club.db"));
    let key = keys["publishable_key"].as_str().unwrap();
    let program = format!("/v1/programs/club?key={key}");
    let frame = format!("/v1/frame/club?key={key}");
    let bearer = format!("authorization: Bearer {}\r\n", token(&keys));
    let mut wrong = Vec::new();
    for (headers, allowed) in CASES {
        let mut is = |path: &str, told: (u16, String), wanted: (u16, &str)| {
            if (told.0, told.1.as_str()) != wanted {
                wrong.push(format!("{path} {headers:?}: {told:?}"));
            }
        };
        let of_key = if *allowed {
            (200, "")
        } else {
            (403, "origin_not_allowed")
        };
        for path in [&program, &frame] {
            is(path, answer(server.address, path, headers, ""), of_key);
        }
        // The token holds: who it speaks for is no member yet.
        let of_token = if *allowed {
            (404, "not_a_member")
        } else {
            of_key
        };
        let told = answer(server.address, "/v1/me", headers, &bearer);
        is("/v1/me", told, of_token);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Of two origins none is picked, not even when both would do.
    for second in ["https://evil.example", "https://shop.example"] {
        let two = [HERE, ("origin", "https://shop.example"), ("origin", second)];
        for (path, more) in [(program.as_str(), ""), ("/v1/me", bearer.as_str())] {
            let (status, code) = answer(server.address, path, &two, more);
            assert_eq!(
                (status, code.as_str()),
                (400, "malformed_request"),
                "{path}"
            );
        }
    }
}
