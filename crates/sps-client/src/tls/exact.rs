//! A server that shows exactly a certificate of the file of authorities.
//!
//! A certificate of version 1 and a certificate of an authority cannot be the certificate of a server by RFC 5280, but
//! appliances are set up with both. Who lists such a certificate trusts its key. Period, purpose and name are checked as
//! for every other certificate.

use std::net::IpAddr;

use rustls::{
    CertificateError, Error,
    client::verify_server_name,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use sps_validate::pem::{CertificateItem, Irregularity, Parts};

/// Checks the certificate, which the user listed.
pub(super) fn verify(
    item: &CertificateItem,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), Error> {
    let certificate = &item.certificate;
    let parts = Parts::read(&item.der).ok_or(CertificateError::BadEncoding)?;
    if certificate.irregularities().contains(&Irregularity::InvalidTime) {
        return Err(CertificateError::BadEncoding.into());
    }
    if now.as_secs() < certificate.not_before() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now.as_secs() > certificate.not_after() {
        return Err(CertificateError::Expired.into());
    }
    if !parts.is_for_servers() {
        return Err(CertificateError::InvalidPurpose.into());
    }
    let der = CertificateDer::from(item.der.as_slice());
    if parts.has_alternative_names()
        && let Ok(parsed) = ParsedCertificate::try_from(&der)
    {
        return verify_server_name(&parsed, server_name);
    }
    if has_name(&parts, server_name) {
        Ok(())
    } else {
        Err(CertificateError::NotValidForName.into())
    }
}

/// Whether the certificate is for this server. The common name counts if there are no alternative names: RFC 2818,
/// section 3.1, as OpenSSL has it.
fn has_name(parts: &Parts<'_>, server_name: &ServerName<'_>) -> bool {
    let common_name = if parts.has_alternative_names() { None } else { parts.common_name() };
    match server_name {
        ServerName::DnsName(name) => parts
            .dns_names()
            .into_iter()
            .chain(common_name)
            .any(|it| is_dns_name(it, name.as_ref())),
        ServerName::IpAddress(address) => {
            let address = IpAddr::from(*address);
            let octets = match &address {
                IpAddr::V4(address) => address.octets().to_vec(),
                IpAddr::V6(address) => address.octets().to_vec(),
            };
            parts.ip_addresses().contains(&octets.as_slice())
                || common_name.is_some_and(|it| it.parse() == Ok(address))
        }
        _ => false,
    }
}

/// Whether a host has this name, whose first label may be `*`.
fn is_dns_name(pattern: &str, host: &str) -> bool {
    let host = host.trim_end_matches('.');
    if let Some(rest) = pattern.strip_prefix("*.") {
        let parent = host.split_once('.').map(|(_, parent)| parent);
        return rest.contains('.') && parent.is_some_and(|it| it.eq_ignore_ascii_case(rest));
    }
    !pattern.is_empty() && pattern.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_label() {
        for (pattern, host, is_same) in [
            ("sps.example.com", "SPS.example.com", true),
            ("sps.example.com", "sps.example.com.", true),
            ("*.example.com", "sps.example.com", true),
            ("*.example.com", "a.sps.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.com", "example.com", false),
            ("s*.example.com", "sps.example.com", false),
            ("", "", false),
            ("example.com", "sps.example.com", false),
        ] {
            assert_eq!(is_dns_name(pattern, host), is_same, "{pattern} {host}");
        }
    }
}
