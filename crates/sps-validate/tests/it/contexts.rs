//! What a check knows besides the document: versions, other objects, and how a report is reported.

use sps_validate::{
    Check, Condition, Constraints, Context, Diagnostic, Expected, Field, Finding, Form, Kind,
    Limits, Literal, Param, Reason, Report, Resolver, Rule, Severity, Shape, Span, Subject, Target,
    Timestamp, Type, UnknownKeys, Version, Versions, explain,
};

const V7_0_3_1: Version = Version::new(7, 0, 3, 1);
const V7_1: Version = Version::new(7, 1, 0, 0);

#[test]
fn a_version_is_one_to_four_numbers() {
    for (text, version) in [
        ("7", Version::new(7, 0, 0, 0)),
        ("7.0", Version::new(7, 0, 0, 0)),
        ("7.0.3", Version::new(7, 0, 3, 0)),
        ("7.0.3.1", V7_0_3_1),
        ("007.4294967295", Version::new(7, 4_294_967_295, 0, 0)),
    ] {
        assert_eq!(text.parse(), Ok(version), "{text}");
    }
    for text in
        ["", "7.", ".7", "7..1", "7.x", "+7", "7.-1", " 7", "7.0.3.1.0", "4294967296", "v7", "７"]
    {
        assert!(text.parse::<Version>().is_err(), "{text}");
    }
    let error = "7.x".parse::<Version>().unwrap_err().to_string();
    assert_eq!(error, "a version is one to four numbers separated by dots, such as 7.0.3.1");
}

#[test]
fn a_version_is_told_with_three_numbers_at_least() {
    let told = [Version::new(7, 0, 0, 0), V7_0_3_1, Version::new(10, 20, 30, 0)];
    assert_eq!(told.map(|it| it.to_string()), ["7.0.0", "7.0.3.1", "10.20.30"]);
}

#[test]
fn both_ends_of_a_span_of_versions_belong_to_it() {
    let before = Version::new(7, 0, 3, 0);
    let within = Version::new(7, 0, 4, 0);
    let after = Version::new(7, 1, 0, 1);
    let tried = [before, V7_0_3_1, within, V7_1, after];
    for (versions, contained, told) in [
        (Versions::ALL, [true; 5], "every version"),
        (Versions::since(V7_0_3_1), [false, true, true, true, true], "7.0.3.1 and later"),
        (Versions::ALL.until(V7_1), [true, true, true, true, false], "7.1.0 and earlier"),
        (
            Versions::since(V7_0_3_1).until(V7_1),
            [false, true, true, true, false],
            "7.0.3.1 to 7.1.0",
        ),
    ] {
        assert_eq!(tried.map(|it| versions.contains(it)), contained, "{told}");
        assert_eq!(versions.is_bounded(), versions != Versions::ALL);
        assert_eq!(versions.to_string(), told);
    }
}

/// Knows one password, and that another object does not exist.
struct Known;

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        match path {
            "/api/passwords/1" | "/api/passwords/2" => Some(true),
            "/api/passwords/3" => Some(false),
            _ => None,
        }
    }

    fn plain(&self, path: &str) -> Option<&str> {
        (path == "/api/passwords/1").then_some("SECRET")
    }

    fn used_by(&self, _: &str) -> Option<&str> {
        None
    }
}

