//! Certificates: what is read from them, which envelopes are refused, and how files are repaired.
//!
//! The certificates under `tests/data/certificates` were made with OpenSSL for this purpose, save
//! for `guide.pem`, which is the vendor guide's own.

use proptest::{collection::vec, prelude::*};
use sps_validate::pem::{self, Certificate, Container, PemError, Strength};

macro_rules! data {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../data/certificates/", $name, ".pem")))),+]
    };
}

const READABLE: &[(&str, &str)] = data![
    "guide",
    "rsa-1024",
    "rsa-2048",
    "rsa-md5",
    "rsa-sha1",
    "rsa-pss",
    "rsa-pss-sha1",
    "rsa-pss-key",
    "dsa-1024",
    "dsa-2048",
    "ec-p192",
    "ec-p256",
    "ec-p256-explicit",
    "ec-p521",
    "ed25519",
    "ed448",
    "sm2",
    "negative-serial",
    "long-serial",
    "multi-rdn",
    "empty-subject",
    "forever",
];
const ANCIENT: &str = include_str!("../data/certificates/ancient.pem");
const EC: &str = include_str!("../data/certificates/ec-p256.pem");

fn read(name: &str) -> Certificate {
    let (_, text) = READABLE.iter().find(|(known, _)| *known == name).unwrap();
    pem::certificate(text).unwrap()
}

#[test]
fn reads_every_certificate_with_and_without_its_last_line_feed() {
    for (name, text) in READABLE {
        assert!(pem::certificate(text).is_ok(), "{name}: {:?}", pem::certificate(text));
        assert_eq!(pem::certificate(text.trim_end()), pem::certificate(text), "{name}");
        assert_eq!(pem::normalize(text).as_deref(), Ok(*text), "{name}");
    }
}

#[test]
fn rates_signature_and_key() {
    use Strength::{Strong, Unknown, Weak};

    for (name, signature, signature_name, key, key_name, bits) in [
        ("guide", Weak, Some("SHA-1 with RSA"), Strong, Some("RSA"), Some(2048)),
        ("rsa-1024", Strong, Some("SHA-256 with RSA"), Weak, Some("RSA"), Some(1024)),
        ("rsa-2048", Strong, Some("SHA-256 with RSA"), Strong, Some("RSA"), Some(2048)),
        ("rsa-md5", Weak, Some("MD5 with RSA"), Strong, Some("RSA"), Some(2048)),
        ("rsa-sha1", Weak, Some("SHA-1 with RSA"), Strong, Some("RSA"), Some(2048)),
        ("rsa-pss", Strong, Some("SHA-2 or SHA-3 with RSA-PSS"), Strong, Some("RSA"), Some(2048)),
        ("rsa-pss-sha1", Weak, Some("SHA-1 with RSA-PSS"), Strong, Some("RSA"), Some(2048)),
        (
            "rsa-pss-key",
            Strong,
            Some("SHA-2 or SHA-3 with RSA-PSS"),
            Strong,
            Some("RSA"),
            Some(2048),
        ),
        ("dsa-1024", Strong, Some("SHA-256 with DSA"), Weak, Some("DSA"), Some(1024)),
        ("dsa-2048", Strong, Some("SHA-256 with DSA"), Strong, Some("DSA"), Some(2048)),
        ("ec-p192", Strong, Some("SHA-256 with ECDSA"), Weak, Some("elliptic curve"), Some(192)),
        ("ec-p256", Strong, Some("SHA-256 with ECDSA"), Strong, Some("elliptic curve"), Some(256)),
        (
            "ec-p256-explicit",
            Strong,
            Some("SHA-256 with ECDSA"),
            Strong,
            Some("elliptic curve"),
            Some(256),
        ),
        ("ec-p521", Strong, Some("SHA-512 with ECDSA"), Strong, Some("elliptic curve"), Some(521)),
        ("ed25519", Strong, Some("Ed25519"), Strong, Some("Ed25519"), Some(256)),
        ("ed448", Strong, Some("Ed448"), Strong, Some("Ed448"), Some(456)),
        // A national signature algorithm over a curve of known size.
        ("sm2", Unknown, None, Strong, Some("elliptic curve"), Some(256)),
    ] {
        let certificate = read(name);
        assert_eq!(certificate.signature(), signature, "{name}");
        assert_eq!(certificate.signature_name(), signature_name, "{name}");
        assert_eq!(certificate.key(), key, "{name}");
        assert_eq!(certificate.key_name(), key_name, "{name}");
        assert_eq!(certificate.key_bits(), bits, "{name}");
    }
}

