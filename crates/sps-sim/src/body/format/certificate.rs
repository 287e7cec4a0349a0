//! Exactly one certificate in PEM.

use x509_cert::{Certificate, der::DecodePem};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----\n";
const END: &str = "-----END CERTIFICATE-----";
/// Length of a full line of base64, RFC 7468, section 2.
const LINE_CHARS: usize = 64;

/// Whether a text is exactly one X.509 certificate in PEM with LF line ends. The last line end may be missing.
///
/// The library accepts text in front and other line ends, so the envelope is checked here first.
pub(super) fn is_certificate(text: &str) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let body = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    body.is_some_and(is_wrapped) && Certificate::from_pem(text).is_ok()
}

/// Whether a text is lines of base64, each with its line end, and all but the last one full.
fn is_wrapped(body: &str) -> bool {
    let Some(body) = body.strip_suffix('\n') else { return false };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let lines: Vec<&str> = body.split('\n').collect();
    let Some((last, full)) = lines.split_last() else { return false };
    full.iter().all(|line| line.len() == LINE_CHARS)
        && (1..=LINE_CHARS).contains(&last.len())
        && lines.iter().all(|line| line.bytes().all(is_base64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A self-signed certificate made for this test, as `openssl req -x509` prints it.
    const TEXT: &str = include_str!("certificate.pem");

    #[test]
    fn accepts_one_certificate() {
        assert!(is_certificate(TEXT));
        assert!(is_certificate(TEXT.trim_end()));
    }

    #[test]
    fn refuses_text_around_the_certificate() {
        for text in [
            String::new(),
            BEGIN.to_owned(),
            format!("{BEGIN}{END}\n"),
            format!("{BEGIN}AAAA\n{END}\n"),
            format!("{TEXT}\n"),
            format!("{TEXT}{TEXT}"),
            format!(" {TEXT}"),
            format!("subject=CN = x\n{TEXT}"),
            TEXT.replace('\n', "\r\n"),
            TEXT.replace("CERTIFICATE", "X509 CERTIFICATE"),
            TEXT.replacen("\nMII", "\n\nMII", 1),
            TEXT.replacen("MII", "MI", 1),
            TEXT.replacen("MII", "MIé", 1),
        ] {
            assert!(!is_certificate(&text), "{text}");
        }
    }
}
