//! Files of certificates and keys, wherever a command reads one.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
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

/// A body of the mail settings with this certificate of an authority.
fn email(certificate: &str) -> String {
    let certificate = serde_json::to_string(certificate).unwrap();
    format!(
        r#"{{"admin_address": "ops@corp.test", "alerting_address": "a@corp.test",
        "reporting_address": "r@corp.test", "sender_address": null, "smtp_auth": {{"enabled": false}},
        "smtp_encryption": {{"selection": "starttls", "client_authentication": {{"enabled": false}},
        "server_certificate_check": {{"enabled": true, "server_certificate_ca": {certificate}}}}},
        "smtp_server": {{"selection": "fqdn", "value": "mx1.corp.test"}}}}"#
    )
}

/// The codes and messages of what `sps check` finds in it, and the exit status.
fn findings(dir: &Dir, certificate: &str) -> (Vec<(String, String)>, i32) {
    fs::write(dir.path().join("email.json"), email(certificate)).unwrap();
    let run = dir.sps(&["check", "-e", "management/email", "--format", "json", "email.json"]);
    let report = run.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let found = report["documents"][0]["diagnostics"].as_array().unwrap().iter();
    (found.map(|it| (text(&it["code"]), text(&it["message"]))).collect(), run.status)
}

#[test]
fn check_warns_of_what_is_irregular() {
    let dir = Dir::new("certificate-files-check");
    let irregular = "certificate-irregular";
    let too_long = "its serial number has 30 octets, and 20 are allowed";
    let padding = "the last character of its base64 has padding bits set";
    for (file, codes, reason) in [
        (
            file!("utc-offset.pem"),
            &[irregular, "certificate-expired"][..],
            "a date in it lacks seconds, or has an offset",
        ),
        (file!("serial-30-octets.pem"), &[irregular], too_long),
        (file!("trailing-bytes.pem"), &[irregular], "3 bytes follow it in the PEM block"),
        (file!("padding-bits.pem"), &[irregular], padding),
    ] {
        let text = String::from_utf8(file.to_vec()).unwrap();
        let (found, status) = findings(&dir, &text);
        assert!(found.iter().map(|it| &*it.0).eq(codes.iter().copied()), "{found:?}");
        assert!(found[0].1.contains(reason), "{found:?}");
        assert_eq!(status, 0);
    }
    assert_eq!(findings(&dir, PLAIN), (Vec::new(), 0));
}

#[test]
fn check_warns_of_a_period_in_the_future_and_of_a_server() {
    let dir = Dir::new("certificate-files-not-yet-valid");
    let codes = |text: &str| {
        let (found, status) = findings(&dir, text);
        (found.into_iter().map(|it| it.0).collect::<Vec<_>>(), status)
    };
    let certificate = |name: &str| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/codes");
        let text = fs::read_to_string(format!("{path}/{name}/management/email.json")).unwrap();
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        let check = &body["smtp_encryption"]["server_certificate_check"];
        check["server_certificate_ca"].as_str().unwrap().to_owned()
    };
    for code in ["certificate-not-yet-valid", "certificate-not-an-authority"] {
        assert_eq!(codes(&certificate(code)), (vec![code.to_owned()], 0));
    }
}

#[test]
fn fix_repairs_the_text_around_a_certificate() {
    let dir = Dir::new("certificate-files-fix");
    for (name, text) in [
        ("written out", PLAIN.replace('\n', "\\n")),
        ("written out twice", PLAIN.replace('\n', "\\\\n")),
        ("written out with CR", PLAIN.replace('\n', "\\r\\n")),
        ("byte order mark", format!("\u{feff}{PLAIN}")),
        ("byte order mark and CR", format!("\u{feff}{}", PLAIN.replace('\n', "\r\n"))),
        ("old label", PLAIN.replace(" CERTIFICATE", " X509 CERTIFICATE")),
        ("label of OpenSSL", PLAIN.replace(" CERTIFICATE", " TRUSTED CERTIFICATE")),
        ("one line", PLAIN.replace("-----\n", "-----\r").replace('\n', "").replace('\r', "\n")),
        ("text around", format!("subject=CN = a\n{PLAIN}\nmore\n")),
    ] {
        assert_ne!(findings(&dir, &text).0, [], "{name}");
        let run = dir.sps(&["check", "-e", "management/email", "--fix", "email.json"]);
        assert_eq!(run.status, 0, "{name}: {}", run.all());
        let fixed = fs::read_to_string(dir.path().join("email.json")).unwrap();
        assert_eq!(fixed, email(PLAIN), "{name}");
    }
    // No repair is the only one.
    for text in [format!("{PLAIN}{PLAIN}"), String::from_utf8(file!("pkcs7.pem").to_vec()).unwrap()]
    {
        let before = findings(&dir, &text);
        assert_eq!(before.1, 1);
        dir.sps(&["check", "-e", "management/email", "--fix", "email.json"]);
        assert_eq!(fs::read_to_string(dir.path().join("email.json")).unwrap(), email(&text));
    }
}

