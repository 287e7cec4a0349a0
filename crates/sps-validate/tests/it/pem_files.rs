//! Files of certificates and keys as people have them.
//!
//! The files under `tests/data/files` were made with OpenSSL for this purpose.

use sps_validate::pem::{
    self, Container, Contents, Defect, Irregularity, ItemKind, KeyForm, PemError,
};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../data/files/", $name)).as_slice()
    };
}

/// One certificate, as OpenSSL writes it.
const PLAIN: &[u8] = file!("plain.pem");
const OTHER: &[u8] = include_bytes!("../data/certificates/ec-p256.pem");

fn count(bytes: &[u8]) -> Result<usize, Defect> {
    pem::read(bytes).certificates().map(|it| it.len())
}

fn plain() -> &'static str {
    std::str::from_utf8(PLAIN).unwrap()
}

/// Forms of one certificate that differ around its bytes alone.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let text = plain();
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    let frame = |body: &str| {
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n").into_bytes()
    };
    vec![
        ("as it is", PLAIN.to_vec()),
        ("byte order mark", file!("bom.pem").to_vec()),
        ("X509 CERTIFICATE", file!("x509-label.pem").to_vec()),
        ("TRUSTED CERTIFICATE", file!("trusted.pem").to_vec()),
        ("padding bits", file!("padding-bits.pem").to_vec()),
        ("trailing bytes", file!("trailing-bytes.pem").to_vec()),
        ("CRLF", text.replace('\n', "\r\n").into_bytes()),
        ("CR", text.replace('\n', "\r").into_bytes()),
        ("byte order mark and CRLF", format!("\u{feff}{}", text.replace('\n', "\r\n")).into()),
        ("one line", frame(&base64)),
        ("no line end at all", text.replace('\n', "").into_bytes()),
        ("76 columns", {
            let lines: Vec<_> = base64.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
            frame(&lines.join("\n"))
        }),
        ("blank lines", text.replace('\n', "\n\n").into_bytes()),
        ("indented", text.replace('\n', "\n\t  ").into_bytes()),
        (
            "Latin-1 around",
            [b"Zertifikat f\xfcr M\xfcnchen\n", PLAIN, b"\n\xe4\xf6\xfc\0"].concat(),
        ),
        ("binary before", [&[0xff, 0, 0x30, 0x82][..], PLAIN].concat()),
        ("listing", [b"Certificate:\n    Data:\n        Version: 3 (0x2)\n", PLAIN].concat()),
        ("bag attributes", [b"Bag Attributes\n    localKeyID: 01 02\n", PLAIN].concat()),
        ("headers", frame(&format!("X-Comment: a\nX-More: b\n\n{base64}"))),
        ("headers with CRLF", frame(&format!("X-Comment: a\r\n\r\n{base64}\r"))),
        ("line ends written out", text.replace('\n', "\\n").into_bytes()),
        ("CRLF written out", text.replace('\n', "\\r\\n").into_bytes()),
        ("in quotes", format!("\"{}\"", text.replace('\n', "\\n")).into_bytes()),
        ("UTF-16, little end first", utf16([0xff, 0xfe], u16::to_le_bytes)),
        ("UTF-16, big end first", utf16([0xfe, 0xff], u16::to_be_bytes)),
        ("a key mark in the text", [b"# -----END of the story\n", PLAIN].concat()),
    ]
}

#[test]
fn reads_the_same_certificate_from_every_form() {
    let expected = pem::read(PLAIN);
    let expected = expected.certificates().unwrap();
    for (name, bytes) in forms() {
        let contents = pem::read(&bytes);
        let found = contents.certificates().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].der, expected[0].der, "{name}");
        assert_eq!(found[0].has_trust_settings, name == "TRUSTED CERTIFICATE", "{name}");
        let expected = match name {
            "padding bits" => vec![Irregularity::PaddingBits],
            "trailing bytes" => vec![Irregularity::TrailingBytes { count: 3 }],
            _ => Vec::new(),
        };
        assert_eq!(found[0].certificate.irregularities(), expected, "{name}");
        assert_eq!(pem::normalize(&bytes).as_deref(), Ok(plain()), "{name}");
    }
}

