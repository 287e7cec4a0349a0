//! The certificate and the private key of the client.

use std::sync::Arc;

use rustls::{
    client::ResolvesClientCert,
    crypto::ring::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::{CertifiedKey, SingleCertAndKey},
};
use sps_validate::pem::{self, CertificateItem, Defect, KeyForm, Parts, PrivateKey};

use super::algorithms::USABLE;
use crate::error::{Argument, Error};

/// Reads both, and checks that they belong together. No error repeats a part of the key.
pub(super) fn read(certificate: &[u8], key: &[u8]) -> Result<Arc<dyn ResolvesClientCert>, Error> {
    let contents = pem::read(certificate);
    let in_certificate =
        |defect: Defect| Error::argument(Argument::ClientCertificate, defect.to_string());
    let chain = contents.certificates().map_err(in_certificate)?;
    let contents = pem::read(key);
    let in_key = |reason: String| Error::argument(Argument::ClientKey, reason);
    let key = contents.private_key().map_err(|defect| in_key(defect.to_string()))?;

    let der = key_der(key).ok_or_else(|| in_key(unusable(key)))?;
    let signing = any_supported_type(&der).map_err(|_| in_key(unusable(key)))?;
    // Its certificate comes first, wherever it is in the file.
    let own = match signing.public_key() {
        Some(public) => chain.iter().position(|it| has_key(it, public.as_ref())),
        None => Some(0),
    };
    let own =
        own.ok_or_else(|| in_key("it does not belong to the client certificate".to_owned()))?;
    let (before, rest) = chain.split_at(own);
    let chain = rest.iter().take(1).chain(before).chain(rest.iter().skip(1));
    let chain = chain.map(|it| CertificateDer::from(it.der.clone())).collect();
    // Not checked by rustls, which reads no certificate before version 3.
    Ok(Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, signing))))
}

fn key_der(key: &PrivateKey) -> Option<PrivateKeyDer<'static>> {
    let der = key.der().to_vec();
    match key.form {
        KeyForm::Pkcs8 => Some(PrivateKeyDer::Pkcs8(der.into())),
        KeyForm::Pkcs1 => Some(PrivateKeyDer::Pkcs1(der.into())),
        KeyForm::Sec1 => Some(PrivateKeyDer::Sec1(der.into())),
        _ => None,
    }
}

/// Whether the certificate has this public key. The parameters of RSA may be absent in one of them.
fn has_key(item: &CertificateItem, public_key_info: &[u8]) -> bool {
    Parts::read(&item.der).is_some_and(|it| public_key_info.ends_with(it.public_key()))
}

fn unusable(key: &PrivateKey) -> String {
    match key.algorithm_name() {
        Some(name) => format!(
            "the key is {name}, or not complete; supported are {USABLE}, and \
             `openssl pkey -in FILE` completes a key"
        ),
        None => "the key cannot be read; export it again".to_owned(),
    }
}
