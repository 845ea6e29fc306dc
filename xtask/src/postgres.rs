//! A PostgreSQL of one's own for tests: a fresh cluster in a temporary folder, on a free port of
//! 127.0.0.1, gone with whoever started it.

use crate::debian;
use crate::demo::stop_signals;
use crate::ports;
use crate::run;
use anyhow::{Context as _, Result, bail};
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Options of `cargo xtask postgres`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write to the disk before it says so, as a real one does; without this it is quicker
    #[arg(long)]
    durable: bool,
}

/// The variable by which tests learn the address. Who sets it gives tests a server of their own.
pub(crate) const NAMED: &str = "VAFA_TEST_POSTGRES";
/// Names the server on which the API's tests run, instead of SQLite.
pub(crate) const TESTED: &str = "VAFA_TEST_DATABASE";

/// The variable that names the folder of `initdb`, where we would not find it.
const PROGRAMS: &str = "VAFA_POSTGRES_BIN";

/// Below the ports that systems give to outgoing connections: a client that knocks at the port of a
/// server which is away for a moment must not get that very port for itself.
const PORTS: std::ops::Range<u16> = 15_000..30_000;

/// What keeps the server from outliving us. It waits until its input ends, which it does however
/// we end, stops the server and removes the folder.
const KEEPER: &str = r#"
trap '' INT TERM HUP
cd /
while read -r _; do :; done
"$1/pg_ctl" -D "$2/data" -m immediate -w -t 30 stop >/dev/null 2>&1
rm -rf -- "$2" 2>/dev/null
"#;

/// A running server with an empty database `postgres` and the superuser `app`, who needs no
/// password. It listens on 127.0.0.1 and on a socket in its [folder](Self::folder). Dropping it
/// stops it and removes the folder; so does the end of this process, even by a signal.
pub(crate) struct Postgres {
    programs: PathBuf,
    user: Option<User>,
    folder: PathBuf,
    port: u16,
    /// Taken when it is told to end.
    keeper: Option<Child>,
}

/// Whom to run as: PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
struct User {
    id: u32,
    group: u32,
}

impl Postgres {
    /// Starts one for tests: it answers before anything is on the disk. Installs PostgreSQL first
    /// where that is possible.
    ///
    /// # Errors
    /// Says what to install, or gives the last words of the program that failed.
    pub(crate) fn start() -> Result<Self> {
        Self::with(&[
            "fsync = off",
            "synchronous_commit = off",
            "full_page_writes = off",
        ])
    }

