//! What a gateway is told when it starts.

use std::time::Duration;

/// Settings of one gateway; [`GatewayConfig::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Name of this node: the "client" of its sessions.
    pub node: String,
    /// Port that people come to: that of the pages.
    pub port: u16,
    /// Threads that serve sessions; 0 means one a core.
    pub threads: usize,
    /// How long the target may take from the first packet to its first picture's size.
    pub target_timeout: Duration,
}

impl GatewayConfig {
    /// The defaults, for a node of that name whose pages are on that port.
    #[must_use]
    pub fn new(node: impl Into<String>, port: u16) -> Self {
        Self { node: node.into(), port, threads: 0, target_timeout: Duration::from_secs(20) }
    }
}
