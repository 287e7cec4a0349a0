//! TLS: the certificates that the client trusts, and the client certificate.

mod algorithms;
mod exact;
mod hello;
mod identity;
mod places;
mod probe;
mod refusal;
mod signature;
mod verifier;

use std::sync::Arc;

use rustls::{ClientConfig, client::danger::ServerCertVerifier, crypto::CryptoProvider};
use sps_validate::pem;

use self::{
    algorithms::provider,
    refusal::Fingerprint,
    verifier::{Check, Verifier},
};
pub(crate) use self::{
    probe::explain,
    refusal::{Refusal, alert_note, cause, is_about_client},
};
use crate::{
    error::{Argument, Error, ErrorKind},
    login::{Credentials, Login},
};

/// The certificates of the appliance that the client trusts.
#[derive(Debug, Clone, Default)]
pub(crate) enum Trust {
    #[default]
    System,
    /// Those of the system, and these.
    SystemAnd(Vec<u8>),
    Authority(Vec<u8>),
    Pin(Fingerprint),
    Any,
}

/// The TLS configuration for this trust and this login.
pub(crate) fn config(trust: &Trust, login: Option<&Login>) -> Result<ClientConfig, Error> {
    // Not the default of the process: it may be absent or another provider.
    let provider = provider();
    let check = match trust {
        Trust::System => Check::System(system(&provider)?),
        Trust::SystemAnd(pem) => {
            let more = authorities(pem, &provider)?;
            // Without any certificate of its own, the system has no verifier.
            match system(&provider) {
                Ok(system) => Check::Either(Box::new([Check::System(system), more])),
                Err(_) => more,
            }
        }
        Trust::Authority(pem) => authorities(pem, &provider)?,
        Trust::Pin(digest) => Check::Pin(*digest),
        Trust::Any => Check::Any,
    };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Tls).because(error))?
        .dangerous()
        .with_custom_certificate_verifier(Verifier::new(check, provider));
    match login.map(|it| &it.credentials) {
        None | Some(Credentials::Password { .. }) => Ok(builder.with_no_client_auth()),
        Some(Credentials::Certificate { certificate, key }) => {
            Ok(builder.with_client_cert_resolver(identity::read(certificate, key)?))
        }
    }
}

fn system(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(provider));
    let verifier = verifier.map_err(|error| {
        Error::new(ErrorKind::Tls).note(places::without_certificates()).because(error)
    })?;
    Ok(Arc::new(verifier))
}

fn authorities(pem: &[u8], provider: &Arc<CryptoProvider>) -> Result<Check, Error> {
    let invalid = |reason: String| Error::argument(Argument::Authority, reason);
    let contents = pem::read(pem);
    let listed = contents.certificates().map_err(|defect| invalid(defect.to_string()))?;
    // OpenSSL writes bundles that also list authorities which nothing may trust any more.
    let listed: Vec<_> =
        listed.into_iter().filter(|it| !it.is_refused_for_servers).cloned().collect();
    if listed.is_empty() {
        return Err(invalid(
            "the trust settings of all its certificates refuse servers".to_owned(),
        ));
    }
    Check::authorities(listed, provider)
        .ok_or_else(|| invalid("the certificates are not usable".to_owned()))
}

/// Reads a digest of 64 hexadecimal digits, with or without colons.
pub(crate) fn digest(hex: &str) -> Option<Fingerprint> {
    let digits: Vec<u8> = hex.bytes().filter(|it| *it != b':').collect();
    let mut digest = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_digest_with_and_without_colons() {
        let plain = "00ff".repeat(16);
        let colons = vec!["00:FF"; 16].join(":");
        assert_eq!(digest(&plain), digest(&colons));
        assert_eq!(digest(&plain).unwrap()[..3], [0, 255, 0]);
        assert_eq!(digest("00ff"), None);
        assert_eq!(digest(&"0g".repeat(32)), None);
    }
}
