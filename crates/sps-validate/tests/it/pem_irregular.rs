//! Certificates that OpenSSL reads although they break a standard.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use sps_validate::{
    Context, Outcome, Reason, Timestamp, certificate_already_valid, certificate_of_authority,
    pem::{self, Certificate, Irregularity, Parts},
};

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../data/files/", $name))
    };
}

/// An element of DER.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let length = match length {
        0..=0x7f => vec![u8::try_from(length).unwrap()],
        0x80..=0xff => vec![0x81, u8::try_from(length).unwrap()],
        _ => [&[0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    [&[tag], &*length, content].concat()
}

/// The elements of a text of DER, each whole.
fn elements(mut der: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !der.is_empty() {
        let (header, length) = match der[1] {
            0x82 => (4, usize::from(der[2]) * 256 + usize::from(der[3])),
            0x81 => (3, usize::from(der[2])),
            length => (2, usize::from(length)),
        };
        let (whole, rest) = der.split_at(header + length);
        found.push(whole.to_vec());
        der = rest;
    }
    found
}

fn content(element: &[u8]) -> &[u8] {
    match element[1] {
        0x82 => &element[4..],
        0x81 => &element[3..],
        _ => &element[2..],
    }
}

/// The sound certificate, with its parts changed: version, serial number, algorithm, issuer, validity, subject, key,
/// extensions.
fn changed(change: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let contents = pem::read(file!("plain.pem").as_bytes());
    let der = &contents.certificates().unwrap()[0].der;
    let mut outer = elements(content(der));
    let mut parts = elements(content(&outer[0]));
    change(&mut parts);
    outer[0] = element(0x30, &parts.concat());
    element(0x30, &outer.concat())
}

fn valid(from: (u8, &str), to: (u8, &str)) -> Vec<u8> {
    changed(|parts| {
        let dates = [element(from.0, from.1.as_bytes()), element(to.0, to.1.as_bytes())];
        parts[4] = element(0x30, &dates.concat());
    })
}

/// With this serial number.
fn serial_of(content: &[u8]) -> Vec<u8> {
    changed(|parts| parts[1] = element(2, content))
}

/// With a serial number of so many octets.
fn serial(octets: usize) -> Vec<u8> {
    serial_of(&vec![0x7f; octets])
}

const UTC: u8 = 0x17;
const GENERAL: u8 = 0x18;
const LATER: (u8, &str) = (UTC, "360101000000Z");

fn pem_of(der: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut base64 = String::new();
    for group in der.chunks(3) {
        let byte = |at: usize| usize::from(*group.get(at).unwrap_or(&0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = char::from(ALPHABET[bits >> (18 - 6 * at) & 63]);
            base64.push(if at > group.len() { '=' } else { digit });
        }
    }
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// Each with its irregularities, and when it starts to be valid.
fn irregular() -> Vec<(&'static str, Vec<u8>, Vec<Irregularity>, u64)> {
    let time = || vec![Irregularity::TimeForm];
    let sound = 1_795_782_935;
    let der = changed(|_| {});
    let long_form = [&[0x30, 0x83, 0][..], &der[2..]].concat();
    let endless = [&[0x30, 0x80][..], content(&der), &[0, 0]].concat();
    vec![
        ("sound", der.clone(), vec![], sound),
        ("no seconds", valid((UTC, "9906291400Z"), LATER), time(), 930_664_800),
        ("offset", valid((UTC, "990629160000+0200"), LATER), time(), 930_664_800),
        ("offset to the west", valid((UTC, "990629100000-0400"), LATER), time(), 930_664_800),
        ("offset, no seconds", valid((UTC, "9906291600+0200"), LATER), time(), 930_664_800),
        ("fraction", valid((GENERAL, "19990629140000.25Z"), LATER), time(), 930_664_800),
        (
            "general with offset",
            valid((GENERAL, "19990629160000+0200"), LATER),
            time(),
            930_664_800,
        ),
        ("local", valid((GENERAL, "19990629140000"), LATER), time(), 930_664_800),
        ("general before 2050", valid((GENERAL, "19990629140000Z"), LATER), vec![], 930_664_800),
        ("before 1970", valid((UTC, "500101000000Z"), LATER), vec![], 0),
        (
            "day 30 of February",
            valid((UTC, "990230000000Z"), LATER),
            vec![Irregularity::InvalidTime],
            0,
        ),
        ("not a date", valid((UTC, "yesterday"), LATER), vec![Irregularity::InvalidTime], 0),
        ("serial of 20 octets", serial(20), vec![], sound),
        ("serial 0", serial_of(&[0]), vec![Irregularity::SerialNotPositive], sound),
        ("negative serial", serial_of(&[0x80, 1]), vec![Irregularity::SerialNotPositive], sound),
        ("serial that starts with zero", serial_of(&[0, 0x80]), vec![], sound),
        ("serial of 21 octets", serial(21), vec![Irregularity::LongSerial { octets: 21 }], sound),
        (
            "serial of 200 octets",
            serial(200),
            vec![Irregularity::LongSerial { octets: 200 }],
            sound,
        ),
        (
            "one byte after",
            [&*der, &[0]].concat(),
            vec![Irregularity::TrailingBytes { count: 1 }],
            sound,
        ),
        (
            "a certificate after",
            [&*der, &*der].concat(),
            vec![Irregularity::TrailingBytes { count: der.len() }],
            sound,
        ),
        ("longer length", long_form, vec![Irregularity::NotDer], sound),
        ("endless length", endless, vec![Irregularity::NotDer], sound),
        (
            "unused bits in the key",
            changed(|parts| {
                let mut key = elements(content(&parts[6]));
                let start = key[1].len() - content(&key[1]).len();
                key[1][start] = 1;
                parts[6] = element(0x30, &key.concat());
            }),
            vec![Irregularity::NotDer],
            sound,
        ),
        (
            "several",
            [serial(30), vec![7; 5]].concat(),
            vec![Irregularity::TrailingBytes { count: 5 }, Irregularity::LongSerial { octets: 30 }],
            sound,
        ),
        (
            "version 1 with its number",
            changed(|parts| {
                parts[0] = element(0xa0, &[2, 1, 0]);
                parts.truncate(7);
            }),
            vec![],
            sound,
        ),
        (
            "version 1",
            changed(|parts| {
                parts.remove(0);
                parts.truncate(6);
            }),
            vec![],
            sound,
        ),
        (
            "unsorted names",
            changed(|parts| {
                let name = |letter: u8| {
                    element(0x30, &[&[6, 3, 0x55, 4, 3, 12, 1][..], &[letter]].concat())
                };
                parts[5] = element(0x30, &element(0x31, &[name(b'b'), name(b'a')].concat()));
            }),
            vec![],
            sound,
        ),
    ]
}

#[test]
fn reads_irregular_certificates_and_says_what_is_irregular() {
    for (name, der, irregularities, not_before) in irregular() {
        let text = pem_of(&der);
        let certificate = pem::certificate(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(certificate.irregularities(), irregularities, "{name}");
        assert_eq!(certificate.not_before(), not_before, "{name}");
        let clean = pem::normalize(&text).unwrap();
        assert!(pem::certificate(&clean).is_ok(), "{name}");
    }
}

#[test]
fn reads_the_reported_certificates() {
    for (text, irregularity, words) in [
        (file!("utc-offset.pem"), Irregularity::TimeForm, "offset"),
        (file!("serial-30-octets.pem"), Irregularity::LongSerial { octets: 30 }, "30 octets"),
        (file!("trailing-bytes.pem"), Irregularity::TrailingBytes { count: 3 }, "3 bytes"),
        (file!("padding-bits.pem"), Irregularity::PaddingBits, "padding bits"),
    ] {
        let certificate = pem::certificate(text).unwrap();
        assert_eq!(certificate.irregularities(), [irregularity]);
        assert!(irregularity.to_string().contains(words), "{irregularity}");
    }
    // `openssl x509 -dates`: Jun 29 14:00:00 1999 GMT, Oct 15 13:59:00 2009 GMT.
    let certificate = pem::certificate(file!("utc-offset.pem")).unwrap();
    assert_eq!((certificate.not_before(), certificate.not_after()), (930_664_800, 1_255_615_140));
}

/// Whether OpenSSL reads the certificate; `None` if it is not installed.
fn openssl_reads(pem: &str) -> Option<bool> {
    let mut process = Command::new("openssl")
        .args(["x509", "-noout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    process.stdin.take().unwrap().write_all(pem.as_bytes()).unwrap();
    Some(process.wait().unwrap().success())
}

#[test]
fn openssl_reads_the_same_certificates() {
    let sound = changed(|_| {});
    let mut broken: Vec<(&str, Vec<u8>)> = vec![
        ("cut", sound[..sound.len() - 1].to_vec()),
        ("empty", element(0x30, &[])),
        (
            "no serial number",
            changed(|parts| {
                parts.remove(1);
            }),
        ),
        ("empty serial number", changed(|parts| parts[1] = vec![2, 0])),
        ("one date", changed(|parts| parts[4] = element(0x30, &element(UTC, b"360101000000Z")))),
        (
            "no key",
            changed(|parts| {
                parts.remove(6);
            }),
        ),
        (
            "date as text",
            changed(|parts| parts[4] = element(0x30, &element(12, b"today").repeat(2))),
        ),
        (
            "third date",
            changed(|parts| parts[4] = element(0x30, &element(UTC, b"360101000000Z").repeat(3))),
        ),
        (
            "cut object identifier",
            changed(|parts| parts[2] = element(0x30, &[6, 3, 0x2a, 0x86, 0x86])),
        ),
        (
            "name that is not UTF-8",
            changed(|parts| {
                let name = element(0x30, &[6, 3, 0x55, 4, 3, 12, 1, 0xff]);
                parts[5] = element(0x30, &element(0x31, &name));
            }),
        ),
        ("something more", changed(|parts| parts.push(vec![5, 0]))),
        ("serial with an octet too many", serial_of(&[0, 1])),
        ("negative serial with an octet too many", serial_of(&[0xff, 0x80])),
        ("broken name", changed(|parts| parts[5] = element(0x30, &[2, 1, 0]))),
        (
            "broken extensions",
            changed(|parts| parts[7] = element(0xa3, &element(0x30, &[2, 1, 0]))),
        ),
    ];
    for name in ["not-DER", "number", "text"] {
        broken.push((
            name,
            match name {
                "number" => vec![2, 1, 7],
                "text" => b"hello, world".to_vec(),
                _ => vec![0xff; 64],
            },
        ));
    }
    for (name, der) in &broken {
        assert!(pem::certificate(&pem_of(der)).is_err(), "{name}");
        assert!(Parts::read(der).is_none(), "{name}");
    }
    let readable = irregular().into_iter().map(|(name, der, ..)| (name, der, true));
    let broken = broken.into_iter().map(|(name, der)| (name, der, false));
    for (name, der, is_readable) in readable.chain(broken) {
        match openssl_reads(&pem_of(&der)) {
            Some(reads) => assert_eq!(reads, is_readable, "{name}"),
            None => {
                eprintln!("skipped: `openssl` cannot be run");
                return;
            }
        }
    }
}

fn at(now: u64) -> Context<'static> {
    let mut context = Context::default();
    context.now = Some(Timestamp(now));
    context
}

#[test]
fn a_certificate_may_not_be_valid_yet() {
    // `openssl x509 -startdate`, and `date -u -d … +%s`.
    let text = file!("not-yet-valid.pem");
    let start = 2_208_988_800;
    assert_eq!(pem::certificate(text).unwrap().not_before(), start);
    for (now, outcome) in [
        (0, Outcome::Broken),
        (start - 1, Outcome::Broken),
        (start, Outcome::Holds),
        (u64::MAX, Outcome::Holds),
    ] {
        assert_eq!(certificate_already_valid(text, &at(now)), outcome, "{now}");
    }
    let undecided = Outcome::Undecided(Reason::TimeUnknown);
    assert_eq!(certificate_already_valid(text, &Context::default()), undecided);
    assert_eq!(certificate_already_valid("a word", &Context::default()), Outcome::Holds);
}

/// The certificate with these basic constraints alone.
fn constrained(value: Option<&[u8]>) -> Certificate {
    let der = changed(|parts| {
        let extension = value.map(|value| {
            element(0x30, &[&[6, 3, 0x55, 0x1d, 19][..], &element(4, value)].concat())
        });
        parts[7] = element(0xa3, &element(0x30, &extension.unwrap_or_default()));
    });
    pem::certificate(&pem_of(&der)).unwrap()
}

#[test]
fn basic_constraints_name_an_authority() {
    for (value, is_authority) in [
        (Some(&[0x30, 3, 1, 1, 0xff][..]), Some(true)),
        // Any number but zero is true in BER.
        (Some(&[0x30, 3, 1, 1, 1]), Some(true)),
        (Some(&[0x30, 6, 1, 1, 0xff, 2, 1, 0]), Some(true)),
        (Some(&[0x30, 3, 1, 1, 0]), Some(false)),
        (Some(&[0x30, 0]), Some(false)),
        (Some(&[5, 0]), None),
        (None, None),
    ] {
        let certificate = constrained(value);
        assert_eq!(certificate.version(), 3);
        assert_eq!(certificate.is_authority(), is_authority, "{value:?}");
    }
    // Version 1 has no extensions.
    let (_, der, ..) = irregular().into_iter().find(|(name, ..)| *name == "version 1").unwrap();
    let first = pem::certificate(&pem_of(&der)).unwrap();
    assert_eq!((first.version(), first.is_authority()), (1, None));
    let context = Context::default();
    assert_eq!(certificate_of_authority(&pem_of(&der), &context), Outcome::Holds);
    assert_eq!(certificate_of_authority(file!("plain.pem"), &context), Outcome::Holds);
    assert_eq!(certificate_of_authority("a word", &context), Outcome::Holds);
    let leaf = changed(|parts| {
        let extension = element(0x30, &[&[6, 3, 0x55, 0x1d, 19][..], &[4, 2, 0x30, 0]].concat());
        parts[7] = element(0xa3, &element(0x30, &extension));
    });
    assert_eq!(certificate_of_authority(&pem_of(&leaf), &context), Outcome::Broken);
}