#[test]
fn counts_every_certificate_of_a_bundle() {
    let (first, second) = (PLAIN, OTHER);
    let bare = first.trim_ascii_end();
    let shared_dashes = &bare[..bare.len() - 5];
    for (name, bundle, expected) in [
        ("two", [first, second].concat(), 2),
        ("the same twice", [first, first].concat(), 2),
        ("text between", [b"# one\n", first, b"# two \xff\n", second, b"# end"].concat(), 3 - 1),
        ("no line end between", [bare, second].concat(), 2),
        ("five dashes for two lines", [shared_dashes, second].concat(), 2),
        ("byte order mark in the middle", [first, b"\xef\xbb\xbf", second].concat(), 2),
        ("old and trusted labels", [file!("x509-label.pem"), file!("trusted.pem")].concat(), 2),
        ("a key beside", [file!("key-pkcs8.pem"), first, second].concat(), 2),
        ("a bundle beside", [first, file!("pkcs7.pem")].concat(), 1),
        ("a hundred", [first, second].concat().repeat(50), 100),
    ] {
        assert_eq!(count(&bundle), Ok(expected), "{name}");
    }
}

#[test]
fn never_drops_a_damaged_block() {
    let second_line = PLAIN.split(|it| *it == b'\n').count();
    let (first, other) = (plain(), std::str::from_utf8(OTHER).unwrap());
    let damaged = |change: fn(&str) -> String| format!("{first}{}", change(other)).into_bytes();
    for (name, bundle, error) in [
        (
            "last line missing",
            damaged(|it| it.split_once("-----END").unwrap().0.into()),
            PemError::Unfinished,
        ),
        (
            "last line damaged",
            damaged(|it| it.replace("-----END", "----END")),
            PemError::Unfinished,
        ),
        (
            "first line missing",
            damaged(|it| it.split_once('\n').unwrap().1.into()),
            PemError::NotPem,
        ),
        ("first line damaged", damaged(|it| it[1..].into()), PemError::NotPem),
        ("first line cut", damaged(|it| it.replacen("-----\n", "----\n", 1)), PemError::NotPem),
        ("foreign character", damaged(|it| it.replacen("MII", "M*I", 1)), PemError::BadBase64),
        ("a character lost", damaged(|it| it.replacen("MII", "MI", 1)), PemError::BadBase64),
        (
            "cut",
            damaged(|it| {
                it.split_inclusive('\n')
                    .enumerate()
                    .filter(|(at, _)| *at != 3)
                    .map(|(_, it)| it)
                    .collect()
            }),
            PemError::NotX509,
        ),
    ] {
        let line = second_line;
        assert_eq!(count(&bundle), Err(Defect::Damaged { line, error }), "{name}");
        assert_eq!(pem::normalize(&bundle), Err(PemError::SeveralCertificates), "{name}");
    }
    let defect = Defect::Damaged { line: 7, error: PemError::BadBase64 };
    assert!(defect.to_string().starts_with("line 7: "));
}

