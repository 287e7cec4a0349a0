//! TLS: the certificate of the simulator, and those of clients.

use std::{io, net::IpAddr, sync::Arc};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _};
use ring::digest::{SHA256, digest};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        client::verify_server_name,
        crypto::{CryptoProvider, ring::default_provider},
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
        server::{ParsedCertificate, WebPkiClientVerifier, danger::ClientCertVerifier},
        sign::CertifiedKey,
    },
    server::TlsStream,
};
use x509_cert::der::Decode as _;

use crate::{configuration::StateFile, error::Error, random::hex};

/// Accepts TLS connections.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

/// The certificate of the simulator, for clients.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) pem: String,
    pub(crate) fingerprint: String,
}

impl Tls {
    /// Loads the certificate beside the state if it is valid for this address and key, or makes a new one.
    pub(crate) fn new(
        address: IpAddr,
        file: Option<&StateFile>,
        client_ca: Option<&str>,
        key: Option<&str>,
    ) -> Result<(Self, Identity), Error> {
        let provider = Arc::new(default_provider());
        let key = key.map(KeyPair::from_pem).transpose();
        let key = key.map_err(|it| Error::Tls(format!("invalid private key: {it}")))?;
        let saved = match file {
            Some(file) => saved(file, &provider)?.filter(|it| {
                covers(&it.certificate, address)
                    && key.as_ref().is_none_or(|key| belongs_to(&it.certificate, key))
            }),
            None => None,
        };
        let own = match saved {
            Some(own) => own,
            None => {
                let (pem, key) = self_signed(address, key).map_err(|it| tls_error(&it))?;
                if let Some(file) = file {
                    file.save_certificate(&pem, &key)?;
                }
                let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes());
                let (certificate, key) =
                    (certificate.map_err(|it| tls_error(&it))?, key.map_err(|it| tls_error(&it))?);
                Own { pem, certificate, key }
            }
        };
        let fingerprint = hex(digest(&SHA256, &own.certificate).as_ref());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|it| tls_error(&it))?;
        let config = match client_ca {
            None => config.with_no_client_auth(),
            Some(pem) => config.with_client_cert_verifier(verifier(pem, provider)?),
        };
        let config = config.with_single_cert(vec![own.certificate], own.key);
        let config = config.map_err(|it| tls_error(&it))?;
        let identity = Identity { pem: own.pem, fingerprint };
        Ok((Self(TlsAcceptor::from(Arc::new(config))), identity))
    }

    /// Completes a handshake. Returns the stream and the common name of the client's certificate.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<(TlsStream<S>, Option<String>)> {
        let stream = self.0.accept(stream).await?;
        let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let name = certificates.first().and_then(|it| common_name(it));
        Ok((stream, name))
    }
}

/// The certificate of the simulator and its key.
struct Own {
    pem: String,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn tls_error(why: &dyn std::fmt::Display) -> Error {
    Error::Tls(why.to_string())
}

/// Loads the certificate and key of an earlier run, and checks that they belong together.
fn saved(file: &StateFile, provider: &CryptoProvider) -> Result<Option<Own>, Error> {
    let Some((pem, key)) = file.certificate()? else { return Ok(None) };
    let broken = |path, why: &str| Error::Certificate { path, why: why.to_owned() };
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok();
    let certificate = certificate.filter(|it| ParsedCertificate::try_from(it).is_ok());
    let certificate =
        certificate.ok_or_else(|| broken(file.certificate_path(), "no certificate found"))?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).ok();
    let loaded = key
        .as_ref()
        .map(|it| CertifiedKey::from_der(vec![certificate.clone()], it.clone_key(), provider));
    match (key, loaded) {
        (Some(key), Some(Ok(_))) => Ok(Some(Own { pem, certificate, key })),
        (_, Some(Err(rustls::Error::InconsistentKeys(_)))) => {
            Err(broken(file.key_path(), "not the key of the certificate"))
        }
        _ => Err(broken(file.key_path(), "no key found")),
    }
}

/// Whether the certificate is valid for this address.
fn covers(certificate: &CertificateDer<'_>, address: IpAddr) -> bool {
    let name = ServerName::IpAddress(address.into());
    ParsedCertificate::try_from(certificate).is_ok_and(|it| verify_server_name(&it, &name).is_ok())
}

/// Whether the certificate has the public key of this pair.
fn belongs_to(certificate: &CertificateDer<'_>, key: &KeyPair) -> bool {
    ParsedCertificate::try_from(certificate)
        .is_ok_and(|it| *it.subject_public_key_info() == *key.subject_public_key_info())
}

/// Makes a verifier that accepts clients with a certificate of these authorities, and clients without one.
fn verifier(
    pem: &str,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, Error> {
    let invalid = |why: &dyn std::fmt::Display| Error::ClientCa(why.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate.map_err(|it| invalid(&it))?).map_err(|it| invalid(&it))?;
    }
    if roots.is_empty() {
        return Err(invalid(&"no certificate found"));
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    verifier.allow_unauthenticated().build().map_err(|it| invalid(&it))
}

/// Makes a certificate for this machine and this address, and its key, in PEM.
fn self_signed(address: IpAddr, key: Option<KeyPair>) -> Result<(String, String), rcgen::Error> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let address = address.to_string();
    if !names.contains(&address) {
        names.push(address);
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "sps simulator");
    let key = key.map_or_else(KeyPair::generate, Ok)?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Returns the common name of a certificate's subject.
fn common_name(der: &[u8]) -> Option<String> {
    let certificate = x509_cert::Certificate::from_der(der).ok()?;
    let name = certificate.tbs_certificate().subject().common_name().ok()??;
    Some(name.value().into_owned())
}
