//! Millions of sessions in one statement: spread over users, accounts, types and two years.
//!
//! Values are drawn from the row's number by multiplication modulo a prime, squared so that some users and
//! agents have hundreds of times as many sessions as others.

use anyhow::Context;
use sqlx::{AnyConnection, Connection, Executor};
use wire::{AccountId, Millis, SessionId, UserId};

/// Logins on each agent.
pub(super) const LOGINS: [&str; 3] = ["root", "deploy", "postgres"];
/// When the first session began, in Unix milliseconds.
const BEGIN_MS: i64 = 1_700_000_000_000;
/// Between two sessions, in milliseconds.
const STEP_MS: i64 = 6_307;
const USERS: u32 = 2_000;
const AGENTS: u32 = 1_000;
/// The files that make the indexes of the table.
const MIGRATIONS: [&str; 2] = [
    include_str!("../../../../../migrations/0002_sessions.sql"),
    include_str!("../../../../../migrations/0003_access_log.sql"),
];

/// What differs between the databases.
pub(super) struct Dialect {
    pub(super) name: &'static str,
    /// Before the rows go in.
    begin: &'static str,
    /// After the indexes are made.
    finish: &'static str,
    /// Numbers `$var` from `$from` to `$to`.
    series: &'static str,
    /// `$n` in twelve hexadecimal digits.
    hex: &'static str,
}

impl Dialect {
    pub(super) const fn sqlite() -> Self {
        Self {
            name: "SQLite",
            begin: "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -400000;",
            finish: "PRAGMA journal_mode = WAL;",
            series: "(WITH RECURSIVE s($var) AS (SELECT $from UNION ALL SELECT $var + 1 FROM s WHERE $var < $to) \
                     SELECT $var FROM s) AS numbers",
            hex: "printf('%012x', $n)",
        }
    }

    pub(super) const fn postgres() -> Self {
        Self {
            name: "PostgreSQL",
            begin: "SET session_replication_role = replica; SET maintenance_work_mem = '256MB';",
            finish: "VACUUM ANALYZE;",
            series: "(SELECT $var::bigint AS $var FROM generate_series($from, $to) AS $var) AS numbers",
            hex: "lpad(to_hex(($n)::bigint), 12, '0')",
        }
    }

    fn series(&self, var: &str, from: u32, to: u32) -> String {
        let series = self.series.replace("$var", var).replace("$from", &from.to_string());
        series.replace("$to", &to.to_string())
    }

    /// An id whose last part is a number, of the kind that `mark` tells.
    fn id(&self, mark: &str, number: &str) -> String {
        format!("'00000000-0000-7000-{mark}-' || {}", self.hex.replace("$n", number))
    }
}

/// What is in a filled database.
pub(super) struct Filled {
    pub(super) users: u32,
    pub(super) agents: u32,
    pub(super) accounts: u32,
    rows: u32,
}

impl Filled {
    /// The moment when so much of the log had been written, from 0 to 1.
    pub(super) fn moment(&self, part: f64) -> Millis {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
        Millis(BEGIN_MS + (f64::from(self.rows) * part) as i64 * STEP_MS)
    }

    /// An id such as one that began at that moment has.
    pub(super) fn session(&self, at: Millis) -> anyhow::Result<SessionId> {
        let hex = format!("{:012x}", at.0);
        Ok(format!("{}-{}-7000-8000-000000000000", &hex[..8], &hex[8..]).parse()?)
    }

    pub(super) fn user(&self, number: u32) -> anyhow::Result<UserId> {
        Ok(format!("00000000-0000-7000-8000-{number:012x}").parse()?)
    }

    pub(super) fn account(&self, number: u32) -> anyhow::Result<AccountId> {
        Ok(format!("00000000-0000-7000-a000-{number:012x}").parse()?)
    }
}

/// Fills a database that has its tables.
pub(super) async fn fill(url: &str, dialect: &Dialect, ended: u32, open: u32) -> anyhow::Result<Filled> {
    let mut connection = AnyConnection::connect(url).await?;
    let indexes = indexes();
    run(&mut connection, dialect.begin).await?;
    for (name, _) in &indexes {
        run(&mut connection, &format!("DROP INDEX {name}")).await?;
    }
    for statement in people(dialect) {
        run(&mut connection, &statement).await?;
    }
    run(&mut connection, &sessions(dialect, ended, open)).await?;
    for (_, statement) in &indexes {
        run(&mut connection, statement).await?;
    }
    run(&mut connection, dialect.finish).await?;
    connection.close().await?;
    Ok(Filled { users: USERS, agents: AGENTS, accounts: AGENTS * 3, rows: ended + open })
}

async fn run(connection: &mut AnyConnection, sql: &str) -> anyhow::Result<()> {
    let head: String = sql.chars().take(60).collect();
    connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))).await.context(head)?;
    Ok(())
}

