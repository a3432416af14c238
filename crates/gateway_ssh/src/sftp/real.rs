//! What OpenSSH's own clients and server say to each other, followed as they say it.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Follower, Operation};

/// Content of the file that travels, in bytes: many packets.
const SIZE: usize = 8_000_000;

/// Runs a client in a folder, with a server behind a follower. Nobody may remove folders there.
fn follow(folder: &Path, client: &str, arguments: &[&str]) -> Vec<Operation> {
    let file = |name| folder.join(name);
    let script = "#!/bin/sh\ncd \"${0%/*}\"\ncat <answers &\ncat >requests\nwait\n";
    std::fs::write(file("server"), script).expect("a script");
    run(Command::new("chmod").arg("+x").arg(file("server")));
    run(Command::new("mkfifo").args([file("requests"), file("answers")]));
    let mut server =
        Command::new(found(&["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server"]))
            .args(["-P", "rmdir"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
    let (mut stdin, mut stdout) =
        (server.stdin.take().expect("a pipe"), server.stdout.take().expect("a pipe"));
    let follower = Arc::<Mutex<Follower>>::default();
    let (requests, answers) = (file("requests"), file("answers"));

    let following = Arc::clone(&follower);
    let asking = thread::spawn(move || {
        let mut client = File::open(requests).expect("a pipe");
        each(&mut client, |bytes| {
            following.lock().unwrap().from_person(bytes);
            stdin.write_all(bytes).expect("taken");
        });
    });
    let following = Arc::clone(&follower);
    let answering = thread::spawn(move || {
        let mut client = File::create(answers).expect("a pipe");
        let mut all = Vec::new();
        each(&mut stdout, |bytes| {
            client.write_all(bytes).expect("taken");
            all.extend(following.lock().unwrap().from_target(bytes));
        });
        all
    });
    let client = found(&[&format!("/usr/bin/{client}")]);
    run(Command::new(client).current_dir(folder).arg("-D").arg(file("server")).args(arguments));
    asking.join().expect("all asked");
    let mut all = answering.join().expect("all answered");
    server.wait().expect("a server");
    all.extend(follower.lock().unwrap().rest());
    for name in ["requests", "answers"] {
        std::fs::remove_file(file(name)).expect("removed");
    }
    all
}

fn each(from: &mut impl Read, mut use_it: impl FnMut(&[u8])) {
    let mut bytes = vec![0; 50_000];
    loop {
        match from.read(&mut bytes).expect("readable") {
            0 => return,
            count => use_it(&bytes[..count]),
        }
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("a program");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn found(places: &[&str]) -> PathBuf {
    let found = places.iter().map(Path::new).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{places:?} is missing: install openssh-server and openssh-client")).into()
}

/// The lines without the folder's own name.
fn lines(folder: &Path, all: &[Operation], with_looks: bool) -> Vec<String> {
    let path = format!("{}/", folder.display());
    let told = all.iter().filter(|operation| with_looks || !operation.what.is_look());
    told.map(|operation| operation.to_string().replace(&path, "")).collect()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("here"), vec![b'x'; SIZE]).expect("a file");
    folder
}

#[test]
fn what_sftp_did() {
    let folder = folder();
    let path = folder.path().display();
    let commands = format!(
        "cd {path}\nmkdir folder\nput -p here folder/there\nget folder/there back\nchmod 600 folder/there\n\
         rename folder/there folder/new\nln folder/new folder/hard\nln -s new folder/soft\nls folder\n\
         cp folder/new folder/copy\ndf folder\n-rmdir folder\n-get missing\n-put here nowhere/here\n-put here /dev/full\n\
         rm folder/new\nput -f here \"a\tb\"\n"
    );
    std::fs::write(folder.path().join("batch"), commands).expect("written");
    let all = follow(folder.path(), "sftp", &["-b", "batch"]);
    let expected = [
        "made folder folder",
        "changed attributes of folder/there (mode 0644, times)",
        "uploaded folder/there, 8000000 bytes",
        "downloaded folder/there, 8000000 bytes",
        "changed attributes of folder/there (mode 0600)",
        "renamed folder/there to folder/new",
        "hard-linked folder/hard to folder/new",
        "linked folder/soft to new",
        "listed folder/, 3 entries",
        "copied folder/new to folder/copy",
        "downloaded folder/new, 0 bytes",
        "uploaded folder/copy, 0 bytes",
        "removed folder folder: permission denied",
        "uploaded nowhere/here: no such file",
        "uploaded /dev/full, 0 bytes: failure",
        "removed folder/new",
        "uploaded a<U+0009>b, 8000000 bytes",
    ];
    assert_eq!(lines(folder.path(), &all, false), expected);
    for look in ["looked at . (", "looked at missing: no such file", "looked at folder", "flushed a<U+0009>b"]
    {
        let lines = lines(folder.path(), &all, true);
        assert!(lines.iter().any(|line| line.starts_with(look)), "{look}: {lines:#?}");
    }
}

#[test]
fn what_scp_did() {
    let folder = folder();
    let there = format!("host:{}/there", folder.path().display());
    let all = follow(folder.path(), "scp", &["here", &there]);
    let uploaded = lines(folder.path(), &all, false);
    assert_eq!(uploaded.last(), Some(&format!("uploaded there, {SIZE} bytes")), "{uploaded:?}");
    let all = follow(folder.path(), "scp", &[&there, "back"]);
    assert_eq!(lines(folder.path(), &all, false), [format!("downloaded there, {SIZE} bytes")]);
}
