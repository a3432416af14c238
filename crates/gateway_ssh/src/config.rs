//! What a gateway is told when it starts.

use std::time::Duration;

use zeroize::Zeroizing;

/// Settings of one gateway; [`GatewayConfig::new`] has the defaults.
#[derive(Clone)]
pub struct GatewayConfig {
    /// The gateway's own private key, in OpenSSH or PEM form, without a passphrase.
    pub host_key: Zeroizing<String>,
    /// Name of this node: the "client" of its sessions.
    pub node: String,
    /// Threads that serve connections; 0 means one a core.
    pub threads: usize,
    /// How long a client may take to sign in.
    pub sign_in_timeout: Duration,
    /// How long the target may take from the first packet to the end of its sign-in.
    pub target_timeout: Duration,
    /// How long a refused sign-in waits for its answer.
    pub rejection_delay: Duration,
    /// Silence on either half after which it is asked for a sign of life; three without an answer
    /// end the connection.
    pub keepalive: Duration,
    /// How many connections may be open that have not signed in yet.
    pub max_unauthenticated: usize,
}

impl GatewayConfig {
    /// The defaults, for a node of that name with that host key.
    #[must_use]
    pub fn new(node: impl Into<String>, host_key: Zeroizing<String>) -> Self {
        Self {
            host_key,
            node: node.into(),
            threads: 0,
            sign_in_timeout: Duration::from_secs(60),
            target_timeout: Duration::from_secs(10),
            rejection_delay: Duration::from_secs(1),
            keepalive: Duration::from_secs(30),
            max_unauthenticated: 200,
        }
    }
}

impl std::fmt::Debug for GatewayConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayConfig")
            .field("node", &self.node)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
