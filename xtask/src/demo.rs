//! `cargo xtask demo`: the API and the demo shop, with members who have a history, until Ctrl-C.

use crate::package;
use crate::ports;
use crate::run;
use crate::stamp::Stamp;
use crate::steps::{Outcome, Steps, seconds};
use crate::studio;
use crate::suite::server;
use anyhow::{Context as _, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The shop's port; the next free one within ten is taken when somebody has it
    #[arg(long, default_value_t = 4000)]
    port: u16,
    /// Forget the demo's data and make it anew
    #[arg(long)]
    fresh: bool,
    /// Use std as it ships: no rust-src needed, a larger engine
    #[arg(long)]
    stable: bool,
}

const PROGRAM: &str = "demo/program.json";
/// Who runs the demo's club, and with which password: on this machine alone.
const OWNER: &str = "owner@demo.example";
const PASSWORD: &str = "spring first flush";

/// `cargo xtask demo`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let stopped = stop_signals()?;
    let mut steps = Steps::new(package::STEPS + studio::STEPS + 4);
    package::assets(&mut steps, options.stable)?;
    studio::build(&mut steps)?;
    steps.step("server: development build", || {
        run::run(&mut run::cargo(["build", "--bin", "vafa"]))?;
        Ok(Outcome::Done)
    })?;
    let port = ports::free_from(options.port)?;
    if port != options.port {
        eprintln!(
            "      port {} is taken: the shop goes to {port}",
            options.port
        );
    }
    let seeded = steps.step("shop: program and keys", || seed(options));
    seeded.context(
        "what an older build left in .demo/ may not fit: `cargo xtask demo --fresh` makes it anew",
    )?;
    steps.step("shop: members and their history", history)?;

    let mut demo = None;
    steps.step("servers: starting", || {
        demo = Some(Demo::start(port)?);
        Ok(Outcome::Done)
    })?;
    let Some(mut demo) = demo else { return Ok(()) };
    println!(
        "ready after {}; data in .demo/ is kept (`--fresh` makes it anew)",
        seconds(steps.elapsed())
    );
    println!("API    http://127.0.0.1:{}", demo.api.port);
    println!(
        "Studio http://localhost:{}/studio as {OWNER} with the password \"{PASSWORD}\"",
        demo.api.port
    );
    println!("Ctrl-C stops both");
    println!("Shop   http://localhost:{port}");
    demo.watch(&stopped)
}

/// Hears Ctrl-C and SIGTERM.
pub(crate) fn stop_signals() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Invariant: a closed channel means that we are on our way out already.
        let _ = sender.send(());
    })
    .context("could not listen for Ctrl-C")?;
    Ok(receiver)
}

fn data(name: &str) -> PathBuf {
    run::at(".demo").join(name)
}

fn vafa<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(server());
    command
        .args(arguments)
        .arg("--database")
        .arg(data("vafa.db"))
        .current_dir(run::top());
    command
}

/// Publishes the program, and keeps the keys that the shop's server signs and reports with.
fn seed(options: &Options) -> Result<Outcome> {
    // History that was cut off in the middle is no history: begin again.
    if options.fresh || !data("complete").exists() {
        forget()?;
    }
    fs::create_dir_all(data(""))?;
    let origins = origins(options.port);
    let flags: Vec<&str> = origins.iter().map(String::as_str).collect();
    let stamp = Stamp::new("demo-seed", &flags)
        .input(PROGRAM)?
        .output(data("keys.json"));
    stamp.unless_fresh(|| {
        let mut seed = vafa(["seed", "--program", PROGRAM]);
        for origin in &origins {
            seed.args(["--origin", origin]);
        }
        let keys = run::output(&mut seed)?;
        write_private(&data("keys.json"), &keys)?;
        owner()
    })
}

/// Sees to it that somebody can log in to the studio.
fn owner() -> Result<()> {
    let staff = |arguments: &[&str]| {
        let mut command = Command::new(server());
        command.args(["staff", "--database"]).arg(data("vafa.db"));
        command.args(["--program", "demo"]).args(arguments);
        command
    };
    if run::output(&mut staff(&["list"]))?.contains(OWNER) {
        return Ok(());
    }
    let mut add = staff(&["add", "--email", OWNER, "--role", "owner"]);
    let mut adding = add
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("could not start `{}`", run::shown(&add)))?;
    if let Some(mut typed) = adding.stdin.take() {
        std::io::Write::write_all(&mut typed, PASSWORD.as_bytes())?;
    }
    if !adding.wait()?.success() {
        bail!("`{}` failed; its own words are above", run::shown(&add));
    }
    Ok(())
}

