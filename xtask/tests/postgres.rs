//! `cargo xtask postgres` from outside: it restarts when told, and nothing of it stays when it is
//! killed.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn a_killed_command_leaves_no_server_and_no_files() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("postgres")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(command.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    let url = line();
    let host = url
        .strip_prefix("postgres://app@")
        .and_then(|rest| rest.strip_suffix("/postgres"))
        .unwrap();
    TcpStream::connect(host).unwrap();
    let files = line();
    let folder = Path::new(files.strip_prefix("files  ").unwrap());
    assert!(folder.is_dir());
    assert_eq!(line(), "Ctrl-C stops it and removes them");
    let mut input = command.stdin.take().unwrap();
    input.write_all(b"restart\n").unwrap();
    assert_eq!(line(), "restarted");
    TcpStream::connect(host).unwrap();

    // With no chance to put anything in order.
    command.kill().unwrap();
    command.wait().unwrap();
    // The one who does that shares the output, which ends with it.
    output.read_to_end(&mut Vec::new()).unwrap();
    assert!(!folder.exists(), "{}", folder.display());
    TcpStream::connect(host).unwrap_err();
}
