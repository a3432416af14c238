//! The show from its beginning to its end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::actor::{Client, Page, Ssh, Way, play};
use crate::cast::{
    ADMIN, DESK_PART, DESKS, ERRAND, GRANTS, OWNER, PARTS, PEOPLE, Part, SYSTEMS, System,
    person as person_called, system as system_called,
};
use crate::desktop::{self, Desktop};
use crate::ends::Ends;
use crate::props::secret_file;
use crate::stage::{Server, Stage, password};
use crate::summary::{framed, say};
use crate::target::{Host, Target, addresses, key_pair};
use crate::{ShowOptions, debian, processes, props};

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
        announce(system);
        prepare(&stage, folder, system, tasks).await?;
    }

    let desks = match desks(folder).await {
        Ok(desks) => desks,
        // The rehearsal is there to find it.
        Err(error) if options.seconds.is_some() => return Err(error),
        Err(error) => {
            say(&format!("  without desktops: {error:#}"));
            Vec::new()
        }
    };
    let parts: Vec<_> = PARTS.iter().chain((!desks.is_empty()).then_some(&DESK_PART)).collect();
    for (system, desktop) in desks {
        announce(system);
        let url = format!("rdp://{}", desktop.addr()?);
        make_known(&stage, folder, system, &url, &desktop.certificate(), &password()).await?;
        tasks.spawn(desktop.serve());
    }

    say("starting the server");
    let server = server.insert(stage.serve(&folder.join("server.log")).await?);
    say(&format!("opening {} sessions", parts.len()));
    let ssh = |person: &str| Ssh {
        gateway: stage.ssh(),
        from: device(person, stage.ssh()),
        key: folder.join(format!("key-{person}")),
        known_hosts: folder.join("known_hosts"),
    };
    for part in &parts {
        let way = if part.agent == DESK_PART.agent {
            let (web, password) = (stage.web(), passwords[part.person].clone());
            Way::Page(Page::new(web, device(part.person, web), part.person, password))
        } else {
            Way::Ssh(ssh(part.person))
        };
        tasks.spawn(keep_open(part, way));
    }
    tasks.spawn(errands(ssh(ERRAND.0)));
    let playing = async {
        wait_until_open(&stage, &parts).await?;
        say(&framed(&words(&stage, &passwords, &parts)));
        match options.seconds {
            Some(seconds) => sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
        match missing(&stage, &parts).await? {
            missing if missing.is_empty() => Ok(()),
            missing => bail!("not open any more: {}", missing.join(", ")),
        }
    };
    let gone = tokio::select! {
        done = playing => return done,
        failed = first_failure(tasks) => return failed,
        gone = server.ended() => gone?,
    };
    bail!("the server ended ({gone})\n{}", server.last_lines());
}

/// Starts the desktops; none where there can be none.
async fn desks(folder: &Path) -> Result<Vec<(&'static System, Desktop)>> {
    let mut desks = Vec::new();
    if let Some(obstacle) = desktop::needs::obstacle().await {
        say(&format!("  without desktops: {obstacle}"));
        return Ok(desks);
    }
    for system in &DESKS {
        let home = props::home(&folder.join("homes"), system)?;
        let below = folder.join(system.agent);
        fs::create_dir(&below)?;
        desks.push((system, Desktop::start(&addresses(system.number, 3389), &below, Some(home)).await?));
    }
    Ok(desks)
}

fn announce(system: &System) {
    say(&format!("  {}@{} ({})", system.login, system.agent, system.display_name));
}

/// The address that a person comes from. Only Linux has more than one on loopback without setting it up.
fn device(person: &str, to: SocketAddr) -> Option<IpAddr> {
    let is_possible = cfg!(target_os = "linux") && to.ip() == Ipv4Addr::LOCALHOST;
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
    let secret = if system.by_key { private } else { password() };
    let host = Host {
        login: system.login.to_owned(),
        password: (!system.by_key).then(|| secret.clone()),
        keys: if system.by_key { vec![public] } else { Vec::new() },
        greeting: system.greeting.to_owned(),
        home: Some(home),
        command: None,
    };
    let target = Target::listen(&addresses(system.number, 22), host).await?;
    let host_key = folder.join(format!("{}.pub", system.agent));
    fs::write(&host_key, format!("{}\n", target.host_key()?))?;
    let url = format!("ssh://{}", target.addr()?);
    tasks.spawn(target.serve());
    make_known(stage, folder, system, &url, &host_key, &secret).await
}

