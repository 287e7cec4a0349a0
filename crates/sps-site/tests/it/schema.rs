//! The schemas of files, as editors read them, against the check of a tree.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use jsonschema::Validator;
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestError, TestRunner},
};
use serde_json::{Value, json};
use sps_codegen::SchemaForm;
use sps_model::{
    Accounting, AdminWeb, AlertTarget, AnalyticsService, ApplianceCertificates,
    ArchiveCleanupPolicy, AuditPolicy, ClusterService, ConnectionPolicy, CustomSubchapter,
    DiskFillupPrevention, Dns, Email, HealthMonitoring, HttpAuthenticationPolicy,
    HttpChannelPolicy, HttpSettingsPolicy, IcaChannelPolicy, IcaSettingsPolicy, IndexerService,
    IpForwardingRulePair, LdapServer, LocalGroup, MssqlAuthenticationPolicy, MssqlChannelPolicy,
    Naming, Nic, ProtocolOptions, RdpChannelPolicy, RdpDomainMembership, Report, Route, SigningCa,
    SnmpAgent, SnmpTrap, SplunkForwarder, SshChannelPolicy, SshOptions, SshService,
    SshSettingsPolicy, StarlingSettings, TelnetAuthenticationPolicy, TelnetChannelPolicy,
    TelnetSettingsPolicy, TimePolicy, TroubleshootingSettings, TrustedCaList, UserDatabase,
    UserWeb, Userlist, VncChannelPolicy, VncSettingsPolicy, WebGatewayAuthentication, WebInterface,
    locate, shape, strategy,
    validate::{Diagnostic, Form, Kind, Limits, yaml},
};
use sps_site::{CheckOptions, Site};
use sps_spec::Spec;
use toml::de::{DeTable, DeValue};

static SPEC: LazyLock<Spec> = LazyLock::new(Spec::embedded);

/// How many files of each endpoint are tried.
const FILES: u32 = 40;

type Bodies = fn() -> BoxedStrategy<Value>;

