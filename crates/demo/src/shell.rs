//! The shell that people get, and where it is at home: in a folder of the show's, or as this person has it.

use std::env;
use std::path::{Path, PathBuf};

/// The person's own shell; with a home of the show's, one that reads its `.bashrc`.
pub(crate) fn program(home: Option<&Path>) -> String {
    if home.is_some() && Path::new("/bin/bash").exists() {
        return "/bin/bash".into();
    }
    env::var("SHELL").ok().filter(|shell| !shell.is_empty()).unwrap_or_else(|| "/bin/sh".into())
}

/// The folder that it starts in.
pub(crate) fn home(home: Option<&Path>) -> PathBuf {
    home.map(Path::to_owned).or_else(|| env::var_os("HOME").map(Into::into)).unwrap_or_else(|| "/".into())
}

/// What it finds in its environment.
pub(crate) fn variables(home: Option<&Path>) -> Vec<(&'static str, PathBuf)> {
    let mut variables = vec![("HOME", self::home(home))];
    if let Some(home) = home {
        // For a shell that is not bash.
        variables.push(("ENV", home.join(".bashrc")));
        variables.push(("HISTFILE", "/dev/null".into()));
    }
    variables
}