#[test]
fn dates_are_seconds_since_1970() {
    // `openssl x509 -dates`, and `date -u -d … +%s`.
    let guide = read("guide");
    assert_eq!((guide.not_before(), guide.not_after()), (1_461_340_826, 1_492_876_826));
    let forever = read("forever");
    assert_eq!((forever.not_before(), forever.not_after()), (946_684_800, 253_402_300_799));
}

#[test]
fn a_date_before_1970_counts_as_1970() {
    let ancient = pem::certificate(ANCIENT).unwrap();
    assert_eq!((ancient.not_before(), ancient.not_after()), (0, 2_524_607_999));
    assert_eq!(ancient.irregularities(), []);
}

/// Each envelope with the error it has, and whether a program can repair it.
fn envelopes() -> Vec<(&'static str, String, PemError, bool)> {
    let (head, rest) = EC.split_once('\n').unwrap();
    let body = rest.split_once("-----END").unwrap().0;
    let base64 = body.replace('\n', "");
    let tail = "-----END CERTIFICATE-----\n";
    let wrap = |width: usize| {
        let lines: Vec<_> = base64
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap().to_owned() + "\n")
            .collect();
        format!("{head}\n{}{tail}", lines.concat())
    };
    let label = |label: &str| EC.replace("CERTIFICATE", label);
    let mut other = base64.clone();
    other.replace_range(9..10, if &other[9..10] == "A" { "B" } else { "A" });

    vec![
        ("nothing", String::new(), PemError::NotPem, false),
        ("white space", " \n".into(), PemError::NotPem, false),
        ("words", "a certificate".into(), PemError::NotPem, false),
        ("placeholder", "<ca-cert>".into(), PemError::NotPem, false),
        ("four dashes", EC.replace("-----", "----"), PemError::NotPem, false),
        ("lower case", EC.replace("BEGIN", "begin"), PemError::NotPem, false),
        ("first line cut", EC[1..].into(), PemError::NotPem, false),
        ("two first lines as one", EC.replacen('\n', "", 1), PemError::BadBase64, true),
        ("no end line", format!("{head}\n{body}"), PemError::Unfinished, false),
        ("end line cut", EC.trim_end()[..EC.len() - 3].into(), PemError::Unfinished, false),
        (
            "another end line",
            EC.replace("END CERTIFICATE", "END X509 CRL"),
            PemError::Unfinished,
            false,
        ),
        ("private key", label("PRIVATE KEY"), PemError::PrivateKey, false),
        ("RSA private key", label("RSA PRIVATE KEY"), PemError::PrivateKey, false),
        ("encrypted private key", label("ENCRYPTED PRIVATE KEY"), PemError::PrivateKey, false),
        ("OpenSSH private key", label("OPENSSH PRIVATE KEY"), PemError::PrivateKey, false),
        (
            "private key after",
            format!("{EC}{}", label("EC PRIVATE KEY")),
            PemError::PrivateKey,
            false,
        ),
        (
            "private key before",
            format!("{}{EC}", label("EC PRIVATE KEY")),
            PemError::PrivateKey,
            false,
        ),
        (
            "private key cut",
            format!("{EC}-----BEGIN PRIVATE KEY-----\nMIIE"),
            PemError::PrivateKey,
            false,
        ),
        (
            "request",
            label("CERTIFICATE REQUEST"),
            PemError::Container(Container::CertificateRequest),
            false,
        ),
        ("public key", label("PUBLIC KEY"), PemError::Container(Container::PublicKey), false),
        ("trusted certificate", label("TRUSTED CERTIFICATE"), PemError::WrongLabel, true),
        ("list and certificate", format!("{}{EC}", label("X509 CRL")), PemError::WrongLabel, false),
        ("old label", label("X509 CERTIFICATE"), PemError::WrongLabel, true),
        ("twice the same", format!("{EC}{EC}"), PemError::SeveralCertificates, false),
        ("chain", format!("{EC}{ANCIENT}"), PemError::SeveralCertificates, false),
        (
            "chain with text",
            format!("a\n{EC}\nb\n{ANCIENT}c"),
            PemError::SeveralCertificates,
            false,
        ),
        ("joined", format!("{}{EC}", EC.trim_end()), PemError::SeveralCertificates, false),
        (
            "joined by one line of dashes",
            format!("{}{EC}", EC.trim_end().trim_end_matches('-')),
            PemError::SeveralCertificates,
            false,
        ),
        (
            "second one without its first line",
            format!("{EC}{}", &EC[EC.find('\n').unwrap()..]),
            PemError::SeveralCertificates,
            false,
        ),
        (
            "second one without its last line",
            format!("{EC}{}", EC.split_once("-----END").unwrap().0),
            PemError::SeveralCertificates,
            false,
        ),
        (
            "private key without its first line",
            format!("{EC}{}-----END PRIVATE KEY-----\n", &base64[..64]),
            PemError::PrivateKey,
            false,
        ),
        ("PKCS#7", label("PKCS7"), PemError::Container(Container::Pkcs7), false),
        ("PKCS#7 and certificate", format!("{}{EC}", label("PKCS7")), PemError::WrongLabel, false),
        ("CRLF", EC.replace('\n', "\r\n"), PemError::CarriageReturn, true),
        ("CR", EC.replace('\n', "\r"), PemError::CarriageReturn, true),
        ("one CR", EC.replacen('\n', "\r\n", 1), PemError::CarriageReturn, true),
        ("last line CRLF", format!("{}\r\n", EC.trim_end()), PemError::CarriageReturn, true),
        ("text before", format!("subject=CN = a\n{EC}"), PemError::TextBefore, true),
        ("text before on the line", format!("a {EC}"), PemError::TextBefore, true),
        (
            "bag attributes",
            format!("Bag Attributes\n    friendlyName: a\n{EC}"),
            PemError::TextBefore,
            true,
        ),
        ("space before", format!(" {EC}"), PemError::TextBefore, true),
        ("line feed before", format!("\n{EC}"), PemError::TextBefore, true),
        ("byte order mark", format!("\u{feff}{EC}"), PemError::TextBefore, true),
        ("comment", format!("# CA\n{EC}"), PemError::TextBefore, true),
        ("text after", format!("{EC}subject=CN = a\n"), PemError::TextAfter, true),
        ("text after on the line", format!("{} a", EC.trim_end()), PemError::TextAfter, true),
        ("second line feed", format!("{EC}\n"), PemError::TextAfter, true),
        ("space after", format!("{} ", EC.trim_end()), PemError::TextAfter, true),
        ("second end line", format!("{EC}{tail}"), PemError::TextAfter, true),
        ("null character after", format!("{EC}\0"), PemError::TextAfter, true),
        ("escaped line feeds", EC.replace('\n', "\\n"), PemError::EscapedLineEnds, true),
        (
            "escaped inner line feeds",
            EC.trim_end().replace('\n', "\\n"),
            PemError::EscapedLineEnds,
            true,
        ),
        ("escaped CRLF", EC.replace('\n', "\\r\\n"), PemError::EscapedLineEnds, true),
        ("doubly escaped", EC.replace('\n', "\\\\n"), PemError::EscapedLineEnds, true),
        ("spaces for line feeds", EC.trim_end().replace('\n', " "), PemError::BadBase64, true),
        ("one line", EC.trim_end().replace('\n', ""), PemError::BadBase64, true),
        ("one line of base64", wrap(100_000), PemError::BadBase64, true),
        ("76 columns", wrap(76), PemError::BadBase64, true),
        ("63 columns", wrap(63), PemError::BadBase64, true),
        ("blank line first", EC.replacen('\n', "\n\n", 1), PemError::BadBase64, true),
        ("blank line last", EC.replace("\n-----END", "\n\n-----END"), PemError::BadBase64, true),
        ("indented", EC.replace('\n', "\n  "), PemError::TextAfter, true),
        ("indented lines", EC.trim_end().replace('\n', "\n  "), PemError::BadBase64, true),
        ("trailing space", EC.replacen('\n', " \n", 1), PemError::BadBase64, true),
        ("empty block", format!("{head}\n{tail}"), PemError::BadBase64, false),
        ("empty line in block", format!("{head}\n\n{tail}"), PemError::BadBase64, false),
        (
            "headers",
            format!("{head}\nProc-Type: 4,ENCRYPTED\n\n{body}{tail}"),
            PemError::BadBase64,
            false,
        ),
        ("star", EC.replacen("MII", "M**", 1), PemError::BadBase64, false),
        ("URL alphabet", EC.replacen("MII", "M-_", 1), PemError::BadBase64, false),
        ("accent", EC.replacen("MII", "Mé", 1), PemError::BadBase64, false),
        ("many accents", format!("{head}\n{}\n{tail}", "é".repeat(99)), PemError::BadBase64, false),
        ("padding first", format!("{head}\n====\n{tail}"), PemError::BadBase64, false),
        ("one character", format!("{head}\nA\n{tail}"), PemError::BadBase64, false),
        ("extra bits", format!("{head}\nAB==\n{tail}"), PemError::NotX509, false),
        ("one byte", format!("{head}\nAA==\n{tail}"), PemError::NotX509, false),
        ("text as base64", format!("{head}\naGVsbG8=\n{tail}"), PemError::NotX509, false),
        ("cut certificate", format!("{head}\n{}\n{tail}", &base64[..64]), PemError::NotX509, false),
        ("certificate and a byte more", format!("{head}\nMAAA\n{tail}"), PemError::NotX509, false),
        ("changed tag", format!("{head}\n{}\n{tail}", &other[..64]), PemError::NotX509, false),
    ]
}

