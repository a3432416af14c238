//! File transfers are followed: every operation stands in the recording, and no path in the log.

use hub::MarkKind;

use crate::support::tools::{program, said, within};
use crate::support::world::World;

/// What was done to files in the world's sessions; looks left out.
async fn done(world: &World) -> Vec<String> {
    world.quiet().await;
    let marks = world.reels.marks().into_iter();
    let files = marks.filter(|mark| mark.kind == MarkKind::File).map(|mark| mark.text);
    files.filter(|text| !text.starts_with("looked at")).collect()
}

async fn run(world: &World, client: &str, arguments: &[&str]) {
    let mut command = tokio::process::Command::new(program(client));
    // A host that holds a colon would name a file.
    let user = format!("User={}", world.login());
    command.args(world.by_key()).args(["-o", &user]).args(arguments).current_dir(world.folder.path());
    let output = within(client, command.kill_on_drop(true).output()).await.expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sftp_does_is_recorded() {
    let world = World::start().await;
    let path = world.folder.path().display();
    let commands = format!(
        "cd {path}\nmkdir folder\nput account folder/secret-name\nrename folder/secret-name folder/b\n\
         get folder/b back\nls folder\n-rmdir folder\nrm folder/b\n-rm folder/b\nrmdir folder\n"
    );
    std::fs::write(world.folder.path().join("batch"), commands).expect("written");
    run(&world, "sftp", &["-b", "batch", "127.0.0.1"]).await;
    let size = std::fs::metadata(world.folder.path().join("account")).expect("there").len();
    let expected = [
        format!("made folder {path}/folder"),
        format!("uploaded {path}/folder/secret-name, {size} bytes"),
        format!("renamed {path}/folder/secret-name to {path}/folder/b"),
        format!("downloaded {path}/folder/b, {size} bytes"),
        format!("listed {path}/folder/, 1 entry"),
        format!("removed folder {path}/folder: failure"),
        format!("removed {path}/folder/b"),
        format!("removed {path}/folder/b: no such file"),
        format!("removed folder {path}/folder"),
    ];
    assert_eq!(done(&world).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_scp_does_is_recorded() {
    let world = World::start().await;
    let back = format!("127.0.0.1:{}/account", world.folder.path().display());
    run(&world, "scp", &[&back, "secret-name"]).await;
    let file = world.folder.path().join("account");
    let size = std::fs::metadata(&file).expect("there").len();
    assert_eq!(done(&world).await, [format!("downloaded {}, {size} bytes", file.display())]);
}
