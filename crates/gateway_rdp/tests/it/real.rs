//! The same with a real desktop: xrdp, an X server, a terminal.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use wire::desktop::{Extent, Gesture};

use crate::support::tools::{until, within};
use crate::support::viewer::Viewer;
use crate::support::world::{EXTENT, World, act};
use crate::support::xrdp::Xrdp;

/// Inside of the terminal's window, where the mouse must be for it to have the keyboard.
const INSIDE: Gesture = Gesture::Move { x: 200, y: 200 };

async fn desk(world: &World, shell: &str) -> (TempDir, Xrdp) {
    let folder = tempfile::tempdir().expect("a folder");
    let xrdp = Xrdp::start(folder.path(), shell).await;
    world.add("box", xrdp.address);
    (folder, xrdp)
}

/// What the X server itself says that it shows.
async fn shown(xrdp: &Xrdp, extent: Extent) -> Vec<u8> {
    let mut grab = Command::from(xrdp.command("ffmpeg"));
    let size = format!("{}x{}", extent.width, extent.height);
    grab.args(["-loglevel", "error", "-f", "x11grab", "-draw_mouse", "0", "-video_size", &size, "-i"]);
    grab.args([&xrdp.display, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
    let output = within("a picture", grab.stdin(Stdio::null()).output()).await.expect("ffmpeg runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Follows the session until the page shows what the X server shows.
async fn until_same(page: &mut Viewer, xrdp: &Xrdp) {
    within("the same picture", async {
        loop {
            let real = shown(xrdp, page.extent).await;
            if page.picture() == real {
                return;
            }
            page.next().await;
        }
    })
    .await;
}

/// Keys that type a text on the layout that desktops believe in.
fn keys(text: &str) -> Vec<Gesture> {
    let key = |code, down, text| Gesture::Key { code, down, text };
    text.chars()
        .flat_map(|character| match character {
            '\n' => vec![key(0x1C, true, None), key(0x1C, false, None)],
            character => vec![Gesture::Text(character)],
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_shown_typed_into_and_resized() {
    let world = World::start();
    // No cursor that blinks and no clock: what is shown stands still.
    let (folder, xrdp) = desk(&world, "printf '\\033[?25lready\\n'; exec sh").await;
    let (desktop, mut page) = world.page("box").await;
    page.until("a picture", |page| page.extent == EXTENT && page.pixel(300, 300) == Some([255; 3])).await;
    until_same(&mut page, &xrdp).await;

    act(&desktop, &[INSIDE]);
    let told = folder.path().join("told");
    act(&desktop, &keys("echo \"Hello, World #42 {a|b}\" > told\n"));
    until("a file", || Path::new(&told).exists()).await;
    until("its text", || std::fs::read_to_string(&told).expect("text") == "Hello, World #42 {a|b}\n").await;
    until_same(&mut page, &xrdp).await;

    for extent in [Extent { width: 1024, height: 700 }, Extent { width: 500, height: 400 }] {
        desktop.resize(extent);
        page.until("another size", |page| page.extent == extent).await;
        until_same(&mut page, &xrdp).await;
    }
    act(&desktop, &[INSIDE]);
    act(&desktop, &keys("echo again > again\n"));
    until("a file", || folder.path().join("again").exists()).await;
    desktop.leave();
    within("its end", desktop.over()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_goes_from_clipboard_to_clipboard() {
    let world = World::start();
    let (_folder, xrdp) = desk(&world, "exec sleep 1000").await;
    let (desktop, mut page) = world.page("box").await;
    page.until("a picture", |page| page.extent == EXTENT && page.pixel(300, 300) == Some([255; 3])).await;

    // Out: what a program there puts on its clipboard.
    let mut copy = Command::from(xrdp.command("xclip"));
    copy.args(["-selection", "clipboard", "-i", "-quiet"]).stdin(Stdio::piped()).kill_on_drop(true);
    let mut copy = copy.spawn().expect("xclip starts (Debian: xclip)");
    let mut stdin = copy.stdin.take().expect("a pipe");
    stdin.write_all("Größe\nzwei".as_bytes()).await.expect("written");
    drop(stdin);
    page.until("a text", |page| !page.clips.is_empty()).await;
    assert_eq!(page.clips, ["Größe\nzwei"]);

    // In: in two pieces.
    let clip = |text: &str, more| Gesture::Clip { text: text.into(), more };
    act(&desktop, &[clip("naïve ", true)]);
    act(&desktop, &[clip("text\n東京", false)]);
    within("the text there", async {
        loop {
            let mut paste = Command::from(xrdp.command("xclip"));
            paste.args(["-selection", "clipboard", "-o"]).stdin(Stdio::null());
            let output = paste.output().await.expect("xclip runs");
            if output.stdout == "naïve text\n東京".as_bytes() {
                return;
            }
        }
    })
    .await;
    until("both noted", || world.book.clipped.lock().unwrap().len() == 2).await;
    let clipped = world.book.clipped.lock().unwrap();
    let noted: Vec<_> = clipped.iter().map(|clipped| (clipped.way, clipped.characters)).collect();
    assert_eq!(noted, [(gateway_rdp::Way::Out, 10), (gateway_rdp::Way::In, 13)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_pasted_in_the_moment_in_which_it_comes() {
    let world = World::start();
    let (folder, _xrdp) = desk(&world, "exec sh").await;
    let (desktop, mut page) = world.page("box").await;
    page.until("a picture", |page| page.extent == EXTENT && page.pixel(300, 300) == Some([255; 3])).await;
    act(&desktop, &[INSIDE]);
    act(&desktop, &keys("echo ready > ready\n"));
    until("a shell", || folder.path().join("ready").exists()).await;
    let key = |code, down, text| Gesture::Key { code, down, text };
    for round in 0..8 {
        let text = format!("echo {round} > pasted{round}\n");
        let mut gestures = vec![Gesture::Clip { text, more: false }];
        gestures.extend([key(0x1D, true, None), key(0x2F, true, Some('v'))]);
        gestures.extend([key(0x2F, false, None), key(0x1D, false, None)]);
        // In one message, or each in its own.
        match round % 2 {
            0 => act(&desktop, &gestures),
            _ => gestures.iter().for_each(|gesture| act(&desktop, std::slice::from_ref(gesture))),
        }
        until("what was pasted", || folder.path().join(format!("pasted{round}")).exists()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_floods_takes_keys_and_other_sizes() {
    let world = World::start();
    let (folder, xrdp) = desk(&world, "printf '\\033[?25l'; exec sh").await;
    let (desktop, mut page) = world.page("box").await;
    page.until("a picture", |page| page.extent == EXTENT && page.pixel(300, 300) == Some([255; 3])).await;
    act(&desktop, &[INSIDE]);
    // Beside the shell, which goes on reading keys.
    act(&desktop, &keys("(while [ ! -e over ]; do date; done) &\n"));
    let less = Extent { width: EXTENT.width, height: EXTENT.height - 40 };
    for round in 0..5 {
        // The page loses its way, comes back with less room, and has all of it again.
        drop(page);
        desktop.resize(less);
        page = Viewer::new(desktop.window().expect("a window"));
        page.until("less", |page| page.extent == less).await;
        desktop.resize(EXTENT);
        let typed = folder.path().join(format!("typed{round}"));
        act(&desktop, &keys(&format!("echo {round} > typed{round}\n")));
        tokio::select! {
            () = until("keys", || typed.exists()) => {}
            () = page.until("no end", |_| false) => {}
        }
        page.until("all of it", |page| page.extent == EXTENT).await;
    }
    act(&desktop, &keys("touch over\n"));
    until_same(&mut page, &xrdp).await;
    assert!(folder.path().join("over").exists());
}
