//! The interpreter of the simulator decides as the validator does, though the two share nothing but the spec.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use serde_json::json;
use sps_model::ENDPOINTS;
use sps_model::locate;
use sps_model::strategy;
use sps_model::strategy::Passwords;
use sps_sim::body::Bodies;
use sps_sim::body::Mode;
use sps_sim::body::Refusal;
use sps_sim::body::World;
use sps_spec::Spec;
use sps_validate::Context;
use sps_validate::Form;
use sps_validate::Resolver;
use sps_validate::Subject;
use sps_validate::Version;
use sps_validate::code;
use sps_validate::explain;
use sps_validate::json;
use sps_validate::rewrite;

use crate::cases::Case;
use crate::cases::compiled;
use crate::mutation::mutate;
use crate::mutation::mutation;

static SPEC: LazyLock<Spec> = LazyLock::new(Spec::embedded);

/// A resolver as the interpreter asks for it; without one, every object is there and nothing is known of it.
struct Asked<'a>(Option<&'a dyn Resolver>);

impl World for Asked<'_> {
    fn object(&self, collection: &str, key: &str) -> Option<Value> {
        let path = format!("{collection}/{key}");
        let Some(resolver) = self.0 else { return Some(json!({})) };
        let plain = resolver.plain(&path).map(|plain| json!({ "plain": plain }));
        (resolver.exists(&path) != Some(false)).then(|| plain.unwrap_or_else(|| json!({})))
    }

    fn referrers(&self, collection: &str, key: &str) -> Vec<String> {
        let user = self.0.and_then(|resolver| resolver.used_by(&format!("{collection}/{key}")));
        user.map(str::to_owned).into_iter().collect()
    }
}

/// What both say of one text.
struct Verdicts {
    /// Code and pointer of each error of the validator, sorted.
    validator: Vec<(String, String)>,
    /// The same of the strict interpreter.
    strict: Vec<(String, String)>,
    /// The same of the lenient interpreter.
    lenient: Vec<(String, String)>,
    /// What the lenient interpreter stores.
    stored: Option<Value>,
}

fn verdicts(subject: &Subject, path: &str, text: &str, context: &Context<'_>) -> Verdicts {
    let report = explain(text, subject, context);
    let errors = report.errors().map(|it| (it.code.to_owned(), it.pointer.clone()));
    let target = context.target.map(|target| target.to_string().parse().unwrap());
    let bodies = Bodies::new(&SPEC, target);
    let endpoint = SPEC.endpoint(path).unwrap();
    let world = Asked(context.resolver);
    let read = |mode| {
        let findings = match bodies.read(endpoint, text.as_bytes(), mode, &world, "/api/own") {
            Ok(stored) => return (Vec::new(), Some(stored)),
            Err(Refusal::NotJson(_)) => vec![(code::INVALID_JSON.to_owned(), String::new())],
            Err(Refusal::Semantic(findings)) => {
                findings.into_iter().map(|it| (it.code, it.pointer)).collect()
            }
        };
        (sorted(findings), None)
    };
    let (strict, kept) = read(Mode::Strict);
    let (lenient, stored) = read(Mode::Lenient);
    if kept.is_some() {
        assert_eq!(kept, stored, "what both readers take, they store alike: {text}");
    }
    Verdicts { validator: sorted(errors.collect()), strict, lenient, stored }
}

fn sorted(mut findings: Vec<(String, String)>) -> Vec<(String, String)> {
    findings.sort();
    findings
}

/// Mistakes that an appliance does not notice.
const SWALLOWED: &[&str] = &[
    code::UNKNOWN_KEY,
    code::DUPLICATE_KEY,
    code::RESPONSE_WRAPPER,
    code::NOT_IN_VERSION,
    code::LIMIT_EXCEEDED,
];

