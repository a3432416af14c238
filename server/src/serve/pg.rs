//! The PostgreSQL gateway's start: where it listens and what it shows.

use std::io::ErrorKind;
use std::sync::Arc;

use anyhow::Context;
use gateway_pg::certificate::generate;
use gateway_pg::{Bound, Gateway, GatewayConfig, GatewayError, Identity};
use hub::Hub;
use zeroize::Zeroizing;

use crate::config::{Config, Listen};
use crate::crypto::key_file::read_or_make;
use crate::ports::StoreDirectory;

/// Its port, unless another one is given: nobody else's, where PostgreSQL itself takes 5432 and those after it.
const PORT: u16 = 15432;
/// Name of the file with the certificate that is made when none is given, and with its key.
const OWN: &str = "pg_certificate.pem";

/// Binds the gateway, and says the fingerprint of its certificate; none when it is off, or when somebody else has
/// the default port.
pub(super) async fn bind(
    config: &Config,
    directory: StoreDirectory,
    hub: &Hub,
) -> anyhow::Result<Option<(Bound, String)>> {
    let Some(address) = config.pg_addr.address(PORT) else { return Ok(None) };
    let identity = identity(config)?;
    let fingerprint = identity.fingerprint().to_owned();
    let gateway =
        Gateway::new(GatewayConfig::new(config.node.clone(), identity), Arc::new(directory), hub.clone());
    match gateway.bind(address).await {
        Ok(bound) => Ok(Some((bound, fingerprint))),
        Err(GatewayError::Listen { error, .. })
            if config.pg_addr == Listen::Default && error.kind() == ErrorKind::AddrInUse =>
        {
            tracing::warn!(%address, "there is no PostgreSQL gateway, the address is taken: give --pg-addr");
            Ok(None)
        }
        Err(error) => {
            Err(error).with_context(|| format!("the PostgreSQL gateway cannot listen on {address}"))
        }
    }
}

fn identity(config: &Config) -> anyhow::Result<Identity> {
    if let Some((certificate, key)) = &config.pg_certificate {
        let read = |file: &std::path::Path| {
            let text =
                std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()));
            text.map(Zeroizing::new)
        };
        return Identity::read(&read(certificate)?, &read(key)?)
            .with_context(|| format!("the certificate {} cannot be used", certificate.display()));
    }
    let file = config.file(OWN);
    let own = || {
        let pem = read_or_make(&file, || generate(&config.node).map_err(std::io::Error::other))?;
        anyhow::Ok(Identity::read(&pem, &pem)?)
    };
    own().with_context(|| format!("the certificate {} cannot be read or made", file.display()))
}
