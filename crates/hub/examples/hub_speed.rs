//! What a session's output costs its owner's thread: `cargo run --release -p hub --example hub_speed`.

mod ground;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ground::{Forgetful, open, watch};
use hub::{Hub, ScreenKind};
use tokio::runtime::Builder;
use wire::live::Size;

const BYTES: usize = 64 << 20;
const CHUNK: usize = 32 << 10;
const KEYS: usize = 500;

fn main() {
    let owner = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let watchers = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let terminal = ScreenKind::Terminal(Size { cols: 120, rows: 40 });
    let command = ScreenKind::Text(Size::DEFAULT);
    for (name, kind, output) in [
        ("lines", terminal, sample(|n| format!("{n:>8} 0123456789abcdef the quick brown fox\r\n"))),
        ("raw lines", terminal, sample(|n| format!("{n:>8} 0123456789abcdef the quick brown fox\n"))),
        ("coloured", terminal, sample(|n| format!("\x1b[3{}m{n:>8}\x1b[0m the quick brown fox\r\n", n % 8))),
        ("full-screen", terminal, sample(|n| format!("\x1b[{};{}H{n}", n % 40, n % 100))),
        ("command", command, sample(|n| format!("{n:>8} 0123456789abcdef the quick brown fox\n"))),
        ("zeros", command, vec![0; BYTES]),
    ] {
        for watched in [false, true] {
            let hub = Hub::new(Arc::new(Forgetful));
            let session = owner.block_on(open(&hub, kind));
            let tasks = if watched { watchers.block_on(watch(&hub, session.id(), 1)) } else { Vec::new() };
            let started = Instant::now();
            owner.block_on(async {
                for chunk in output.chunks(CHUNK) {
                    session.output(Bytes::copy_from_slice(chunk)).await;
                }
            });
            let speed = output.len() as f64 / 1e6 / started.elapsed().as_secs_f64();
            println!("{name:>12}{}: {speed:>8.0} MB/s", if watched { ", watched" } else { "" });
            drop(session);
            for task in tasks {
                watchers.block_on(task).expect("a watcher");
            }
        }
    }
    for count in [0, 1, 100] {
        let hub = Hub::new(Arc::new(Forgetful));
        let session = owner.block_on(open(&hub, terminal));
        let tasks = watchers.block_on(watch(&hub, session.id(), count));
        let mut costs = Vec::new();
        owner.block_on(async {
            for _ in 0..KEYS {
                tokio::time::sleep(Duration::from_millis(3)).await;
                let started = Instant::now();
                session.typed(None, &Bytes::from_static(b"x")).await;
                session.output(Bytes::from_static(b"k")).await;
                costs.push(started.elapsed());
            }
        });
        costs.sort();
        println!("key, {count:>3} watchers: p50 {:?}, p99 {:?}", costs[KEYS / 2], costs[KEYS * 99 / 100]);
        drop(session);
        for task in tasks {
            watchers.block_on(task).expect("a watcher");
        }
    }
}

fn sample(line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut output = Vec::with_capacity(BYTES + 128);
    for n in 1.. {
        if output.len() >= BYTES {
            break;
        }
        output.extend_from_slice(line(n).as_bytes());
    }
    output
}
