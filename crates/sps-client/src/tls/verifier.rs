//! The check of the server's certificate.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use rustls::{
    CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime},
};
use sps_validate::pem::{CertificateItem, Parts};

use super::{
    exact, places,
    refusal::{Fingerprint, Refusal, fingerprint, not_pinned},
    signature::{self, Version},
};

/// Checks the certificate, and in every case that the server owns its key.
///
/// The standard way is that of rustls or of the system. An error has the fingerprint of the certificate.
pub(super) struct Verifier {
    check: Check,
    provider: Arc<CryptoProvider>,
}

/// The certificates that are accepted.
pub(super) enum Check {
    /// Those that the system trusts.
    System(Arc<dyn ServerCertVerifier>),
    /// Those that one of these authorities signed, and these themselves.
    ///
    /// Without an authority among them, there is no standard way.
    Authorities { standard: Option<Arc<dyn ServerCertVerifier>>, listed: Vec<CertificateItem> },
    /// Those that one of two checks accepts.
    Either(Box<[Self; 2]>),
    /// One.
    Pin(Fingerprint),
    /// Any.
    Any,
    /// None: the handshake ends as soon as the certificate is known.
    Nothing(Arc<Probe>),
}

impl Check {
    /// A check with the certificates of a file.
    pub(super) fn authorities(
        listed: Vec<CertificateItem>,
        provider: &Arc<CryptoProvider>,
    ) -> Option<Self> {
        let mut roots = RootCertStore::empty();
        for item in listed.iter().filter(|it| may_sign(it)) {
            if roots.add(CertificateDer::from(item.der.as_slice())).is_err() {
                roots.roots.push(anchor(&item.der)?);
            }
        }
        let standard: Option<Arc<dyn ServerCertVerifier>> = if roots.is_empty() {
            None
        } else {
            let builder =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
            Some(builder.build().ok()?)
        };
        Some(Self::Authorities { standard, listed })
    }
}

/// A server: its certificates, and the name by which it was asked.
struct Shown<'a> {
    end_entity: &'a CertificateDer<'a>,
    intermediates: &'a [CertificateDer<'a>],
    server_name: &'a ServerName<'a>,
    ocsp_response: &'a [u8],
    now: UnixTime,
}

impl Shown<'_> {
    /// The way of rustls or of the system.
    fn verify(&self, verifier: &Arc<dyn ServerCertVerifier>) -> Result<(), rustls::Error> {
        let Self { end_entity, intermediates, server_name, ocsp_response, now } = self;
        verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, *now)
            .map(drop)
    }
}

impl Check {
    fn asks_system(&self) -> bool {
        match self {
            Self::System(_) => true,
            Self::Either(checks) => checks.iter().any(Self::asks_system),
            _ => false,
        }
    }

    fn verify(&self, shown: &Shown<'_>) -> Result<(), rustls::Error> {
        match self {
            Self::System(verifier) => shown.verify(verifier),
            Self::Authorities { standard, listed } => {
                let result = match standard {
                    Some(standard) => shown.verify(standard),
                    None => Err(CertificateError::UnknownIssuer.into()),
                };
                result.or_else(|error| {
                    match listed.iter().find(|it| it.der == shown.end_entity.as_ref()) {
                        Some(item) => exact::verify(item, shown.server_name, shown.now),
                        None => Err(error),
                    }
                })
            }
            Self::Either(checks) => {
                let [first, second] = &**checks;
                first.verify(shown).or_else(|_| second.verify(shown))
            }
            Self::Pin(pin) if fingerprint(shown.end_entity) != *pin => Err(not_pinned()),
            Self::Pin(_) | Self::Any => Ok(()),
            Self::Nothing(probe) => {
                probe.see(shown.end_entity);
                Err(CertificateError::ApplicationVerificationFailure.into())
            }
        }
    }
}

/// Whether a listed certificate may sign others, as OpenSSL decides it: rustls does not ask. Versions before 3 do not say,
/// so only those that signed themselves may.
fn may_sign(item: &CertificateItem) -> bool {
    if item.certificate.version() < 3 {
        return Parts::read(&item.der).is_some_and(|parts| parts.is_self_issued());
    }
    item.certificate.is_authority() == Some(true)
}

/// The authority in a certificate that rustls does not read. It looks at these parts alone in any other, too.
fn anchor(der: &[u8]) -> Option<TrustAnchor<'static>> {
    let parts = Parts::read(der)?;
    Some(TrustAnchor {
        subject: parts.subject().to_vec().into(),
        subject_public_key_info: parts.public_key_info_content().to_vec().into(),
        name_constraints: parts.name_constraints()?.map(|it| it.to_vec().into()),
    })
}

impl Verifier {
    pub(super) fn new(check: Check, provider: Arc<CryptoProvider>) -> Arc<Self> {
        Arc::new(Self { check, provider })
    }

    fn verify(
        &self,
        version: Version,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        signature::verify(version, message, certificate, signed, algorithms)
            .map_err(|error| Refusal::of_signature(certificate, &error))
    }
}

/// The certificate that a server showed to a probe.
#[derive(Default)]
pub(super) struct Probe(Mutex<Option<CertificateDer<'static>>>);

impl Probe {
    pub(super) fn certificate(&self) -> Option<CertificateDer<'static>> {
        self.0.lock().ok()?.clone()
    }

    fn see(&self, certificate: &CertificateDer<'_>) {
        if let Ok(mut seen) = self.0.lock() {
            *seen = Some(certificate.clone().into_owned());
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = Shown { end_entity, intermediates, server_name, ocsp_response, now };
        self.check.verify(&shown).map(|()| ServerCertVerified::assertion()).map_err(|error| {
            let places = if self.check.asks_system() { places::read() } else { None };
            Refusal::of_another_authority(end_entity, &error, places)
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify(Version::Tls12, message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify(Version::Tls13, message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.provider.signature_verification_algorithms.supported_schemes();
        if matches!(self.check, Check::Nothing(_)) {
            schemes.extend(OTHER_SCHEMES.map(SignatureScheme::from));
        }
        schemes
    }
}

/// Schemes that no handshake of ours can verify: P-521, Ed448, the curves of Brainpool, ML-DSA, SM2, and those of SHA-1.
const OTHER_SCHEMES: [u16; 11] =
    [0x0603, 0x0808, 0x081a, 0x081b, 0x081c, 0x0904, 0x0905, 0x0906, 0x0708, 0x0201, 0x0203];

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.check {
            Check::System(_) => "Verifier(system)",
            Check::Authorities { .. } => "Verifier(authorities)",
            Check::Either(_) => "Verifier(system and authorities)",
            Check::Pin(_) => "Verifier(pin)",
            Check::Any => "Verifier(any)",
            Check::Nothing(_) => "Verifier(nothing)",
        })
    }
}
