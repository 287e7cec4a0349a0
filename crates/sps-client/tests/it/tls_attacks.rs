//! Servers that try to be taken for another one, and servers that try to weaken the connection.

use std::sync::Arc;

use rcgen::{
    CertificateParams, CidrSubnet, GeneralSubtree, IsCa, Issuer, KeyPair, NameConstraints,
};
use rustls::{
    SignatureAlgorithm, SignatureScheme,
    sign::{Signer, SigningKey},
};
use sps_client::{Client, ErrorKind, Login};

use crate::{
    tls::{Authority, Trust, accepted, assert_refused, authority_params, connect, file, refused},
    tls_server::*,
};

/// A certificate that signs another although it is not of an authority.
fn signed_by_a_server(server: CertificateParams) -> (Identity, Identity) {
    let server = Authority::of(server);
    let victim = server.sign(&params("127.0.0.1"));
    (server.identity, victim)
}

#[tokio::test]
async fn a_listed_server_certificate_signs_no_other() {
    let mut explicit = params("127.0.0.1");
    explicit.is_ca = IsCa::ExplicitNoCa;
    // Without basic constraints.
    let silent = params("127.0.0.1");
    for server in [explicit, silent] {
        let (server, victim) = signed_by_a_server(server);
        refused(&victim, file(&server), "no trusted authority").await;
        let beside = format!("{}{}", Authority::new("other").identity.pem(), server.pem());
        refused(&victim, Trust::File(beside.into_bytes()), "no trusted authority").await;
        accepted(&server, BOTH, file(&server)).await;
    }
    // An authority does.
    let (server, victim) = signed_by_a_server(authority_params("127.0.0.1"));
    accepted(&victim, BOTH, file(&server)).await;
}

/// Version 1 does not say who may sign: OpenSSL takes those that signed themselves.
#[tokio::test]
async fn a_listed_certificate_of_version_1_signs_others_only_if_it_signed_itself() {
    let authority = Authority::new("authority");
    let key = KeyPair::generate().unwrap();
    let middle = params("middle");
    let issued = version_1(middle.signed_by(&key, &authority.issuer).unwrap().der());
    let listed = Identity { der: issued, key: signing_key(&key) };
    let issuer = Issuer::new(middle, key);
    let own = KeyPair::generate().unwrap();
    let der = params("127.0.0.1").signed_by(&own, &issuer).unwrap().der().to_vec();
    let victim = Identity { der, key: signing_key(&own) };
    refused(&victim, file(&listed), "no trusted authority").await;

    let victim = authority.sign(&params("127.0.0.1"));
    let der = version_1(&authority.identity.der);
    let listed = Identity { der, key: Arc::clone(&authority.identity.key) };
    accepted(&victim, BOTH, file(&listed)).await;
}

#[tokio::test]
async fn a_server_certificate_in_the_chain_signs_no_other() {
    let authority = Authority::new("authority");
    let key = KeyPair::generate().unwrap();
    let middle = params("middle");
    let signed = middle.signed_by(&key, &authority.issuer).unwrap().der().to_vec();
    let issuer = Issuer::new(middle, key);
    let own = KeyPair::generate().unwrap();
    let der = params("127.0.0.1").signed_by(&own, &issuer).unwrap().der().to_vec();
    let victim = Identity { der, key: signing_key(&own) };
    for versions in [TLS12, TLS13] {
        let chain = vec![victim.der.clone(), signed.clone()];
        let server = Server::with_chain(chain, &victim.key, versions, None).await;
        let error = connect(server.address.port(), &file(&authority.identity)).await;
        assert_refused(&error, &victim, "");
        assert_eq!(server.requests(), 0);
    }
}

/// The listed certificate is in the chain, but the server does not show it as its own.
#[tokio::test]
async fn a_listed_certificate_must_be_the_one_of_the_server() {
    let listed = Identity::of(&params("127.0.0.1"));
    let thief = Identity::of(&params("127.0.0.1"));
    for versions in [TLS12, TLS13] {
        for trust in [file(&listed), Trust::Pin(listed.pin())] {
            let chain = vec![thief.der.clone(), listed.der.clone()];
            let server = Server::with_chain(chain, &thief.key, versions, None).await;
            let error = connect(server.address.port(), &trust).await;
            assert_refused(&error, &thief, "");
            assert_eq!(server.requests(), 0);
        }
    }
    // The same certificate with a byte after it is another one.
    let longer = listed.with([&*listed.der, &[0]].concat());
    refused(&longer, file(&listed), "").await;
    refused(&longer, Trust::Pin(listed.pin()), "differs from the pinned one").await;
}