/// Every address the shop may have: the ports that `--port` may fall to, by both names.
fn origins(port: u16) -> Vec<String> {
    let both = |port| ["localhost", "127.0.0.1"].map(|host| format!("http://{host}:{port}"));
    ports::candidates(port).flat_map(both).collect()
}

fn forget() -> Result<()> {
    let folder = data("");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("could not remove {}", folder.display()))?;
    }
    Ok(())
}

/// Writes a file that only its owner may read.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = File::options();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(())
}

/// Brings in the shop's past, with its dates moved to now.
fn history() -> Result<Outcome> {
    if data("complete").exists() {
        return Ok(Outcome::Unchanged);
    }
    let lines = data("history.ndjson");
    let file = File::create(&lines)?;
    run::run(run::node(["demo/history.mjs"]).stdout(Stdio::from(file)))?;
    run::run(vafa(["import", "--program", "demo"]).arg(&lines))?;
    fs::write(data("complete"), "")?;
    Ok(Outcome::Done)
}

/// The API's process, and what it takes to start it again.
struct Api {
    port: u16,
    process: Running,
    /// When it was started again, of late.
    starts: Vec<Instant>,
}

struct Demo {
    api: Api,
    shop: Running,
}

impl Demo {
    /// Starts both servers and waits until they answer.
    fn start(port: u16) -> Result<Self> {
        let private = ports::any_free()?;
        let mut api = Api {
            port: private,
            process: serve(private)?,
            starts: Vec::new(),
        };
        ports::wait_for(private, || api.process.must_live())?;
        let mut shop = Running::start(
            "the shop",
            run::node(["demo/server.mjs"])
                .args(["--port", &port.to_string()])
                .args(["--api", &format!("http://127.0.0.1:{private}")])
                .arg("--keys")
                .arg(data("keys.json")),
        )?;
        ports::wait_for(port, || shop.must_live())?;
        Ok(Self { api, shop })
    }

    /// Stays until it is told to stop, and starts the API again when it dies.
    fn watch(&mut self, stopped: &Receiver<()>) -> Result<()> {
        loop {
            match stopped.recv_timeout(Duration::from_millis(200)) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                    eprintln!("stopping");
                    self.shop.stop();
                    self.api.process.stop();
                    return Ok(());
                }
            }
            self.shop.must_live()?;
            if let Some(ending) = self.api.process.ended()? {
                self.api.again(&ending)?;
            }
        }
    }
}

impl Api {
    fn again(&mut self, ending: &str) -> Result<()> {
        self.starts
            .retain(|start| start.elapsed() < Duration::from_secs(10));
        if self.starts.len() >= 5 {
            bail!("the API dies again and again ({ending}); its last words are above");
        }
        self.starts.push(Instant::now());
        println!("the API ended ({ending}); starting it again on the same data");
        self.process = serve(self.port)?;
        Ok(())
    }
}

fn serve(port: u16) -> Result<Running> {
    let listen = format!("127.0.0.1:{port}");
    let mut serve = vafa(["serve", "--listen", &listen, "--assets", "pkg/cdn"]);
    serve.args(["--studio", studio::MADE]);
    if std::env::var_os("VAFA_LOG").is_none() {
        // A line for every request would drown the address.
        serve.env("VAFA_LOG", "warn");
    }
    Running::start("the API", &mut serve)
}

/// A server of ours; it does not outlive us.
struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start {name} (`{}`)", run::shown(command)))?;
        Ok(Self { name, child })
    }

    /// How it ended, if it did.
    fn ended(&mut self) -> Result<Option<String>> {
        Ok(self.child.try_wait()?.map(|status| status.to_string()))
    }

    fn must_live(&mut self) -> Result<()> {
        match self.ended()? {
            Some(ending) => bail!(
                "{} ended by itself ({ending}); its words are above",
                self.name
            ),
            None => Ok(()),
        }
    }

    /// Asks it to stop, and insists after five seconds.
    fn stop(&mut self) {
        let asked = cfg!(unix)
            && run::works(Command::new("kill").args(["-TERM", &self.child.id().to_string()]));
        let deadline = Instant::now() + Duration::from_secs(5);
        while asked && Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // Either it is gone, which is what we want, or this ends it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::origins;

    #[test]
    fn every_port_that_the_shop_may_fall_to_is_an_allowed_origin() {
        let origins = origins(4005);
        assert!(origins.contains(&"http://localhost:4005".to_owned()));
        assert!(origins.contains(&"http://127.0.0.1:4014".to_owned()));
        assert_eq!(origins.len(), 20);
    }
}
