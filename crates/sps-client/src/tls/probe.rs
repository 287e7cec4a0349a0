//! Another handshake, which only finds out what certificate the server has.

use std::{error::Error as _, sync::Arc, time::Duration};

use rustls::{ClientConfig, pki_types::CertificateDer};

use super::{
    algorithms::provider,
    hello,
    refusal::{self, Refusal, fingerprint, only_in_tls13},
    verifier::{Check, Probe, Verifier},
};
use crate::error::{Error, ErrorKind};

/// Adds the fingerprint of the server's certificate to an error of a handshake that lacks it, if it can be found out.
///
/// A server without a common algorithm sends an alert and no certificate. The probe claims more algorithms and stops at
/// the certificate, before anything secret could be sent.
pub(crate) async fn explain(
    error: Error,
    url: &reqwest::Url,
    proxy: Option<reqwest::Proxy>,
    timeout: Duration,
) -> Error {
    if *error.kind() != ErrorKind::Tls || error.server_fingerprint().is_some() {
        return error;
    }
    let is_tls12 = refusal::cause(&error).is_some_and(refusal::is_key_exchange_of_tls12);
    let Some(Found { der, is_tls12 }) = probe(url, proxy, timeout, is_tls12).await else {
        return error;
    };
    let fingerprint = fingerprint(&der);
    let reason = refusal::unsupported(&der);
    let reason = if is_tls12 { reason.or_else(|| only_in_tls13(&der)) } else { reason };
    // Without a reason the handshake failed for another one than the key.
    let reason = reason.unwrap_or_else(|| sources(&error));
    error.because(Refusal { fingerprint, reason, is_pinnable: false })
}

/// The causes of an error, in one line.
fn sources(error: &Error) -> String {
    let mut causes = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.join(": ")
}

/// A certificate, and whether the server uses TLS 1.2.
struct Found {
    der: CertificateDer<'static>,
    is_tls12: bool,
}

async fn probe(
    url: &reqwest::Url,
    proxy: Option<reqwest::Proxy>,
    timeout: Duration,
    is_tls12: bool,
) -> Option<Found> {
    let seen = Arc::new(Probe::default());
    let is_direct = proxy.is_none();
    // It always fails.
    let _ = handshake(url, proxy, timeout, &seen).await;
    if let Some(der) = seen.certificate() {
        return Some(Found { der, is_tls12 });
    }
    // Never around a proxy.
    if !is_direct {
        return None;
    }
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let der = tokio::time::timeout(timeout, hello::certificate(host, port)).await.ok()??;
    Some(Found { der: der.into(), is_tls12: true })
}

async fn handshake(
    url: &reqwest::Url,
    proxy: Option<reqwest::Proxy>,
    timeout: Duration,
    seen: &Arc<Probe>,
) -> Option<()> {
    let provider = provider();
    let verifier = Verifier::new(Check::Nothing(Arc::clone(seen)), Arc::clone(&provider));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let client = reqwest::Client::builder().no_proxy();
    let client = match proxy {
        Some(proxy) => client.proxy(proxy),
        None => client,
    };
    let client = client
        .tls_backend_preconfigured(config)
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .connect_timeout(timeout)
        .timeout(timeout)
        .build()
        .ok()?;
    client.get(url.clone()).send().await.ok().map(drop)
}
