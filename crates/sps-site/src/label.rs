//! The name of an object in a site.

use std::fmt::{self, Write as _};

use sps_model::validate::text::is_hidden;
use unicode_normalization::UnicodeNormalization as _;

/// The name of an object in a site: the path of its endpoint below `/api/configuration/`, and in a collection the name of the
/// object.
///
/// Names are kept in Unicode's composed form (NFC), in which they are also compared. As text, `%`, `/` and characters
/// of a name that are not shown as themselves are percent-encoded, so that the last `/` ends the endpoint.
///
/// ```
/// use sps_site::Label;
/// let label = Label::of_object("policies/time_policies", "24/7");
/// assert_eq!(label.to_string(), "policies/time_policies/24%2F7");
/// assert_eq!(Label::of_singleton("management/email").to_string(), "management/email");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    endpoint: String,
    name: Option<String>,
}

impl Label {
    /// The label of what is alone at an endpoint.
    pub fn of_singleton(endpoint: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), name: None }
    }

    /// The label of an object of a collection.
    pub fn of_object(collection: impl Into<String>, name: &str) -> Self {
        Self { endpoint: collection.into(), name: Some(composed(name)) }
    }

    /// The path of the endpoint below `/api/configuration/`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The name of the object in its collection.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.endpoint)?;
        match &self.name {
            Some(name) => write!(f, "/{}", encode(name, |it| it == '/' || is_hidden(it))),
            None => Ok(()),
        }
    }
}

/// A text in Unicode's composed form.
pub(crate) fn composed(text: &str) -> String {
    // Nearly every name is, and needs no look at the tables.
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

/// Percent-encodes `%` and these characters.
pub(crate) fn encode(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '%' || is_special(character) {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                // Writing to a String cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(character);
        }
    }
    encoded
}

/// Undoes [`encode`]; `None` if a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(value).expect("two hexadecimal digits are below 256"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_stay_apart() {
        let texts =
            ["a/b", "a_b", "a%2Fb", "a%b"].map(|name| Label::of_object("x", name).to_string());
        assert_eq!(texts, ["x/a%2Fb", "x/a_b", "x/a%252Fb", "x/a%25b"]);
        for text in texts {
            let name = decode(text.strip_prefix("x/").unwrap()).unwrap();
            assert_eq!(Label::of_object("x", &name).to_string(), text);
        }
    }

    #[test]
    fn both_forms_of_a_letter_are_one_name() {
        assert_eq!(Label::of_object("x", "bu\u{308}ro"), Label::of_object("x", "b\u{fc}ro"));
    }

    #[test]
    fn broken_encodings_are_no_names() {
        for text in ["%", "%2", "%zz", "a%F", "%FF"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
