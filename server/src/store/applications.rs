//! Web applications: agents that people sign in to with Sightline. Where browsers may be sent, who may come, and
//! the hash of the client secret.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use url::{Host, Url};
use wire::{AgentId, Millis, UserId};

use super::directory::commit;
use super::rows::{parsed, unreadable};
use super::{Store, StoreError};
use crate::audit::Event;

/// Longest address of an application, in bytes.
const MAX_ADDRESS_BYTES: usize = 500;
/// Most addresses of each purpose.
const MAX_ADDRESSES: usize = 50;

/// Who may sign in to an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenTo {
    /// Every user who is not disabled.
    #[default]
    Everybody,
    /// Who owns or may use an account on it.
    Granted,
}

impl OpenTo {
    const ALL: [Self; 2] = [Self::Everybody, Self::Granted];

    /// As tables and the command line write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Granted => "granted",
        }
    }
}

/// An address that a browser is sent to, or that is told of ends: `https`, or `http` on this machine. Kept as it was
/// written, since addresses are compared to the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(String);

impl WebAddress {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for WebAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain =
            text.len() <= MAX_ADDRESS_BYTES && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let url = Url::parse(text).ok().filter(|_| plain);
        let url = url.ok_or_else(|| format!("{text:?} is not an address: write https://HOST/PATH"))?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(format!("{text:?} holds a user, a password or a fragment: leave it out"));
        }
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => Ok(Self(text.into())),
            ("http", Some(host)) if is_loopback(&host) => Ok(Self(text.into())),
            ("http", Some(_)) => Err(format!("{text:?} is not encrypted: write https://HOST/PATH")),
            _ => Err(format!("{text:?} is not an address of the web: write https://HOST/PATH")),
        }
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// What is said of an application when its agent is added.
#[derive(Clone, Debug, Default)]
pub struct NewApplication {
    /// Hash of the client secret.
    pub secret_hash: String,
    /// Where a browser may be sent after signing in.
    pub redirects: Vec<WebAddress>,
    /// Where a browser may be sent after signing out.
    pub sign_out_redirects: Vec<WebAddress>,
    /// Where it is told that a session has ended.
    pub back_channel: Option<WebAddress>,
    /// Who may sign in.
    pub open_to: OpenTo,
}

/// What is changed of an application; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationChange {
    /// Instead of the addresses to send a browser to after signing in.
    pub redirects: Option<Vec<WebAddress>>,
    /// Instead of those after signing out.
    pub sign_out_redirects: Option<Vec<WebAddress>>,
    /// Instead of the address that is told of ends.
    pub back_channel: Option<WebAddress>,
    /// Instead of who may sign in.
    pub open_to: Option<OpenTo>,
}

/// One application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The agent's id.
    pub agent: AgentId,
    /// The agent's name.
    pub name: String,
    /// What people call it.
    pub display_name: String,
    /// Where it is, as browsers write it and without a slash at the end.
    pub url: String,
    /// SHA-256 of the client secret, hexadecimal.
    pub secret_hash: String,
    /// Where a browser may be sent after signing in.
    pub redirects: Vec<String>,
    /// Where a browser may be sent after signing out.
    pub sign_out_redirects: Vec<String>,
    /// Where it is told that a session has ended.
    pub back_channel: Option<String>,
    /// Who may sign in.
    pub open_to: OpenTo,
}

/// What an address is for, as the table has it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    SignIn,
    SignOut,
}

impl After {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignOut => "sign-out",
        }
    }
}

macro_rules! select {
    ($end:literal) => {
        concat!(
            "SELECT agents.id, agents.name, agents.display_name, agents.service_url, applications.secret_hash, ",
            "applications.open_to, applications.back_channel_url FROM applications ",
            "JOIN agents ON agents.id = applications.agent_id ",
            $end
        )
    };
}

