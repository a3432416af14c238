//! What every session of a sign-in says of the server that the person signed in at.

use hub::{Facts, KeysRule, Opening, RecordingRule, ScreenKind, WatchPolicy};
use wire::{EndAsked, Millis, Session, SessionId, SessionType};

use crate::store::{Application, User};

/// What the page shows as the service provider of a sign-in to Sightline itself.
const SERVICE_PROVIDER: &str = "Sightline console";

/// This node, as a sign-in server.
#[derive(Clone, Debug)]
pub struct Place {
    /// Name of the node.
    pub node: String,
    /// Port of the web server.
    pub port: u16,
    /// The address that people open.
    pub public_url: String,
}

impl Place {
    /// A `CONSOLE` session of somebody who signs in from an address.
    pub(crate) fn console(&self, user: &User, device: String) -> Opening {
        self.opening(user, device, SessionType::Console, None)
    }

    /// A `WebSSO` session of somebody who signs in to an application.
    pub(crate) fn web_sso(&self, user: &User, device: String, application: &Application) -> Opening {
        self.opening(user, device, SessionType::WebSso, Some(application))
    }

    fn opening(
        &self,
        user: &User,
        device: String,
        kind: SessionType,
        application: Option<&Application>,
    ) -> Opening {
        let Self { node, port, public_url } = self.clone();
        let (id, now) = (SessionId::generate(), Millis::now());
        Opening {
            session: Session {
                id,
                user: user.name.clone(),
                full_name: user.full_name.clone(),
                device,
                client: node.clone(),
                started_at: now,
                kind,
                port,
                service_url: application.map_or(public_url, |application| application.url.clone()),
                account_name: user.name.clone(),
                service_provider: application
                    .map_or_else(|| SERVICE_PROVIDER.into(), |application| application.display_name.clone()),
                agent: application.map(|application| application.name.clone()),
                jump_server_group: None,
                watchers: 0,
                last_active_at: now,
                recorded: false,
                user_reported: false,
                end_asked: EndAsked::No,
                node,
            },
            facts: Facts { session: id, user: Some(user.id), account: None, policy: WatchPolicy::Announced },
            screen: ScreenKind::None,
            recording: RecordingRule::Off,
            keys: KeysRule::Masked,
        }
    }
}