#[test]
fn names_a_file_for_what_it_is() {
    let der = pem::read(PLAIN).certificates().unwrap()[0].der.clone();
    let base64: String = plain().lines().filter(|line| !line.starts_with('-')).collect();
    let putty = b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n";
    for (bytes, kind, command) in [
        (file!("pkcs7.pem"), Container::Pkcs7, "openssl pkcs7 -print_certs -in FILE"),
        (
            file!("pkcs7.der"),
            Container::Pkcs7Der,
            "openssl pkcs7 -print_certs -inform der -in FILE",
        ),
        (file!("pkcs12.pfx"), Container::Pkcs12, "openssl pkcs12 -nokeys -in FILE"),
        (&der, Container::CertificateDer, "openssl x509 -inform der -in FILE"),
        (base64.as_bytes(), Container::BareBase64, "base64 -d FILE | openssl x509 -inform der"),
        (b"\x30\x82\x01\x7e", Container::OtherDer, "openssl x509 -inform der -in FILE"),
        (
            b"\xfe\xed\xfe\xed\0\0\0\x02",
            Container::JavaKeyStore,
            "keytool -list -rfc -keystore FILE",
        ),
        (file!("request.der"), Container::CertificateRequest, ""),
        (file!("public-key.der"), Container::PublicKey, ""),
        (b"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----", Container::RevocationList, ""),
        (
            b"-----BEGIN DH PARAMETERS-----\nMIIB\n-----END DH PARAMETERS-----",
            Container::Parameters,
            "",
        ),
        (b"-----BEGIN WHATEVER-----\nMIIB\n-----END WHATEVER-----", Container::OtherPem, ""),
        (file!("key-pkcs8.pem"), Container::PrivateKey, ""),
        (file!("key-pkcs8.der"), Container::PrivateKeyDer, ""),
        (file!("key-sec1.der"), Container::PrivateKeyDer, ""),
        (file!("key-encrypted.pem"), Container::EncryptedKey, ""),
        (file!("key-encrypted.der"), Container::EncryptedKeyDer, ""),
        (file!("key-sec1-encrypted.pem"), Container::EncryptedKey, ""),
        (putty, Container::PuttyKey, ""),
        (b"hello", Container::Unknown, ""),
        (b"", Container::Unknown, ""),
    ] {
        let contents = pem::read(bytes);
        assert_eq!(contents.kind(), kind);
        let defect = contents.certificates().unwrap_err();
        assert_eq!(defect, Defect::NoCertificate(kind));
        let text = defect.to_string();
        assert!(text.contains(kind.name()) && text.contains(command), "{text}");
        assert_eq!(text.contains('`'), !command.is_empty(), "{text}");
        assert_eq!(contents.has_private_key(), kind.is_private_key(), "{kind:?}");
        let error = pem::normalize(bytes).unwrap_err();
        match error {
            PemError::PrivateKey => assert!(kind.is_private_key(), "{kind:?}"),
            PemError::Container(named) => {
                assert_eq!(named, kind);
                assert!(error.to_string().contains(command), "{error}");
            }
            PemError::WrongLabel | PemError::NotPem => assert_eq!(command, "", "{kind:?}"),
            error => panic!("{kind:?}: {error:?}"),
        }
    }
}

fn key(bytes: &[u8]) -> Result<KeyForm, Defect> {
    let contents: Contents = pem::read(bytes);
    contents.private_key().map(|key| key.form)
}