/// Every endpoint that has files, with bodies for it.
const ENDPOINTS: &[(&str, Bodies)] = &[
    ("alerting/system_alerts", strategy::valid_json::<BTreeMap<String, AlertTarget>>),
    ("alerting/traffic_alerts", strategy::valid_json::<BTreeMap<String, AlertTarget>>),
    ("datetime/timezone", strategy::valid_json::<String>),
    ("network/ip_forwarding_rule_pairs", strategy::valid_json::<Vec<IpForwardingRulePair>>),
    ("network/routing", strategy::valid_json::<Vec<Route>>),
    ("aaa/ldap_servers", strategy::valid_json::<LdapServer>),
    ("aaa/local_database/groups", strategy::valid_json::<LocalGroup>),
    ("http/authentication_policies", strategy::valid_json::<HttpAuthenticationPolicy>),
    ("http/channel_policies", strategy::valid_json::<HttpChannelPolicy>),
    ("http/connections", strategy::valid_json::<ConnectionPolicy>),
    ("http/options", strategy::valid_json::<ProtocolOptions>),
    ("http/settings_policies", strategy::valid_json::<HttpSettingsPolicy>),
    ("ica/channel_policies", strategy::valid_json::<IcaChannelPolicy>),
    ("ica/options", strategy::valid_json::<ProtocolOptions>),
    ("ica/settings_policies", strategy::valid_json::<IcaSettingsPolicy>),
    ("local_services/admin_web", strategy::valid_json::<AdminWeb>),
    ("local_services/analytics", strategy::valid_json::<AnalyticsService>),
    ("local_services/cluster", strategy::valid_json::<ClusterService>),
    ("local_services/indexer", strategy::valid_json::<IndexerService>),
    ("local_services/snmp_agent", strategy::valid_json::<SnmpAgent>),
    ("local_services/ssh", strategy::valid_json::<SshService>),
    ("local_services/user_web", strategy::valid_json::<UserWeb>),
    ("management/accounting", strategy::valid_json::<Accounting>),
    ("management/certificates", strategy::valid_json::<ApplianceCertificates>),
    ("management/disk_fillup_prevention", strategy::valid_json::<DiskFillupPrevention>),
    ("management/email", strategy::valid_json::<Email>),
    ("management/health_monitoring", strategy::valid_json::<HealthMonitoring>),
    ("management/snmp/trap", strategy::valid_json::<SnmpTrap>),
    ("management/splunk_forwarder", strategy::valid_json::<SplunkForwarder>),
    ("management/web_gateway_authentication", strategy::valid_json::<WebGatewayAuthentication>),
    ("management/webinterface", strategy::valid_json::<WebInterface>),
    ("mssql/authentication_policies", strategy::valid_json::<MssqlAuthenticationPolicy>),
    ("mssql/channel_policies", strategy::valid_json::<MssqlChannelPolicy>),
    ("mssql/connections", strategy::valid_json::<ConnectionPolicy>),
    ("mssql/options", strategy::valid_json::<ProtocolOptions>),
    ("network/dns", strategy::valid_json::<Dns>),
    ("network/naming", strategy::valid_json::<Naming>),
    ("network/nics", strategy::valid_json::<Nic>),
    ("policies/archive_cleanup_policies", strategy::valid_json::<ArchiveCleanupPolicy>),
    ("policies/audit_policies", strategy::valid_json::<AuditPolicy>),
    ("policies/ldap_servers", strategy::valid_json::<LdapServer>),
    ("policies/signing_cas", strategy::valid_json::<SigningCa>),
    ("policies/time_policies", strategy::valid_json::<TimePolicy>),
    ("policies/trusted_ca_lists", strategy::valid_json::<TrustedCaList>),
    ("policies/user_databases", strategy::valid_json::<UserDatabase>),
    ("policies/userlists", strategy::valid_json::<Userlist>),
    ("rdp/channel_policies", strategy::valid_json::<RdpChannelPolicy>),
    ("rdp/connections", strategy::valid_json::<ConnectionPolicy>),
    ("rdp/domain_membership", strategy::valid_json::<RdpDomainMembership>),
    ("rdp/options", strategy::valid_json::<ProtocolOptions>),
    ("reporting/custom_subchapters", strategy::valid_json::<CustomSubchapter>),
    ("reporting/reports", strategy::valid_json::<Report>),
    ("ssh/channel_policies", strategy::valid_json::<SshChannelPolicy>),
    ("ssh/connections", strategy::valid_json::<ConnectionPolicy>),
    ("ssh/options", strategy::valid_json::<SshOptions>),
    ("ssh/settings_policies", strategy::valid_json::<SshSettingsPolicy>),
    ("starling", strategy::valid_json::<StarlingSettings>),
    ("telnet/authentication_policies", strategy::valid_json::<TelnetAuthenticationPolicy>),
    ("telnet/channel_policies", strategy::valid_json::<TelnetChannelPolicy>),
    ("telnet/connections", strategy::valid_json::<ConnectionPolicy>),
    ("telnet/options", strategy::valid_json::<ProtocolOptions>),
    ("telnet/settings_policies", strategy::valid_json::<TelnetSettingsPolicy>),
    ("troubleshooting", strategy::valid_json::<TroubleshootingSettings>),
    ("vnc/channel_policies", strategy::valid_json::<VncChannelPolicy>),
    ("vnc/connections", strategy::valid_json::<ConnectionPolicy>),
    ("vnc/options", strategy::valid_json::<ProtocolOptions>),
    ("vnc/settings_policies", strategy::valid_json::<VncSettingsPolicy>),
];

/// The schema of the files at this path.
fn validator(path: &str) -> Validator {
    let endpoint = SPEC.endpoint(locate(path).unwrap().endpoint.path).unwrap();
    let text = sps_codegen::schema(&SPEC, endpoint, SchemaForm::Site)
        .unwrap_or_else(|| panic!("{path} has a schema"));
    compiled(&text)
}

fn compiled(text: &str) -> Validator {
    let schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    // Patterns alone: libraries differ in what a format is.
    jsonschema::options().should_validate_formats(false).build(&schema).unwrap()
}

#[test]
fn every_endpoint_with_files_is_tried() {
    let has_files =
        |it: &&sps_spec::Endpoint| sps_codegen::schema(&SPEC, it, SchemaForm::Site).is_some();
    let with_files: BTreeSet<&str> =
        SPEC.endpoints.iter().filter(has_files).map(sps_spec::Endpoint::short_path).collect();
    let tried: BTreeSet<&str> = ENDPOINTS.iter().map(|(path, _)| *path).collect();
    assert_eq!(with_files, tried);
}

