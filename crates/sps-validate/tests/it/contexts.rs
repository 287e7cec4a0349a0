//! What a check knows besides the document: versions, other objects, and how a report is told.

use sps_validate::{
    Context, Diagnostic, Limits, Outcome, Param, Report, Resolver, Severity, Span, Timestamp,
    UnknownKeys, Version, Versions,
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
fn a_password_is_judged_only_where_it_is_known() {
    let judge = |context: &Context<'_>, key: &str, expected: &str| {
        context.plain("/api/passwords", key, |plain| (plain == expected).into())
    };
    let known = Context::default().with_resolver(&Known);
    for (key, expected, outcome) in [
        ("1", "SECRET", Outcome::Holds),
        ("1", "other", Outcome::Broken),
        // It is there, but nobody knows it.
        ("2", "other", Outcome::Undecided),
        // That it is not there is said elsewhere.
        ("3", "other", Outcome::Holds),
        ("4", "other", Outcome::Undecided),
    ] {
        assert_eq!(judge(&known, key, expected), outcome, "{key}");
        assert_eq!(judge(&Context::default(), key, expected), Outcome::Undecided);
    }
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
fn a_report_is_told_line_by_line() {
    let error = Diagnostic::error("odd", "/a".to_owned(), Span::new(1, 2), "it is odd".to_owned())
        .with_help("make it even");
    let mut warning =
        Diagnostic::error("old", String::new(), Span::new(0, 9), "it is old".to_owned());
    warning.severity = Severity::Warning;
    let mut report = Report::default();
    assert_eq!(report.to_string(), "");
    assert!(report.is_valid());
    report.diagnostics = vec![warning.clone()];
    assert_eq!(report.to_string(), "warning[old] at \"\": it is old");
    assert!(report.is_valid());
    report.diagnostics = vec![error.clone(), warning.clone()];
    assert_eq!(
        report.to_string(),
        "error[odd] at \"/a\": it is odd; make it even\nwarning[old] at \"\": it is old"
    );
    assert!(!report.is_valid());
    assert_eq!(report.errors().collect::<Vec<_>>(), [&error]);
    assert_eq!(report.warnings().collect::<Vec<_>>(), [&warning]);
    assert_eq!([Severity::Error, Severity::Warning].map(Severity::as_str), ["error", "warning"]);
}

#[test]
fn a_parameter_keeps_what_it_is_given() {
    let diagnostic = Diagnostic::error("odd", "/a".to_owned(), Span::new(1, 2), "odd".to_owned())
        .with_param("low", -1_i128)
        .with_param("count", 2_usize)
        .with_param("text", "a")
        .with_param("owned", "b".to_owned())
        .with_param("words", vec!["c".to_owned()]);
    let params: Vec<_> = diagnostic.params.into_iter().collect();
    assert_eq!(
        params,
        [
            ("count", Param::Int(2)),
            ("low", Param::Int(-1)),
            ("owned", Param::Text("b".to_owned())),
            ("text", Param::Text("a".to_owned())),
            ("words", Param::Words(vec!["c".to_owned()])),
        ]
    );
}
