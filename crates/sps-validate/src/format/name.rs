//! Names of hosts, and their labels.

use crate::format::FormatError;

/// Checks a name of two labels or more.
pub(super) fn full(value: &str) -> Result<(), FormatError> {
    let name = value.strip_suffix('.').unwrap_or(value);
    if name.is_empty() {
        return Err(FormatError::Empty);
    }
    if name.len() > 253 {
        return Err(FormatError::TooLong);
    }
    match labels(name)? {
        1 => Err(FormatError::OneLabel),
        _ => Ok(()),
    }
}

/// Whether this is the short name of a host: a label, and no number.
pub(super) fn is_one_label(value: &str) -> bool {
    labels(value) == Ok(1)
}

/// Checks labels with dots between, the last of which is no number; returns how many there are.
pub(super) fn labels(name: &str) -> Result<usize, FormatError> {
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
    Ok(labels)
}

fn check_label(label: &str) -> Result<(), FormatError> {
    if label.is_empty() {
        return Err(FormatError::EmptyLabel);
    }
    if !label.is_ascii() {
        return Err(FormatError::LabelNotAscii);
    }
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !label.bytes().all(is_inside) {
        let only_underscores = label.bytes().all(|byte| is_inside(byte) || byte == b'_');
        return Err(if only_underscores {
            FormatError::Underscore
        } else {
            FormatError::LabelCharacter
        });
    }
    if label.len() > 63 {
        return Err(FormatError::LabelTooLong);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(FormatError::LabelHyphen);
    }
    Ok(())
}
