//! The ways to a shell on the target, by real OpenSSH clients.

use std::process::Command;

use crate::world::World;

/// One way from the client to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Straight to the sshd.
    Direct,
    /// Through the same sshd as a jump host.
    ProxyJump,
    /// Through Sightline, with a key.
    Gateway,
    /// Through Sightline, with a password.
    GatewayByPassword,
}

impl Way {
    /// What is compared, in the order in which it takes turns.
    pub(crate) const COMPARED: [Self; 3] = [Self::Direct, Self::ProxyJump, Self::Gateway];

    const fn host(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::ProxyJump => "by-jump",
            Self::Gateway => "gateway",
            Self::GatewayByPassword => "gateway-by-password",
        }
    }

    /// The arguments of `ssh` that go this way, up to the command.
    pub(crate) fn arguments(self, world: &World, with_terminal: bool) -> Vec<String> {
        let terminal = if with_terminal { "-tt" } else { "-T" };
        let config = world.path("ssh_config").display().to_string();
        vec!["-F".into(), config, terminal.into(), self.host().into()]
    }

    /// `ssh` this way, running `command` on the target.
    pub(crate) fn run(self, world: &World, with_terminal: bool, command: &str) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(self.arguments(world, with_terminal)).arg(command);
        if self == Self::GatewayByPassword {
            ssh.env("SSH_ASKPASS", world.path("askpass")).env("SSH_ASKPASS_REQUIRE", "force");
        }
        ssh
    }
}
