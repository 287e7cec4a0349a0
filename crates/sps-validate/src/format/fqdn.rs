//! `fqdn`.

use crate::format::{FormatError, host, name};

/// A name of at least two labels: RFC 1123, section 2.1, and RFC 1035, section 2.3.4.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    name::full(value).map_err(|error| host::around(value).unwrap_or(error))
}