/// How the interpreter differs from the validator on a text, if it does.
fn difference(subject: &Subject, path: &str, text: &str, context: &Context<'_>) -> Option<String> {
    let Verdicts { validator, strict, lenient, stored } = verdicts(subject, path, text, context);
    if validator != strict {
        return Some(format!("{path} {text}\nvalidator {validator:?}\nstrict    {strict:?}"));
    }
    let swallowed = |code: &str| SWALLOWED.contains(&code);
    let loud: Vec<_> = strict.iter().filter(|(code, _)| !swallowed(code)).cloned().collect();
    // Of those, only an unknown key leaves the rest of the document as it is.
    let comparable = strict.iter().all(|(it, _)| !swallowed(it) || it == code::UNKNOWN_KEY);
    if comparable && loud != lenient {
        return Some(format!("{path} {text}\nstrict  {strict:?}\nlenient {lenient:?}"));
    }
    let stored = stored?;
    let again = verdicts(subject, path, &stored.to_string(), context);
    let harmless = [code::NOT_IN_VERSION, code::LIMIT_EXCEEDED];
    if let Some(lost) = again.validator.iter().find(|(code, _)| !harmless.contains(&&**code)) {
        return Some(format!("{path} {text}\nstored as {stored}, which has {lost:?}"));
    }
    (again.stored.as_ref() != Some(&stored)).then(|| format!("{path} {stored} changes when stored"))
}

/// The documents, each with a verdict worked out by hand, and the corpus of the fuzzers.
#[test]
fn the_interpreter_finds_what_the_validator_finds_in_every_case() {
    let mut seen = 0;
    let mut failures = Vec::new();
    for case in Case::all() {
        let Some(subject) = compiled(case.endpoint, Form::Request) else { continue };
        let mut context = Context::default();
        context.target = case.target;
        if let Some(known) = &case.known {
            context = context.with_resolver(known);
        }
        seen += 1;
        let found = difference(&subject, case.endpoint, &case.text, &context);
        failures.extend(found.map(|found| format!("{}: {found}", case.name)));
    }
    assert!(seen > 900, "some cases are lost");
    assert!(failures.is_empty(), "{} of {seen}:\n{}", failures.len(), failures.join("\n"));
}

/// Every text at every endpoint: a body of one is a heap of mistakes at the others.
#[test]
fn a_body_at_the_wrong_endpoint_is_judged_alike() {
    let mut texts: Vec<String> = Case::all().into_iter().map(|case| case.text).collect();
    texts.sort();
    texts.dedup();
    for (index, text) in texts.iter().enumerate() {
        let Some(endpoint) = ENDPOINTS.get(index % ENDPOINTS.len()) else { continue };
        let Some(subject) = endpoint.subject(Form::Request) else { continue };
        let found = difference(&subject, endpoint.path, text, &Context::default());
        assert_eq!(found, None);
    }
}

fn agrees(path: &str, text: &str) -> Result<(), TestCaseError> {
    let endpoint = locate(path).unwrap().endpoint;
    let subject = endpoint.subject(Form::Request).unwrap();
    let passwords = Passwords::default();
    for context in [
        Context::default(),
        Context::default().with_resolver(&passwords),
        Context::default().with_target(Version::new(7, 0, 3, 0)),
    ] {
        prop_assert_eq!(difference(&subject, endpoint.path, text, &context), None);
    }
    Ok(())
}

/// What is shown of a valid body is a valid answer, and the request made of it is the body.
fn shows(path: &str, body: &Value) -> Result<(), TestCaseError> {
    let endpoint = locate(path).unwrap().endpoint;
    let request = endpoint.subject(Form::Request).unwrap();
    let described = SPEC.endpoint(endpoint.path).unwrap();
    let (bodies, world, context) = (Bodies::new(&SPEC, None), Asked(None), Context::default());
    let text = body.to_string();
    let stored = bodies.read(described, text.as_bytes(), Mode::Strict, &world, "").unwrap();

    let uses = explain(&text, &request, &context).references;
    let mut uses: Vec<_> =
        uses.into_iter().map(|it| (it.path, it.pointer, it.single_use)).collect();
    let references = bodies.references(described, &stored).into_iter();
    let mut references: Vec<_> = references
        .map(|it| (format!("{}/{}", it.collection, it.key), it.pointer, it.single_use))
        .collect();
    uses.sort();
    references.sort();
    prop_assert_eq!(references, uses);

    if described.answer == described.request {
        let answer = endpoint.subject(Form::Answer).unwrap();
        let shown = bodies.show(described, &stored, &world, true).to_string();
        let errors: Vec<_> =
            explain(&shown, &answer, &context).errors().map(|it| it.code).collect();
        prop_assert_eq!(errors, Vec::<&str>::new(), "{}", shown);
        prop_assert!(!shown.contains("\"plain\""), "a secret in {}", shown);
        let root = json::scan(&shown, &context.limits).unwrap();
        let again: Value = serde_json::from_str(&rewrite(&root, &answer)).unwrap();
        let mut sent = stored;
        if let Some(object) = sent.as_object_mut() {
            object.remove("plain");
        }
        prop_assert_eq!(again, sent);
    }
    Ok(())
}

