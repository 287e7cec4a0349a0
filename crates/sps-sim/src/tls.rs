//! Certificates: our own, and those of clients.

use crate::{error::Error, random::hex, state::StateFile};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use ring::digest::{SHA256, digest};
use std::{io, net::IpAddr, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
        server::WebPkiClientVerifier,
    },
    server::TlsStream,
};
use x509_cert::der::Decode as _;

/// Accepts TLS connections.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

/// Our own certificate, as others have to know it.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) pem: String,
    pub(crate) fingerprint: String,
}

impl Tls {
    /// Takes the certificate beside the state, or makes a new one for this address.
    pub(crate) fn new(
        address: IpAddr,
        file: Option<&StateFile>,
        client_ca: Option<&str>,
    ) -> Result<(Self, Identity), Error> {
        let (pem, key) = match file.and_then(StateFile::certificate) {
            Some(both) => both,
            None => {
                let both = self_signed(address).map_err(|it| Error::Tls(it.to_string()))?;
                if let Some(file) = file {
                    file.save_certificate(&both.0, &both.1)?;
                }
                both
            }
        };
        let wrong = |it: &dyn std::fmt::Display| Error::Tls(it.to_string());
        let certificate =
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|it| wrong(&it))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|it| wrong(&it))?;
        let fingerprint = hex(digest(&SHA256, &certificate).as_ref());
        let provider = Arc::new(default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|it| wrong(&it))?;
        let config = match client_ca {
            None => config.with_no_client_auth(),
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                    let certificate = certificate.map_err(|it| wrong(&it))?;
                    roots.add(certificate).map_err(|it| wrong(&it))?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .allow_unauthenticated()
                        .build()
                        .map_err(|it| wrong(&it))?;
                config.with_client_cert_verifier(verifier)
            }
        };
        let config = config.with_single_cert(vec![certificate], key).map_err(|it| wrong(&it))?;
        Ok((Self(TlsAcceptor::from(Arc::new(config))), Identity { pem, fingerprint }))
    }

    /// Shakes hands; says the name in the client's certificate too.
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

/// A certificate for this machine and this address, and its key, in PEM.
fn self_signed(address: IpAddr) -> Result<(String, String), rcgen::Error> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !address.is_unspecified() && !address.is_loopback() {
        names.push(address.to_string());
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "sps simulator");
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// The common name of a certificate's subject.
fn common_name(der: &[u8]) -> Option<String> {
    let certificate = x509_cert::Certificate::from_der(der).ok()?;
    let name = certificate.tbs_certificate().subject().common_name().ok()??;
    Some(name.value().into_owned())
}
