//! What a secret may be: text, not empty, not encrypted.

use sps_model::Secret;

/// What is remarkable about a secret, though it is used as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blemish {
    /// It begins with white space.
    Before,
    /// It ends with white space.
    Behind,
    /// It begins and ends with white space.
    Around,
}

/// Finds white space at the ends of a secret: usually a slip, and kept all the same.
///
/// ```
/// use sps_site::{Blemish, blemish};
/// assert_eq!(blemish(&"hunter22\t".into()), Some(Blemish::Behind));
/// assert_eq!(blemish(&"hunter 22".into()), None);
/// ```
pub fn blemish(secret: &Secret) -> Option<Blemish> {
    let text = secret.expose();
    match (text.starts_with(char::is_whitespace), text.ends_with(char::is_whitespace)) {
        (true, true) => Some(Blemish::Around),
        (true, false) => Some(Blemish::Before),
        (false, true) => Some(Blemish::Behind),
        (false, false) => None,
    }
}

/// Takes the text of a file or of a command, without one line end behind it.
///
/// # Errors
/// As [`check`], and bytes that are no UTF-8.
pub(super) fn of_bytes(bytes: Vec<u8>) -> Result<Secret, String> {
    if matches!(bytes[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err(UTF_16.to_owned());
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        // Wipes what was read.
        drop(Secret::from(String::from_utf8_lossy(error.as_bytes()).into_owned()));
        "it is not UTF-8"
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    let secret = Secret::from(text);
    check(secret.expose())?;
    Ok(secret)
}

const UTF_16: &str = "it is UTF-16; save it as UTF-8";

/// Refuses what cannot be meant as a secret.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.starts_with('\u{feff}') {
        return Err("it starts with a byte order mark; save it as UTF-8 without one".to_owned());
    }
    if text.contains('\0') {
        let every_other = text.bytes().skip(1).step_by(2).all(|it| it == 0)
            || text.bytes().step_by(2).all(|it| it == 0);
        let reason = if every_other { UTF_16 } else { "it has a NUL character, so it is no text" };
        return Err(reason.to_owned());
    }
    match encryption(text) {
        Some(tool) => Err(format!("it is still encrypted by {tool}; decrypt it first")),
        None => Ok(()),
    }
}

/// The tool that encrypted a text, recognized by its first characters.
fn encryption(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    let is_sops_file = || {
        // SOPS keeps the form of a file, and adds its own section.
        (text.starts_with('{') && text.contains("\"sops\""))
            || text.lines().any(|line| line.trim_end() == "sops:" || line.trim_end() == "[sops]")
    };
    if text.starts_with("$ANSIBLE_VAULT;") {
        Some("Ansible Vault")
    } else if text.starts_with("age-encryption.org/")
        || text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----")
    {
        Some("age")
    } else if text.contains("ENC[AES256_GCM,") || (is_sops_file() && text.contains("mac")) {
        Some("SOPS")
    } else if text.starts_with("-----BEGIN PGP MESSAGE-----") {
        Some("OpenPGP")
    } else {
        None
    }
}