/// The indexes of the sessions as the migrations leave them, by name: made after the rows, since that is
/// many times as fast.
fn indexes() -> Vec<(String, String)> {
    let mut indexes: Vec<(String, String)> = Vec::new();
    for migration in MIGRATIONS {
        let lines = migration.lines().filter(|line| !line.trim_start().starts_with("--"));
        for statement in lines.collect::<Vec<_>>().join("\n").split(';').map(str::trim) {
            let Some(rest) = statement.strip_prefix("CREATE INDEX sessions_") else { continue };
            let name = format!("sessions_{}", rest.split(' ').next().unwrap_or_default());
            indexes.retain(|(known, _)| *known != name);
            indexes.push((name, statement.to_owned()));
        }
    }
    indexes
}

fn people(dialect: &Dialect) -> [String; 2] {
    let (user, agent) = (dialect.id("8000", "k"), dialect.id("9000", "k"));
    [
        format!(
            "INSERT INTO users (id, name, name_key, full_name, email, role, password_hash, created_at) \
             SELECT {user}, 'user' || k, 'user' || k, 'User Number ' || k, '', 'user', '', 0 FROM {}",
            dialect.series("k", 0, USERS - 1)
        ),
        format!(
            "INSERT INTO agents (id, name, name_key, display_name, kind, service_url, host, port, created_at) \
             SELECT {agent}, 'db-' || k, 'db-' || k, 'Database ' || k, 'ssh', 'ssh://db-' || k || ':22', \
             'db-' || k, 22, 0 FROM {}",
            dialect.series("k", 0, AGENTS - 1)
        ),
    ]
}

fn sessions(dialect: &Dialect, ended: u32, open: u32) -> String {
    let (user, account) = (dialect.id("8000", "u"), dialect.id("a000", "a * 3 + l"));
    let (at, last) = (dialect.hex.replace("$n", "at"), dialect.hex.replace("$n", "n"));
    let [root, deploy, postgres] = LOGINS;
    let series = dialect.series("n", 1, ended + open);
    format!(
        "INSERT INTO sessions (id, user_id, user_name, full_name, device, client, started_at, type, port, \
         service_url, account_id, account_name, service_provider, agent, node, watch_policy, has_screen, \
         watchers, last_active_at, ended_at, end_reason) \
         SELECT substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || {last}, {user}, 'user' || u, \
         'User Number ' || u, '10.' || (u / 250) || '.' || (u % 250) || '.7', 'gw-1', at, type, 2222, \
         CASE pam WHEN 1 THEN 'ssh://db-' || a || ':22' ELSE 'https://sightline' END, \
         CASE pam WHEN 1 THEN {account} END, \
         CASE pam WHEN 1 THEN CASE l WHEN 0 THEN '{root}' WHEN 1 THEN '{deploy}' ELSE '{postgres}' END \
         ELSE 'user' || u END, \
         CASE pam WHEN 1 THEN 'Database ' || a ELSE 'Sightline' END, CASE pam WHEN 1 THEN 'db-' || a END, \
         'gw-1', 'announced', pam, 0, at + took, CASE WHEN n <= {ended} THEN at + took END, \
         CASE WHEN n <= {ended} THEN 'closed' END \
         FROM (SELECT n, at, {at} AS hex, u, a, l, took, CASE WHEN t < 40 THEN 'CONSOLE' WHEN t < 75 THEN \
         'PAM SSH' WHEN t < 87 THEN 'WebSSO' WHEN t < 95 THEN 'ESSO' WHEN t < 98 THEN 'PAM RDP' ELSE 'PAM' END \
         AS type, CASE WHEN t < 40 OR (t >= 75 AND t < 95) THEN 0 ELSE 1 END AS pam \
         FROM (SELECT n, {BEGIN_MS} + n * {STEP_MS} + n * 7919 % 6000 AS at, \
         n * 15485863 % 1499 * (n * 15485863 % 1499) / 1124 AS u, \
         n * 32452843 % 1009 * (n * 32452843 % 1009) / 1019 AS a, n * 49979687 % 7 / 3 AS l, \
         n * 67867967 % 101 AS t, 1000 + n * 86028121 % 7200000 AS took FROM {series}) AS drawn) AS told"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indexes_are_those_of_the_last_migration_that_makes_them() {
        let indexes = indexes();
        let of = |name: &str| indexes.iter().find(|(known, _)| known == name).map(|(_, sql)| sql.as_str());
        assert!(of("sessions_by_user").is_some_and(|sql| sql.contains("(user_id, started_at, id")));
        assert!(of("sessions_by_start").is_some() && of("sessions_end_requested").is_some());
        assert!(indexes.iter().all(|(_, sql)| sql.starts_with("CREATE INDEX ") && !sql.contains("--")));
    }
}
