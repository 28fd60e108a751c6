//! A PostgreSQL cluster for tests, made from the installed binaries in a temporary folder.
//!
//! The first test process that needs it starts it (a file lock keeps the others waiting); it is left running for the
//! next run and shared by all. It listens on a Unix socket only. `CONSORTIO_TEST_POSTGRES` names another server instead.

pub mod tls;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Durability, Engine, migrate};

/// Names a database that a run made, so that its copies are fast and old runs can be told.
static COUNT: AtomicU32 = AtomicU32::new(0);
/// What the names of test databases begin with; the number of their process follows.
const PREFIX: &str = "t_";

/// The address of a fresh, migrated database.
pub async fn fresh_database() -> String {
    let server = started().await;
    copy_of(&server, &server.template).await
}

/// The address of a database with nothing in it.
pub async fn empty_database() -> String {
    copy_of(&started().await, "template1").await
}

async fn started() -> Server {
    tokio::task::spawn_blocking(server).await.expect("the cluster starts")
}

async fn copy_of(server: &Server, template: &str) -> String {
    let name = format!("{PREFIX}{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = Engine::open(&server.dsn("postgres"), Durability::Process).await.expect("the test cluster answers");
    let mut tx = admin.read().await.expect("a connection");
    // Outside a transaction, as CREATE DATABASE wants it.
    let sql = [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name} TEMPLATE {template}")];
    for statement in sql {
        tx.execute(&statement, &[]).await.expect("the test database is made");
    }
    drop_one_of_the_dead(&mut tx, PREFIX).await;
    server.dsn(&name)
}

/// Drops one database whose process is gone. One for each that is made keeps their number where it is, whoever runs tests and
/// however, and no run pays for all that an earlier one left.
async fn drop_one_of_the_dead(tx: &mut store::engine::Tx, prefix: &str) {
    let sql = "SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY oid";
    // Whoever looks at the same moment may take the same one, or hold it: the next call finds another.
    let Ok(rows) = tx.query(sql, &[prefix.into()]).await else { return };
    let mut names = rows.into_iter().filter_map(|mut row| row.text(0).ok());
    if let Some(name) = names.find(|name| process_of(name, prefix).is_some_and(|pid| !is_alive(pid))) {
        drop(tx.execute(&format!("DROP DATABASE IF EXISTS {name}"), &[]).await);
    }
}

/// The process that made a test database, by its name.
fn process_of(database: &str, prefix: &str) -> Option<i32> {
    database.strip_prefix(prefix)?.split('_').next()?.parse().ok()
}

fn is_alive(pid: i32) -> bool {
    // Signal 0 reaches nobody: it only asks. A process of somebody else's may not be asked, and lives.
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None) != Err(nix::errno::Errno::ESRCH)
}

struct Server {
    base: String,
    template: String,
}

impl Server {
    fn dsn(&self, database: &str) -> String {
        self.base.replace("DATABASE", database)
    }
}

/// Starts the cluster and its template once per machine and schema.
fn server() -> Server {
    let folder = folder();
    fs::create_dir_all(&folder).expect("the cluster's folder");
    let lock = File::create(folder.join("lock")).expect("the cluster's lock");
    lock.lock().expect("the cluster's lock");
    let base = std::env::var("CONSORTIO_TEST_POSTGRES").unwrap_or_else(|_| {
        start(&folder);
        format!("postgres://consortio@/DATABASE?host={}", folder.display())
    });
    // A schema of its own name per set of migrations, so that a changed migration makes a new one.
    let template = format!("template_{}", schema_fingerprint());
    let server = Server { base, template };
    make_template(&server);
    server
}

fn schema_fingerprint() -> String {
    migrate::fingerprint_of_all()
}

