//! The show from its beginning to its end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::actor::{Client, Way, play};
use crate::cast::{
    ADMIN, ERRAND, GRANTS, OWNER, PARTS, PEOPLE, Part, SYSTEMS, System, person as person_called,
    system as system_called,
};
use crate::ends::Ends;
use crate::stage::{Server, Stage, password};
use crate::summary::{framed, say};
use crate::target::{Host, Target, addresses, key_pair};
use crate::{ShowOptions, processes, props};

/// How long until a session that ended is opened again.
const INTERVAL: Duration = Duration::from_secs(20);

/// How long all sessions may take to open.
const CURTAIN: Duration = Duration::from_secs(30);

/// Runs the show until somebody ends it.
pub(crate) async fn run(options: ShowOptions) -> Result<()> {
    let mut ends = Ends::new()?;
    let folder = tempfile::Builder::new().prefix("sightline-demo-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
    let mut tasks = JoinSet::new();
    let mut server = None;
    let done = tokio::select! {
        done = perform(options, folder.path(), &mut tasks, &mut server) => done,
        () = ends.wait() => Ok(()),
    };
    say("ending: sessions, server, targets, and the folder with all they wrote");
    tasks.shutdown().await;
    if let Some(server) = server {
        server.stop().await;
    }
    // The last processes, before the folder that they write into goes.
    processes::kill_all();
    folder.close().context("cannot remove the demo's folder")?;
    done
}

async fn perform(
    options: ShowOptions,
    folder: &Path,
    tasks: &mut JoinSet<Result<()>>,
    server: &mut Option<Server>,
) -> Result<()> {
    has_ssh().await?;
    let stage = Stage::new(options.sightline, folder, options.web_addr, options.ssh_addr)?;
    say("preparing people, targets and accounts");
    let passwords = people(&stage, folder).await?;
    for system in SYSTEMS {
        say(&format!("  {}@{} ({})", system.login, system.agent, system.display_name));
        prepare(&stage, folder, system, tasks).await?;
    }

    say("starting the server");
    let server = server.insert(stage.serve(&folder.join("server.log")).await?);
    say(&format!("opening {} sessions with ssh", PARTS.len()));
    let way = |person: &str| Way {
        gateway: stage.ssh(),
        from: device(person, stage.ssh()),
        key: folder.join(format!("key-{person}")),
        known_hosts: folder.join("known_hosts"),
    };
    for part in PARTS {
        tasks.spawn(keep_open(part, way(part.person)));
    }
    tasks.spawn(errands(way(ERRAND.0)));
    let playing = async {
        let opened = wait_until_open(&stage).await?;
        say(&framed(&words(&stage, &passwords, opened)));
        match options.seconds {
            Some(seconds) => sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
        match open_sessions(&stage).await? {
            open if open < PARTS.len() => bail!("only {open} of {} sessions are open", PARTS.len()),
            _ => Ok(()),
        }
    };
    let gone = tokio::select! {
        done = playing => return done,
        failed = first_failure(tasks) => return failed,
        gone = server.ended() => gone?,
    };
    bail!("the server ended ({gone})\n{}", server.last_lines());
}

/// The address that a person comes from. Only Linux has more than one on loopback without setting it up.
fn device(person: &str, gateway: SocketAddr) -> Option<IpAddr> {
    let is_possible = cfg!(target_os = "linux") && gateway.ip() == Ipv4Addr::LOCALHOST;
    let device = person_called(person).filter(|_| is_possible)?.device;
    Some(Ipv4Addr::new(127, 0, 0, device).into())
}

/// Adds the people, each with a key and a password; gives the passwords.
async fn people(stage: &Stage, folder: &Path) -> Result<HashMap<&'static str, String>> {
    let mut passwords = HashMap::new();
    for person in PEOPLE {
        let (private, public) = key_pair()?;
        let key = folder.join(format!("key-{}", person.name));
        secret_file(&key, &private)?;
        let public_key = key.with_extension("pub");
        fs::write(&public_key, format!("{}\n", public.to_openssh()?))?;
        let public_key = public_key.to_string_lossy();
        let password = password();
        let add = ["user", "add", person.name, "--full-name", person.full_name, "--role", person.role];
        let add = [&add[..], &["--public-key", &public_key, "--password-stdin"]].concat();
        stage.tell(&add, &format!("{password}\n")).await?;
        passwords.insert(person.name, password);
    }
    Ok(passwords)
}

/// Starts a system's target and makes it known with its account and grants.
async fn prepare(
    stage: &Stage,
    folder: &Path,
    system: &'static System,
    tasks: &mut JoinSet<Result<()>>,
) -> Result<()> {
    let home = props::home(&folder.join("homes"), system)?;
    if system.agent == ERRAND.1 {
        tasks.spawn(props::write_log(home.clone()));
    }
    let (private, public) = key_pair()?;
    let password = password();
    let host = Host {
        login: system.login.to_owned(),
        password: (!system.by_key).then(|| password.clone()),
        keys: if system.by_key { vec![public] } else { Vec::new() },
        greeting: system.greeting.to_owned(),
        home: Some(home),
        command: None,
    };
    let target = Target::listen(&addresses(system.number), host).await?;
    let host_key = folder.join(format!("{}.pub", system.agent));
    fs::write(&host_key, format!("{}\n", target.host_key()?))?;
    let url = format!("ssh://{}", target.addr()?);
    tasks.spawn(target.serve());

    let host_key = host_key.to_string_lossy();
    let add = ["agent", "add", system.agent, "--url", &url, "--display-name", system.display_name];
    stage.tell(&[&add[..], &["--group", system.group, "--host-key", &host_key]].concat(), "").await?;
    let account = format!("{}@{}", system.login, system.agent);
    if system.by_key {
        let file = folder.join("account-key");
        secret_file(&file, &private)?;
        stage.tell(&["account", "add", &account, "--private-key", &file.to_string_lossy()], "").await?;
        fs::remove_file(&file)?;
    } else {
        stage.tell(&["account", "add", &account, "--password-stdin"], &format!("{password}\n")).await?;
    }
    stage.tell(&["grant", "add", ADMIN, "user", &account], "").await?;
    if system.agent == OWNER.1 {
        stage.tell(&["grant", "add", OWNER.0, "owner", &account], "").await?;
    }
    for (person, _) in GRANTS.iter().filter(|(_, agent)| *agent == system.agent) {
        stage.tell(&["grant", "add", person, "user", &account], "").await?;
    }
    Ok(())
}

/// Keeps a part's session open: when it ends, says so and opens it again later.
async fn keep_open(part: &'static Part, way: Way) -> Result<()> {
    let login = system_called(part.agent).context("a part on no system")?.login;
    let destination = format!("{}:{login}@{}", part.person, part.agent);
    loop {
        let mut client = Client::start(&way, &destination, part.size)?;
        let end = client.end();
        let (code, last) = tokio::select! {
            ended = end => ended,
            // Typing fails only when the client is about to be seen as ended.
            Err(_) = perform_part(&mut client, part) => client.end().await,
        };
        say(&format!(
            "{}'s session as {login}@{} ended: ssh says {code} ({last}); it opens again in {} s",
            part.person,
            part.agent,
            INTERVAL.as_secs()
        ));
        sleep(INTERVAL).await;
    }
}

async fn perform_part(client: &mut Client, part: &Part) -> Result<Infallible> {
    play(client, part.opening).await?;
    loop {
        play(client, part.refrain).await?;
    }
}

/// Runs a command without a terminal again and again.
async fn errands(way: Way) -> Result<()> {
    let (person, agent, command, interval) = ERRAND;
    let login = system_called(agent).context("an errand on no system")?.login;
    let destination = format!("{person}:{login}@{agent}");
    loop {
        sleep(Duration::from_secs(interval)).await;
        let status = Command::new("ssh")
            .arg("-T")
            .args(way.arguments(&destination))
            .arg(command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .status()
            .await?;
        if !status.success() {
            say(&format!("{person}'s command on {agent} ended badly ({status})"));
        }
    }
}

/// Returns when a task failed; none ends well while the show goes on.
async fn first_failure(tasks: &mut JoinSet<Result<()>>) -> Result<()> {
    match tasks.join_next().await {
        Some(done) => done.context("a part of the demo was cut off")?,
        None => std::future::pending().await,
    }
}

/// The live sessions that the product itself lists.
async fn open_sessions(stage: &Stage) -> Result<usize> {
    let text = stage.tell(&["session", "list", "--json"], "").await?;
    let list: Value = serde_json::from_str(&text).context("`session list --json` printed no JSON")?;
    let sessions = list.as_array().context("`session list --json` printed no list")?;
    Ok(sessions.iter().filter(|session| session["type"] == "PAM SSH").count())
}

async fn wait_until_open(stage: &Stage) -> Result<usize> {
    let all = async {
        loop {
            let open = open_sessions(stage).await?;
            if open >= PARTS.len() {
                return Ok(open);
            }
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(CURTAIN, all)
        .await
        .with_context(|| format!("not all sessions are open after {} s", CURTAIN.as_secs()))?
}

fn words(stage: &Stage, passwords: &HashMap<&'static str, String>, open: usize) -> Vec<String> {
    let password = |name| passwords.get(name).map_or("", String::as_str);
    let ssh = stage.ssh();
    // The gateway's host key is a new one each time: the person's own list of hosts stays out of it.
    let client = format!(
        "ssh -p {} -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no {ADMIN}@{}",
        ssh.port(),
        ssh.ip()
    );
    vec![
        format!("Sightline is running; {open} sessions are open."),
        String::new(),
        format!("Open      http://{}", stage.web()),
        format!("Sign in   {ADMIN}  password  {}", password(ADMIN)),
        format!(
            "or as     {}  password  {}  (owns one account, sees its sessions)",
            OWNER.0,
            password(OWNER.0)
        ),
        String::new(),
        format!("Connect yourself, with {ADMIN}'s password:"),
        format!("  {client}"),
        String::new(),
        "Ctrl+C ends everything and leaves nothing behind.".to_owned(),
    ]
}

/// Makes sure that there is an `ssh`, by installing it where that needs no question.
async fn has_ssh() -> Result<()> {
    if runs("ssh", &["-V"]).await {
        return Ok(());
    }
    let is_root = rustix::process::geteuid().is_root();
    let (program, before): (&str, &[&str]) =
        if is_root { ("apt-get", &[]) } else { ("sudo", &["-n", "apt-get"]) };
    say("ssh is missing: trying to install openssh-client");
    let with = |rest: &[&'static str]| [before, rest].concat();
    // A stale list may still name the package.
    runs(program, &with(&["update"])).await;
    if runs(program, &with(&["install", "--yes", "--no-install-recommends", "openssh-client"])).await {
        return Ok(());
    }
    bail!("ssh is missing: install OpenSSH's client, on Debian with `apt-get install openssh-client`");
}

async fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command.status().await.is_ok_and(|status| status.success())
}

/// Writes what only this person may read.
fn secret_file(path: &Path, text: &str) -> Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
