//! Checks of certificates: the period, the authority, and the form.

use crate::{context::Context, pem, rule::Outcome};

/// Whether the period of a certificate has begun. Undecided if the time is unknown.
///
/// ```
/// use sps_validate::{Context, Outcome, certificate_already_valid};
/// assert_eq!(certificate_already_valid("not PEM", &Context::default()), Outcome::Holds);
/// ```
///
/// Text that is not one certificate holds here; another rule refuses it.
///
/// Source: RFC 5280, section 4.1.2.5.
pub fn certificate_already_valid(pem: &str, context: &Context<'_>) -> Outcome {
    let Ok(certificate) = pem::certificate(pem) else { return Outcome::Holds };
    match context.now {
        Some(now) => (now.0 >= certificate.not_before()).into(),
        None => Outcome::Undecided,
    }
}

/// Whether a certificate may sign others. One without basic constraints holds, as every one before version 3.
///
/// Text that is not one certificate holds here; another rule refuses it.
///
/// Source: RFC 5280, section 4.2.1.9.
pub fn certificate_of_authority(pem: &str, _: &Context<'_>) -> Outcome {
    match pem::certificate(pem) {
        Ok(certificate) => (certificate.is_authority() != Some(false)).into(),
        Err(_) => Outcome::Holds,
    }
}

/// Whether a certificate has no [irregularities](pem::Certificate::irregularities).
///
/// Text that is not one certificate holds here; another rule refuses it.
///
/// Source: RFC 5280, section 4.1; ITU-T X.690, section 10; RFC 4648, section 3.5.
pub fn certificate_regular(pem: &str, _: &Context<'_>) -> Outcome {
    match pem::certificate(pem) {
        Ok(certificate) => certificate.irregularities().is_empty().into(),
        Err(_) => Outcome::Holds,
    }
}
