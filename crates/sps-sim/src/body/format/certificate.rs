//! Exactly one certificate in PEM.

use x509_cert::{
    Certificate,
    der::{Decode, DecodePem, Encode, asn1::UintRef},
};

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

/// Whether the key is RSA or DSA of less than 2048 bits, or elliptic of less than 224: release notes of 7.3.
///
/// Keys of other kinds, and those that cannot be measured, are not weak.
pub(super) fn has_weak_key(text: &str) -> bool {
    let Ok(certificate) = Certificate::from_pem(text) else { return false };
    let info = certificate.tbs_certificate().subject_public_key_info();
    let key = info.subject_public_key.raw_bytes();
    match &*info.algorithm.oid.to_string() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" | "2.5.8.1.1" => is_short(key, 2048),
        "1.2.840.10040.4.1" | "1.3.14.3.2.12" => {
            let parameters = info.algorithm.parameters.as_ref();
            parameters.and_then(|it| it.to_der().ok()).is_some_and(|it| is_short(&it, 2048))
        }
        "1.2.840.10045.2.1" => match key {
            // Two coordinates, or one of them.
            [4 | 6 | 7, point @ ..] => point.len() * 4 < 224,
            [2 | 3, point @ ..] => point.len() * 8 < 224,
            _ => false,
        },
        _ => false,
    }
}

/// Whether the first number of a DER sequence has fewer bits.
fn is_short(sequence: &[u8], bits: usize) -> bool {
    let first = match sequence {
        // The length of the content in one byte, or in so many bytes.
        [0x30, length, rest @ ..] if *length < 0x80 => rest,
        [0x30, length, rest @ ..] => rest.get(usize::from(length & 0x7F)..).unwrap_or_default(),
        _ => return false,
    };
    let Ok((number, _)) = UintRef::from_der_partial(first) else { return false };
    let zeros = number.as_bytes().first().map_or(0, |byte| byte.leading_zeros());
    number.as_bytes().len() * 8 < bits + zeros as usize
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
