//! Certificates of servers: which are accepted, and which are refused in every way.

use std::{fmt, sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::SupportedProtocolVersion;
use sps_client::{Argument, Client, Error, ErrorKind, Login};

use crate::tls_server::*;

/// What to trust.
#[derive(Clone)]
pub(crate) enum Trust {
    File(Vec<u8>),
    FileAndSystem(Vec<u8>),
    Pin(String),
    Any,
    System,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "file",
            Self::FileAndSystem(_) => "file and system",
            Self::Pin(_) => "pin",
            Self::Any => "any",
            Self::System => "system",
        })
    }
}

/// Connects, which ends in an error in any case.
pub(crate) async fn connect(port: u16, trust: &Trust) -> Error {
    connect_as(port, trust, Login::password("a", "b")).await
}

pub(crate) async fn connect_as(port: u16, trust: &Trust, login: Login) -> Error {
    let builder = Client::builder(&format!("https://127.0.0.1:{port}"))
        .unwrap()
        .login(login)
        .timeout(Duration::from_secs(20))
        .retries(0, Duration::from_millis(1));
    let builder = match trust {
        Trust::File(pem) => builder.ca_pem(pem),
        Trust::FileAndSystem(pem) => builder.ca_pem_and_system(pem),
        Trust::Pin(pin) => builder.pin_sha256(pin).unwrap(),
        Trust::Any => builder.danger_accept_invalid_certs(),
        Trust::System => builder,
    };
    builder.connect().await.unwrap_err()
}

/// The argument that the error refuses.
pub(crate) fn argument(error: &Error) -> Option<Argument> {
    match error.kind() {
        ErrorKind::InvalidArgument { argument, .. } => Some(*argument),
        _ => None,
    }
}

/// Whether the handshake succeeded: the server answers every login with 401.
fn is_past_tls(error: &Error) -> bool {
    error.status() == Some(401)
}

