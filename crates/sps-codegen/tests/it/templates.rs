//! Templates of request bodies.

use sps_codegen::{TemplateError, template};

use crate::{endpoint, spec};

fn of(short: &str, variant: Option<&str>) -> String {
    let spec = spec();
    template(&spec, endpoint(&spec, short), variant).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_request_has_a_template() {
    let spec = spec();
    for endpoint in spec.endpoints.iter().filter(|it| it.request.is_some()) {
        let name = format!("template-{}", endpoint.short_path().replace('/', "-"));
        insta::assert_snapshot!(name, template(&spec, endpoint, None).unwrap());
    }
}

#[test]
fn trap_is_version_3_with_sha_and_aes() {
    let text = of("management/snmp/trap", None);
    for part in [
        r#""selection": "3""#,
        r#""auth_method": "sha""#,
        r#""encryption_method": "aes""#,
        r#""auth_password": "00000000-0000-4000-8000-000000000001""#,
        r#""encryption_password": "00000000-0000-4000-8000-000000000002""#,
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn trap_2c_has_a_community_and_no_user() {
    let text = of("management/snmp/trap", Some("2c"));
    assert!(text.contains(r#""selection": "2c""#), "{text}");
    assert!(text.contains(r#""community": "monitoring-traps""#), "{text}");
    for absent in ["auth_method", "engine_id", "username"] {
        assert!(!text.contains(absent), "{absent} is in {text}");
    }
}

#[test]
fn trap_with_a_name_keeps_the_version_without_warning() {
    let text = of("management/snmp/trap", Some("fqdn"));
    assert!(text.contains(r#""selection": "3""#), "{text}");
    assert!(text.contains(r#""selection": "fqdn""#), "{text}");
    assert!(text.contains(r#""value": "server.example.com""#), "{text}");
}

#[test]
fn email_has_both_blocks_only_with_starttls() {
    for variant in [None, Some("starttls"), Some("fqdn")] {
        let text = of("management/email", variant);
        assert!(text.contains(r#""selection": "starttls""#), "{text}");
        assert_eq!(text.matches(r#""enabled": true"#).count(), 3, "{text}");
        assert!(text.contains("-----BEGIN CERTIFICATE-----\\n"), "{text}");
    }
    let text = of("management/email", Some("disabled"));
    assert!(text.contains(r#""selection": "disabled""#), "{text}");
    assert!(!text.contains("client_authentication"), "{text}");
    assert!(!text.contains("server_certificate_check"), "{text}");
}

#[test]
fn secrets_are_obvious_fakes() {
    assert_eq!(of("passwords", None), "{\n  \"plain\": \"change-me-please\"\n}\n");
}

#[test]
fn ends_with_one_newline_and_is_the_same_each_time() {
    let text = of("rdp/channel_policies", None);
    assert!(text.ends_with("}\n") && !text.ends_with("\n\n"), "{text}");
    assert_eq!(text, of("rdp/channel_policies", None));
    assert!(text.contains(r#""content_policy": null"#), "{text}");
    assert!(text.contains(r#""time_policy": "-100""#), "{text}");
    assert!(text.contains(r#""gateway_groups": []"#), "{text}");
}

#[test]
fn an_unknown_variant_lists_the_words() {
    let spec = spec();
    let error = template(&spec, endpoint(&spec, "management/snmp/trap"), Some("1")).unwrap_err();
    let TemplateError::UnknownVariant { words, .. } = &error else { panic!("{error:?}") };
    assert_eq!(words[..], ["2c", "3", "ip", "fqdn"]);
    assert_eq!(
        error.to_string(),
        "`management/snmp/trap` has no variant `1`; it has 2c, 3, ip, fqdn"
    );
    let error = template(&spec, endpoint(&spec, "passwords"), Some("hash")).unwrap_err();
    assert_eq!(error.to_string(), "`passwords` has no variant `hash`: it has only one form");
}

#[test]
fn an_endpoint_without_body_names_those_that_have_one() {
    let spec = spec();
    for short in ["management/snmp", "info", "policies/content_policies"] {
        let error = template(&spec, endpoint(&spec, short), None).unwrap_err();
        let TemplateError::NoRequestBody { others, .. } = &error else { panic!("{error:?}") };
        assert!(others.iter().any(|it| it == "management/email"), "{others:?}");
        assert!(error.to_string().starts_with(&format!("`{short}` has no known request body")));
    }
}
