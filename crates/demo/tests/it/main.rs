//! What the demo lets people connect to, on its own.

mod desktop;
mod target;

/// Waits until a condition holds, but not for ever.
pub(crate) fn until(what: &str, condition: impl Fn() -> bool) {
    let given_up = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !condition() {
        assert!(std::time::Instant::now() < given_up, "never came true: {what}");
        std::thread::yield_now();
    }
}

/// Whether a process with these arguments lives.
pub(crate) fn is_running(arguments: &str) -> bool {
    std::fs::read_dir("/proc").expect("/proc").flatten().any(|process| {
        std::fs::read_to_string(process.path().join("cmdline")).is_ok_and(|line| line == arguments)
    })
}