macro_rules! requests {
    ($($module:ident: $ty:ident = $path:literal),* $(,)?) => {
        const REQUESTS: &[&str] = &[$($path),*];

        $(mod $module {
            use sps_model::$ty;

            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn valid_bodies_are_stored_and_shown(body in strategy::valid_json::<$ty>()) {
                    agrees($path, &body.to_string())?;
                    shows($path, &body)?;
                }

                #[test]
                fn near_misses_are_refused_alike(miss in strategy::near_miss::<$ty>()) {
                    let subject = locate($path).unwrap().endpoint.subject(Form::Request).unwrap();
                    let path = locate($path).unwrap().endpoint.path;
                    let text = miss.body.to_string();
                    let context = Context::default().with_resolver(&miss.passwords);
                    prop_assert_eq!(difference(&subject, path, &text, &context), None);
                    let strict = verdicts(&subject, path, &text, &context).strict;
                    prop_assert_eq!(strict, [(miss.code.to_owned(), miss.pointer)]);
                }

                #[test]
                fn edited_bodies_are_judged_alike(
                    body in strategy::valid_json::<$ty>(),
                    edits in [mutation(), mutation(), mutation()],
                    index: Index,
                ) {
                    let mut body = body;
                    for edit in &edits {
                        let text = mutate(&body, edit, index);
                        agrees($path, &text)?;
                        let Ok(edited) = serde_json::from_str(&text) else { break };
                        body = edited;
                    }
                }
            }
        })*
    };
}

requests! {
    disk_fillup_prevention: DiskFillupPrevention = "management/disk_fillup_prevention",
    email: Email = "management/email",
    health_monitoring: HealthMonitoring = "management/health_monitoring",
    snmp_trap: SnmpTrap = "management/snmp/trap",
    web_gateway_authentication: WebGatewayAuthentication = "management/web_gateway_authentication",
    password: Password = "passwords",
    time_policy: TimePolicy = "policies/time_policies",
    user_database: UserDatabase = "policies/user_databases",
    rdp_channel_policy: RdpChannelPolicy = "rdp/channel_policies",
    x509: X509 = "x509",
    transaction: TransactionRequest = "transaction",
}

#[test]
fn no_request_is_left_out() {
    for endpoint in ENDPOINTS.iter().filter(|it| it.subject(Form::Request).is_some()) {
        let listed =
            REQUESTS.iter().any(|path| locate(path).unwrap().endpoint.path == endpoint.path);
        assert!(listed, "add {}", endpoint.path);
    }
}

/// What a new appliance has could be sent to it, and its answers are answers.
#[test]
fn initial_bodies_are_valid() {
    let (world, context) = (Asked(None), Context::default());
    for target in [None, Some("6.0"), Some("7.0.3.1"), Some("8.0")] {
        let bodies = Bodies::new(&SPEC, target.map(|it| it.parse().unwrap()));
        let mut context = context;
        context.target = target.map(|it| it.parse().unwrap());
        for endpoint in ENDPOINTS {
            let described = SPEC.endpoint(endpoint.path).unwrap();
            if target.is_some_and(|it| !described.versions.contains(&it.parse().unwrap())) {
                continue;
            }
            let initial = bodies.initial(described);
            assert_eq!(
                initial.is_some(),
                described.answer.is_some() || described.request.is_some(),
                "{}",
                endpoint.path
            );
            let Some(initial) = initial else { continue };
            assert_eq!(bodies.references(described, &initial), [], "{initial}");
            let answer = endpoint.subject(Form::Answer).unwrap();
            let shown = bodies.show(described, &initial, &world, true);
            let report = explain(&shown.to_string(), &answer, &context);
            assert!(report.is_valid(), "{} {shown} {report}", endpoint.path);
            if described.request.is_some() && described.request == described.answer {
                let request = endpoint.subject(Form::Request).unwrap();
                let report = explain(&initial.to_string(), &request, &context);
                assert!(report.is_valid(), "{} {initial} {report}", endpoint.path);
            }
        }
    }
}
