//! Formats as schemas: the standard `format`, where there is one, and a pattern that does not need it.
//!
//! `format` is an annotation unless a validator is reported otherwise, and validators differ in what they take for an
//! address. So the patterns say what a readable pattern can. They keep to what ECMA-262 and the usual libraries of regular
//! expressions understand alike: no look-around, and no class whose members depend on the library.

use sps_spec::Format;

use super::object::Object;
use crate::{json::Json, page::prose};

/// The number of characters in a label of a domain name is 1 to 63.
const LABEL: &str = "[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?";
/// A number of an IPv4 address, without leading zeros.
const OCTET: &str = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
/// Characters of an atom in the local part of an address, besides letters and digits: RFC 5322, section 3.2.3.
const ATOM: &str = "!#$%&'*+/=?^_`{|}~-";
/// Four characters of base64.
const QUAD: &str = "[0-9A-Za-z+/]{4}";

/// The pattern of a hexadecimal number with its optional prefix.
pub(super) const HEX: &str = "^(?:0[Xx])?[0-9A-Fa-f]*$";

/// What strings of this format are like. Says nothing of what is no string.
pub(super) fn definition(format: Format) -> Object {
    let name = prose::format_name(format);
    let mut letters = name.chars();
    let title: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    Object::new().with("description", format!("{title}.")).and(keywords(format))
}

/// The standard name of a format, where programs that make clients know one.
pub(crate) fn standard(format: Format) -> Option<&'static str> {
    match format {
        Format::Fqdn => Some("hostname"),
        Format::DateTime => Some("date-time"),
        _ => None,
    }
}

fn keywords(format: Format) -> Object {
    let pattern = |pattern: String| Object::new().with("pattern", pattern);
    match format {
        // What is in the brackets is only roughly an IPv6 address: exactly, it would take a page.
        Format::EmailAddress => {
            let atom = class(ATOM);
            let quoted = "\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\"";
            let four = format!("(?:{OCTET}\\.){{3}}{OCTET}");
            let literal = format!("\\[(?:{four}|[Ii][Pp][Vv]6:[0-9A-Fa-f.:]+)\\]");
            let domain = format!("{LABEL}(?:\\.{LABEL})*|{literal}");
            // No "format": validators read `email` by rules of their own, and refuse address literals.
            Object::new()
                .with("pattern", format!("^(?:{atom}+(?:\\.{atom}+)*|{quoted})@(?:{domain})$"))
                .with(
                    "allOf",
                    vec![
                        Json::from(pattern("^.{1,64}@[^@]{1,255}$".to_owned())),
                        last_label_is_no_number("(?:@|\\.)[0-9]+$"),
                    ],
                )
        }
        Format::IpAddress => {
            let one = |format: &str, text: String| {
                Json::from(Object::new().with("format", format).and(pattern(text)))
            };
            let four = format!("^(?:{OCTET}\\.){{3}}{OCTET}$");
            // Roughly, for the same reason; the format has the rest.
            let six = "^[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,8}$".to_owned();
            Object::new().with("anyOf", vec![one("ipv4", four), one("ipv6", six)])
        }
        Format::IpNetwork => {
            let four = format!("(?:{OCTET}\\.){{3}}{OCTET}/(?:3[0-2]|[12]?[0-9])");
            let six =
                "[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,8}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])";
            pattern(format!("^(?:{four}|{six})$"))
        }
        Format::Url => pattern("^[A-Za-z][0-9A-Za-z+.-]*://[^\\s/?#]+(?:[/?#]\\S*)?$".to_owned()),
        Format::Uuid => pattern(
            "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
                .to_owned(),
        ),
        Format::Fqdn => Object::new()
            .with("format", "hostname")
            .with("pattern", format!("^(?:{LABEL}\\.)+{LABEL}\\.?$"))
            .with(
                "allOf",
                vec![
                    Json::from(pattern("^.{0,252}[^.]\\.?$".to_owned())),
                    last_label_is_no_number("(?:^|\\.)[0-9]+\\.?$"),
                ],
            ),
        Format::TimeOfDay => pattern("^(?:[01]?[0-9]|2[0-3]):[0-5][0-9]$".to_owned()),
        Format::DateTime => {
            let day = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])";
            let hour = "(?:[01][0-9]|2[0-3])";
            let time = format!("{hour}:[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?");
            Object::new()
                .with("format", "date-time")
                .with("pattern", format!("^{day}T{time}(?:Z|[+-]{hour}:[0-5][0-9])$"))
        }
        // The characters with the Unicode property White_Space: `\s` is another set in each library.
        Format::NoWhitespace => pattern(
            "^[^\\t-\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]*$"
                .to_owned(),
        ),
        Format::PemCertificate => {
            let last = format!("(?:{QUAD}|[0-9A-Za-z+/]{{3}}=|[0-9A-Za-z+/]{{2}}==)");
            let body = format!("(?:(?:{QUAD}){{16}}\\n)*(?:{QUAD}){{0,15}}{last}\\n");
            pattern(format!("^-----BEGIN CERTIFICATE-----\\n{body}-----END CERTIFICATE-----\\n?$"))
                .with("$comment", "What the base64 holds, a pattern cannot say.")
        }
    }
}

/// Refuses a name that ends with a number, like an IPv4 address.
fn last_label_is_no_number(number: &str) -> Json {
    let number = Object::new().with("type", "string").with("pattern", number);
    Object::new().with("$comment", "The last label is no number.").with("not", number).into()
}

/// ASCII letters, digits and these characters, as a class.
pub(super) fn class(chars: &str) -> String {
    let mut class = "[0-9A-Za-z".to_owned();
    let mut chars: Vec<char> = chars.chars().filter(|c| !c.is_ascii_alphanumeric()).collect();
    chars.sort_unstable();
    chars.dedup();
    for c in chars {
        match c {
            '\\' | ']' | '[' | '^' | '-' => class.extend(['\\', c]),
            // Twice in a row, these are operators for some libraries.
            '&' | '~' => class.push_str(if c == '&' { "\\x26" } else { "\\x7E" }),
            c => class.push(c),
        }
    }
    class.push(']');
    class
}

/// So many of what is before.
pub(super) fn repeated(min: Option<u64>, max: Option<u64>) -> String {
    let max = max.map(|it| it.to_string()).unwrap_or_default();
    format!("{{{},{max}}}", min.unwrap_or(0))
}