#[test]
fn rejects_envelopes_and_repairs_them_if_possible() {
    for (name, text, error, repairable) in envelopes() {
        assert_eq!(pem::certificate(&text).err(), Some(error), "{name}");
        if repairable {
            assert_eq!(pem::normalize(&text).as_deref(), Ok(EC), "{name}");
        } else {
            assert_eq!(pem::normalize(&text), Err(error), "{name}");
        }
    }
}

#[test]
fn base64_alone_is_not_shown_but_named_for_a_file() {
    let base64: String = EC.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(pem::certificate(&base64), Err(PemError::NotPem));
    assert_eq!(pem::normalize(&base64), Err(PemError::Container(Container::BareBase64)));
}

#[test]
fn messages_never_repeat_the_text() {
    for (name, text, _, _) in envelopes() {
        let error = pem::certificate(&text).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with(char::is_lowercase) && !message.ends_with('.'), "{name}");
        assert!(!message.contains("MII") && !format!("{error:?}").contains("MII"), "{name}");
    }
}

#[test]
fn takes_linear_time_on_many_marks() {
    // Quadratic, this would take minutes.
    let marks = "-----BEGIN CERTIFICATE-----".repeat(200_000);
    assert_eq!(pem::certificate(&marks), Err(PemError::SeveralCertificates));
    let open = "-----BEGIN ".repeat(500_000);
    assert_eq!(pem::certificate(&open), Err(PemError::WrongLabel));
}

