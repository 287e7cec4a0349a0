//! `fqdn`.

use crate::format::FormatError;

/// A name of at least two labels: RFC 1123, section 2.1, and RFC 1035, section 2.3.4.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    let name = value.strip_suffix('.').unwrap_or(value);
    if name.is_empty() {
        return Err(FormatError::Empty);
    }
    if name.len() > 253 {
        return Err(FormatError::TooLong);
    }
    let mut labels = 0_usize;
    let mut last = "";
    for label in name.split('.') {
        check_label(label)?;
        labels += 1;
        last = label;
    }
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FormatError::NumericLabel);
    }
    if labels < 2 {
        return Err(FormatError::OneLabel);
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), FormatError> {
    if label.is_empty() {
        return Err(FormatError::EmptyLabel);
    }
    if !label.is_ascii() {
        return Err(FormatError::LabelNotAscii);
    }
    if !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(FormatError::LabelCharacter);
    }
    if label.len() > 63 {
        return Err(FormatError::LabelTooLong);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(FormatError::LabelHyphen);
    }
    Ok(())
}
