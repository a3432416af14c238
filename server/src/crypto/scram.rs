//! SCRAM verifiers as the database has them: sealed, so that it alone gives nothing to guess at.

use gateway_pg::Verifier;
use wire::UserId;

use super::vault::{Vault, VaultError};

/// The sealed verifier of a password. It opens for this user and this hash of the password alone, so that one
/// that was made of an earlier password is none any more. Takes tens of milliseconds: not for an async thread.
///
/// # Errors
/// When it cannot be sealed.
pub fn seal(vault: &Vault, user: UserId, hash: &str, password: &str) -> Result<String, VaultError> {
    vault.seal_for(&owner(user, hash), &Verifier::new(password).to_text())
}

/// The verifier that was sealed for a user and the hash of their password, if it was.
#[must_use]
pub fn open(vault: &Vault, user: UserId, hash: &str, sealed: &str) -> Option<Verifier> {
    vault.open_for(&owner(user, hash), sealed).ok()?.parse().ok()
}

/// A verifier that no password fits, and whose salt is the same for a name at each call.
#[must_use]
pub fn of_nobody(vault: &Vault, name: &str) -> Verifier {
    Verifier::of_nobody(vault.salt_of(name))
}

fn owner(user: UserId, hash: &str) -> String {
    format!("scram {user} {hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_opens_for_its_user_and_password_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let vault = Vault::open(&folder.path().join("secret.key")).expect("made");
        let (ann, bob) = (UserId::generate(), UserId::generate());
        let sealed = seal(&vault, ann, "$argon2id$old", "correct horse").expect("sealed");
        assert!(!sealed.contains("SCRAM"));
        assert!(open(&vault, ann, "$argon2id$old", &sealed).is_some());
        assert!(open(&vault, ann, "$argon2id$new", &sealed).is_none());
        assert!(open(&vault, bob, "$argon2id$old", &sealed).is_none());
    }

    #[test]
    fn nobody_looks_the_same_at_each_call() {
        let folder = tempfile::tempdir().expect("folder");
        let vault = Vault::open(&folder.path().join("secret.key")).expect("made");
        let salt = |name: &str| of_nobody(&vault, name).to_text().split('$').nth(1).map(str::to_owned);
        assert_eq!(salt("nobody"), salt("NoBody"));
        assert_ne!(salt("nobody"), salt("somebody"));
    }
}