/// What may be put in place of any value. Most do not belong where they are put.
fn notations() -> Vec<Value> {
    vec![
        json!({"$ref": "policies/time_policies/office"}),
        json!({"$ref": "office"}),
        json!({"$ref": "-100"}),
        json!({"$ref": "/api/configuration/policies/time_policies/24%2F7/"}),
        json!({"$ref": "policies/time_policies/"}),
        json!({"$ref": "passwords/8f00-1"}),
        json!({"$ref": "50%"}),
        json!({"$ref": ""}),
        json!({"$ref": 5}),
        json!({"$ref": "office", "$secret": "keep"}),
        json!({"$ref": "office", "name": "office"}),
        json!({"$secret": "env:NAME"}),
        json!({"$secret": "file:../a\nb"}),
        json!({"$secret": "prompt:the token"}),
        json!({"$secret": "command:pass show token"}),
        json!({"$secret": "keep"}),
        json!({"$secret": "env:"}),
        json!({"$secret": "enw:NAME"}),
        json!({"$secret": "kept"}),
        json!({"$secret": null}),
        json!({"$secrets": "env:NAME"}),
        json!({"$new": {"plain": {"$secret": "env:NAME"}}}),
        json!({"$new": {"plain": {"$secret": "keep"}}}),
        json!({"$new": {"plain": {"$file": "text"}}}),
        json!({"$new": {"plain": 5}}),
        json!({"$new": {"pem": {"$file": "text"}, "chain": [{"$secret": "env:NAME"}]}}),
        json!({"$new": {"certificate": {"$new": {}}}}),
        json!({"$new": "plain"}),
        json!({"$new": {}}),
        json!({"$file": "text"}),
        json!({"$file": "/etc/hosts"}),
        json!({"$file": ["text"]}),
        json!({"$schema": "x"}),
        json!({"$other": 1}),
        json!({}),
        json!(null),
        json!("-100"),
        json!("5"),
        json!("office"),
        json!(""),
        json!(5),
        json!([]),
    ]
}

/// Puts something in place of a value, or of the whole body.
fn put(body: &mut Value, at: Index, new: Value) {
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(members) => members.values().map(count).sum(),
            _ => 0,
        }
    }
    fn walk(value: &mut Value, left: &mut usize, new: &mut Option<Value>) {
        if *left == 0 {
            if let Some(new) = new.take() {
                *value = new;
            }
            return;
        }
        *left -= 1;
        match value {
            Value::Array(items) => {
                for item in items {
                    if new.is_some() {
                        walk(item, left, new);
                    }
                }
            }
            Value::Object(members) => {
                for member in members.values_mut() {
                    if new.is_some() {
                        walk(member, left, new);
                    }
                }
            }
            _ => {}
        }
    }
    walk(body, &mut at.index(count(body)), &mut Some(new));
}

/// Whether no source shows what belongs at this place of the body.
fn is_unknown(path: &str, body: &Value, pointer: &str) -> bool {
    let mut kind = locate(path).unwrap().endpoint.subject(Form::Request).unwrap().body;
    let mut value = body;
    for key in pointer.split('/').skip(1) {
        let key = key.replace("~1", "/").replace("~0", "~");
        (kind, value) = match value {
            Value::Array(items) => (shape::element(kind), &items[key.parse::<usize>().unwrap()]),
            Value::Object(members) => {
                let tag = shape::tag_of(kind, members);
                (shape::member(kind, tag, &key).unwrap_or(Kind::Any), &members[&key])
            }
            _ => break,
        };
    }
    matches!(kind.peeled(), Kind::Any)
}

/// The errors that a schema cannot see.
fn is_beyond_a_schema(error: &Diagnostic, path: &str, body: &Value, text: &str) -> bool {
    let written = error.span.of(text).unwrap_or_default();
    let is_elsewhere = written.contains("\"$file\"");
    match error.code {
        // What only the whole tree, another file or the appliance shows; and no schema compares the keys of an object with
        // a list in it.
        "label-mismatch"
        | "reference-exists"
        | "single-use-reference"
        | "unreadable-file"
        | "wrong-order" => true,
        // A schema sees the form of a certificate.
        "pem-certificate" => written.contains("BEGIN CERTIFICATE") || is_elsewhere,
        // Where anything may be, a label may have any collection, and a secret any name.
        "invalid-notation" | "misplaced-notation"
            if (written.starts_with("{\"$ref\":\"") || written.starts_with("{\"$secret\":\""))
                && is_unknown(path, body, &error.pointer) =>
        {
            true
        }
        _ => is_elsewhere && error.code != "misplaced-notation" && error.code != "invalid-notation",
    }
}

