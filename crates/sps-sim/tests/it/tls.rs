//! HTTPS, and logins with certificates.

use std::{fs, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use sps_sim::{Simulator, User};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        client::ResolvesClientCert,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
        sign::{CertifiedKey, SingleCertAndKey},
    },
};

use crate::{
    client::{Reply, base64, parse, token},
    state::Folder,
};

/// Certificate and key of a client, in PEM.
type Identity = (String, String);

async fn get(
    sim: &Simulator,
    path: &str,
    fields: &str,
    identity: Option<&Identity>,
) -> Option<Reply> {
    get_from(sim, "127.0.0.1", path, fields, identity).await
}

/// Like [`get`], from a server whose certificate must have this name.
async fn get_from(
    sim: &Simulator,
    host: &'static str,
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
        Some(identity) => config.with_client_cert_resolver(resolver(identity)),
    };
    let address = (std::net::Ipv4Addr::LOCALHOST, sim.addr().port());
    let address = if sim.addr().ip().is_unspecified() { address.into() } else { sim.addr() };
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(host).unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
    parse(&all)
}

/// Shows any certificate. The usual setting refuses one that rustls cannot read.
fn resolver((certificate, key): &Identity) -> Arc<dyn ResolvesClientCert> {
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let key = default_provider().key_provider.load_private_key(key).unwrap();
    Arc::new(SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key)))
}

/// rustls does not read certificates of version 1, so the handshake fails before there is a request to log.
#[tokio::test(flavor = "multi_thread")]
async fn logs_a_refused_certificate_of_version_1() {
    let identity =
        (include_str!("x509_v1/crt.pem").to_owned(), include_str!("x509_v1/key.pem").to_owned());
    let sim =
        Simulator::builder().trust_client_ca(include_str!("x509_v1/ca.pem")).start().await.unwrap();
    assert!(get(&sim, "/api/info", "", None).await.is_some());
    assert_eq!(sim.failed_handshakes(), []);
    assert_eq!(
        get(&sim, "/api/authentication?type=x509", "", Some(&identity)).await.map(|it| it.status),
        None
    );
    let [failed] = &sim.failed_handshakes()[..] else { panic!("one handshake fails") };
    assert!(failed.reason.contains("UnsupportedCertVersion"), "{failed:?}");
    assert_eq!(sim.requests().len(), 1);
}

/// Some clients cannot verify signatures of elliptic curves.
#[tokio::test(flavor = "multi_thread")]
async fn an_rsa_key_signs_on_request() {
    let rsa = include_str!("rsa.key.pem");
    let folder = Folder::new("rsa");
    let file = folder.0.join("state.json");
    let first = Simulator::builder().state(&file).start().await.unwrap();
    let curve = first.certificate_pem().unwrap().to_owned();
    first.stop().await;
    let mut certificates = Vec::new();
    for _ in 0..2 {
        let builder = Simulator::builder().state(&file).private_key(rsa);
        assert!(!format!("{builder:?}").contains("PRIVATE"));
        let sim = builder.start().await.unwrap();
        let der =
            CertificateDer::from_pem_slice(sim.certificate_pem().unwrap().as_bytes()).unwrap();
        // The object identifier of rsaEncryption, RFC 8017, appendix A.
        let oid = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
        assert!(der.windows(oid.len()).any(|it| it == oid));
        assert!(get(&sim, "/api/info", "", None).await.is_some());
        certificates.push(sim.certificate_pem().unwrap().to_owned());
        sim.stop().await;
    }
    assert_ne!(certificates[0], curve);
    assert_eq!(certificates[0], certificates[1], "the certificate of the same key is kept");
    let error = Simulator::builder().private_key("nothing").start().await.unwrap_err();
    assert!(error.to_string().contains("invalid private key"), "{error}");
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
        // An unknown name, no certificate, and a certificate without `type=x509`.
        let unknown = identity("unknown");
        let reply = get(&sim, path, "", Some(&unknown)).await.unwrap();
        assert_eq!(reply.error(), "AuthenticationFailure");
        assert_eq!(get(&sim, path, "", None).await.unwrap().error(), "AuthenticationFailure");
        let reply = get(&sim, "/api/authentication", "", Some(&alice)).await.unwrap();
        assert_eq!(reply.error(), "Unauthenticated");
        let path = if target == "7.5" { "login_methods" } else { "types" };
        let reply = get(&sim, &format!("/api/authentication/{path}"), "", None).await.unwrap();
        assert!(reply.json()[path].to_string().contains("x509"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_is_valid_for_the_address() {
    let folder = Folder::new("listens");
    let file = folder.0.join("state.json");
    let listen = |ip: [u8; 4]| Simulator::builder().listen((ip, 0).into()).state(&file).start();
    let fingerprint = |sim: &Simulator| sim.sha256_fingerprint().unwrap().to_owned();
    let home = listen([127, 0, 0, 1]).await.unwrap();
    let first = fingerprint(&home);
    assert!(get_from(&home, "0.0.0.0", "/api/info", "", None).await.is_none());
    home.stop().await;
    // The saved certificate lacks this address.
    let everywhere = listen([0, 0, 0, 0]).await.unwrap();
    let second = fingerprint(&everywhere);
    assert_ne!(first, second);
    for host in ["0.0.0.0", "127.0.0.1", "localhost"] {
        let reply = get_from(&everywhere, host, "/api/info", "", None).await;
        assert_eq!(reply.map(|it| it.status), Some(200), "{host}");
    }
    everywhere.stop().await;
    // The new certificate has both addresses.
    let home = listen([127, 0, 0, 1]).await.unwrap();
    assert_eq!(fingerprint(&home), second);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_an_invalid_certificate() {
    let folder = Folder::new("broken");
    let file = folder.0.join("state.json");
    let (crt, key) = (folder.0.join("state.json.crt.pem"), folder.0.join("state.json.key.pem"));
    let start = || Simulator::builder().state(&file).start();
    start().await.unwrap().stop().await;
    let sound = (fs::read(&crt).unwrap(), fs::read(&key).unwrap());
    let other = KeyPair::generate().unwrap().serialize_pem().into_bytes();
    let bad = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
    for (is_certificate, text, why) in [
        (true, Some(Vec::new()), "no certificate"),
        (true, Some(bad), "no certificate"),
        (true, Some(vec![0xff]), "UTF-8"),
        (false, Some(b"nothing".to_vec()), "no key"),
        (false, Some(other), "not the key of the certificate"),
        (false, None, "no such file"),
    ] {
        let path = if is_certificate { &crt } else { &key };
        match text {
            Some(text) => fs::write(path, text).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        let error = start().await.unwrap_err().to_string();
        assert!(error.starts_with(&path.display().to_string()), "{error}");
        assert!(error.contains(why) && error.contains("to get new ones"), "{why}: {error}");
        fs::write(&crt, &sound.0).unwrap();
        fs::write(&key, &sound.1).unwrap();
    }
    start().await.unwrap().stop().await;
    // A crash can leave a key without a certificate.
    fs::remove_file(&crt).unwrap();
    start().await.unwrap();
    assert_ne!(fs::read(&key).unwrap(), sound.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_invalid_authorities() {
    for pem in ["", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = Simulator::builder().trust_client_ca(pem).start().await.unwrap_err();
        assert!(matches!(error, sps_sim::Error::ClientCa(_)), "{error}");
    }
}
