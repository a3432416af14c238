//! What a recording promises: that it comes back as it was, and that nobody alters it unnoticed.

mod asciinema;
mod finding;
mod full_disk;
mod golden;
mod pictures;
mod repairing;
mod replay;
mod support;
mod tampering;
mod writing;
