//! Pages for the terminal.

use sps_codegen::{code, codes, endpoints, nearest_endpoint, show};

use crate::{endpoint, spec};

#[test]
fn shows_email() {
    let spec = spec();
    insta::assert_snapshot!("show-email", show(&spec, endpoint(&spec, "management/email")));
}

#[test]
fn shows_trap() {
    let spec = spec();
    insta::assert_snapshot!("show-trap", show(&spec, endpoint(&spec, "management/snmp/trap")));
}

#[test]
fn shows_labels_and_lists_without_order() {
    let spec = spec();
    let page = |path| {
        let page = show(&spec, endpoint(&spec, path));
        page.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let policy = page("rdp/channel_policies");
    assert!(policy.contains("At least 1 character; names the object in files;"), "{policy}");
    assert!(
        policy.contains("Addresses that clients connect from. The order has no meaning;"),
        "{policy}"
    );
    let mail = page("management/email");
    assert!(!mail.contains("in files") && !mail.contains("no meaning"), "{mail}");
}

#[test]
fn lists_endpoints() {
    insta::assert_snapshot!("endpoints", endpoints(&spec()));
}

#[test]
fn lists_codes() {
    insta::assert_snapshot!("codes", codes(&spec()));
}

#[test]
fn explains_one_code() {
    let spec = spec();
    insta::assert_snapshot!("code-starttls-only", code(&spec, spec.code("starttls-only").unwrap()));
}

/// Columns of a terminal that a page must not exceed, unless one word alone does.
#[test]
fn every_page_fits_a_hundred_columns() {
    let spec = spec();
    let shown = spec.endpoints.iter().map(|it| show(&spec, it));
    let explained = spec.codes.iter().map(|it| code(&spec, it));
    for page in shown.chain(explained) {
        for line in page.lines() {
            assert!(line.chars().count() <= 100, "too wide: {line}");
            assert_eq!(line.trim_end(), line, "blanks at the end");
        }
        assert!(page.ends_with('\n') && !page.contains("\n\n\n"), "{page}");
    }
}

#[test]
fn every_endpoint_has_a_line_and_every_member_a_place() {
    let spec = spec();
    let list = endpoints(&spec);
    assert_eq!(list.lines().count(), spec.endpoints.len());
    for endpoint in &spec.endpoints {
        assert!(list.contains(endpoint.short_path()));
        let page = show(&spec, endpoint);
        for field in endpoint.types.iter().flat_map(|def| match def {
            sps_spec::TypeDef::Struct(it) => &it.fields[..],
            _ => &[],
        }) {
            assert!(page.contains(&field.name), "{} in {}", field.name, endpoint.path);
        }
        for rule in &endpoint.rules {
            assert!(page.contains(&rule.code), "{} in {}", rule.code, endpoint.path);
        }
        for quirk in &endpoint.quirks {
            assert!(page.contains(&quirk.id), "{} in {}", quirk.id, endpoint.path);
        }
    }
}

#[test]
fn says_who_raises_every_code() {
    let spec = spec();
    for it in &spec.codes {
        let page = code(&spec, it);
        // Formats that only an overlay uses so far.
        let is_unused = ["url", "uuid"].contains(&&*it.code);
        assert_eq!(page.contains("No endpoint described so far"), is_unused, "{page}");
    }
}

#[test]
fn shows_the_quirks_of_shared_types() {
    let spec = spec();
    let page = show(&spec, endpoint(&spec, "management/email"));
    assert!(page.contains("host-ipv6"), "{page}");
}

#[test]
fn tells_what_a_container_holds_and_who_refers_to_a_password() {
    let spec = spec();
    let page = show(&spec, endpoint(&spec, "management/snmp"));
    assert!(page.contains("management/snmp/trap"), "{page}");
    let page = show(&spec, endpoint(&spec, "passwords"));
    assert!(page.contains("/version/value/auth_password"), "{page}");
    assert!(page.contains("/users/*/passwords"), "{page}");
}

#[test]
fn finds_the_endpoint_that_was_meant() {
    let spec = spec();
    for (word, expected) in [
        ("management/emial", Some("management/email")),
        ("email", Some("management/email")),
        ("Trap", Some("management/snmp/trap")),
        ("/api/configuration/management/snmp/trp/", Some("management/snmp/trap")),
        ("rdp/channel-policy", Some("rdp/channel_policies")),
        ("time_policy", Some("policies/time_policies")),
        ("password", Some("passwords")),
        ("support_bundle", Some("troubleshooting/support-bundle")),
        ("/api/infos", Some("info")),
        ("kubernetes", None),
        ("", None),
    ] {
        assert_eq!(nearest_endpoint(&spec, word), expected, "{word}");
    }
}
