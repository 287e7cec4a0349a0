//! `pem-certificate`.

use crate::{format::FormatError, pem};

/// Accepts one certificate and nothing around it; see [`pem::certificate`].
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    pem::certificate(value).map(drop).map_err(FormatError::Certificate)
}
