//! A request as the appliance sees it: with its path decoded and its credentials read.

use std::{fmt::Write as _, net::IpAddr};

use hyper::{HeaderMap, header};

use crate::http::multipart::file_name;

/// A request with its body.
#[derive(Clone, Default)]
pub(crate) struct Request {
    /// Method, with `GET` for `HEAD`: both do the same, but for the body of the response.
    pub(crate) method: String,
    pub(crate) is_head: bool,
    /// Decoded path without empty segments; `None` if it cannot be decoded or has segments such as `..`.
    pub(crate) path: Option<String>,
    /// Path as it was sent.
    pub(crate) raw_path: String,
    pub(crate) raw_query: Option<String>,
    /// Token of the session cookie.
    pub(crate) token: Option<String>,
    pub(crate) authorization: Authorization,
    /// Common name of the client's certificate.
    pub(crate) certificate: Option<String>,
    /// Address of the client.
    pub(crate) peer: Option<IpAddr>,
    pub(crate) browser: bool,
    pub(crate) x_token: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content_length: Option<u64>,
    /// Name of the file in the body.
    pub(crate) file_name: Option<String>,
    /// Whether it has the field `Expect`. An empty field does not count: clients send it to turn the field off.
    pub(crate) expect: bool,
    pub(crate) body: Vec<u8>,
    /// Length of the body. Of firmware, only the start is kept.
    pub(crate) body_length: u64,
}

/// Credentials in the header field `Authorization`.
#[derive(Clone, Default)]
pub(crate) enum Authorization {
    #[default]
    None,
    /// User and password.
    Basic(String, String),
    /// Another scheme, or invalid Basic credentials.
    Unusable,
}

impl std::fmt::Debug for Authorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic(..) => "Basic",
            Self::Unusable => "Unusable",
        })
    }
}

impl Request {
    /// Reads the head of a request.
    pub(crate) fn new(method: &str, path: &str, query: Option<&str>, headers: &HeaderMap) -> Self {
        let text = |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
        // Bytes, because the cookies of other programs may hold anything.
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut cookies = cookies.flat_map(|it| it.as_bytes().split(|byte| *byte == b';'));
        let token = cookies.find_map(|cookie| {
            let value = cookie.trim_ascii().strip_prefix(b"session_id=")?;
            Some(std::str::from_utf8(value).ok()?.trim_matches('"').to_owned())
        });
        Self {
            method: if method == "HEAD" { "GET" } else { method }.to_owned(),
            is_head: method == "HEAD",
            path: decoded(path),
            raw_path: path.to_owned(),
            raw_query: query.map(str::to_owned),
            token,
            authorization: match headers.get(header::AUTHORIZATION) {
                None => Authorization::None,
                Some(value) => basic(value.as_bytes()).unwrap_or(Authorization::Unusable),
            },
            certificate: None,
            peer: None,
            browser: text(header::USER_AGENT).is_some_and(|it| it.contains("Mozilla/")),
            x_token: headers.get("x-token").and_then(|it| it.to_str().ok()).map(str::to_owned),
            content_type: text(header::CONTENT_TYPE)
                .map(|it| it.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()),
            content_length: text(header::CONTENT_LENGTH).and_then(|it| it.parse().ok()),
            file_name: headers
                .get(header::CONTENT_DISPOSITION)
                .and_then(|it| file_name(it.as_bytes())),
            expect: headers.get_all(header::EXPECT).iter().any(|it| !it.is_empty()),
            body: Vec::new(),
            body_length: 0,
        }
    }

    /// Returns the first value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.raw_query.as_deref()?;
        let mut parameters = query.split('&').filter_map(|it| it.split_once('='));
        let (_, value) = parameters.find(|(it, _)| *it == name)?;
        query_decoded(value)
    }

    /// Returns the parts of a query parameter that is a list with commas.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let text = self.parameter(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// Returns all query parameters, decoded. One that cannot be decoded stays as it is.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        parameters(self.raw_query.as_deref().unwrap_or_default())
    }

    /// Returns the method as it was sent.
    pub(crate) fn sent_method(&self) -> &str {
        if self.is_head { "HEAD" } else { &self.method }
    }

    /// Whether the method changes something.
    pub(crate) fn changes(&self) -> bool {
        matches!(self.method.as_str(), "POST" | "PUT" | "DELETE" | "PATCH")
    }
}

/// Returns the decoded parameters of a query or of a form. One that cannot be decoded stays as it is.
pub(crate) fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|it| !it.is_empty());
    let pairs = pairs.map(|it| it.split_once('=').unwrap_or((it, "")));
    let text = |it: &str| query_decoded(it).unwrap_or_else(|| it.to_owned());
    pairs.map(|(name, value)| (text(name), text(value))).collect()
}

/// Decodes a path. Empty segments are skipped, as web servers do: `/api//info/` is `/api/info`.
fn decoded(path: &str) -> Option<String> {
    let mut whole = String::new();
    for segment in path.strip_prefix('/')?.split('/').filter(|it| !it.is_empty()) {
        let segment = percent_decoded(segment)?;
        let is_invalid = |it: char| it == '/' || it.is_control();
        if matches!(segment.as_str(), "." | "..") || segment.contains(is_invalid) {
            return None;
        }
        whole.push('/');
        whole.push_str(&segment);
    }
    Some(whole).filter(|it| !it.is_empty())
}

/// Decodes a text of a query, in which a plus is a space.
fn query_decoded(text: &str) -> Option<String> {
    percent_decoded(&text.replace('+', " "))
}

/// Encodes a text for a path or a query. Characters that have no meaning of their own stay, and so do these others.
pub(crate) fn percent_encoded(text: &str, others: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || others.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            // `from_str_radix` would accept a sign.
            if !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn basic(value: &[u8]) -> Option<Authorization> {
    let (scheme, credentials) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let text = String::from_utf8(base64(credentials.trim_ascii())?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Authorization::Basic(user.to_owned(), password.to_owned()))
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut end = text.len();
    while end > 0 && text.len() - end < 2 && text[end - 1] == b'=' {
        end -= 1;
    }
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for character in &text[..end] {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).ok()?);
        }
    }
    (count < 6).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_paths() {
        for (path, expected) in [
            ("/api", Some("/api")),
            ("/api/", Some("/api")),
            ("/api/a%20b", Some("/api/a b")),
            ("/api/%2e%2e/x", None),
            ("/api/../x", None),
            ("/api//x", Some("/api/x")),
            ("//api/x//", Some("/api/x")),
            ("//", None),
            ("/api/a%2Fb", None),
            ("/api/a%", None),
            ("/api/a%+1", None),
            ("/api/a%ff", None),
            ("/api/%00", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(decoded(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn decodes_base64() {
        // Test vectors of RFC 4648, section 10.
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")]
        {
            assert_eq!(base64(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
        for text in ["Z", "Zg-_", "====", "Z=g="] {
            assert_eq!(base64(text.as_bytes()), None, "{text}");
        }
    }
}
