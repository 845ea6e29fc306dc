//! The real binary: started, asked over a socket, stopped or killed.

use crate::harness::program;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub(crate) fn vafa(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vafa"))
        .args(arguments)
        .output()
        .unwrap()
}

/// Seeds a database beside a program, and gives the keys.
pub(crate) fn seed(folder: &Path) -> Value {
    seed_at(folder, folder.join("club.db"))
}

/// Seeds any database, with a file in the folder.
pub(crate) fn seed_at(folder: &Path, database: impl AsRef<Path>) -> Value {
    let document = folder.join("program.json");
    std::fs::write(&document, program("club").to_string()).unwrap();
    let database = database.as_ref();
    let seeded = vafa(&[
        "seed",
        "--database",
        database.to_str().unwrap(),
        "--program",
        document.to_str().unwrap(),
        "--origin",
        "https://shop.example",
    ]);
    assert!(
        seeded.status.success(),
        "{}",
        String::from_utf8_lossy(&seeded.stderr)
    );
    serde_json::from_slice(&seeded.stdout).unwrap()
}

/// `vafa check`; what it prints when something is broken.
pub(crate) fn check(database: impl AsRef<Path>) {
    let database = database.as_ref().to_str().unwrap();
    let checked = vafa(&["check", "--database", database]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
}

/// A running `vafa serve`.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it and waits for its line.
    pub(crate) fn start(database: impl AsRef<Path>) -> Self {
        let database = database.as_ref();
        let mut child = Command::new(env!("CARGO_BIN_EXE_vafa"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database",
                database.to_str().unwrap(),
            ])
            .env("VAFA_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .rsplit("http://")
            .next()
            .unwrap()
            .parse()
            .unwrap();
        Self { child, address }
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap()
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a request over a socket came to; `None` when the answer did not arrive whole.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<(u16, Value)> {
    let mut socket = TcpStream::connect(address).ok()?;
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: vafa\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!(
        "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    socket.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

#[test]
fn a_shop_is_set_up_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let first = seed(folder.path());
    let again = seed(folder.path());
    assert_eq!(first["publishable_key"], again["publishable_key"]);
    assert_ne!(first["secret_key"], again["secret_key"]);
    let database = folder.path().join("club.db");
    let base = ["--database", database.to_str().unwrap()];
    let listed = vafa(&[&["keys"], &base[..], &["--program", "club", "list"]].concat());
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 5);
    assert!(
        !listed
            .to_string()
            .contains(first["secret_key"].as_str().unwrap())
    );
    let id = listed[0]["id"].as_str().unwrap();
    let revoke = ["--program", "club", "revoke", id];
    assert!(
        vafa(&[&["keys"], &base[..], &revoke].concat())
            .status
            .success()
    );
    assert!(
        !vafa(&[&["keys"], &base[..], &revoke].concat())
            .status
            .success()
    );
    let made = vafa(
        &[
            &["keys"],
            &base[..],
            &["--program", "club", "create", "secret"],
        ]
        .concat(),
    );
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert!(made["secret_key"].as_str().unwrap().starts_with("sk_"));
    assert!(vafa(&[&["migrate"], &base[..]].concat()).status.success());
    let wrong = vafa(&[&["keys"], &base[..], &["--program", "none", "list"]].concat());
    assert!(!wrong.status.success());
}

#[test]
fn whoever_has_read_its_line_may_end_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    let database = folder.path().join("club.db");
    for signal in ["TERM", "INT"] {
        let mut server = Command::new(env!("CARGO_BIN_EXE_vafa"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(["--database", database.to_str().unwrap()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // A shell reads the line and signals by itself: starting a program in between would take longer.
        let script = format!("read line && kill -{signal} {}", server.id());
        let line = server.stdout.take().unwrap();
        let ended = Command::new("sh")
            .args(["-c", &script])
            .stdin(line)
            .status();
        assert!(ended.unwrap().success());
        assert!(server.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn history_is_imported_as_of_its_own_dates_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    let database = folder.path().join("club.db");
    let file = folder.path().join("history.ndjson");
    let order = |id: &str, cents: i64, at: &str| {
        format!(
            r#"{{"order":{{"order_id":"{id}","member":"c1","status":"paid","currency":"EUR","paid_at":"{at}","items":[{{"sku":"a","quantity":1,"unit_price":{cents}}}]}}}}"#
        )
    };
    let lines = [
        r#"{"member":{"external_id":"c1","first_name":"Ada","joined_at":"2025-01-01T00:00:00Z"}}"#
            .to_owned(),
        order("o1", 60_000, "2025-02-01T00:00:00Z"),
        r#"{"redemption":{"member":"c1","reward_id":"rwd_five","at":"2025-02-02T00:00:00Z"}}"#
            .to_owned(),
        r#"{"redemption":{"member":"c1","reward_id":"rwd_five","at":"2025-02-03T00:00:00Z"}}"#
            .to_owned(),
        order("o2", 2_000, "2025-03-01T00:00:00Z"),
        r#"{"refund":{"order_id":"o2","id":"r1","amount":1000,"at":"2025-03-05T00:00:00Z"}}"#
            .to_owned(),
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let import = || {
        vafa(&[
            "import",
            "--database",
            database.to_str().unwrap(),
            "--program",
            "club",
            file.to_str().unwrap(),
        ])
    };
    for round in 0..2 {
        let done = import();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{told}");
        // One redemption was not affordable then: refused, the rest taken.
        assert!(told.contains("5 lines taken, 1 refused"), "{round}: {told}");
    }
    check(&database);
    let server = Server::start(&database);
    let secret = seed(folder.path())["secret_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let bearer = format!("Bearer {secret}");
    let (_, body) = ask(
        server.address,
        "GET",
        "/v1/members/c1",
        &[("authorization", &bearer)],
        "",
    )
    .unwrap();
    assert_eq!(body["member"]["balances"]["available"], 110);
    assert_eq!(body["member"]["joined_at"], "2025-01-01T00:00:00Z");
    assert!(server.stop().success());
    std::fs::write(
        &file,
        "{\"member\":{\"external_id\":\"c9\"}}\n{\"order\":{}}",
    )
    .unwrap();
    let broken = import();
    assert!(broken.status.success());
    let told = String::from_utf8_lossy(&broken.stderr);
    assert!(
        told.contains("line 2") && told.contains("1 lines taken, 1 refused"),
        "{told}"
    );
}

#[test]
fn a_backup_taken_in_use_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let keys = seed(folder.path());
    let database = folder.path().join("club.db");
    let server = Server::start(&database);
    let bearer = format!("Bearer {}", keys["secret_key"].as_str().unwrap());
    let (status, _) = ask(
        server.address,
        "PUT",
        "/v1/members/c1",
        &[("authorization", &bearer)],
        "{}",
    )
    .unwrap();
    assert_eq!(status, 201);
    let copy = folder.path().join("copy.db");
    let (from, to) = (database.to_str().unwrap(), copy.to_str().unwrap());
    assert!(vafa(&["backup", "--database", from, to]).status.success());
    assert!(!vafa(&["backup", "--database", from, to]).status.success());
    check(&copy);
    assert!(server.stop().success());
}

#[test]
fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    let database = folder.path().join("club.db");
    let file = rusqlite::Connection::open(&database).unwrap();
    file.execute(
        "INSERT INTO schema_versions SELECT version + 90, 'later', checksum, applied_at FROM schema_versions",
        [],
    )
    .unwrap();
    file.close().unwrap();
    let refused = vafa(&["check", "--database", database.to_str().unwrap()]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("newer"), "{told}");
}

#[test]
fn a_program_with_faults_is_refused_with_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let (document, database) = (folder.path().join("p.json"), folder.path().join("club.db"));
    let seeded = |text: &str| {
        std::fs::write(&document, text).unwrap();
        let refused = vafa(&[
            "seed",
            "--database",
            database.to_str().unwrap(),
            "--program",
            document.to_str().unwrap(),
            "--origin",
            "https://shop.example",
        ]);
        assert!(!refused.status.success());
        String::from_utf8(refused.stderr).unwrap()
    };
    let mut program = program("club");
    program["rewards"] = serde_json::json!([{"id": "rwd", "kind": "free_shiping", "price": 5}]);
    let told = seeded(&program.to_string());
    for fault in [
        "/rewards/0/cost missing_field",
        "/rewards/0/title missing_field",
        "/rewards/0/price unknown_field",
        "/rewards/0/kind unknown_variant: There is no choice `free_shiping` here; did you mean `free_shipping`?",
    ] {
        assert!(told.contains(fault), "{fault} is not in {told}");
    }
    let told = seeded("{\n  \"id\": club\n}");
    assert!(told.contains("malformed_request: "), "{told}");
    assert!(told.contains("Line 2, column 9"), "{told}");
    assert!(
        !database.exists(),
        "nothing was made for a program that cannot be read"
    );
}

#[test]
fn the_schema_is_printed_for_editors() {
    let printed = vafa(&["schema"]);
    assert!(printed.status.success());
    let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(schema["title"], "Vafa program");
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn a_program_is_explained_in_plain_words_or_refused_with_its_faults() {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/program.json");
    let explained = vafa(&["explain", demo, "--language", "en"]);
    assert!(explained.status.success());
    let told = String::from_utf8(explained.stdout).unwrap();
    assert!(told.contains("\nInviting friends\n  • With your friend’s first order, they get"));
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("p.json");
    let mut program = program("club");
    program["zone"] = serde_json::json!("Asia/Teheran");
    std::fs::write(&document, program.to_string()).unwrap();
    let refused = vafa(&["explain", document.to_str().unwrap()]);
    assert!(!refused.status.success());
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("/zone unknown_zone"), "{told}");
}