#[test]
fn a_schema_and_the_check_agree_about_notations_anywhere() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("text"), "a text").unwrap();
    let [valid, invalid] = [Cell::new(0), Cell::new(0)];
    for (path, bodies) in ENDPOINTS {
        let validator = validator(path);
        let edits = prop::collection::vec((any::<Index>(), select(notations())), 0..3);
        let config = Config { cases: FILES, failure_persistence: None, ..Config::default() };
        let cases = (bodies(), edits, any::<bool>());
        let result = TestRunner::new(config).run(&cases, |(mut body, edits, with_schema)| {
            for (at, new) in edits {
                put(&mut body, at, new);
            }
            if with_schema && let Some(members) = body.as_object_mut() {
                members.insert("$schema".to_owned(), json!("../x.json"));
            }
            let text = body.to_string();
            let errors = errors(root.path(), path, &text)?;
            let seen: Vec<_> =
                errors.iter().filter(|it| !is_beyond_a_schema(it, path, &body, &text)).collect();
            let theirs = validator.is_valid(&body);
            if text.contains("{\"$") {
                let counter = if theirs { &valid } else { &invalid };
                counter.set(counter.get() + 1);
            }
            // Where the check sees nothing, the schema refuses nothing; and the reverse.
            prop_assert!(
                if theirs { seen.is_empty() } else { !errors.is_empty() },
                "{}: {} for the schema, and the check: {:?} {}",
                path,
                theirs,
                errors,
                text
            );
            Ok(())
        });
        match result {
            Ok(()) => {}
            Err(TestError::Fail(reason, _)) => panic!("{reason}"),
            Err(error) => panic!("{path}: {error}"),
        }
    }
    assert!(valid.get() > 200 && invalid.get() > 200, "{valid:?} valid, {invalid:?} invalid");
}

/// The body in a file with this path, whatever its format is.
fn read(path: &Path) -> Value {
    match fs::read_to_string(path.with_extension("json")) {
        Ok(text) => serde_json::from_str(&text).unwrap(),
        Err(_) => {
            let text = fs::read_to_string(path.with_extension("yaml")).unwrap();
            let root = yaml::scan(&text, &Limits::default()).unwrap().root;
            serde_json::from_str(&root.to_json()).unwrap()
        }
    }
}

/// A file of the examples with one change; the schema of its endpoint accepts it or does not.
#[test]
fn near_misses_of_the_examples_are_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/site");
    let email = "management/email";
    let trap = "management/snmp/trap";
    let policy = "ssh/channel_policies/operators";
    let times = "/rules/0/allowed_for/time_policy";
    let password = "/smtp_auth/password";
    let identity = "/smtp_encryption/client_authentication";
    let with_identity = |it: Value| json!({"enabled": true, "x509_identity": it});
    let of_new = |plain: Value| json!({"$new": {"plain": plain}});
    for (path, pointer, value, is_valid) in [
        (policy, times, json!({"$ref": "maintenance"}), true),
        (policy, times, json!({"$ref": "policies/time_policies/maintenance"}), true),
        (policy, times, json!("-100"), true),
        (policy, times, json!({"$ref": 5}), false),
        (policy, times, json!({"$ref": "policies/userlists/operators"}), false),
        (policy, times, json!({"$rfe": "maintenance"}), false),
        (policy, times, json!("maintenance"), false),
        (policy, times, json!(null), false),
        (policy, "/rules/0/actions/content_policy", json!(null), true),
        (policy, "/rules/0/actions/audit", json!({"$file": "yes"}), false),
        (policy, "/rules/0/execs/0", json!({"$file": "command"}), true),
        (email, password, json!({"$secret": "env:X"}), true),
        (email, password, json!({"$secret": "keep"}), true),
        (email, password, of_new(json!({"$secret": "env:X"})), true),
        (email, password, of_new(json!({"$secret": "keep"})), false),
        (email, password, json!({"$secrets": "env:X"}), false),
        (email, password, json!({"$secret": "enw:X"}), false),
        (email, password, json!({"$secret": "env:X", "$ref": "1"}), false),
        (email, password, json!({"$file": "password"}), false),
        (email, "/smtp_auth/username", json!({"$secret": "env:X"}), false),
        (email, identity, with_identity(json!({"$new": {"pem": {"$file": "c.pem"}}})), true),
        (email, identity, with_identity(json!({"$secret": "env:X"})), false),
        (email, identity, with_identity(json!({"$secret": "keep"})), true),
        (email, "/admin_address", json!({"$file": "address"}), true),
        (email, "/admin_address", json!("no address"), false),
        (trap, "/version/value/auth_password", json!({"$secret": "command:pass snmp"}), true),
        (trap, "/version/value/auth_password", json!({"$secret": "command:"}), false),
        (trap, "/version/value/engine_id", json!({"$file": "engine"}), true),
        (trap, "/version/value/engine_id", json!("0xzz"), false),
    ] {
        let mut body = read(&root.join(path));
        *body.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(validator(path).is_valid(&body), is_valid, "{path}{pointer}: {value}");
    }
}

