//! `pgbench` with selects alone, through the PostgreSQL gateway and beside it, against one target.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::children::{Guarded, output};
use crate::stats::Samples;
use crate::table::Row;
use crate::world::{PASSWORD, USER, World, free_address};

/// The account on the target, and its database.
const LOGIN: &str = "app";
const AGENT: &str = "dw";
/// Clients at a time.
const CLIENTS: [u32; 2] = [1, 8];
/// How long a target may take to start.
const START: Duration = Duration::from_secs(30);

/// Starts a server in a new folder and ends it, by its own id, when standard input closes.
const SCRIPT: &str = r#"
set -e
folder=$(mktemp -d /tmp/sightline-bench-pg.XXXXXX)
trap 'rm -rf "$folder"' EXIT
printf '%s' "$3" > "$folder/password"
"$1/initdb" -D "$folder/data" -U app -A scram-sha-256 --pwfile "$folder/password" -E UTF8 --locale=C --no-sync > /dev/null
"$1/postgres" -D "$folder/data" -p "$2" -h 127.0.0.1 -k "$folder" -c fsync=off 2> "$folder/log" &
server=$!
cat > /dev/null
kill -INT "$server" 2> /dev/null || true
wait "$server" || true
"#;

/// Direct and gateway in turn, in the clear as PostgreSQL on one machine is; then the gateway under TLS.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let (rounds, seconds) = if world.quick { (1, 3) } else { (3, 8) };
    let target = Target::start()?;
    world.add_database(AGENT, target.address, LOGIN)?;
    output(target.pgbench(Way::Direct, world)?.args(["-i", "-q", "-s", "10", LOGIN]))?;
    let mut rows = Vec::new();
    for clients in CLIENTS {
        let mut rates: [Samples; 3] = Default::default();
        for _ in 0..rounds {
            for (way, rates) in [Way::Direct, Way::Gateway, Way::UnderTls].into_iter().zip(&mut rates) {
                rates.push_ms(target.rate(way, world, clients, seconds).with_context(|| format!("{way:?}"))?);
            }
        }
        let [direct, gateway, tls] = rates.map(|rates| rates.p50());
        let ratio = gateway / direct;
        let mut measured = format!("{ratio:.2} × direct ({gateway:.0} of {direct:.0} a second)");
        let _ = write!(measured, ", under TLS {:.2}", tls / direct);
        let what = format!("pgbench -S, {clients} client{}", if clients == 1 { "" } else { "s" });
        rows.push(Row::new(what, measured, "≥ 0.6 × direct", ratio >= 0.6));
    }
    Ok(rows)
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Direct,
    Gateway,
    UnderTls,
}

struct Target {
    bin: PathBuf,
    address: SocketAddr,
    _life: Guarded,
}

impl Target {
    fn start() -> anyhow::Result<Self> {
        let bin = programs().context("PostgreSQL is missing: `apt install postgresql`")?;
        let address = free_address()?;
        // PostgreSQL refuses to run as root: become the user that its package made.
        let mut command = if rustix::process::getuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", SCRIPT, "sh"]).arg(&bin).args([&address.port().to_string(), PASSWORD]);
        let life = Guarded::start(command.current_dir("/").stdin(Stdio::piped()))?;
        let target = Self { bin, address, _life: life };
        let deadline = Instant::now() + START;
        let create = ["-h", "127.0.0.1", "-p", &address.port().to_string(), "-U", LOGIN, LOGIN];
        let mut createdb = Command::new(target.bin.join("createdb"));
        createdb.args(create).env("PGPASSWORD", PASSWORD);
        while output(&mut createdb).is_err() {
            anyhow::ensure!(Instant::now() < deadline, "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(target)
    }

    fn pgbench(&self, way: Way, world: &World) -> anyhow::Result<Command> {
        let (port, user, tls) = match way {
            Way::Direct => (self.address.port(), LOGIN.to_owned(), "disable"),
            Way::Gateway => (world.pg.port(), format!("{USER}:{LOGIN}@{AGENT}"), "disable"),
            Way::UnderTls => (world.pg.port(), format!("{USER}:{LOGIN}@{AGENT}"), "require"),
        };
        let mut command = Command::new(self.bin.join("pgbench"));
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", &user]);
        command.env("PGPASSWORD", PASSWORD).env("PGSSLMODE", tls).env("LC_ALL", "C");
        Ok(command)
    }

    /// Transactions a second, without the time that connecting takes.
    fn rate(&self, way: Way, world: &World, clients: u32, seconds: u32) -> anyhow::Result<f64> {
        let (clients, seconds) = (clients.to_string(), seconds.to_string());
        let jobs = if clients == "1" { "1" } else { "2" };
        let mut command = self.pgbench(way, world)?;
        let said = output(command.args(["-n", "-S", "-c", &clients, "-j", jobs, "-T", &seconds, LOGIN]))?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
        Ok(rate.context("pgbench says no rate")?.parse()?)
    }
}

/// The folder with the newest server's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    bins.filter(|bin| bin.join("postgres").exists() && bin.join("pgbench").exists()).max()
}