#[test]
fn finds_the_private_key_of_a_file() {
    let (pkcs8, sec1) = (file!("key-pkcs8.pem"), file!("key-sec1.pem"));
    let text = std::str::from_utf8(pkcs8).unwrap();
    for (bytes, form) in [
        (pkcs8.to_vec(), KeyForm::Pkcs8),
        (sec1.to_vec(), KeyForm::Sec1),
        ([b"\xef\xbb\xbf", pkcs8].concat(), KeyForm::Pkcs8),
        ([b"Bag Attributes\nf\xfcr\n", pkcs8].concat(), KeyForm::Pkcs8),
        (text.replace('\n', "\r\n").into_bytes(), KeyForm::Pkcs8),
        (text.replace('\n', "\\n").into_bytes(), KeyForm::Pkcs8),
        ([PLAIN.trim_ascii_end(), pkcs8].concat(), KeyForm::Pkcs8),
        (
            [
                b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
                sec1,
            ]
            .concat(),
            KeyForm::Sec1,
        ),
        (
            b"-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n".to_vec(),
            KeyForm::Pkcs1,
        ),
        (
            b"-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----\n".to_vec(),
            KeyForm::Other,
        ),
    ] {
        assert_eq!(key(&bytes), Ok(form), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn names_what_is_not_a_usable_key() {
    let openssh = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n";
    for (bytes, kind, command) in [
        (file!("key-encrypted.pem"), Container::EncryptedKey, "openssl pkey -in FILE"),
        (file!("key-sec1-encrypted.pem"), Container::EncryptedKey, "openssl pkey -in FILE"),
        (
            file!("key-encrypted.der"),
            Container::EncryptedKeyDer,
            "openssl pkey -inform der -in FILE",
        ),
        (file!("key-pkcs8.der"), Container::PrivateKeyDer, "openssl pkey -inform der -in FILE"),
        (file!("key-sec1.der"), Container::PrivateKeyDer, "openssl pkey -inform der -in FILE"),
        (file!("pkcs12.pfx"), Container::Pkcs12, "openssl pkcs12 -nocerts -nodes -in FILE"),
        (openssh, Container::OpenSshKey, "ssh-keygen -p -m PEM -f FILE"),
        (PLAIN, Container::Certificate, ""),
        (file!("public-key.der"), Container::PublicKey, ""),
        (b"", Container::Unknown, ""),
    ] {
        let contents = pem::read(bytes);
        let defect = contents.private_key().unwrap_err();
        assert_eq!(defect, Defect::NoPrivateKey(kind));
        let text = defect.to_string();
        assert!(text.contains(kind.name()) && text.contains(command), "{text}");
        assert!(!text.contains("MII"), "{text}");
    }
    let two = [file!("key-pkcs8.pem"), file!("key-sec1.pem")].concat();
    assert_eq!(key(&two), Err(Defect::SeveralPrivateKeys));
    let cut = &file!("key-pkcs8.pem")[..100];
    let error = PemError::Unfinished;
    assert_eq!(key(cut), Err(Defect::Damaged { line: 1, error }));
}

#[test]
fn debug_shows_nothing_of_a_private_key() {
    let contents = pem::read(file!("key-pkcs8.pem"));
    let text = format!("{contents:?}");
    let ItemKind::PrivateKey(key) = &contents.items[0].kind else { panic!("{text}") };
    assert!(key.der().len() > 100 && text.len() < 200, "{text}");
}

#[test]
fn names_the_algorithm_of_a_key() {
    for (bytes, name) in [
        (file!("key-pkcs8.pem"), "ECDSA with P-256"),
        (file!("key-sec1.pem"), "ECDSA with P-256"),
        (file!("key-rsa-1024.pem"), "RSA with 1024 bits"),
        (file!("key-rsa-1024-pkcs1.pem"), "RSA with 1024 bits"),
        (file!("key-ed448.pem"), "Ed448"),
        (file!("key-p521-sec1.pem"), "ECDSA with P-521"),
    ] {
        let contents = pem::read(bytes);
        assert_eq!(contents.private_key().unwrap().algorithm_name().as_deref(), Some(name));
    }
    for (name, algorithm) in [
        ("rsa-1024", "RSA with 1024 bits"),
        ("rsa-pss-key", "RSA-PSS with 2048 bits"),
        ("dsa-1024", "DSA with 1024 bits"),
        ("ec-p192", "ECDSA with P-192"),
        ("ec-p256-explicit", "ECDSA with parameters of its own"),
        ("ec-p521", "ECDSA with P-521"),
        ("ed25519", "Ed25519"),
        ("ed448", "Ed448"),
        ("sm2", "ECDSA with SM2"),
    ] {
        let path = format!("{}/tests/data/certificates/{name}.pem", env!("CARGO_MANIFEST_DIR"));
        let contents = pem::read(&std::fs::read(path).unwrap());
        let der = &contents.certificates().unwrap()[0].der;
        assert_eq!(pem::Parts::read(der).unwrap().key_name(), algorithm, "{name}");
    }
}