/// Text between two lines of a file that people might have.
fn noise() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(String::from("\n")),
        Just(String::from("\u{feff}")),
        Just(String::from("Bag Attributes\n    localKeyID: 01 02\nsubject=CN = a\n")),
        Just(String::from("Certificate:\n    Data:\n        Version: 1 (0x0)\n")),
        "[ -,.-~\\n\\r\\t]{0,60}",
    ]
}

fn certificate_text() -> impl Strategy<Value = &'static str> {
    prop::sample::select(READABLE.iter().map(|(_, text)| *text).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn normalize_repairs_ordinary_files(
        text in certificate_text(),
        before in noise(),
        after in noise(),
        width in 1_usize..200,
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r", " ", "\n\n", " \n\t", "\\n"]),
    ) {
        let lines = text.trim_end().lines().collect::<Vec<_>>();
        let (first, last) = (lines[0], lines[lines.len() - 1]);
        let base64 = lines[1..lines.len() - 1].concat();
        let mut wild = format!("{before}{first}{line_end}");
        for chunk in base64.as_bytes().chunks(width) {
            wild.push_str(std::str::from_utf8(chunk).unwrap());
            wild.push_str(line_end);
        }
        wild.push_str(last);
        wild.push_str(&after);
        prop_assert_eq!(pem::normalize(&wild), Ok(text.to_owned()));
    }

    /// Whatever it accepts, the result passes, and stays as it is.
    #[test]
    fn normalize_is_idempotent_and_its_output_passes(
        text in certificate_text(),
        changes in vec((any::<prop::sample::Index>(), any::<char>(), any::<bool>()), 0..4),
    ) {
        let mut characters: Vec<char> = text.chars().collect();
        for (at, character, insert) in changes {
            let at = at.index(characters.len());
            if insert {
                characters.insert(at, character);
            } else {
                characters[at] = character;
            }
        }
        let changed: String = characters.into_iter().collect();
        let read = pem::certificate(&changed);
        if let Ok(clean) = pem::normalize(&changed) {
            let again = pem::certificate(&clean);
            prop_assert!(again.is_ok());
            prop_assert_eq!(pem::normalize(&clean), Ok(clean));
            // What is irregular may be in the base64 alone.
            if read.as_ref().is_ok_and(|it| it.irregularities().is_empty()) {
                prop_assert_eq!(read, again);
            }
        } else {
            prop_assert!(read.is_err());
        }
    }

    /// Broken DER in a sound envelope reaches the library.
    #[test]
    fn never_panics_on_changed_bytes(
        text in certificate_text(),
        changes in vec((any::<prop::sample::Index>(), "[A-Za-z0-9+/]"), 1..6),
    ) {
        let mut changed = text.to_owned();
        let first = text.find('\n').unwrap() + 1;
        let end = text.find("\n-----END").unwrap();
        let body = first..text.find('=').unwrap_or(end);
        for (at, character) in changes {
            let at = body.start + at.index(body.len());
            if changed.as_bytes()[at] != b'\n' {
                changed.replace_range(at..=at, &character);
            }
        }
        if let Err(error) = pem::certificate(&changed) {
            prop_assert!(matches!(error, PemError::NotX509 | PemError::BadBase64));
        }
    }

    #[test]
    fn never_panics_on_arbitrary_text(text in any::<String>()) {
        prop_assert!(pem::certificate(&text).is_err());
        prop_assert!(pem::normalize(&text).is_err());
    }

    #[test]
    fn never_panics_on_arbitrary_lines(
        text in "(-----BEGIN |-----END |CERTIFICATE|X509 |PRIVATE KEY|-----|\\n|\\r|MII|é|=|A){0,24}",
    ) {
        prop_assert!(pem::certificate(&text).is_err());
        prop_assert!(pem::normalize(&text).is_err());
    }
}
