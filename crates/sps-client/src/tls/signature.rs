//! The signature of a handshake, for certificates that rustls does not read.
//!
//! rustls reads certificates of version 3 in strict DER. Older and irregular ones have the same kinds of keys, and what
//! proves that a server owns the key does not depend on the rest of the certificate.

use rustls::{
    CertificateError, DigitallySignedStruct, Error, PeerMisbehaved, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::CertificateDer,
    server::ParsedCertificate,
};
use sps_validate::pem::Parts;

use super::algorithms::is_for_pss_keys;

/// The versions of TLS, which differ in what a scheme means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Tls12,
    Tls13,
}

/// Verifies that the server owns the key of the certificate.
pub(super) fn verify(
    version: Version,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let is_ours =
        is_for_pss_keys(signed.scheme) || ParsedCertificate::try_from(certificate).is_err();
    match version {
        _ if is_ours => own(version, message, certificate, signed, algorithms),
        Version::Tls12 => verify_tls12_signature(message, certificate, signed, algorithms),
        Version::Tls13 => verify_tls13_signature(message, certificate, signed, algorithms),
    }
}

fn own(
    version: Version,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let parts = Parts::read(certificate).ok_or(CertificateError::BadEncoding)?;
    let unadvertised = Error::from(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme);
    let candidates = algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == signed.scheme)
        .map(|(_, candidates)| *candidates)
        .ok_or_else(|| unadvertised.clone())?;
    let candidates = match version {
        Version::Tls12 => candidates,
        // RFC 8446, section 4.2.3.
        Version::Tls13 if !is_in_tls13(signed.scheme) => return Err(unadvertised),
        Version::Tls13 if is_for_pss_keys(signed.scheme) => candidates,
        // The scheme names the curve.
        Version::Tls13 => &candidates[..candidates.len().min(1)],
    };
    let fitting =
        candidates.iter().find(|it| it.public_key_alg_id().as_ref() == parts.key_algorithm());
    let Some(algorithm) = fitting else {
        return Err(CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: Vec::new(),
            public_key_algorithm_id: parts.key_algorithm().to_vec(),
        }
        .into());
    };
    algorithm
        .verify_signature(parts.public_key(), message, signed.signature())
        .map(|()| HandshakeSignatureValid::assertion())
        .map_err(|_| CertificateError::BadSignature.into())
}

/// Whether TLS 1.3 allows the scheme for handshakes.
fn is_in_tls13(scheme: SignatureScheme) -> bool {
    matches!(
        scheme,
        SignatureScheme::ECDSA_NISTP256_SHA256
            | SignatureScheme::ECDSA_NISTP384_SHA384
            | SignatureScheme::ED25519
            | SignatureScheme::RSA_PSS_SHA256
            | SignatureScheme::RSA_PSS_SHA384
            | SignatureScheme::RSA_PSS_SHA512
    ) || is_for_pss_keys(scheme)
}
