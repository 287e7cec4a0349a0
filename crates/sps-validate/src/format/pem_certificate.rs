//! `pem-certificate`.

use crate::pem::{self, PemError};

/// One certificate and nothing around it, as [`pem::certificate`] has it.
pub(super) fn check(value: &str) -> Result<(), &'static str> {
    pem::certificate(value).map(drop).map_err(PemError::message)
}
