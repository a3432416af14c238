//! The proxies whose word is taken for what a browser asked, and from where.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// One address, or all that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy {
    address: IpAddr,
    bits: u8,
}

impl Proxy {
    /// The proxies of this machine: the default.
    #[must_use]
    pub fn loopback() -> Vec<Self> {
        let v4 = Self { address: Ipv4Addr::LOCALHOST.into(), bits: 8 };
        vec![v4, Self { address: Ipv6Addr::LOCALHOST.into(), bits: 128 }]
    }

    /// Whether an address is meant.
    #[must_use]
    pub fn is(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(of), IpAddr::V4(address)) => {
                let ignored = 32 - u32::from(self.bits);
                (of.to_bits() ^ address.to_bits()).checked_shr(ignored).is_none_or(|differs| differs == 0)
            }
            (IpAddr::V6(of), IpAddr::V6(address)) => {
                let ignored = 128 - u32::from(self.bits);
                (of.to_bits() ^ address.to_bits()).checked_shr(ignored).is_none_or(|differs| differs == 0)
            }
            _ => false,
        }
    }
}

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let usage = || format!("{text:?} is no address of a proxy: write 10.0.0.7 or 10.0.0.0/24");
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| usage())?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(all), |bits| bits.trim().parse().map_err(|_| usage()))?;
        if bits > all { Err(usage()) } else { Ok(Self { address, bits }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        for (proxy, address, is) in [
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("10.0.0.7", "::ffff:10.0.0.7", true),
            ("10.0.0.0/24", "10.0.0.255", true),
            ("10.0.0.0/24", "10.0.1.0", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db9::1", true),
            ("::1", "127.0.0.1", false),
        ] {
            let got = proxy.parse::<Proxy>().expect(proxy).is(address.parse().expect(address));
            assert_eq!(got, is, "{address} in {proxy}");
        }
        for bad in ["", "proxy.example", "10.0.0.0/33", "::/129", "10.0.0.0/x", "10.0.0/8", "10.0.0.0/-1"] {
            assert!(bad.parse::<Proxy>().is_err(), "{bad}");
        }
        assert!(Proxy::loopback().iter().any(|proxy| proxy.is("127.3.2.1".parse().expect("good"))));
    }
}