fn make_template(server: &Server) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let admin = Engine::open(&server.dsn("postgres"), Durability::Process).await.expect("the test cluster answers");
        let mut tx = admin.read().await.expect("a connection");
        let known = tx
            .query_opt("SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate", &[server.template.as_str().into()])
            .await
            .expect("the list of databases");
        if known.is_some() {
            return;
        }
        tx.execute(&format!("DROP DATABASE IF EXISTS {}", server.template), &[]).await.expect("an unfinished template goes");
        tx.execute(&format!("CREATE DATABASE {}", server.template), &[]).await.expect("the template is made");
        {
            let engine = Engine::open(&server.dsn(&server.template), Durability::Process).await.expect("the template opens");
            migrate::migrate(&engine, crate::start()).await.expect("the template migrates");
        }
        tx.execute(&format!("ALTER DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false", server.template), &[])
            .await
            .expect("the template closes");
        tx.execute(
            "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity WHERE datname = $1",
            &[server.template.as_str().into()],
        )
        .await
        .expect("nobody is connected to the template");
    });
}

/// Short, because the path of a Unix socket may have at most 107 bytes.
fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("consortio-test-pg-{}", nix::unistd::getuid()))
}

fn start(folder: &Path) {
    let bin = binaries();
    let data = folder.join("data");
    let as_root = nix::unistd::getuid().is_root();
    if as_root {
        give_away(folder);
    }
    if !data.join("PG_VERSION").exists() {
        drop(fs::remove_dir_all(&data));
        run(
            as_root,
            &bin.join("initdb"),
            &["-D", &text(&data), "-U", "consortio", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        );
    }
    let status = unprivileged(as_root, &bin.join("pg_ctl")).args(["status", "-D", &text(&data)]).stdout(Stdio::null()).status();
    if status.is_ok_and(|s| s.success()) {
        return;
    }
    let options = format!(
        "-k {} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=400 -c shared_buffers=128MB",
        folder.display()
    );
    let log = text(&folder.join("log"));
    run(as_root, &bin.join("pg_ctl"), &["start", "-w", "-D", &text(&data), "-l", &log, "-o", &options]);
}

/// PostgreSQL refuses to run as root, so root hands the folder to the user that Debian's package made.
fn give_away(folder: &Path) {
    let user =
        nix::unistd::User::from_name("postgres").ok().flatten().expect("PostgreSQL is installed: there is no user \"postgres\"");
    nix::unistd::chown(folder, Some(user.uid), Some(user.gid)).expect("the folder changes hands");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("the folder is open");
}

fn unprivileged(as_root: bool, program: &Path) -> Command {
    if as_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command.current_dir("/");
        return command;
    }
    Command::new(program)
}

fn run(as_root: bool, program: &Path, args: &[&str]) {
    let out = unprivileged(as_root, program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(out.as_ref().is_ok_and(|s| s.success()), "{} {args:?} did not succeed: {out:?}", program.display());
}

/// The newest installed version, wherever Debian put it.
fn binaries() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|e| e.path().join("bin")).filter(|p| p.join("initdb").exists()).collect())
        .unwrap_or_default();
    found.sort();
    found.pop().expect("PostgreSQL is installed under /usr/lib/postgresql: `make test` installs it")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_of_a_process_that_is_gone_goes_when_another_is_made() {
        // A process that was there and has ended, so that its number is nobody's.
        let mut child = Command::new("true").spawn().expect("a process");
        child.wait().expect("its end");
        // Named apart from those of tests, of which there may be many to go first.
        let prefix = "gone_";
        let name = |pid: u32| format!("{prefix}{pid}_{}", std::process::id());
        let (dead, living) = (name(child.id()), name(std::process::id()));
        let server = tokio::task::spawn_blocking(server).await.expect("the cluster starts");
        let admin = Engine::open(&server.dsn("postgres"), Durability::Process).await.expect("the cluster answers");
        let mut tx = admin.read().await.expect("a connection");
        for name in [&dead, &living] {
            tx.execute(&format!("CREATE DATABASE {name}"), &[]).await.expect("a database");
        }
        drop_one_of_the_dead(&mut tx, prefix).await;
        assert!(!exists(&mut tx, &dead).await, "{dead} is still there");
        assert!(exists(&mut tx, &living).await, "the database of a living process is gone");
        tx.execute(&format!("DROP DATABASE {living}"), &[]).await.expect("ours goes");
    }

    async fn exists(tx: &mut store::engine::Tx, name: &str) -> bool {
        tx.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[name.into()]).await.expect("the list").is_some()
    }
}
