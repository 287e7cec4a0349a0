//! TLS: the certificates that the client trusts, and the client certificate.

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::{
    error::{Argument, Error, ErrorKind},
    login::{Credentials, Login},
};

/// The certificates of the appliance that the client trusts.
#[derive(Debug, Clone, Default)]
pub(crate) enum Trust {
    #[default]
    System,
    Authority(Vec<u8>),
    Pin([u8; 32]),
    Any,
}

/// The TLS configuration for this trust and this login.
pub(crate) fn config(trust: &Trust, login: &Login) -> Result<ClientConfig, Error> {
    // Not the default of the process: it may be absent or another provider.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Tls).because(error))?;
    let builder = match trust {
        Trust::System => builder.with_platform_verifier().map_err(|error| {
            Error::new(ErrorKind::Tls)
                .note("the certificates of the system cannot be read")
                .because(error)
        })?,
        Trust::Authority(pem) => builder.with_root_certificates(authority(pem)?),
        Trust::Pin(digest) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier { pin: Some(*digest), provider })),
        Trust::Any => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier { pin: None, provider })),
    };
    match &login.credentials {
        Credentials::Password { .. } => Ok(builder.with_no_client_auth()),
        Credentials::Certificate { certificate, key } => {
            let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate.as_bytes())
                .collect::<Result<_, _>>()
                .map_err(|_| Error::argument(Argument::ClientCertificate, "not PEM"))?;
            // Without the cause, which might repeat a part of the key.
            let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())
                .map_err(|_| Error::argument(Argument::ClientKey, "not PEM"))?;
            builder.with_client_auth_cert(chain, key).map_err(|_| {
                let reason = "it does not belong to the client certificate";
                Error::argument(Argument::ClientKey, reason)
            })
        }
    }
}

fn authority(pem: &[u8]) -> Result<RootCertStore, Error> {
    let invalid = || Error::argument(Argument::Authority, "not a certificate in PEM");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.map_err(|_| invalid())?).map_err(|_| invalid())?;
    }
    if roots.is_empty() { Err(invalid()) } else { Ok(roots) }
}

/// Reads a digest of 64 hexadecimal digits, with or without colons.
pub(crate) fn digest(hex: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = hex.bytes().filter(|it| *it != b':').collect();
    let mut digest = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(digest)
}

/// Accepts one certificate, or any. In both cases the appliance has to own its private key.
struct Verifier {
    pin: Option<[u8; 32]>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.pin.is_some() { "Verifier(pin)" } else { "Verifier(any)" })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = ring::digest::digest(&ring::digest::SHA256, end_entity);
        match &self.pin {
            Some(pin) if found.as_ref() != pin => Err(rustls::Error::General(
                "the certificate of the appliance differs from the pinned one".to_owned(),
            )),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_digest_with_and_without_colons() {
        let plain = "00ff".repeat(16);
        let colons = vec!["00:FF"; 16].join(":");
        assert_eq!(digest(&plain), digest(&colons));
        assert_eq!(digest(&plain).unwrap()[..3], [0, 255, 0]);
        assert_eq!(digest("00ff"), None);
        assert_eq!(digest(&"0g".repeat(32)), None);
    }
}
