//! What a gateway is told when it starts.

use std::time::Duration;

use crate::Identity;

/// Settings of one gateway; [`GatewayConfig::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The gateway's own certificate and key.
    pub identity: Identity,
    /// Name of this node: the "client" of its sessions.
    pub node: String,
    /// Threads that serve connections; 0 means one a core.
    pub threads: usize,
    /// How long a client may take from its first byte to the end of its sign-in.
    pub sign_in_timeout: Duration,
    /// How long the target may take from the first packet to the end of its sign-in.
    pub target_timeout: Duration,
    /// How long a refused sign-in waits for its answer.
    pub rejection_delay: Duration,
    /// How many connections may be open that have not signed in yet.
    pub max_unauthenticated: usize,
}

impl GatewayConfig {
    /// The defaults, for a node of that name with that certificate.
    #[must_use]
    pub fn new(node: impl Into<String>, identity: Identity) -> Self {
        Self {
            identity,
            node: node.into(),
            threads: 0,
            sign_in_timeout: Duration::from_secs(30),
            target_timeout: Duration::from_secs(10),
            rejection_delay: Duration::from_secs(1),
            max_unauthenticated: 200,
        }
    }
}