#[test]
fn a_password_is_checked_only_where_it_is_known() {
    static REFERENCE: Type = Type::new(
        "Reference",
        Shape::Struct { fields: &[Field::new("key", Kind::Reference(&KEYS))], open: false },
        Constraints::NONE.rules(&[Rule::new(
            "plain",
            Severity::Error,
            &["key"],
            &[&["key"]],
            Check::Plain {
                collection: "/api/passwords",
                about: Condition::Equals(0, Literal::Str("SECRET")),
            },
        )]),
    );
    static KEYS: Target = Target::new("/api/passwords");
    let subject = Subject::new(Kind::Named(&REFERENCE), Form::Request);
    let outcome = |context: &Context<'_>, key: &str| {
        let report = explain(&format!(r#"{{"key": "{key}"}}"#), &subject, context);
        let is_broken = report.errors().any(|it| it.code == "plain");
        let undecided = report.unchecked.iter().find(|it| it.code == "plain");
        (is_broken, undecided.map(|it| it.reason))
    };
    let known = Context::default().with_resolver(&Known);
    let unknown = Some(Reason::PlainTextUnknown);
    assert_eq!(outcome(&known, "1"), (false, None));
    // The object exists, and its text is unknown.
    assert_eq!(outcome(&known, "2"), (false, unknown));
    // `reference-exists` reports that the object does not exist.
    assert_eq!(outcome(&known, "3"), (false, None));
    assert_eq!(outcome(&known, "4"), (false, unknown));
    assert_eq!(outcome(&Context::default(), "1"), (false, unknown));
}

#[test]
fn a_context_keeps_what_it_is_given() {
    let limits = Limits::default().with_bytes(5);
    let context = Context::default()
        .with_resolver(&Known)
        .with_target(V7_1)
        .with_now(Timestamp(6))
        .with_limits(limits)
        .with_unknown_keys(UnknownKeys::Allow);
    assert!(context.resolver.is_some());
    assert_eq!((context.target, context.now), (Some(V7_1), Some(Timestamp(6))));
    assert_eq!((context.limits, context.unknown_keys), (limits, UnknownKeys::Allow));
    let shown = format!("{context:?}");
    assert!(shown.contains("Timestamp(6)") && shown.contains("Allow"), "{shown}");
    assert!(!shown.contains("SECRET"), "{shown}");
}

#[test]
fn a_report_prints_a_line_for_each_diagnostic() {
    let rule = Finding::OutOfRange { minimum: 0, maximum: 9 };
    let error = Diagnostic::new(rule, Severity::Error, "/a".to_owned(), Span::new(1, 2));
    let warning =
        Diagnostic::new(Finding::UsedTwice, Severity::Warning, String::new(), Span::new(0, 9));
    let mut report = Report::default();
    assert_eq!(report.to_string(), "");
    assert!(report.is_valid());
    report.diagnostics = vec![warning.clone()];
    let second = "warning[single-use-reference]: the same object is referenced above; create a separate object for \
                  each use";
    assert_eq!(report.to_string(), second);
    assert!(report.is_valid());
    report.diagnostics = vec![error.clone(), warning.clone()];
    let first = "error[out-of-range] at \"/a\": number out of range; use a number from 0 to 9";
    assert_eq!(report.to_string(), format!("{first}\n{second}"));
    assert!(!report.is_valid());
    assert_eq!(report.errors().collect::<Vec<_>>(), [&error]);
    assert_eq!(report.warnings().collect::<Vec<_>>(), [&warning]);
    assert_eq!([Severity::Error, Severity::Warning].map(Severity::as_str), ["error", "warning"]);
}

#[test]
fn a_finding_gives_its_limits_as_parameters() {
    let params = |finding| {
        let diagnostic = Diagnostic::new(finding, Severity::Error, String::new(), Span::new(0, 1));
        diagnostic.params.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(
        params(Finding::OutOfRange { minimum: -1, maximum: 2 }),
        [("maximum", Param::Int(2)), ("minimum", Param::Int(-1))]
    );
    assert_eq!(
        params(Finding::NotInEnum { allowed: vec!["c"], suggestions: vec![] }),
        [("allowed", Param::Values(vec!["c".to_owned()]))]
    );
    assert_eq!(
        params(Finding::WrongType { expected: Expected::List, found: "null" }),
        [("expected", Param::Text("a list".to_owned())), ("found", Param::Text("null".to_owned()))]
    );
    assert_eq!(params(Finding::TooLong { maximum: 3 }), [("max_length", Param::Int(3))]);
    assert_eq!(params(Finding::DuplicateKey), []);
}