pub(crate) async fn accepted(
    identity: &Identity,
    versions: &[&'static SupportedProtocolVersion],
    trust: Trust,
) {
    let server = Server::start(identity, versions).await;
    let error = connect(server.address.port(), &trust).await;
    assert!(is_past_tls(&error), "{trust:?}: {error} {error:?}");
    assert_ne!(server.requests(), 0);
}

/// Refused for this reason, with the fingerprint of the certificate.
pub(crate) async fn refused(identity: &Identity, trust: Trust, reason: &str) {
    for versions in [TLS12, TLS13] {
        let server = Server::start(identity, versions).await;
        let error = connect(server.address.port(), &trust).await;
        assert_refused(&error, identity, reason);
        // Neither the client nor the look at the certificate sends anything.
        assert_eq!(server.requests(), 0);
    }
}

pub(crate) fn assert_refused(error: &Error, identity: &Identity, reason: &str) {
    assert_eq!(*error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(error.server_fingerprint(), Some(identity.pin()), "{error:?}");
    let text = format!("{error:?}");
    assert!(text.contains(reason), "{text}");
}

pub(crate) fn file(identity: &Identity) -> Trust {
    Trust::File(identity.pem().into_bytes())
}

pub(crate) fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// An authority that can sign.
pub(crate) struct Authority {
    pub(crate) identity: Identity,
    pub(crate) issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self::of(authority_params(name))
    }

    pub(crate) fn of(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        let identity = Identity { der, key: signing_key(&key) };
        Self { identity, issuer: Issuer::new(params, key) }
    }

    pub(crate) fn sign(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        Identity { der, key: signing_key(&key) }
    }
}

#[tokio::test]
async fn accepts_a_sound_server_in_every_way_but_that_of_the_system() {
    let authority = Authority::new("authority");
    let server = authority.sign(&params("server"));
    for versions in [TLS12, TLS13, BOTH] {
        accepted(&server, versions, file(&authority.identity)).await;
        accepted(&server, versions, Trust::Pin(server.pin())).await;
        accepted(&server, versions, Trust::Any).await;
    }
    refused(&server, Trust::System, "no trusted authority").await;
    let pem = authority.identity.pem().into_bytes();
    accepted(&server, BOTH, Trust::FileAndSystem(pem)).await;
    let stranger = Authority::new("stranger").identity.pem().into_bytes();
    refused(&server, Trust::FileAndSystem(stranger), "no trusted authority").await;
    // In a bundle with other authorities and text in between.
    let other = Authority::new("other");
    let bundle =
        format!("\u{feff}# caf\n{}# b\r\n{}", other.identity.pem(), authority.identity.pem());
    let bundle = bundle.replace('\n', "\r\n");
    accepted(&server, BOTH, Trust::File(bundle.into_bytes())).await;
    let joined = format!("{}{}", other.identity.pem().trim_end(), authority.identity.pem());
    accepted(&server, BOTH, Trust::File(joined.into_bytes())).await;
    let labeled = authority.identity.pem().replace(" CERTIFICATE", " X509 CERTIFICATE");
    accepted(&server, BOTH, Trust::File([b"f\xfcr\n", labeled.as_bytes()].concat())).await;
}

#[tokio::test]
async fn accepts_version_1_if_it_is_named() {
    let sound = Identity::of(&params("127.0.0.1"));
    let server = sound.with(version_1(&sound.der));
    for versions in [TLS12, TLS13] {
        accepted(&server, versions, file(&server)).await;
        accepted(&server, versions, Trust::Pin(server.pin())).await;
        accepted(&server, versions, Trust::Any).await;
    }
    let authority = Authority::new("authority");
    refused(&server, file(&authority.identity), "X.509 version 1").await;
    refused(&server, Trust::System, "X.509 version 1").await;
    let running = Server::start(&server, BOTH).await;
    assert!(connect(running.address.port(), &Trust::System).await.is_pinnable());
}

#[tokio::test]
async fn accepts_the_certificate_of_an_authority_if_it_is_named() {
    let server = Identity::of(&authority_params("authority"));
    for versions in [TLS12, TLS13] {
        accepted(&server, versions, file(&server)).await;
        accepted(&server, versions, Trust::Pin(server.pin())).await;
        accepted(&server, versions, Trust::Any).await;
    }
    let other = Authority::new("authority");
    refused(&server, file(&other.identity), "of an authority").await;
    // The common name counts where there are no other names.
    let mut no_names = authority_params("127.0.0.1");
    no_names.subject_alt_names.clear();
    let server = Identity::of(&no_names);
    accepted(&server, BOTH, file(&server)).await;
}

#[tokio::test]
async fn accepts_a_listed_certificate_that_another_authority_signed() {
    let authority = Authority::new("authority");
    let server = authority.sign(&params("server"));
    accepted(&server, BOTH, file(&server)).await;
    let irregular = server.with(changed(&server.der, |parts| parts[1] = element(2, &[0x7f; 30])));
    accepted(&irregular, BOTH, file(&irregular)).await;
    accepted(&irregular, BOTH, Trust::Pin(irregular.pin())).await;
}

#[tokio::test]
async fn an_irregular_authority_signs_like_any_other() {
    let authority = Authority::new("authority");
    let server = authority.sign(&params("server"));
    let dates = [element(0x17, b"9906291400Z"), element(0x17, b"491231235959+0200")].concat();
    let dates = element(0x30, &dates);
    let irregular = changed(&authority.identity.der, |parts| parts[4].clone_from(&dates));
    let irregular = authority.identity.with(irregular);
    accepted(&server, BOTH, file(&irregular)).await;
    // Its name alone is not enough.
    let other = Authority::new("authority");
    let foreign = other.sign(&params("server"));
    refused(&foreign, file(&irregular), "").await;
}

#[tokio::test]
async fn refuses_the_wrong_period_host_purpose_and_authority() {
    let authority = Authority::new("authority");
    let trust = || file(&authority.identity);
    let mut expired = params("server");
    expired.not_before = date_time_ymd(2000, 1, 1);
    expired.not_after = date_time_ymd(2001, 1, 1);
    let mut future = params("server");
    future.not_before = date_time_ymd(3000, 1, 1);
    let mut host = params("server");
    host.subject_alt_names =
        CertificateParams::new(vec!["sps.example.com".to_owned()]).unwrap().subject_alt_names;
    let mut purpose = params("server");
    purpose.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    for (params, reason) in [
        (&expired, "expired"),
        (&future, "not valid yet"),
        (&host, "127.0.0.1"),
        (&purpose, "extended key usage"),
    ] {
        refused(&authority.sign(params), trust(), reason).await;
        // The same if the certificate itself is listed.
        let own = authority.sign(params);
        refused(&own, file(&own), "").await;
    }
    let other = Authority::new("other");
    refused(&other.sign(&params("server")), trust(), "no trusted authority").await;
    let same_name = Authority::new("authority");
    refused(&same_name.sign(&params("server")), trust(), "").await;
}

#[tokio::test]
async fn checks_period_host_and_purpose_of_a_listed_certificate() {
    let mut expired = authority_params("127.0.0.1");
    expired.not_before = date_time_ymd(2000, 1, 1);
    expired.not_after = date_time_ymd(2001, 1, 1);
    let mut future = authority_params("127.0.0.1");
    future.not_before = date_time_ymd(3000, 1, 1);
    let mut host = authority_params("127.0.0.1");
    host.subject_alt_names =
        CertificateParams::new(vec!["sps.example.com".to_owned()]).unwrap().subject_alt_names;
    let mut purpose = authority_params("127.0.0.1");
    purpose.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    for (params, reason) in [
        (&expired, "has expired"),
        (&future, "not valid yet"),
        // Its alternative names count alone.
        (&host, "127.0.0.1"),
        (&purpose, "not for servers"),
    ] {
        let server = Identity::of(params);
        refused(&server, file(&server), reason).await;
        accepted(&server, BOTH, Trust::Pin(server.pin())).await;
    }
    for (params, reason) in [
        (&expired, "has expired"),
        (&future, "not valid yet"),
        (&params("sps.example.com"), "not for this host"),
        (&params(""), "not for this host"),
    ] {
        let sound = Identity::of(params);
        let server = sound.with(version_1(&sound.der));
        refused(&server, file(&server), reason).await;
    }
    let sound = Identity::of(&authority_params("127.0.0.1"));
    let dates =
        element(0x30, &[element(0x17, b"990230000000Z"), element(0x17, b"990231000000Z")].concat());
    let server = sound.with(changed(&sound.der, |parts| parts[4].clone_from(&dates)));
    refused(&server, file(&server), "").await;
}

#[tokio::test]
async fn refuses_another_certificate_than_the_pinned_one() {
    let (server, other) = (Identity::of(&params("a")), Identity::of(&params("a")));
    refused(&server, Trust::Pin(other.pin()), "differs from the pinned one").await;
    // Another certificate for the same key.
    let again = server.with(version_1(&server.der));
    refused(&again, Trust::Pin(server.pin()), "differs from the pinned one").await;
}

#[tokio::test]
async fn refuses_a_tampered_certificate() {
    let authority = Authority::new("authority");
    let server = authority.sign(&params("server"));
    let last = server.der.len() - 1;
    let mut tampered = server.der.clone();
    tampered[last] ^= 1;
    refused(&server.with(tampered), file(&authority.identity), "").await;
    // The key of a stranger in a certificate that an authority signed.
    let stranger = Identity::of(&params("stranger"));
    let key = part(&stranger.der, 6);
    let stolen = stranger.with(changed(&server.der, |parts| parts[6].clone_from(&key)));
    refused(&stolen, file(&authority.identity), "").await;
    // So that the test shows what it claims.
    accepted(&stolen, BOTH, Trust::Any).await;
}

/// The server shows the certificate of another one, whose key it does not have.
#[tokio::test]
async fn refuses_a_server_without_the_key_in_every_way() {
    let authority = Authority::new("authority");
    let stranger = Identity::of(&params("stranger")).key;
    let sound = authority.sign(&params("127.0.0.1"));
    let first = sound.with(version_1(&sound.der));
    let root = Identity::of(&authority_params("127.0.0.1"));
    let irregular = root.with(changed(&root.der, |parts| parts[1] = element(2, &[0x7f; 30])));
    for shown in [&sound, &first, &root, &irregular] {
        let thief = Identity { der: shown.der.clone(), key: Arc::clone(&stranger) };
        let trusted = format!("{}{}", authority.identity.pem(), shown.pem()).into_bytes();
        for trust in [Trust::Pin(shown.pin()), Trust::Any, Trust::File(trusted)] {
            refused(&thief, trust.clone(), "a signature is wrong").await;
            let server = Server::start(&thief, BOTH).await;
            assert!(!connect(server.address.port(), &trust).await.is_pinnable(), "{trust:?}");
            // So that the test shows what it claims.
            accepted(shown, BOTH, trust).await;
        }
    }
}

/// The private key of P-256, and what people have instead.
#[tokio::test]
async fn a_client_certificate_of_version_1_is_sent() {
    let authority = Authority::new("authority");
    let server = authority.sign(&params("server"));
    let clients = Authority::new("clients");
    let key = KeyPair::generate().unwrap();
    let sound = params("alice").signed_by(&key, &clients.issuer).unwrap().der().to_vec();
    let trust = file(&authority.identity);
    for versions in [TLS12, TLS13] {
        let chain = vec![server.der.clone()];
        let running =
            Server::with_chain(chain, &server.key, versions, Some(&clients.identity)).await;
        let port = running.address.port();
        // The certificate may follow that of its authority, and both may be in one file with the key.
        let certificates = format!("{}{}", clients.identity.pem(), pem_of(&sound));
        for (certificate, key) in [
            (pem_of(&sound), key.serialize_pem()),
            (certificates.clone(), key.serialize_pem()),
            (
                format!("{certificates}{}", key.serialize_pem()),
                format!("{}{certificates}", key.serialize_pem()),
            ),
            (pem_of(&sound).replace('\n', "\r\n"), format!("\u{feff}{}", key.serialize_pem())),
        ] {
            let error = connect_as(port, &trust, Login::certificate(certificate, key)).await;
            assert!(is_past_tls(&error), "{error} {error:?}");
        }
        // This server reads no version 1, and says so.
        let first = Login::certificate(pem_of(&version_1(&sound)), key.serialize_pem());
        let error = connect_as(port, &trust, first).await;
        assert_eq!(*error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(error.to_string().contains("the server refused the client certificate"), "{error}");
        let error = connect(port, &trust).await;
        assert_eq!(*error.kind(), ErrorKind::Tls, "{error:?}");
    }
}

#[tokio::test]
async fn says_which_text_cannot_be_used_and_why() {
    let key = KeyPair::generate().unwrap();
    let (certificate, own) =
        (params("alice").self_signed(&key).unwrap().pem(), key.serialize_pem());
    let other = KeyPair::generate().unwrap().serialize_pem();
    let encrypted = own.replace(" PRIVATE KEY", " ENCRYPTED PRIVATE KEY");
    for (pem, key, input, reason) in [
        (
            &*certificate,
            &*other,
            Argument::ClientKey,
            "it does not belong to the client certificate",
        ),
        (&certificate, &encrypted, Argument::ClientKey, "openssl pkey -in FILE"),
        (&certificate, &certificate, Argument::ClientKey, "a certificate; expected a private key"),
        (&certificate, "", Argument::ClientKey, "expected a private key in PEM"),
        (&certificate, "hunter22", Argument::ClientKey, "expected a private key in PEM"),
        (&own, &own, Argument::ClientCertificate, "a private key; expected a certificate"),
        (
            "-----BEGIN PKCS7-----\nMIID\n-----END PKCS7-----",
            &own,
            Argument::ClientCertificate,
            "openssl pkcs7",
        ),
        ("\x30\x03\x02\x01\x00", &own, Argument::ClientCertificate, "a binary file in DER"),
    ] {
        let error = connect_as(1, &Trust::Any, Login::certificate(pem, key)).await;
        assert_eq!(argument(&error), Some(input), "{error:?}");
        let text = format!("{error:?}");
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("MI") && !text.contains("hunter22"), "{text}");
        assert_eq!(error.server_fingerprint(), None);
    }
    let damaged = format!("{certificate}{}", certificate.replacen("MI", "M*", 1));
    let trust = Trust::File(damaged.into_bytes());
    let error = connect(1, &trust).await;
    assert!(!error.is_pinnable());
    assert_eq!(argument(&error), Some(Argument::Authority), "{error:?}");
    let line = certificate.lines().count() + 1;
    assert!(format!("{error:?}").contains(&format!("line {line}: ")), "{error:?}");
}
