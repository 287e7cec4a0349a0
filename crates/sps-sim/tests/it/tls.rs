//! HTTPS, and logins with certificates.

use crate::client::{Reply, base64, parse, token};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use sps_sim::{Simulator, User};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    },
};

/// Certificate and key of a client, in PEM.
type Identity = (String, String);

async fn get(
    sim: &Simulator,
    path: &str,
    fields: &str,
    identity: Option<&Identity>,
) -> Option<Reply> {
    let pem = sim.certificate_pem().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => config
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
            )
            .unwrap(),
    };
    let stream = tokio::net::TcpStream::connect(sim.addr()).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
    parse(&all)
}

#[tokio::test(flavor = "multi_thread")]
async fn https_is_the_default() {
    let sim = Simulator::builder().start().await.unwrap();
    assert!(sim.url().starts_with("https://127.0.0.1:"));
    assert_eq!((sim.user(), sim.password().len()), ("admin", 24));
    let credentials = base64(format!("admin:{}", sim.password()).as_bytes());
    let fields = format!("Authorization: Basic {credentials}\r\n");
    let reply = get(&sim, "/api/authentication", &fields, None).await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.fields("set-cookie")[0].ends_with("; Path=/; Secure"));
    let der = CertificateDer::from_pem_slice(sim.certificate_pem().unwrap().as_bytes()).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &der);
    let hex = digest.as_ref().iter().map(|it| format!("{it:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(sim.sha256_fingerprint(), Some(hex.as_str()));
    let other = Simulator::builder().start().await.unwrap();
    assert_ne!(other.password(), sim.password());
    assert_ne!(other.sha256_fingerprint(), sim.sha256_fingerprint());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_logs_in() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "authority");
    let ca = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let identity = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &issuer).unwrap().pem(), key.serialize_pem())
    };
    for target in ["6.0.2", "7.5"] {
        let sim = Simulator::builder()
            .target(target.parse().unwrap())
            .user(User::admin("alice", "a"))
            .trust_client_ca(&ca)
            .start()
            .await
            .unwrap();
        let (path, alice) = ("/api/authentication?type=x509", identity("alice"));
        let reply = get(&sim, path, "", Some(&alice)).await.unwrap();
        assert_eq!(reply.status, 200);
        let cookie = format!("Cookie: session_id={}\r\n", token(&reply));
        let reply = get(&sim, "/api/configuration", &cookie, None).await.unwrap();
        assert_eq!(reply.status, 200);
        // A name that nobody has, no certificate, and one without the word in the query.
        let nobody = identity("nobody");
        let reply = get(&sim, path, "", Some(&nobody)).await.unwrap();
        assert_eq!(reply.error(), "AuthenticationFailure");
        assert_eq!(get(&sim, path, "", None).await.unwrap().error(), "AuthenticationFailure");
        let reply = get(&sim, "/api/authentication", "", Some(&alice)).await.unwrap();
        assert_eq!(reply.error(), "Unauthenticated");
        let path = if target == "7.5" { "login_methods" } else { "types" };
        let reply = get(&sim, &format!("/api/authentication/{path}"), "", None).await.unwrap();
        assert!(reply.json()[path].to_string().contains("x509"));
    }
}