impl Application {
    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        let open_to: String = row.try_get("open_to")?;
        Ok(Self {
            agent: parsed(row, "id")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
            url: row.try_get("service_url")?,
            secret_hash: row.try_get("secret_hash")?,
            redirects: Vec::new(),
            sign_out_redirects: Vec::new(),
            back_channel: row.try_get("back_channel_url")?,
            open_to: OpenTo::ALL
                .into_iter()
                .find(|known| known.as_str() == open_to)
                .ok_or_else(|| unreadable("open_to", open_to))?,
        })
    }
}

impl Store {
    /// Every application, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn applications(&self) -> Result<Vec<Application>, StoreError> {
        let rows = sqlx::query(select!("ORDER BY agents.name_key")).fetch_all(&self.pool).await?;
        let mut all = rows.iter().map(Application::from_row).collect::<Result<Vec<_>, _>>()?;
        let places: HashMap<_, _> = all.iter().enumerate().map(|(place, one)| (one.agent, place)).collect();
        let rows = sqlx::query("SELECT agent_id, after, url FROM application_addresses ORDER BY url")
            .fetch_all(&self.pool)
            .await?;
        for row in &rows {
            // One that was added between the two statements is there the next time.
            let Some(place) = places.get(&parsed::<AgentId>(row, "agent_id")?) else { continue };
            let after: String = row.try_get("after")?;
            let url = row.try_get("url")?;
            if after == After::SignIn.as_str() {
                all[*place].redirects.push(url);
            } else {
                all[*place].sign_out_redirects.push(url);
            }
        }
        Ok(all)
    }

    /// The application of that name, or the refusal that says there is none.
    ///
    /// # Errors
    /// When there is none.
    pub async fn expect_application(&self, name: &str) -> Result<Application, StoreError> {
        let agent = self.expect_agent(name).await?;
        let all = self.applications().await?;
        match all.into_iter().find(|application| application.agent == agent.id) {
            Some(application) => Ok(application),
            None => StoreError::refused(format!(
                "{} is {}, not a web application",
                agent.name,
                agent.kind.words()
            )),
        }
    }

    /// Keeps the hash of an application's new client secret in the place of the one that it had.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_application_secret(
        &self,
        application: &Application,
        hash: String,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        sqlx::query("UPDATE applications SET secret_hash = $2, secret_set_at = $3 WHERE agent_id = $1")
            .bind(application.agent.to_string())
            .bind(hash)
            .bind(Millis::now().0)
            .execute(&mut *tx)
            .await?;
        commit(tx, &event.on(&application.name).detail("client secret")).await
    }

    /// Changes an application. Holds for sign-ins from now on.
    ///
    /// # Errors
    /// When there are too many addresses.
    pub async fn set_application(
        &self,
        application: &Application,
        change: ApplicationChange,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        let mut said = Vec::new();
        for (addresses, after) in
            [(&change.redirects, After::SignIn), (&change.sign_out_redirects, After::SignOut)]
        {
            let Some(addresses) = addresses else { continue };
            sqlx::query("DELETE FROM application_addresses WHERE agent_id = $1 AND after = $2")
                .bind(application.agent.to_string())
                .bind(after.as_str())
                .execute(&mut *tx)
                .await?;
            add_addresses(&mut tx, application.agent, after, addresses).await?;
            said.push(words(after, addresses));
        }
        let open_to = change.open_to.unwrap_or(application.open_to);
        let back_channel = change.back_channel.as_ref().map(|url| url.0.clone());
        sqlx::query("UPDATE applications SET open_to = $2, back_channel_url = $3 WHERE agent_id = $1")
            .bind(application.agent.to_string())
            .bind(open_to.as_str())
            .bind(back_channel.clone().or_else(|| application.back_channel.clone()))
            .execute(&mut *tx)
            .await?;
        said.extend(back_channel.map(|url| format!("back-channel {url}")));
        said.extend(change.open_to.map(|open_to| format!("for {}", open_to.as_str())));
        commit(tx, &event.on(&application.name).detail(said.join(", "))).await
    }

    /// Whether a user may sign in to an application now, and the accounts that they hold on it, by login.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn admitted(
        &self,
        user: UserId,
        application: &Application,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT accounts.login FROM grants JOIN accounts ON accounts.id = grants.account_id \
             WHERE grants.user_id = $1 AND accounts.agent_id = $2 AND grants.kind IN ('owner', 'user') \
             ORDER BY accounts.login",
        )
        .bind(user.to_string())
        .bind(application.agent.to_string())
        .fetch_all(&self.pool)
        .await?;
        let logins = rows.iter().map(|row| row.try_get("login")).collect::<Result<Vec<String>, _>>()?;
        let open = application.open_to == OpenTo::Everybody || !logins.is_empty();
        Ok(open.then_some(logins))
    }
}

