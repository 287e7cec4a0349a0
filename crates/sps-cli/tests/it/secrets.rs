//! No value of a document is ever printed, a secret least of all.

use crate::support::*;

const SECRET: &str = "hunter2-Zq8";

#[track_caller]
fn stays_secret(dir: &Dir, arguments: &[&str]) {
    for format in ["human", "concise", "github", "gitlab", "html", "json", "sarif"] {
        for fix in [&[][..], &["--fix", "--dry-run"]] {
            let run = dir.sps(&[arguments, &["--format", format], fix].concat());
            assert!(!run.all().contains(SECRET), "{arguments:?}: {}", run.all());
            assert!(!run.stdout.is_empty());
        }
    }
}

#[test]
fn a_plain_password_is_not_printed() {
    for body in [
        r#"{"plain": "hunter2-Zq8"}"#,
        r#"{"plain": ["hunter2-Zq8"]}"#,
        r#"{"plian": "hunter2-Zq8"}"#,
        r#"{"plain": "hunter2-Zq8", "plain": "hunter2-Zq8"}"#,
        r#"{"plain": "hunter2-Zq8""#,
        r#"{"plain": "hunter2-Zq8", "key": {"key": "hunter2-Zq8", "meta": {}}}"#,
        r#""hunter2-Zq8""#,
    ] {
        let dir = Dir::new("plain").with("passwords/x.json", body);
        for form in ["request", "response"] {
            stays_secret(&dir, &["check", "passwords", "--as", form]);
        }
        stays_secret(&dir, &["check", "passwords", "--allow-unknown"]);
    }
}

#[test]
fn a_value_in_the_place_of_a_key_is_not_printed() {
    let bodies: Vec<String> = [TRAP_3, EMAIL_RESPONSE, EMAIL_REQUEST, EMAIL_WRONG]
        .iter()
        .flat_map(|body| {
            let keys: Vec<_> = body.match_indices("\"aaaa-").map(|(at, _)| at + 1).collect();
            keys.into_iter()
                .map(|start| format!("{}{SECRET}{}", &body[..start], &body[start + 6..]))
        })
        .collect();
    assert_eq!(bodies.len(), 2 + 1 + 1 + 1);
    let dir = bodies
        .iter()
        .enumerate()
        .fold(Dir::new("wherever"), |dir, (at, body)| dir.with(&format!("{at}.json"), body));
    for endpoint in ["management/snmp/trap", "management/email"] {
        for form in ["request", "response"] {
            stays_secret(&dir, &["check", ".", "-e", endpoint, "--as", form]);
        }
    }
    stays_secret(&dir, &["check", "."]);
}

#[test]
fn a_private_key_where_the_certificate_belongs_is_not_printed() {
    let key = r"-----BEGIN PRIVATE KEY-----\nhunter2-Zq8\n-----END PRIVATE KEY-----\n";
    let check = r#""client_authentication": {"enabled": false}, "server_certificate_check": "#;
    for certificate in [
        format!("\"{key}\""),
        format!("\"{key}-----BEGIN CERTIFICATE-----\""),
        "\"hunter2-Zq8\"".to_owned(),
        format!("[\"{key}\"]"),
    ] {
        let check =
            format!("{check}{{\"enabled\": true, \"server_certificate_ca\": {certificate}}}");
        let starttls = format!("\"smtp_encryption\": {{\"selection\": \"starttls\", {check}}}");
        let body = EMAIL_REQUEST
            .replace("\"smtp_encryption\": {\n    \"selection\": \"disabled\"\n  }", &starttls);
        assert!(body.contains(SECRET), "{body}");
        let dir = Dir::new("private_key")
            .with("lines.json", &body)
            .with("one.json", body.replace('\n', ""));
        for form in ["request", "response"] {
            stays_secret(&dir, &["check", ".", "-e", "management/email", "--as", form]);
        }
    }
}

