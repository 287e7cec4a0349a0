//! `fqdn`.

/// A name of at least two labels: RFC 1123, section 2.1, and RFC 1035, section 2.3.4.
pub(super) fn check(value: &str) -> Result<(), &'static str> {
    let name = value.strip_suffix('.').unwrap_or(value);
    if name.is_empty() {
        return Err("the name is empty");
    }
    if name.len() > 253 {
        return Err("the name is longer than 253 characters");
    }
    let mut labels = 0_usize;
    let mut last = "";
    for label in name.split('.') {
        check_label(label)?;
        labels += 1;
        last = label;
    }
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the last label is a number, as in an IP address");
    }
    if labels < 2 {
        return Err("the name has only one label; expected the full name with its domain");
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), &'static str> {
    if label.is_empty() {
        return Err("a label is empty: there is a dot at the start, or two in a row");
    }
    if !label.is_ascii() {
        return Err("a label is not ASCII; write it in its form that starts with xn--");
    }
    if !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err("a label holds something other than letters, digits and hyphens");
    }
    if label.len() > 63 {
        return Err("a label is longer than 63 characters");
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err("a label starts or ends with a hyphen");
    }
    Ok(())
}
