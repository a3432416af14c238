//! What a name may be: nothing that a person could not read back or that another syntax uses.
//!
//! Every check answers with a sentence for the person who typed it.

pub(crate) use report::bounds::is_hidden;

/// Longest name of a user, an agent or a group, in characters.
const NAME_MAX: usize = 64;
/// Longest name of a saved view, in characters: what fits into a menu.
const VIEW_MAX: usize = 60;
/// Longest login on an agent, in characters.
const LOGIN_MAX: usize = 128;
/// Longest free text of one line, in characters.
const TEXT_MAX: usize = 200;
/// Longest reason, in characters.
const REASON_MAX: usize = 500;
/// Shortest password; length is what counts (NIST SP 800-63B asks for 8).
const PASSWORD_MIN: usize = 8;
/// Longest password in bytes: hashing has a price, also for what an attacker sends.
pub const PASSWORD_MAX: usize = 1024;

/// The form in which names are compared: without regard to case.
#[must_use]
pub fn key(name: &str) -> String {
    name.to_lowercase()
}

/// A user's name.
///
/// # Errors
/// What is wrong with it.
pub fn user(name: &str) -> Result<(), String> {
    simple("user name", name)
}

/// An agent's name.
///
/// # Errors
/// What is wrong with it.
pub fn agent(name: &str) -> Result<(), String> {
    simple("agent name", name)
}

/// The name of a jump server group.
///
/// # Errors
/// What is wrong with it.
pub fn group(name: &str) -> Result<(), String> {
    simple("group name", name)
}

/// The name of an API token: one line, not empty.
///
/// # Errors
/// What is wrong with it.
pub fn token(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("the token name is empty".into());
    }
    text("token name", name)
}

/// The name of a saved view: the trimmed text.
///
/// # Errors
/// What is wrong with it.
pub fn view(name: &str) -> Result<String, String> {
    let name = name.trim();
    length("view name", name, VIEW_MAX)?;
    text("view name", name)?;
    Ok(name.into())
}

/// A login on an agent: it may hold what the agent's own system allows, `@` and `:` too.
///
/// # Errors
/// What is wrong with it.
pub fn login(login: &str) -> Result<(), String> {
    length("login", login, LOGIN_MAX)?;
    match login.chars().find(|c| c.is_whitespace() || is_hidden(*c)) {
        Some(c) => Err(format!("the login may not hold {}", shown(c))),
        None => Ok(()),
    }
}

/// Free text of one line; may be empty.
///
/// # Errors
/// What is wrong with it.
pub fn text(what: &str, text: &str) -> Result<(), String> {
    if text.chars().count() > TEXT_MAX {
        return Err(format!("the {what} is longer than {TEXT_MAX} characters"));
    }
    match text.chars().find(|c| is_hidden(*c)) {
        Some(c) => Err(format!("the {what} may not hold {}", shown(c))),
        None => Ok(()),
    }
}

/// The reason for ending a session: the trimmed text, which is shown to the person whose session it
/// was.
///
/// # Errors
/// What is wrong with it.
pub fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    length("reason", text, REASON_MAX)?;
    match text.chars().find(|c| is_hidden(*c)) {
        Some(c) => Err(format!("the reason may not hold {}", shown(c))),
        None => Ok(text.into()),
    }
}

/// A password that somebody chose.
///
/// # Errors
/// What is wrong with it.
pub fn password(password: &str) -> Result<(), String> {
    if password.is_empty() {
        return Err("the password is empty".into());
    }
    if password.chars().count() < PASSWORD_MIN {
        return Err(format!("the password is shorter than {PASSWORD_MIN} characters"));
    }
    if password.len() > PASSWORD_MAX {
        return Err(format!("the password is longer than {PASSWORD_MAX} bytes"));
    }
    Ok(())
}

fn simple(what: &str, name: &str) -> Result<(), String> {
    length(what, name, NAME_MAX)?;
    if name.starts_with('-') || name.starts_with('.') {
        return Err(format!("the {what} may not start with {:?}", name.chars().next().unwrap_or_default()));
    }
    match name.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '+')) {
        Some(c) => Err(format!("the {what} may not hold {}: use letters, digits and . _ - +", shown(c))),
        None => Ok(()),
    }
}

fn length(what: &str, text: &str, max: usize) -> Result<(), String> {
    if text.is_empty() {
        return Err(format!("the {what} is empty"));
    }
    if text.chars().count() > max {
        return Err(format!("the {what} is longer than {max} characters"));
    }
    Ok(())
}

fn shown(c: char) -> String {
    if c == ' ' {
        "a space".into()
    } else if is_hidden(c) || c.is_whitespace() {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("{c:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_nothing_that_the_ssh_syntax_uses() {
        for good in ["alice", "db-1", "Jürgen", "a", "svc_backup+1", "10.0.0.1"] {
            assert_eq!(user(good), Ok(()), "{good}");
        }
        for bad in ["", "a b", "a:b", "a@b", "a/b", "-rf", ".", "a\u{202E}b", "a\nb", "a\u{200B}", "a\"b"] {
            assert!(user(bad).is_err(), "{bad:?}");
        }
        assert!(user(&"x".repeat(65)).is_err());
        assert_eq!(
            user("a:b").unwrap_err(),
            "the user name may not hold ':': use letters, digits and . _ - +"
        );
        assert_eq!(
            user("a\u{202E}").unwrap_err(),
            "the user name may not hold the character U+202E: use letters, digits and . _ - +"
        );
    }

    #[test]
    fn logins_may_hold_at_signs() {
        assert_eq!(login("admin@corp.example"), Ok(()));
        assert_eq!(login(r"CORP\admin"), Ok(()));
        assert!(login("a b").is_err());
        assert!(login("").is_err());
    }

    #[test]
    fn reasons_are_trimmed_and_plain() {
        assert_eq!(reason("  maintenance\n"), Ok("maintenance".into()));
        assert!(reason("   ").is_err());
        assert!(reason("a\u{1b}[2J").is_err());
    }
}
