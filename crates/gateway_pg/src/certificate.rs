//! Certificates: the gateway's own, and those that targets show. As text they are `x509 BASE64`, as OpenSSH has
//! keys, so that both are pinned alike.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::der::{IDENTIFIER, SEQUENCE, element};
use gateway::tls::{CERTIFICATE, certificate_fingerprint, certificate_line};
use rcgen::{CertificateParams, DnType, KeyPair};
use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

/// What cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// No certificate.
    #[error("this is no certificate in PEM form")]
    Certificate,
    /// No key.
    #[error("this is no private key in PEM form, or it has a passphrase")]
    Key,
    /// Two that do not belong together, or that TLS cannot use.
    #[error("the certificate and its key cannot be used: {0}")]
    Pair(rustls::Error),
    /// None could be made.
    #[error("no certificate can be made: {0}")]
    Make(rcgen::Error),
}

/// A certificate with its key, as the gateway shows it.
#[derive(Clone)]
pub struct Identity {
    pub(crate) tls: Arc<rustls::ServerConfig>,
    /// What channels are bound to; none where no standard says how.
    pub(crate) binding: Option<Arc<[u8]>>,
    fingerprint: Arc<str>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Identity").field(&self.fingerprint).finish()
    }
}

impl Identity {
    /// Reads a certificate (with those between it and its root, if there are any) and its key.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn read(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| CertificateError::Certificate)?;
        let first = chain.first().ok_or(CertificateError::Certificate)?.clone();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| CertificateError::Key)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Pair)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(CertificateError::Pair)?;
        tls.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self {
            tls: Arc::new(tls),
            binding: binding(&first).map(Into::into),
            fingerprint: certificate_fingerprint(&first).into(),
        })
    }

    /// `SHA256:…`, as `openssl x509 -fingerprint -sha256` has it.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// What TLS calls the protocol, where a client begins with TLS at once.
pub(crate) const ALPN: &[u8] = b"postgresql";

/// A new certificate for a host, which it signs itself, and below it its key, both in PEM form.
///
/// # Errors
/// When the machine gives no random numbers, or the name cannot stand in a certificate.
pub fn generate(host: &str) -> Result<Zeroizing<String>, CertificateError> {
    // Alternative names are ASCII.
    let host = if host.is_ascii() { host } else { "sightline" };
    let mut params = CertificateParams::new([host.to_owned()]).map_err(CertificateError::Make)?;
    params.distinguished_name.push(DnType::CommonName, host);
    let key = KeyPair::generate().map_err(CertificateError::Make)?;
    let certificate = params.self_signed(&key).map_err(CertificateError::Make)?;
    Ok(Zeroizing::new(certificate.pem() + &Zeroizing::new(key.serialize_pem())))
}

/// The one form in which certificates are kept and compared: the first of a PEM text.
///
/// # Errors
/// When the text holds none.
pub fn canonical(text: &str) -> Result<String, CertificateError> {
    CertificateDer::from_pem_slice(text.as_bytes())
        .map(|der| certificate_line(&der))
        .map_err(|_| CertificateError::Certificate)
}

/// `SHA256:…` of a certificate in that form; none if it is no certificate.
#[must_use]
pub fn fingerprint(line: &str) -> Option<String> {
    STANDARD.decode(line.strip_prefix(CERTIFICATE)?).ok().map(|der| certificate_fingerprint(&der))
}

/// What a channel with this certificate is bound to (RFC 5929, section 4.1): its hash, by the algorithm that it
/// was signed with; none where that has no single one.
pub(crate) fn binding(der: &[u8]) -> Option<Vec<u8>> {
    Some(digest(signed_with(der)?, der).as_ref().to_vec())
}

/// Object identifiers of the ways to sign, and their hashes; MD5 and SHA-1 give way to SHA-256.
const SIGNED: [(&[u8], &Algorithm); 9] = [
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", &SHA256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", &SHA256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", &SHA256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", &SHA384),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", &SHA512),
    (b"\x2a\x86\x48\xce\x3d\x04\x01", &SHA256),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x02", &SHA256),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x03", &SHA384),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x04", &SHA512),
];

fn signed_with(der: &[u8]) -> Option<&'static Algorithm> {
    // Certificate: what is signed, how it is signed, the signature (RFC 5280, section 4.1).
    let (inside, _) = element(der, SEQUENCE)?;
    let (_, rest) = element(inside, SEQUENCE)?;
    let (algorithm, _) = element(rest, SEQUENCE)?;
    let (identifier, _) = element(algorithm, IDENTIFIER)?;
    SIGNED.iter().find(|(known, _)| *known == identifier).map(|(_, hash)| *hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CertificateError, Identity, SHA256, binding, canonical, digest, fingerprint, generate};

    #[test]
    fn a_made_certificate_is_read_and_bound_to() {
        let pem = generate("gateway.example").expect("made");
        let identity = Identity::read(&pem, &pem).expect("read");
        let line = canonical(&pem).expect("a certificate");
        assert_eq!(fingerprint(&line).as_deref(), Some(identity.fingerprint()));
        assert_eq!(identity.fingerprint().len(), "SHA256:".len() + 32 * 3 - 1);
        let der = base64::Engine::decode(&super::STANDARD, line.strip_prefix("x509 ").expect("its kind"));
        let der = der.expect("base64");
        assert_eq!(binding(&der).expect("ECDSA with SHA-256"), digest(&SHA256, &der).as_ref());
        let (certificate, _) = pem.split_once("-----BEGIN PRIVATE").expect("a key");
        assert!(matches!(Identity::read(certificate, certificate), Err(CertificateError::Key)));
        assert!(matches!(Identity::read("hello", &pem), Err(CertificateError::Certificate)));
        let other = generate("gateway.example").expect("made");
        assert!(matches!(Identity::read(certificate, &other), Err(CertificateError::Pair(_))));
        assert_eq!(fingerprint("ssh-ed25519 AAAA"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_certificate_or_not(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = binding(&bytes);
            let _ = binding(&[&[0x30, 0x60], &bytes[..]].concat());
        }
    }
}
