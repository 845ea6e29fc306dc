//! `cargo xtask faults`: the tests that break the server, on both engines.

use crate::postgres::Postgres;
use crate::run;
use anyhow::{Context as _, Result};
use std::io::Write as _;
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// Options of `cargo xtask faults`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Every fault as often as it takes to show what is rare
    #[arg(long)]
    full: bool,
    /// On one engine alone
    #[arg(long)]
    on: Option<Engine>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

/// The areas of the API's tests that do it.
const AREAS: [&str; 4] = ["crashing::", "faults::", "machine::", "redeeming::"];

/// `cargo xtask faults`.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.on != Some(Engine::Postgres) {
        println!("on SQLite");
        run::run(&mut tests(options, &AREAS))?;
    }
    if options.on == Some(Engine::Sqlite) {
        return Ok(());
    }
    println!("on PostgreSQL");
    let server = Postgres::start()?;
    run::run(tests(options, &AREAS).env("VAFA_TEST_DATABASE", server.url()))?;
    drop(server);
    println!("on a PostgreSQL that crashes and comes back");
    let server = Postgres::durable()?;
    let url = server.url();
    restarting(server, |address| {
        let mut tests = tests(options, &["a_server_that_crashes_and_comes_back"]);
        tests
            .env("VAFA_TEST_DATABASE", &url)
            .env("VAFA_TEST_RESTARTS", address);
        run::run(&mut tests)
    })
}

fn tests(options: &Options, areas: &[&str]) -> Command {
    let mut cargo = run::cargo(["test", "--package", "api", "--test", "api", "--"]);
    cargo.args(areas);
    if options.full {
        cargo.env("VAFA_FULL", "1").env("VAFA_CASES", "300");
    }
    cargo
}

/// Runs something that may have the server restarted: whoever connects to the address reads `restarted` once it
/// is back.
fn restarting(server: Postgres, work: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").context("could not listen")?;
    let address = listener.local_addr()?;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (over, listener) = (&over, &listener);
        let mut server = server;
        let restarts = scope.spawn(move || -> Result<()> {
            for asked in listener.incoming() {
                let mut asked = asked?;
                if over.load(Ordering::SeqCst) {
                    break;
                }
                server.restart()?;
                asked.write_all(b"restarted\n")?;
            }
            Ok(())
        });
        let done = work(&address.to_string());
        over.store(true, Ordering::SeqCst);
        // Wakes the listener up, so that it ends.
        drop(std::net::TcpStream::connect(address));
        let restarted = restarts
            .join()
            .unwrap_or_else(|_| anyhow::bail!("restarting panicked"));
        done.and(restarted)
    })
}
