//! Servers of TLS in this process, with certificates of every kind.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::{
    ServerConfig, SupportedProtocolVersion,
    crypto::ring::{default_provider, sign::any_supported_type},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
    sign::{CertifiedKey, SigningKey, SingleCertAndKey},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

pub(crate) const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
pub(crate) const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
pub(crate) const BOTH: &[&SupportedProtocolVersion] =
    &[&rustls::version::TLS12, &rustls::version::TLS13];

/// A certificate with its key.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) der: Vec<u8>,
    pub(crate) key: Arc<dyn SigningKey>,
}

impl Identity {
    /// A key of P-256, and the certificate that it signs itself.
    pub(crate) fn of(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { der, key: signing_key(&key) }
    }

    pub(crate) fn pem(&self) -> String {
        pem_of(&self.der)
    }

    pub(crate) fn pin(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, &self.der);
        let bytes: Vec<_> = digest.as_ref().iter().map(|it| format!("{it:02X}")).collect();
        bytes.join(":")
    }

    /// With another certificate for the same key.
    pub(crate) fn with(&self, der: Vec<u8>) -> Self {
        Self { der, key: Arc::clone(&self.key) }
    }
}

pub(crate) fn signing_key(key: &KeyPair) -> Arc<dyn SigningKey> {
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    any_supported_type(&der).unwrap()
}

/// For this machine, with a common name.
pub(crate) fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

pub(crate) fn pem_of(der: &[u8]) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let base64 = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// A server that answers every request with 401.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(
        identity: &Identity,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        Self::with_chain(vec![identity.der.clone()], &identity.key, versions, None).await
    }

    pub(crate) async fn with_chain(
        chain: Vec<Vec<u8>>,
        key: &Arc<dyn SigningKey>,
        versions: &[&'static SupportedProtocolVersion],
        client_authority: Option<&Identity>,
    ) -> Self {
        let provider = Arc::new(default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .unwrap();
        let builder = match client_authority {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add(CertificateDer::from(authority.der.clone())).unwrap();
                let roots = Arc::new(roots);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let key = CertifiedKey::new(chain, Arc::clone(key));
        let config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, count) = (acceptor.clone(), Arc::clone(&count));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut head = [0; 4096];
                    if stream.read(&mut head).await.is_ok_and(|it| it > 0) {
                        count.fetch_add(1, Ordering::SeqCst);
                        let reply = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\
                                     Connection: close\r\n\r\n{}";
                        let _ = stream.write_all(reply.as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                });
            }
        });
        Self { address, requests, task }
    }

    /// How many requests got through.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// An element of DER.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let length = match length {
        0..=0x7f => vec![u8::try_from(length).unwrap()],
        0x80..=0xff => vec![0x81, u8::try_from(length).unwrap()],
        _ => [&[0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    [&[tag], &*length, content].concat()
}

fn content(element: &[u8]) -> &[u8] {
    match element[1] {
        0x82 => &element[4..],
        0x81 => &element[3..],
        _ => &element[2..],
    }
}

fn elements(mut der: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !der.is_empty() {
        let (header, length) = match der[1] {
            0x82 => (4, usize::from(der[2]) * 256 + usize::from(der[3])),
            0x81 => (3, usize::from(der[2])),
            length => (2, usize::from(length)),
        };
        let (whole, rest) = der.split_at(header + length);
        found.push(whole.to_vec());
        der = rest;
    }
    found
}

/// The certificate with its parts changed: version, serial number, algorithm, issuer, validity, subject, key,
/// extensions. Its own signature is wrong then.
pub(crate) fn changed(der: &[u8], change: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut outer = elements(content(der));
    let mut parts = elements(content(&outer[0]));
    change(&mut parts);
    outer[0] = element(0x30, &parts.concat());
    element(0x30, &outer.concat())
}

/// One part of the certificate, as [`changed`] counts them.
pub(crate) fn part(der: &[u8], index: usize) -> Vec<u8> {
    elements(content(&elements(content(der))[0])).swap_remove(index)
}

/// The certificate as one of version 1.
pub(crate) fn version_1(der: &[u8]) -> Vec<u8> {
    changed(der, |parts| {
        parts.remove(0);
        parts.truncate(6);
    })
}
