//! What commands read: secrets from standard input, keys from files.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use gateway_ssh::keys;
use zeroize::Zeroizing;

/// Largest secret or key file, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// The first line of standard input.
pub(super) fn password() -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text);
    read.context("the password on standard input is no text")?;
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        bail!("the password on standard input is empty");
    }
    Ok(Zeroizing::new(line.into()))
}

/// A public key from a file, as `TYPE BASE64`.
pub(super) fn public_key(file: &Path) -> anyhow::Result<String> {
    let text = read(file)?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    keys::canonical_public(line.unwrap_or_default()).with_context(|| file.display().to_string())
}

/// A host key from a file: a public key, or a line of `known_hosts` (which begins with the hosts, and
/// perhaps a marker); or a certificate, PEM.
pub(super) fn host_key(file: &Path) -> anyhow::Result<String> {
    let text = read(file)?;
    if text.contains("-----BEGIN CERTIFICATE") {
        return gateway_pg::certificate::canonical(&text).with_context(|| file.display().to_string());
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = lines.next().with_context(|| format!("{} holds no key", file.display()))?;
    if lines.next().is_some() {
        bail!("{} holds more than one key: leave the one that the agent is to show", file.display());
    }
    if line.starts_with('@') {
        bail!("{} holds a marker ({line:.20}…): give the key itself", file.display());
    }
    let after_hosts = line.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
    keys::canonical_public(line)
        .or_else(|error| keys::canonical_public(after_hosts).map_err(|_| error))
        .with_context(|| file.display().to_string())
}

/// A private key from a file, checked to be usable.
pub(super) fn private_key(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = read(file)?;
    keys::check_private(&text).with_context(|| file.display().to_string())?;
    Ok(text)
}

fn read(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let shown = file.display();
    let opened = std::fs::File::open(file).with_context(|| format!("{shown} cannot be read"))?;
    let mut text = Zeroizing::new(String::new());
    opened.take(MAX_BYTES).read_to_string(&mut text).with_context(|| format!("{shown} cannot be read"))?;
    Ok(text)
}

/// `LOGIN@AGENT`, where the login may hold `@`.
pub(super) fn account(text: &str) -> Result<AccountName, String> {
    match text.rsplit_once('@') {
        Some((login, agent)) if !login.is_empty() && !agent.is_empty() => {
            Ok(AccountName { login: login.into(), agent: agent.into() })
        }
        _ => Err("write it as LOGIN@AGENT".into()),
    }
}

/// A login and the agent that it is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccountName {
    /// The login.
    pub(super) login: String,
    /// Name of the agent.
    pub(super) agent: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_split_at_its_last_at_sign() {
        let name = account("admin@corp@db-1").expect("good");
        assert_eq!((name.login.as_str(), name.agent.as_str()), ("admin@corp", "db-1"));
        for bad in ["root", "@db-1", "root@", ""] {
            assert!(account(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_host_key_is_read_from_both_forms() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9Jt4wUwFd6dfbZ0hAL8WVO1RcYFXdfCHBn0T0KXwhY";
        let folder = tempfile::tempdir().expect("folder");
        let read = |text: &str| {
            let file = folder.path().join("key");
            std::fs::write(&file, text).expect("written");
            host_key(&file)
        };
        assert_eq!(read(&format!("{key} root@db-1\n")).expect("read"), key);
        assert_eq!(read(&format!("# db-1\n[127.0.0.1]:2201,db-1 {key}\n")).expect("read"), key);
        for bad in
            [String::new(), "nonsense\n".into(), format!("{key}\n{key}\n"), format!("@revoked * {key}")]
        {
            assert!(read(&bad).is_err(), "{bad}");
        }
    }
}