    /// Starts one that keeps what it acknowledged, whatever happens to it.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) fn durable() -> Result<Self> {
        Self::with(&[])
    }

    /// `postgres://app@127.0.0.1:PORT/postgres`. The user may create databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://app@127.0.0.1:{}/postgres", self.port)
    }

    /// Where its data, its socket and its log `postgres.log` are, as long as it runs.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends it as a crash does, without a word to its clients, and waits until it accepts
    /// connections again, at the same address.
    ///
    /// # Errors
    /// When it does not come back, with the end of its log.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.control(&["-m", "immediate", "restart"])
    }

    fn with(settings: &[&str]) -> Result<Self> {
        let programs = prepare()?;
        let user = unprivileged()?;
        let folder = private_folder(user)?;
        let mut server = Self {
            programs,
            user,
            folder,
            port: 0,
            keeper: None,
        };
        server.keeper = Some(server.keep()?);
        server.create(settings)?;
        server.open()?;
        Ok(server)
    }

    /// Starts the process that ends the server after us.
    fn keep(&self) -> Result<Child> {
        let mut command = self.command("sh");
        command.args(["-c", KEEPER, "keeper"]);
        command.arg(&self.programs).arg(&self.folder);
        // Ctrl-C goes to the whole group of the terminal, and this one has work to do then.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let keeper = command.stdin(Stdio::piped()).spawn();
        keeper.context("could not start `sh`, which ends PostgreSQL after us")
    }

    /// Makes the cluster's files.
    fn create(&self, settings: &[&str]) -> Result<()> {
        let mut initdb = self.command(self.programs.join("initdb"));
        initdb.arg("-D").arg(self.data());
        initdb.args(["--username=app", "--auth=trust", "--encoding=UTF8"]);
        initdb.args(["--locale=C", "--no-sync", "--no-instructions"]);
        silent(&mut initdb)?;
        let path = self.data().join("postgresql.conf");
        let file = File::options().append(true).open(&path);
        let mut file = file.with_context(|| format!("could not open {}", path.display()))?;
        writeln!(file, "listen_addresses = '127.0.0.1'")?;
        writeln!(
            file,
            "unix_socket_directories = '{}'",
            self.folder.display().to_string().replace('\'', "''")
        )?;
        writeln!(file, "max_connections = 200")?;
        for setting in settings {
            writeln!(file, "{setting}")?;
        }
        Ok(())
    }

    /// Starts the server on a free port. Somebody may take the port before it does: then another.
    fn open(&mut self) -> Result<()> {
        let mut last = None;
        for _ in 0..3 {
            self.port = free_port()?;
            match self.control(&["-o", &format!("-p {}", self.port), "start"]) {
                Ok(()) => return Ok(()),
                Err(error) => last = Some(error),
            }
        }
        // Invariant: three times something failed.
        Err(last.unwrap_or_else(|| anyhow::anyhow!("PostgreSQL does not start")))
    }

    /// `pg_ctl`, which waits until the server accepts connections.
    fn control(&self, arguments: &[&str]) -> Result<()> {
        let mut control = self.command(self.programs.join("pg_ctl"));
        control.arg("-D").arg(self.data());
        control.arg("-l").arg(self.log()).args(["-w", "-t", "60"]);
        control.args(arguments);
        silent(&mut control).with_context(|| {
            let log = fs::read_to_string(self.log()).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(8)..].join("\n");
            format!("PostgreSQL does not run; its log ends with:\n{end}")
        })
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    /// A program as the unprivileged user, with an environment that has nothing of ours.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.folder).current_dir(&self.folder);
        #[cfg(unix)]
        if let Some(user) = self.user {
            use std::os::unix::process::CommandExt as _;
            command.uid(user.id).gid(user.group);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            // It ends by itself within the time it gives the server.
            let _ = keeper.wait();
        }
        // What the keeper had no right to remove. That it is gone already is what we want.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// `cargo xtask postgres`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let stopped = stop_signals()?;
    let mut server = if options.durable {
        Postgres::durable()?
    } else {
        Postgres::start()?
    };
    println!("{}", server.url());
    println!("files  {}", server.folder().display());
    println!("Ctrl-C stops it and removes them");
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            // Invariant: nobody listens only when we are on our way out.
            let _ = sender.send(line);
        }
    });
    loop {
        match stopped.recv_timeout(Duration::from_millis(100)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        for line in lines.try_iter() {
            if line.trim() == "restart" {
                server.restart()?;
                println!("restarted");
            } else {
                eprintln!("`{line}` means nothing here: `restart`, or Ctrl-C");
            }
        }
    }
}

/// The folder of `initdb` and `pg_ctl`: the named one, Debian's newest, or one of the path.
fn installed() -> Option<PathBuf> {
    let has = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    if let Some(named) = std::env::var_os(PROGRAMS) {
        return Some(PathBuf::from(named));
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| has(&path.join("bin")))
        .max_by_key(version);
    let path = std::env::var_os("PATH")?;
    newest
        .map(|folder| folder.join("bin"))
        .or_else(|| std::env::split_paths(&path).find(has))
}

/// Sees to it that PostgreSQL is there, and says where.
fn prepare() -> Result<PathBuf> {
    if let Some(folder) = installed() {
        if !folder.join("initdb").is_file() {
            bail!("{PROGRAMS} names {}, which has no initdb", folder.display());
        }
        return Ok(folder);
    }
    let missing = format!(
        "the tests need PostgreSQL. On Debian or Ubuntu: `sudo apt-get install \
         --no-install-recommends postgresql`; elsewhere install PostgreSQL 15 or later with its \
         server programs and name the folder of `initdb` in {PROGRAMS}, or give tests a server \
         that runs already by {NAMED}=postgres://user@host:port/database, whose user may create \
         databases"
    );
    if !debian::as_root() {
        bail!(missing);
    }
    without_main_cluster(|| debian::install(&["postgresql"])).context(missing.clone())?;
    installed().context(missing)
}

/// Debian's package makes a cluster and starts it, unless it is told not to.
fn without_main_cluster(install: impl FnOnce() -> Result<()>) -> Result<()> {
    let folder = Path::new("/etc/postgresql-common");
    let file = folder.join("createcluster.conf");
    if file.exists() {
        return install();
    }
    fs::create_dir_all(folder)?;
    fs::write(&file, "create_main_cluster = false\n")?;
    let done = install();
    fs::remove_file(&file)?;
    done
}

