//! The algorithms of signatures that the client verifies: those of *ring*, and keys for RSA-PSS alone.

use std::sync::Arc;

use ring::signature;
use rustls::{
    SignatureScheme,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring::default_provider},
    pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id},
};

/// The keys that the client can verify, for messages.
pub(super) const VERIFIABLE: &str = "RSA with 2048 to 8192 bits, ECDSA with P-256 and P-384, Ed25519, and with TLS 1.3 also RSA-PSS";
/// The keys that the client can sign with, for messages.
pub(super) const USABLE: &str =
    "RSA with 2048 to 4096 bits, ECDSA with P-256 and P-384, and Ed25519";

/// The provider of *ring* with more algorithms of signatures.
pub(super) fn provider() -> Arc<CryptoProvider> {
    let mut provider = default_provider();
    provider.signature_verification_algorithms = algorithms();
    Arc::new(provider)
}

/// Every algorithm, those of *ring* first.
pub(super) fn algorithms() -> WebPkiSupportedAlgorithms {
    use std::sync::LazyLock;

    // The lists have to live as long as the process.
    static ALGORITHMS: LazyLock<WebPkiSupportedAlgorithms> = LazyLock::new(|| {
        let ring = default_provider().signature_verification_algorithms;
        WebPkiSupportedAlgorithms {
            all: Vec::leak([ring.all, MORE_ALGORITHMS].concat()),
            mapping: Vec::leak([ring.mapping, MORE_SCHEMES].concat()),
        }
    });
    *ALGORITHMS
}

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// `rsa_pss_pss_sha256` and its siblings: RFC 8446, section 4.2.3.
const PSS_SHA256: SignatureScheme = SignatureScheme::Unknown(0x0809);
const PSS_SHA384: SignatureScheme = SignatureScheme::Unknown(0x080a);
const PSS_SHA512: SignatureScheme = SignatureScheme::Unknown(0x080b);

/// Whether the scheme is for keys of RSA-PSS. TLS 1.3 allows it, but rustls does not know it.
pub(super) fn is_for_pss_keys(scheme: SignatureScheme) -> bool {
    matches!(scheme, PSS_SHA256 | PSS_SHA384 | PSS_SHA512)
}

/// Last in the list, so that no server chooses them that has another key.
const MORE_SCHEMES: &[(SignatureScheme, &[Algorithm])] = &[
    (PSS_SHA256, &[&PSS_ANY_SHA256, &PSS_ONLY_SHA256]),
    (PSS_SHA384, &[&PSS_ANY_SHA384, &PSS_ONLY_SHA384]),
    (PSS_SHA512, &[&PSS_ANY_SHA512, &PSS_ONLY_SHA512]),
];

const MORE_ALGORITHMS: &[Algorithm] = &[
    &PSS_ANY_SHA256,
    &PSS_ANY_SHA384,
    &PSS_ANY_SHA512,
    &PSS_ONLY_SHA256,
    &PSS_ONLY_SHA384,
    &PSS_ONLY_SHA512,
];

/// RSA-PSS with a key that is for RSA-PSS alone: RFC 4055, section 1.2.
#[derive(Debug)]
struct Pss {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    verification: &'static signature::RsaParameters,
}

/// `id-RSASSA-PSS` without parameters: a key for every hash.
const ANY_HASH: AlgorithmIdentifier =
    AlgorithmIdentifier::from_slice(&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10]);

macro_rules! pss {
    ($any:ident, $only:ident, $signature:ident, $verification:ident) => {
        static $any: Pss = Pss {
            key: ANY_HASH,
            signature: alg_id::$signature,
            verification: &signature::$verification,
        };
        // A key for one hash has the parameters of its signatures.
        static $only: Pss = Pss {
            key: alg_id::$signature,
            signature: alg_id::$signature,
            verification: &signature::$verification,
        };
    };
}

pss!(PSS_ANY_SHA256, PSS_ONLY_SHA256, RSA_PSS_SHA256, RSA_PSS_2048_8192_SHA256);
pss!(PSS_ANY_SHA384, PSS_ONLY_SHA384, RSA_PSS_SHA384, RSA_PSS_2048_8192_SHA384);
pss!(PSS_ANY_SHA512, PSS_ONLY_SHA512, RSA_PSS_SHA512, RSA_PSS_2048_8192_SHA512);

impl SignatureVerificationAlgorithm for Pss {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        signature::UnparsedPublicKey::new(self.verification, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}
