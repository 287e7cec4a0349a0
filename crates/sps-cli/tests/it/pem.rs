//! `sps pem`.

use crate::support::*;

const CA: &str = include_str!("data/ca.pem");

#[test]
fn a_certificate_becomes_a_json_string() {
    let dirty = format!("Certificate:\r\n  Data:\r\n{}\r\nbye\r\n", CA.replace('\n', "\r\n"));
    let dir = Dir::new("certificate").with("ca.pem", CA).with("dirty.pem", &dirty);
    let expected = format!("{}\n", serde_json::to_string(CA).unwrap());
    dir.sps(&["pem", "ca.pem"]).is(0, &expected, "");
    dir.sps(&["pem", "dirty.pem"]).is(0, &expected, "");
    dir.sps_with(&["pem", "-"], CA).is(0, &expected, "");
}

#[test]
fn a_wrong_file_is_told_from_an_unreadable_one() {
    let key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
    let dir = Dir::new("wrong_pem")
        .with("two.pem", format!("{CA}{CA}"))
        .with("key.pem", key)
        .with("text.pem", "hunter2")
        .with("ca.der", b"\x30\x82\x01\x7e");
    for (file, status, words) in [
        ("two.pem", 1, "error: two.pem: contains more than one certificate"),
        ("key.pem", 1, "error: key.pem: contains a private key"),
        ("text.pem", 1, "error: text.pem: not a PEM block"),
        (
            "ca.der",
            2,
            "error: ca.der: a binary file in DER; `openssl x509 -inform der -in FILE` prints it",
        ),
        ("gone.pem", 2, "error: gone.pem: no such file or directory"),
        (".", 2, "error: .: expected a file, found a directory"),
    ] {
        let run = dir.sps(&["pem", file]);
        run.fails(status, words);
        assert!(!run.stderr.contains("hunter2"));
    }
    dir.sps(&["pem"]).fails(2, "<FILE>");
}