#[test]
fn every_example_is_valid_in_an_editor_too() {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|it| it == "json" || it == "yaml") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/site");
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 5, "{found:?}");
    for file in found {
        let body = read(&file.with_extension(""));
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        let path = path.to_str().unwrap().replace('\\', "/");
        let validator = validator(&path);
        let errors: Vec<_> = validator.iter_errors(&body).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{path}: {errors:?}");
    }
    let settings = fs::read_to_string(root.join("sps.toml")).unwrap();
    assert!(compiled(&sps_codegen::schema_of_settings(&SPEC)).is_valid(&toml(&settings)));
}

/// TOML as the JSON that an editor makes of it, as far as settings need it.
fn toml(text: &str) -> Value {
    fn value(it: &DeValue<'_>) -> Value {
        match it {
            DeValue::String(text) => Value::from(&**text),
            DeValue::Array(items) => items.iter().map(|it| value(it.get_ref())).collect(),
            DeValue::Table(members) => table(members),
            // Settings have no other types.
            _ => Value::from(7.5),
        }
    }
    fn table(it: &DeTable<'_>) -> Value {
        let members = it.iter().map(|(key, it)| (key.get_ref().to_string(), value(it.get_ref())));
        Value::Object(members.collect())
    }
    table(DeTable::parse(text).unwrap().get_ref())
}

/// What `sps.toml` says, and whether the loader and the schema take it.
#[test]
fn the_schema_of_settings_decides_as_the_loader_does() {
    let validator = compiled(&sps_codegen::schema_of_settings(&SPEC));
    let root = tempfile::tempdir().unwrap();
    for (text, is_valid) in [
        ("", true),
        ("target = \"7.5\"", true),
        ("target = \"8.0.0.1\"", true),
        ("target = 7.5", false),
        ("target = \"seven\"", false),
        ("owned = [\"policies/time_policies\"]", true),
        ("owned = [\"/api/configuration/policies/time_policies/\"]", true),
        ("owned = \"policies/time_policies\"", false),
        ("owned = [\"\"]", false),
        ("ignored = [\"management\", \"policies/userlists/a\"]", true),
        ("unknown = [\"policies/new_things\"]\nowned = [\"policies/new_things\"]", true),
        ("ownd = []", false),
        ("[check]\nallow = [\"weak-authentication\", \"long-path\", \"unknown-key\"]", true),
        ("[check]\nalow = []", false),
        ("[[moved]]\nfrom = \"policies/userlists/a\"\nto = \"policies/userlists/b\"", true),
        ("[[moved]]\nfrom = \"policies/userlists/a\"", false),
        ("[moved]\nfrom = \"policies/userlists/a\"", false),
    ] {
        fs::write(root.path().join("sps.toml"), text).unwrap();
        let report = Site::load(root.path()).unwrap().check(&CheckOptions::default());
        assert_eq!(report.is_valid(), is_valid, "{text}: {report}");
        assert_eq!(validator.is_valid(&toml(text)), is_valid, "{text}");
    }
}

/// What the check of a tree with this one file finds.
fn errors(root: &Path, path: &str, text: &str) -> Result<Vec<Diagnostic>, TestCaseError> {
    let is_collection = locate(&format!("{path}/x")).is_some();
    let file = if is_collection { format!("{path}/x.json") } else { format!("{path}.json") };
    let file = root.join(file);
    fs::create_dir_all(file.parent().unwrap())?;
    fs::write(&file, text)?;
    let report = Site::load(root).unwrap().check(&CheckOptions::default());
    fs::remove_file(&file)?;
    prop_assert!(report.unreadable.is_empty(), "{}", report);
    Ok(report.errors().map(|(_, error)| error.clone()).collect())
}