#[tokio::test]
async fn an_irregular_authority_is_held_to_its_constraints() {
    let other_net = GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([10, 0, 0, 0], 8));
    let own_net = GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8));
    for (subtree, is_allowed) in [(other_net, false), (own_net, true)] {
        let mut params_of_authority = authority_params("authority");
        params_of_authority.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![subtree],
            excluded_subtrees: Vec::new(),
        });
        let authority = Authority::of(params_of_authority);
        let server = authority.sign(&params("server"));
        let long = changed(&authority.identity.der, |parts| parts[1] = element(2, &[0x7f; 30]));
        for trusted in [authority.identity.clone(), authority.identity.with(long)] {
            if is_allowed {
                accepted(&server, BOTH, file(&trusted)).await;
            } else {
                refused(&server, file(&trusted), "").await;
            }
        }
    }
}

/// A key that signs with one scheme and says another.
#[derive(Debug)]
struct Liar {
    key: Arc<dyn SigningKey>,
    says: SignatureScheme,
}

impl SigningKey for Liar {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let signer = self.key.choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256])?;
        Some(Box::new(LiarSigner { signer, says: self.says }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

#[derive(Debug)]
struct LiarSigner {
    signer: Box<dyn Signer>,
    says: SignatureScheme,
}

impl Signer for LiarSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        self.signer.sign(message)
    }

    fn scheme(&self) -> SignatureScheme {
        self.says
    }
}

/// Neither for regular certificates, which rustls verifies, nor for those that it does not read.
#[tokio::test]
async fn a_signature_of_another_scheme_is_refused_in_every_way() {
    let sound = Identity::of(&params("127.0.0.1"));
    let first = sound.with(version_1(&sound.der));
    for shown in [&sound, &first] {
        for says in [
            SignatureScheme::ECDSA_NISTP384_SHA384,
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::ED25519,
            SignatureScheme::RSA_PSS_SHA256,
            SignatureScheme::RSA_PKCS1_SHA256,
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
            SignatureScheme::Unknown(0x0809),
            SignatureScheme::Unknown(0x7f7f),
        ] {
            let key = Arc::new(Liar { key: Arc::clone(&shown.key), says });
            let liar = Identity { der: shown.der.clone(), key };
            for versions in [TLS12, TLS13] {
                for trust in [Trust::Any, Trust::Pin(shown.pin()), file(shown)] {
                    let server = Server::start(&liar, versions).await;
                    let error = connect(server.address.port(), &trust).await;
                    assert_eq!(*error.kind(), ErrorKind::Tls, "{says:?} {trust:?}: {error:?}");
                    assert_eq!(server.requests(), 0, "{says:?} {trust:?}");
                }
            }
        }
        // So that the test shows what it claims.
        let says = SignatureScheme::ECDSA_NISTP256_SHA256;
        let key = Arc::new(Liar { key: Arc::clone(&shown.key), says });
        let honest = Identity { der: shown.der.clone(), key };
        accepted(&honest, BOTH, Trust::Any).await;
    }
}

#[test]
fn no_debug_shows_a_private_key() {
    let key = KeyPair::generate().unwrap();
    let (certificate, pem) = (params("a").self_signed(&key).unwrap().pem(), key.serialize_pem());
    let login = Login::certificate(certificate, pem.clone());
    let builder = Client::builder("https://127.0.0.1").unwrap().login(login.clone());
    let line = pem.lines().nth(1).unwrap();
    let bytes = format!("{:?}", &key.serialize_der()[..8]);
    let bytes = bytes.trim_matches(['[', ']']);
    for text in [format!("{login:?}"), format!("{builder:?}"), format!("{builder:#?}")] {
        assert!(!text.contains(line) && !text.contains(bytes), "{text}");
    }
}