/// Makes a system known with its host key or certificate, its account and grants.
async fn make_known(
    stage: &Stage,
    folder: &Path,
    system: &System,
    url: &str,
    host_key: &Path,
    secret: &str,
) -> Result<()> {
    let host_key = host_key.to_string_lossy();
    let add = ["agent", "add", system.agent, "--url", url, "--display-name", system.display_name];
    stage.tell(&[&add[..], &["--group", system.group, "--host-key", &host_key]].concat(), "").await?;
    let account = format!("{}@{}", system.login, system.agent);
    if system.by_key {
        let file = folder.join("account-key");
        secret_file(&file, secret)?;
        stage.tell(&["account", "add", &account, "--private-key", &file.to_string_lossy()], "").await?;
        fs::remove_file(&file)?;
    } else {
        stage.tell(&["account", "add", &account, "--password-stdin"], &format!("{secret}\n")).await?;
    }
    // Who connects to a desktop takes it from whoever is at work there.
    if system.agent != DESK_PART.agent {
        stage.tell(&["grant", "add", ADMIN, "user", &account], "").await?;
    }
    if system.agent == OWNER.1 {
        stage.tell(&["grant", "add", OWNER.0, "owner", &account], "").await?;
    }
    for (person, _) in GRANTS.iter().filter(|(_, agent)| *agent == system.agent) {
        stage.tell(&["grant", "add", person, "user", &account], "").await?;
    }
    Ok(())
}

/// Keeps a part's session open: when it ends, says so and opens it again later.
async fn keep_open(part: &'static Part, mut way: Way) -> Result<()> {
    let login = system_called(part.agent).context("a part on no system")?.login;
    let account = format!("{login}@{}", part.agent);
    loop {
        let why = match way.open(part.person, &account, part.size).await {
            Ok(mut client) => tokio::select! {
                why = client.end() => why,
                // Typing fails only when the client is about to be seen as ended.
                Err(_) = perform_part(&mut client, part) => client.end().await,
            },
            Err(error) => format!("{error:#}"),
        };
        let again = INTERVAL.as_secs();
        say(&format!("{}'s session as {account} ended: {why}; it opens again in {again} s", part.person));
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
async fn errands(ssh: Ssh) -> Result<()> {
    let (person, agent, command, interval) = ERRAND;
    let login = system_called(agent).context("an errand on no system")?.login;
    let destination = format!("{person}:{login}@{agent}");
    loop {
        sleep(Duration::from_secs(interval)).await;
        let status = Command::new("ssh")
            .arg("-T")
            .args(ssh.arguments(&destination))
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

/// The parts without a live session, as the product itself lists them.
async fn missing(stage: &Stage, parts: &[&Part]) -> Result<Vec<String>> {
    let text = stage.tell(&["session", "list", "--json"], "").await?;
    let list: Value = serde_json::from_str(&text).context("`session list --json` printed no JSON")?;
    let sessions = list.as_array().context("`session list --json` printed no list")?;
    let is_open = |part: &&&Part| {
        sessions.iter().any(|session| session["user"] == part.person && session["agent"] == part.agent)
    };
    let missing = parts.iter().filter(|part| !is_open(part));
    Ok(missing.map(|part| format!("{} on {}", part.person, part.agent)).collect())
}

async fn wait_until_open(stage: &Stage, parts: &[&Part]) -> Result<()> {
    let mut waiting = Vec::new();
    let all = async {
        loop {
            waiting = missing(stage, parts).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            sleep(Duration::from_millis(200)).await;
        }
    };
    let done = timeout(CURTAIN, all).await;
    done.with_context(|| format!("not open after {} s: {}", CURTAIN.as_secs(), waiting.join(", ")))?
}

fn words(stage: &Stage, passwords: &HashMap<&'static str, String>, parts: &[&Part]) -> Vec<String> {
    let password = |name| passwords.get(name).map_or("", String::as_str);
    let ssh = stage.ssh();
    // The gateway's host key is a new one each time: the person's own list of hosts stays out of it.
    let client = format!(
        "ssh -p {} -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no {ADMIN}@{}",
        ssh.port(),
        ssh.ip()
    );
    let mut words = vec![
        format!("Sightline is running; {} sessions are open.", parts.len()),
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
    ];
    if let [.., part] = parts
        && part.agent == DESK_PART.agent
    {
        let [_, free] = &DESKS;
        words.push(format!("or to a desktop, in the page: Accounts, {}@{}, Connect", free.login, free.agent));
    }
    words.extend([String::new(), "Ctrl+C ends everything and leaves nothing behind.".to_owned()]);
    words
}

/// Makes sure that there is an `ssh`, by installing it where that needs no question.
async fn has_ssh() -> Result<()> {
    let mut ssh = Command::new("ssh");
    ssh.arg("-V").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = ssh.status().await.is_ok_and(|status| status.success());
    if is_there || debian::install(&["openssh-client"]).await {
        return Ok(());
    }
    bail!("ssh is missing: install OpenSSH's client, on Debian with `apt-get install openssh-client`");
}
