//! Where a part listens that the server can do without.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::Deserialize;

/// An address, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Listen {
    /// At the default address, if nobody else listens there.
    #[default]
    Default,
    /// There and nowhere else.
    At(SocketAddr),
    /// Not at all.
    Off,
}

impl Listen {
    /// What stands for no address.
    const OFF: &str = "off";

    /// The address, if there is to be one; by default that port on this machine alone.
    #[must_use]
    pub fn address(self, port: u16) -> Option<SocketAddr> {
        match self {
            Self::Default => Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            Self::At(address) => Some(address),
            Self::Off => None,
        }
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == Self::OFF {
            return Ok(Self::Off);
        }
        text.parse().map(Self::At).map_err(|_| format!("write IP:PORT or {}", Self::OFF))
    }
}

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::Listen;

    #[test]
    fn an_address_is_given_or_none() {
        assert_eq!("off".parse::<Listen>().map(|listen| listen.address(1)), Ok(None));
        let given = "127.0.0.1:7".parse::<Listen>().map(|listen| listen.address(1));
        assert_eq!(given, Ok(Some(([127, 0, 0, 1], 7).into())));
        assert_eq!(Listen::Default.address(1), Some(([127, 0, 0, 1], 1).into()));
        assert!("nowhere".parse::<Listen>().is_err());
    }
}