/// Whom to run as when we are root: `postgres`, or else `nobody`. Nobody else when we are not.
fn unprivileged() -> Result<Option<User>> {
    if !debian::root() {
        return Ok(None);
    }
    let id = |flag: &str, name: &str| {
        let output = Command::new("id").args([flag, name]).output().ok()?;
        std::str::from_utf8(&output.stdout)
            .ok()?
            .trim()
            .parse()
            .ok()
    };
    let user = |name| {
        Some(User {
            id: id("-u", name)?,
            group: id("-g", name)?,
        })
    };
    let found = ["postgres", "nobody"].into_iter().find_map(user);
    found.map(Some).context(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`: \
         make one, or run this as another user",
    )
}

/// A new folder that only the user may enter.
fn private_folder(user: Option<User>) -> Result<PathBuf> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let process = std::process::id();
    for number in 0..1000 {
        let folder = std::env::temp_dir().join(format!("vafa-postgres-{process}-{number}"));
        match builder.create(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("could not make the folder {}", folder.display()));
            }
            Ok(()) => {
                #[cfg(unix)]
                if let Some(user) = user {
                    std::os::unix::fs::chown(&folder, Some(user.id), Some(user.group))?;
                }
                return Ok(folder);
            }
        }
    }
    bail!(
        "{} is full of folders vafa-postgres-*: remove them",
        std::env::temp_dir().display()
    )
}

/// A free port of [`PORTS`]. Processes begin their search at different places.
fn free_port() -> Result<u16> {
    let all: Vec<u16> = PORTS.collect();
    let first = std::process::id() as usize * 37 % all.len();
    let mut ports = all.iter().cycle().skip(first).take(all.len()).copied();
    ports.find(|port| ports::free(*port)).with_context(|| {
        format!(
            "no port from {} to {} is free",
            PORTS.start,
            PORTS.end.saturating_sub(1)
        )
    })
}

/// Runs a program to the end; what it prints is shown only when it fails.
fn silent(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("could not start `{}`", run::shown(command)))?;
    if !output.status.success() {
        bail!(
            "`{}` failed ({}): {}{}",
            run::shown(command),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::Postgres;
    use std::process::Command;

    /// What the server answers to a statement.
    fn ask(server: &Postgres, statement: &str) -> String {
        let output = Command::new(server.programs.join("psql"))
            .args(["--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-At", "-c"])
            .args([statement, &server.url()])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn a_server_works_survives_a_crash_and_leaves_nothing_behind() {
        let mut server = Postgres::durable().unwrap();
        assert_eq!(ask(&server, "SHOW max_connections"), "200");
        assert_eq!(ask(&server, "SHOW fsync"), "on");
        assert_eq!(ask(&server, "SHOW listen_addresses"), "127.0.0.1");
        ask(&server, "CREATE DATABASE another");
        let url = server.url();
        server.restart().unwrap();
        assert_eq!(server.url(), url);
        let kept = "SELECT count(*) FROM pg_database WHERE datname = 'another'";
        assert_eq!(ask(&server, kept), "1");
        let log = std::fs::read_to_string(server.log()).unwrap();
        assert!(log.contains("immediate shutdown"), "{log}");

        let folder = server.folder().to_owned();
        assert!(folder.join("data").is_dir());
        // Its port may be another server's by then, so whoever answers there is asked for the folder.
        let mut whose = Command::new(server.programs.join("psql"));
        whose.args(["--no-psqlrc", "-At", "-c", "SHOW data_directory", &url]);
        let mut serves = || {
            let told = whose.output().unwrap().stdout;
            String::from_utf8(told)
                .unwrap()
                .starts_with(folder.to_str().unwrap())
        };
        assert!(serves());
        drop(server);
        assert!(!folder.exists());
        assert!(!serves());
    }

    #[test]
    fn servers_for_tests_run_side_by_side_and_do_not_wait_for_the_disk() {
        let (one, two) = (Postgres::start().unwrap(), Postgres::start().unwrap());
        assert_ne!(one.url(), two.url());
        for server in [&one, &two] {
            assert_eq!(ask(server, "SHOW fsync"), "off");
        }
    }
}