/// Writes what else there is to a new agent that is an application; gives the words for the audit.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    agent: AgentId,
    new: &NewApplication,
) -> Result<String, StoreError> {
    sqlx::query(
        "INSERT INTO applications (agent_id, secret_hash, secret_set_at, open_to, back_channel_url) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(agent.to_string())
    .bind(new.secret_hash.clone())
    .bind(Millis::now().0)
    .bind(new.open_to.as_str())
    .bind(new.back_channel.as_ref().map(|url| url.0.clone()))
    .execute(&mut *connection)
    .await?;
    let mut said = vec![format!("for {}", new.open_to.as_str())];
    for (addresses, after) in [(&new.redirects, After::SignIn), (&new.sign_out_redirects, After::SignOut)] {
        add_addresses(connection, agent, after, addresses).await?;
        if !addresses.is_empty() {
            said.push(words(after, addresses));
        }
    }
    said.extend(new.back_channel.as_ref().map(|url| format!("back-channel {}", url.0)));
    Ok(said.join(", "))
}

async fn add_addresses(
    connection: &mut AnyConnection,
    agent: AgentId,
    after: After,
    addresses: &[WebAddress],
) -> Result<(), StoreError> {
    if addresses.len() > MAX_ADDRESSES {
        return StoreError::refused(format!(
            "an application has at most {MAX_ADDRESSES} addresses of a kind"
        ));
    }
    for WebAddress(url) in addresses {
        sqlx::query(
            "INSERT INTO application_addresses (agent_id, after, url) VALUES ($1, $2, $3) \
             ON CONFLICT (agent_id, after, url) DO NOTHING",
        )
        .bind(agent.to_string())
        .bind(after.as_str())
        .bind(url.clone())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn words(after: After, addresses: &[WebAddress]) -> String {
    let urls: Vec<_> = addresses.iter().map(WebAddress::as_str).collect();
    format!("after {}: {}", after.as_str(), if urls.is_empty() { "nowhere".into() } else { urls.join(" ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encrypted_or_on_this_machine() {
        for good in [
            "https://crm.example/callback",
            "https://crm.example/callback?tenant=a%20b",
            "http://127.0.0.1:8080/callback",
            "http://[::1]/callback",
            "http://localhost/callback",
        ] {
            assert_eq!(good.parse::<WebAddress>().map(|address| address.0).as_deref(), Ok(good));
        }
        for (bad, why) in [
            ("http://crm.example/callback", "not encrypted"),
            ("http://127.0.0.1.evil.test/", "not encrypted"),
            ("https://crm.example/#part", "fragment"),
            ("https://ann:x@crm.example/", "a user"),
            ("https://crm.example/a b", "not an address"),
            ("https://crm.example\\@evil.test/", "not an address"),
            ("/callback", "not an address"),
            ("javascript:alert(1)", "not an address of the web"),
            ("", "not an address"),
        ] {
            let refused = bad.parse::<WebAddress>().expect_err(bad);
            assert!(refused.contains(why), "{bad}: {refused}");
        }
        assert!(format!("https://crm.example/{}", "a".repeat(500)).parse::<WebAddress>().is_err());
    }
}
