//! One channel: gathers what the client asks for, starts the program, carries bytes both ways.

use std::sync::Arc;

use anyhow::Result;
use portable_pty::PtySize;
use russh::server::{Handle, Msg};
use russh::{Channel, ChannelMsg, ChannelReadHalf, Sig};
use rustix::process::Signal;
use tokio::io::AsyncWriteExt as _;

use super::Host;
use super::program::{Output, Program, Wanted};

/// Serves a channel to its end.
pub(crate) async fn serve(channel: Channel<Msg>, handle: Handle, host: Arc<Host>) {
    let id = channel.id();
    let (mut reader, writer) = channel.split();
    let program = match start(&mut reader, &host).await {
        Some(Ok(program)) => program,
        Some(Err(error)) => {
            let _ = writer.extended_data_bytes(1, format!("{error:#}\r\n").into_bytes()).await;
            let _ = handle.exit_status_request(id, 127).await;
            let _ = handle.close(id).await;
            return;
        }
        None => return,
    };
    let mut stdout = Box::pin(writer.make_writer());
    let mut stderr = Box::pin(writer.make_writer_ext(Some(1)));
    let Program { mut input, mut output, leader, resize } = program;

    // Every send below fails only when the connection is gone; then the next wait ends the loop.
    let mut status = None;
    loop {
        tokio::select! {
            message = reader.wait() => match message {
                Some(ChannelMsg::Data { data }) => {
                    if let Some(to) = &input {
                        let _ = to.send(data.to_vec()).await;
                    }
                }
                Some(ChannelMsg::Eof) => input = None,
                Some(ChannelMsg::WindowChange { col_width, row_height, .. }) => {
                    resize(size(col_width, row_height));
                }
                Some(ChannelMsg::Signal { signal }) => {
                    if let Some(signal) = known(&signal) {
                        leader.signal(signal);
                    }
                }
                Some(ChannelMsg::Close) | None => return,
                Some(_) => {}
            },
            event = output.recv() => match event {
                Some(Output::Out(bytes)) => {
                    let _ = stdout.write_all(&bytes).await;
                }
                Some(Output::Err(bytes)) => {
                    let _ = stderr.write_all(&bytes).await;
                }
                // What it left behind would hold its terminal open.
                Some(Output::Ended(code)) => {
                    leader.kill();
                    status = Some(code);
                }
                None => break,
            },
        }
    }
    let _ = handle.exit_status_request(id, status.unwrap_or(255)).await;
    let _ = handle.eof(id).await;
    let _ = handle.close(id).await;
}

/// Gathers requests until one starts the program. They are answered where they arrive: an answer from
/// here could meet the next request, which the client has sent already.
async fn start(reader: &mut ChannelReadHalf, host: &Host) -> Option<Result<Program>> {
    let mut wanted = Wanted::default();
    loop {
        match reader.wait().await? {
            ChannelMsg::RequestPty { term, col_width, row_height, .. } => {
                wanted.terminal = Some((term, size(col_width, row_height)));
            }
            ChannelMsg::SetEnv { variable_name, variable_value, .. } if is_harmless(&variable_name) => {
                wanted.environment.push((variable_name, variable_value));
            }
            ChannelMsg::WindowChange { col_width, row_height, .. } => {
                if let Some((_, known)) = &mut wanted.terminal {
                    *known = size(col_width, row_height);
                }
            }
            ChannelMsg::RequestShell { .. } => return Some(Program::start(&wanted, host)),
            ChannelMsg::Exec { command, .. } => {
                wanted.command = Some(String::from_utf8_lossy(&command).into_owned());
                return Some(Program::start(&wanted, host));
            }
            ChannelMsg::Close => return None,
            _ => {}
        }
    }
}

/// Whether a client may set this variable: as OpenSSH has it by default, others could change how programs
/// are found.
pub(crate) fn is_harmless(variable: &str) -> bool {
    variable == "LANG" || variable.starts_with("LC_")
}

/// A terminal's size; a client may claim any number.
fn size(cols: u32, rows: u32) -> PtySize {
    let clamp = |count: u32| u16::try_from(count.clamp(1, 1000)).unwrap_or(1000);
    PtySize { rows: clamp(rows), cols: clamp(cols), pixel_width: 0, pixel_height: 0 }
}

fn known(signal: &Sig) -> Option<Signal> {
    Some(match signal {
        Sig::HUP => Signal::HUP,
        Sig::INT => Signal::INT,
        Sig::KILL => Signal::KILL,
        Sig::QUIT => Signal::QUIT,
        Sig::TERM => Signal::TERM,
        Sig::USR1 => Signal::USR1,
        _ => return None,
    })
}
