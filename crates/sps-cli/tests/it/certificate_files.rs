//! Files of certificates and keys, wherever a command reads one.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

use crate::{
    appliance::{Appliance, PASSWORD, finish},
    support::*,
};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("data/certificates/", $name)).as_slice()
    };
}

const PLAIN: &str = include_str!("data/certificates/plain.pem");

fn folder(name: &str) -> Dir {
    Dir::new(name)
        .with("plain.pem", PLAIN)
        .with("bom.pem", file!("bom.pem"))
        .with("x509-label.pem", file!("x509-label.pem"))
        .with("trusted.pem", file!("trusted.pem"))
        .with("latin-1.pem", [b"# f\xfcr M\xfcnchen\r\n", PLAIN.as_bytes()].concat())
        .with("written-out.pem", PLAIN.replace('\n', "\\n"))
        .with("p7.p7b", file!("pkcs7.pem"))
        .with("p7.der", file!("pkcs7.der"))
        .with("p12.pfx", file!("pkcs12.pfx"))
        .with("key.pem", file!("key-ed448.pem"))
        .with("encrypted.pem", file!("key-encrypted.pem"))
        .with("joined.pem", format!("{}{PLAIN}", PLAIN.trim_end()))
        .with("cut.pem", format!("{PLAIN}{}", &PLAIN[..200]))
}

#[test]
fn pem_reads_what_people_have() {
    let dir = folder("certificate-files-pem")
        .with("utc-offset.pem", file!("utc-offset.pem"))
        .with("long-serial.pem", file!("serial-30-octets.pem"))
        .with("trailing-bytes.pem", file!("trailing-bytes.pem"))
        .with("padding-bits.pem", file!("padding-bits.pem"));
    let expected = format!("{}\n", serde_json::to_string(PLAIN).unwrap());
    for name in ["plain.pem", "bom.pem", "x509-label.pem", "latin-1.pem", "written-out.pem"] {
        dir.sps(&["pem", name]).is(0, &expected, "");
    }
    let run = dir.sps(&["pem", "trusted.pem"]);
    assert_eq!((run.status, &*run.stdout), (0, &*expected));
    assert!(run.stderr.contains("`openssl x509 -in FILE`"), "{}", run.stderr);
    for (name, is_same, reason) in [
        ("utc-offset.pem", false, "has an offset"),
        ("long-serial.pem", false, "its serial number has 30 octets, and 20 are allowed"),
        ("trailing-bytes.pem", true, "3 bytes follow it"),
        ("padding-bits.pem", true, "padding bits"),
    ] {
        let run = dir.sps(&["pem", name]);
        assert_eq!((run.status, run.stdout == expected), (0, is_same), "{name}: {}", run.stderr);
        let start = format!("warning: {name}: irregular certificate: ");
        assert!(run.stderr.starts_with(&start) && run.stderr.contains(reason), "{}", run.stderr);
    }
}

#[test]
fn pem_names_what_is_not_one_certificate() {
    let dir = folder("certificate-files-pem-kinds");
    for (name, status, part) in [
        ("p7.p7b", 1, "`openssl pkcs7 -print_certs -in FILE`"),
        ("p7.der", 2, "`openssl pkcs7 -print_certs -inform der -in FILE`"),
        ("p12.pfx", 2, "`openssl pkcs12 -nokeys -in FILE`"),
        ("key.pem", 1, "this holds a private key"),
        ("encrypted.pem", 1, "this holds a private key"),
        ("joined.pem", 1, "this holds more than one certificate"),
        ("cut.pem", 1, "this holds more than one certificate"),
    ] {
        let run = dir.sps(&["pem", name]);
        run.fails(status, part);
        assert!(run.stderr.starts_with(&format!("error: {name}: ")), "{}", run.stderr);
    }
}

#[test]
fn every_certificate_option_names_its_file() {
    let dir = folder("certificate-files-names");
    let run = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = command();
        command.current_dir(dir.path()).env_clear().env("HOME", dir.path());
        command.env("SPS_PASSWORD", PASSWORD).stdin(Stdio::null());
        command.args(["info", "--host", "127.0.0.1:1", "--user", "a"]).args(arguments);
        finish(command.envs(variable))
    };
    // The file is read; nothing listens on that port.
    for name in ["bom.pem", "x509-label.pem", "trusted.pem"] {
        run(&["--ca-file", name], None).fails(2, "cannot connect");
    }
    let mut cases = Vec::new();
    for (name, part) in [
        ("p7.p7b", "`openssl pkcs7 -print_certs -in FILE`"),
        ("p7.der", "`openssl pkcs7 -print_certs -inform der -in FILE`"),
        ("p12.pfx", "`openssl pkcs12 -nokeys -in FILE`"),
        ("key.pem", "this is a private key"),
        ("encrypted.pem", "this is an encrypted private key"),
        ("cut.pem", "line 20: "),
        ("missing.pem", "no such file or directory"),
    ] {
        cases.push((name, part, run(&["--ca-file", name], None)));
        let with_key = ["--client-cert", name, "--client-key", "key.pem"];
        cases.push((name, part, run(&with_key, None)));
        if cfg!(all(unix, not(target_vendor = "apple"))) {
            cases.push((name, part, run(&[], Some(("SSL_CERT_FILE", name)))));
        }
    }
    for (name, part) in [
        ("encrypted.pem", "`openssl pkey -in FILE`"),
        ("p12.pfx", "`openssl pkcs12 -nocerts -nodes -in FILE`"),
        ("plain.pem", "this is a certificate"),
        ("key.pem", "this private key is Ed448"),
        ("missing.pem", "no such file or directory"),
    ] {
        let both = ["--client-cert", "plain.pem", "--client-key", name, "--ca-file", "plain.pem"];
        cases.push((name, part, run(&both, None)));
    }
    for (name, part, run) in cases {
        run.fails(2, part);
        assert!(run.stderr.starts_with(&format!("error: {name}: ")), "{}", run.stderr);
    }
}

