//! The API against its own description: Schemathesis makes requests out of `/openapi.json`, right ones and wrong ones,
//! and holds the answers against it.

use crate::ports;
use crate::run;
use crate::steps::Outcome;
use crate::suite::server;
use crate::tools;
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program whose ids the description's examples name.
const PROGRAM: &str = "crates/api/tests/api/program.json";
/// Credentials for each request.
const HOOKS: &str = "xtask/contract.py";
/// Requests that are made up for each operation and phase. With this and the seed a run takes two to three minutes and
/// makes the same requests each time.
const EXAMPLES: &str = "40";
const SEED: &str = "20260320";
/// Accounts of the shop, by their roles.
const STAFF: [(&str, &str); 2] = [
    ("sara@shop.example", "owner"),
    ("omid@shop.example", "editor"),
];
const PASSWORD: &str = "four plain long words";

/// Runs all checks on every operation of a server of our own, and audits its database afterwards.
pub(crate) fn run() -> Result<Outcome> {
    let schemathesis = tools::schemathesis()?;
    let folder = run::target().join("contract");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let database = folder.join("club.db");
    let port = ports::any_free()?;
    let url = format!("http://127.0.0.1:{port}");

    let keys = folder.join("keys.json");
    fs::write(&keys, seeded(&database, &url)?)?;
    let mut serving = Serving::start(&database, port, &folder)?;
    let mut tests = Command::new(schemathesis);
    tests.args(["run", &format!("{url}/openapi.json"), "--no-color"]);
    tests.args(["--checks", "all", "--phases", "examples,coverage,fuzzing"]);
    tests.args(["--max-examples", EXAMPLES, "--seed", SEED]);
    // What it found in earlier runs must not change this one.
    tests.args(["--generation-database", ":memory:", "--continue-on-failure"]);
    tests.env("SCHEMATHESIS_HOOKS", run::at(HOOKS));
    tests.env("VAFA_CONTRACT", &keys).current_dir(&folder);
    run::run(&mut tests)?;
    serving.is_alive()?;
    drop(serving);
    run::run(vafa("check", &database).stdout(Stdio::null()))?;
    Ok(Outcome::Done)
}

fn vafa(command: &str, database: &Path) -> Command {
    let mut vafa = Command::new(server());
    vafa.arg(command).arg("--database").arg(database);
    vafa.current_dir(run::top()).env("VAFA_LOG", "warn");
    vafa
}

/// The tests' program, with something of what else the description's examples name.
fn document() -> Result<String> {
    let mut document: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run::at(PROGRAM))?)?;
    document["partners"] = json!([{ "id": "cinema", "name": { "en": "Cinema" } }]);
    document["memberships"] =
        json!([{ "id": "plus", "name": { "en": "Plus" }, "price": 500, "months": 1 }]);
    document["offers"] = json!([{
        "id": "off_welcome", "title": { "en": "Welcome" }, "trigger": { "milestone_orders": 1 },
        "benefit": { "points": 100 },
    }]);
    Ok(document.to_string())
}

/// A program with keys and accounts; as JSON what the hooks need to know.
fn seeded(database: &Path, url: &str) -> Result<String> {
    let program = database.with_file_name("program.json");
    fs::write(&program, document()?)?;
    let mut seed = vafa("seed", database);
    seed.arg("--program").arg(&program);
    let printed = run::output(seed.args(["--origin", "https://shop.example"]))?;
    let mut keys: serde_json::Value = serde_json::from_str(&printed)?;
    let program = keys["program"].as_str().context("no program's id")?;
    for (email, role) in STAFF {
        let mut staff = vafa("staff", database);
        staff.args(["--program", program, "add", "--email", email]);
        staff.args(["--role", role]).stdin(Stdio::piped());
        let mut child = staff.stdout(Stdio::null()).spawn()?;
        let mut typed = child.stdin.take().context("no standard input")?;
        writeln!(typed, "{PASSWORD}")?;
        drop(typed);
        if !child.wait()?.success() {
            bail!("`vafa staff add` failed; its own words are above");
        }
    }
    for (name, value) in [("url", url), ("password", PASSWORD)] {
        keys[name] = value.into();
    }
    keys["emails"] = STAFF.map(|(email, _)| email).into();
    Ok(keys.to_string())
}

/// The server; it ends with this.
struct Serving(Child);

impl Serving {
    fn start(database: &Path, port: u16, folder: &Path) -> Result<Self> {
        let mut serve = vafa("serve", database);
        serve.args(["--listen", &format!("127.0.0.1:{port}")]);
        // All requests come from one address; what is limited per address is tested elsewhere.
        serve.args([
            "--claims-per-minute",
            "1000000",
            "--programs-per-minute",
            "1000000",
            "--allow-private-webhooks",
        ]);
        serve.stdout(fs::File::create(folder.join("serve.out"))?);
        serve.stderr(fs::File::create(folder.join("serve.log"))?);
        let mut serving = Self(serve.spawn().context("could not start the server")?);
        ports::wait_for(port, || serving.is_alive())?;
        Ok(serving)
    }

    fn is_alive(&mut self) -> Result<()> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(status) => {
                bail!("the server ended ({status}); its log is target/contract/serve.log")
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // One that has ended already cannot be stopped again.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