/// Whatever a private key is wrapped in, no line of it is printed.
#[test]
fn a_private_key_in_a_body_is_never_printed() {
    let dir = Dir::new("certificate-files-secret");
    let key = String::from_utf8(file!("key-ed448.pem").to_vec()).unwrap();
    let encrypted = String::from_utf8(file!("key-encrypted.pem").to_vec()).unwrap();
    let bare: String = key.lines().filter(|it| !it.starts_with('-')).collect();
    let secrets: Vec<&str> =
        key.lines().chain(encrypted.lines()).filter(|it| !it.starts_with('-')).collect();
    let texts = [
        key.clone(),
        encrypted.clone(),
        bare.clone(),
        format!("{PLAIN}{key}"),
        format!("{key}{PLAIN}"),
        key.replace("PRIVATE KEY", "CERTIFICATE"),
        key.replace("PRIVATE KEY", "PKCS7"),
        encrypted.replace("ENCRYPTED PRIVATE KEY", "PKCS12"),
        key.replace("PRIVATE KEY", "X509 CRL"),
        key.replace('\n', "\\n"),
        format!("\u{feff}{key}"),
        key.lines().skip(1).collect::<Vec<_>>().join("\n"),
        key.lines().take(2).collect::<Vec<_>>().join("\n"),
    ];
    for text in texts {
        fs::write(dir.path().join("email.json"), email(&text)).unwrap();
        for format in ["human", "concise", "json", "sarif", "github", "gitlab", "html"] {
            let run =
                dir.sps(&["check", "-e", "management/email", "--format", format, "email.json"]);
            assert_eq!(run.status, 1, "{}", run.all());
            for secret in &secrets {
                assert!(!run.all().contains(&secret[..16]), "{format}: {}", run.all());
            }
        }
        fs::write(dir.path().join("key.pem"), &text).unwrap();
        for arguments in [
            &["pem", "key.pem"][..],
            &["info", "--host", "127.0.0.1:1", "--user", "a", "--ca-file", "key.pem"],
            &[
                "info",
                "--host",
                "127.0.0.1:1",
                "--client-cert",
                "key.pem",
                "--client-key",
                "key.pem",
            ],
        ] {
            let run = dir.sps(arguments);
            for secret in &secrets {
                assert!(!run.all().contains(&secret[..16]), "{arguments:?}: {}", run.all());
            }
        }
    }
}

#[test]
fn pem_names_what_is_not_one_certificate() {
    let dir = folder("certificate-files-pem-kinds");
    for (name, status, part) in [
        ("p7.p7b", 1, "`openssl pkcs7 -print_certs -in FILE`"),
        ("p7.der", 2, "`openssl pkcs7 -print_certs -inform der -in FILE`"),
        ("p12.pfx", 2, "`openssl pkcs12 -nokeys -in FILE`"),
        ("key.pem", 1, "contains a private key"),
        ("encrypted.pem", 1, "contains a private key"),
        ("joined.pem", 1, "contains more than one certificate"),
        ("cut.pem", 1, "contains more than one certificate"),
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
        ("key.pem", ": a private key; expected a certificate"),
        ("encrypted.pem", ": an encrypted private key; expected a certificate"),
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
        ("plain.pem", ": a certificate; expected a private key"),
        ("key.pem", "the key is Ed448"),
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

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn p039_a_refused_server_leads_to_the_places_of_the_authorities() {
    let appliance = Appliance::new("certificate-files-places", &[]);
    fs::write(appliance.dir.path().join("other.pem"), PLAIN).unwrap();
    let run = |variables: &[(&str, &str)]| {
        let mut command = appliance.command("home");
        command.args(["info", "--host", &appliance.url, "--user", "admin"]);
        let run = finish(command.env("SPS_PASSWORD", PASSWORD).envs(variables.iter().copied()));
        run.fails(2, "no trusted authority signed the server's certificate");
        run.stderr
    };
    // Where a system has no certificates at all, the first part of the error says so.
    let places = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];
    if let Some(place) = places.into_iter().find(|it| Path::new(it).exists()) {
        let stderr = run(&[]);
        assert!(stderr.contains(&format!("; those of the system are in {place}")), "{stderr}");
    }
    let file = run(&[("SSL_CERT_FILE", "other.pem")]);
    assert!(file.contains(": SSL_CERT_FILE=other.pem: GET "), "{file}");
    assert!(!file.contains("those of the system are"), "{file}");
    let both = run(&[("SSL_CERT_FILE", "other.pem"), ("SSL_CERT_DIR", "home")]);
    assert!(
        both.contains(": SSL_CERT_FILE=other.pem and the authorities of the system: GET "),
        "{both}"
    );
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
        run(arguments).fails(2, "the response to the login has no session cookie");
    }
    let refused = run(&[]);
    refused.fails(2, "X.509 version 1");
    assert!(refused.stderr.contains(fingerprint), "{}", refused.stderr);
}