#[test]
fn a_file_of_authorities_may_have_any_form() {
    let appliance = Appliance::new("certificate-files-forms", &[]);
    let own = fs::read_to_string(appliance.dir.path().join("ca.pem")).unwrap();
    let forms: &[(&str, Vec<u8>)] = &[
        ("bom", [b"\xef\xbb\xbf", own.as_bytes()].concat()),
        ("label", own.replace(" CERTIFICATE", " X509 CERTIFICATE").into()),
        ("trusted", own.replace(" CERTIFICATE", " TRUSTED CERTIFICATE").into()),
        ("crlf", own.replace('\n', "\r\n").into()),
        ("long", own.replace("-----\n", "-----\r").replace('\n', "").into()),
        ("latin-1", [b"f\xfcr\n", own.as_bytes(), b"\xe4"].concat()),
        ("joined", format!("{}{own}", PLAIN.trim_end()).into()),
        ("joined after", format!("{}{PLAIN}", own.trim_end()).into()),
        ("key beside", [file!("key-ed448.pem"), own.as_bytes()].concat()),
        ("written out", own.replace('\n', "\\n").into()),
        (
            "utf-16",
            [0xff, 0xfe].into_iter().chain(own.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        ),
    ];
    for (name, content) in forms {
        fs::write(appliance.dir.path().join("form.pem"), content).unwrap();
        for (arguments, variables) in [
            (&["--ca-file", "form.pem"][..], &[][..]),
            (&[], &[("SPS_CA_FILE", "form.pem")]),
            (&[], &[("SSL_CERT_FILE", "form.pem")]),
            (&[], &[("SSL_CERT_FILE", "form.pem"), ("SSL_CERT_DIR", "home")]),
        ] {
            let mut command = appliance.command("home");
            command.args(["info", "--host", &appliance.url, "--user", "admin"]).args(arguments);
            command.env("SPS_PASSWORD", PASSWORD).envs(variables.iter().copied());
            let run = finish(&mut command);
            assert_eq!((run.status, &*run.stderr), (0, ""), "{name} {arguments:?} {variables:?}");
        }
    }
}

#[test]
fn a_refused_server_can_be_pinned_by_copying() {
    let appliance = Appliance::new("certificate-files-pin", &[]);
    let run = |arguments: &[&str]| {
        let mut command = appliance.command("home");
        command.args(["info", "--host", &appliance.url, "--user", "admin"]).args(arguments);
        finish(command.env("SPS_PASSWORD", PASSWORD))
    };
    fs::write(appliance.dir.path().join("other.pem"), PLAIN).unwrap();
    let wrong_pin = "0".repeat(64);
    for arguments in [&["--ca-file", "other.pem"][..], &["--pin-sha256", &wrong_pin], &[]] {
        let refused = run(arguments);
        refused.fails(2, "--pin-sha256");
        let (_, rest) =
            refused.stderr.split_once("fingerprint of the server's certificate is ").unwrap();
        let fingerprint = rest.lines().next().unwrap();
        let pinned = run(&["--pin-sha256", fingerprint]);
        assert_eq!((pinned.status, &*pinned.stderr), (0, ""));
    }
}

/// `openssl s_server` until it is dropped.
struct OpenSsl(Child);

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_of_version_1_is_reached() {
    let dir = Dir::new("certificate-files-version-1");
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(dir.path()).stdin(Stdio::null());
        command.stderr(Stdio::null());
        command
    };
    if !openssl("version").output().is_ok_and(|it| it.stdout.starts_with(b"OpenSSL 3.")) {
        eprintln!("skipped: `openssl` cannot be run, or is not OpenSSL 3");
        return;
    }
    for arguments in [
        "req -new -newkey rsa:2048 -nodes -keyout v1.key -out v1.csr -subj /CN=127.0.0.1",
        "x509 -req -in v1.csr -signkey v1.key -out v1.pem -days 30",
    ] {
        assert!(openssl(arguments).stdout(Stdio::null()).status().unwrap().success());
    }
    let output = openssl("x509 -in v1.pem -noout -fingerprint -sha256").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let fingerprint = text.trim().split_once('=').unwrap().1;
    let server = "s_server -accept 127.0.0.1:0 -cert v1.pem -key v1.key -www";
    let mut server = OpenSsl(openssl(server).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap());
    let address = loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0);
        if let Some(address) = line.strip_prefix("ACCEPT ") {
            break address.trim().to_owned();
        }
    };
    std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
    let run = |arguments: &[&str]| {
        let mut command = command();
        command.current_dir(dir.path()).env_clear().env("HOME", dir.path());
        command.env("PATH", "").stdin(Stdio::null()).env("SPS_PASSWORD", PASSWORD);
        command.args(["info", "--host", &address, "--user", "a"]).args(arguments);
        finish(&mut command)
    };
    for arguments in [
        &["--pin-sha256", fingerprint][..],
        &["--danger-accept-invalid-certs"],
        &["--ca-file", "v1.pem"],
    ] {
        // The page of that server is not a response of an appliance.
        run(arguments).fails(2, "the login was answered without a session");
    }
    let refused = run(&[]);
    refused.fails(2, "X.509 version 1");
    assert!(refused.stderr.contains(fingerprint), "{}", refused.stderr);
}