#[test]
fn what_is_not_looked_into_is_not_printed() {
    let inside = r#"{"plain": "hunter2-Zq8", "list": ["hunter2-Zq8"]}"#;
    let bodies = [
        EMAIL_REQUEST.replace("\"ops@example.com\"", inside),
        EMAIL_REQUEST.replace("\"ops@example.com\"", "[\"hunter2-Zq8\"]"),
        EMAIL_REQUEST.replace("\"disabled\"", inside),
        EMAIL_REQUEST.replace("\"fqdn\"", "\"name\"").replace("mail.example.com", SECRET),
        EMAIL_REQUEST.replace("\"selection\": \"fqdn\",", "").replace("mail.example.com", SECRET),
        EMAIL_REQUEST.replace("\"aaaa-1\"", inside),
        EMAIL_REQUEST
            .replace("\"aaaa-1\"", r#"{"key": "aaaa-1", "meta": {}, "body": "hunter2-Zq8"}"#),
        EMAIL_RESPONSE
            .replace("\"admin_address\"", "\"extra\": \"hunter2-Zq8\", \"admin_address\""),
        format!("[{inside}]"),
        format!("{{\"items\": [{inside}], \"meta\": {{}}}}"),
        format!("{{\"items\": {inside}, \"meta\": {{}}}}"),
    ];
    for body in bodies {
        assert!(body.contains(SECRET), "{body}");
        let dir = Dir::new("not_looked_into")
            .with("lines.json", &body)
            .with("one.json", body.replace('\n', ""));
        stays_secret(&dir, &["check", ".", "-e", "management/email", "--as", "request"]);
        if !body.contains("\"ops@") {
            stays_secret(
                &dir,
                &["check", ".", "-e", "management/email", "--as", "request", "--quiet"],
            );
        }
    }
}

#[test]
fn the_value_of_an_unknown_key_is_not_printed() {
    let dir = Dir::new("unknown_key")
        .with("x.json", DISK.replacen('{', &format!("{{\"pasword\": \"{SECRET}\","), 1))
        .with(
            "y.json",
            DISK.replacen('{', &format!("{{\"pasword\": {{\"key\": \"{SECRET}\"}},"), 1),
        );
    stays_secret(&dir, &["check", ".", "-e", "management/disk_fillup_prevention"]);
    stays_secret(
        &dir,
        &["check", ".", "-e", "management/disk_fillup_prevention", "--allow-unknown"],
    );
}

#[test]
fn a_known_password_is_not_printed() {
    let unfit = format!("{SECRET}\\u00e9");
    let dir = Dir::new("known")
        .with("management/snmp/trap.json", TRAP_3)
        .with("objects", PASSWORDS.replace("correct horse battery", &unfit));
    let run = dir.sps(&["check", "management", "--resolve", "objects"]);
    assert!(run.stdout.contains("snmp-password-charset"), "{}", run.stdout);
    stays_secret(&dir, &["check", "management", "--resolve", "objects"]);
}

#[test]
fn a_repair_shows_no_secret_on_either_side() {
    let channel = r#"{"meta": {"x": "hunter2-Zq8"}, "key": "hunter2-Zq8"}"#;
    for (endpoint, body, fix) in [
        // The key that only responses have goes, with what is in it.
        ("management/email", EMAIL_REQUEST.replace("\"aaaa-1\"", channel), "reference-object"),
        // The wrapper goes, and what is beside the body with it.
        (
            "management/email",
            EMAIL_RESPONSE.replacen('{', "{\"meta\": {\"token\": \"hunter2-Zq8\"},", 1),
            "response-wrapper",
        ),
        // A misspelled key of a reference, with the password itself behind it.
        (
            "management/email",
            EMAIL_REQUEST
                .replace("\"password\"", "\"pasword\"")
                .replace("aaaa-1", SECRET)
                .replace("sender_address", "sender_adress"),
            "unknown-key",
        ),
    ] {
        assert!(body.contains(SECRET), "{body}");
        let dir = Dir::new("repair").with("x.json", &body);
        let check = ["check", "x.json", "-e", endpoint, "--as", "request"];
        let run = dir.sps(&[&check[..], &["--fix", "--dry-run"]].concat());
        assert!(run.stdout.contains(&format!("would be fixed[{fix}]")), "{}", run.stdout);
        stays_secret(&dir, &check);
    }
}
