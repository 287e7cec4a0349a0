//! Tests of the settings.

use super::*;

fn read(text: &str) -> (Settings, Vec<Diagnostic>) {
    Settings::read(text, &mut Places::new(sps_model::endpoints()))
}

/// The one problem of a text, as the line in which it is, its message and its help.
fn problem(text: &str) -> (usize, String, String) {
    let (_, problems) = read(text);
    let [it] = problems.as_slice() else { panic!("{text}: {problems:?}") };
    assert_eq!(it.code, "invalid-settings");
    (line(text, it.span), it.message.clone(), it.help.clone())
}

fn line(text: &str, span: Span) -> usize {
    text[..span.start].matches('\n').count() + 1
}

#[test]
fn the_example_of_the_docs_is_read() {
    let text = r#"
target = "7.5"
owned = ["policies/time_policies"]
ignored = ["management/webinterface"]
unknown = ["policies/new_things"]
[check]
allow = ["weak-authentication"]
[[moved]]
from = "policies/time_policies/office"
to = "policies/time_policies/office-hours"
"#;
    let (settings, problems) = read(text);
    assert_eq!(problems, []);
    assert_eq!(settings.target, Some(Version::new(7, 5, 0, 0)));
    assert_eq!(settings.owned, ["policies/time_policies"]);
    assert_eq!(settings.unknown, ["policies/new_things"]);
    assert_eq!(settings.allow, ["weak-authentication"]);
    let label = |name| Label::of_object("policies/time_policies", name);
    assert_eq!(settings.moved, [Moved { from: label("office"), to: label("office-hours") }]);
    assert!(settings.is_owned(&label("x")));
    assert!(settings.is_ignored(&Label::of_singleton("management/webinterface")));
    assert!(!settings.is_ignored(&Label::of_singleton("management/email")));
}

#[test]
fn an_ignored_area_has_everything_below_it() {
    let (settings, problems) = read(r#"ignored = ["ssh", "policies/time_policies/a%2Fb"]"#);
    assert_eq!(problems, []);
    assert!(settings.is_ignored(&Label::of_object("ssh/connections", "x")));
    assert!(settings.is_ignored(&Label::of_object("policies/time_policies", "a/b")));
    assert!(!settings.is_ignored(&Label::of_object("policies/time_policies", "a")));
}

#[test]
fn s059_two_moves_with_one_end_name_both_lines() {
    for (key, text) in [
        (
            "to",
            "[[moved]]\nfrom = 'policies/time_policies/a'\nto = 'policies/time_policies/c'\n\n\
             [[moved]]\nfrom = 'policies/time_policies/b'\nto = 'policies/time_policies/c'\n",
        ),
        (
            "from",
            "[[moved]]\nto = 'policies/time_policies/a'\nfrom = 'policies/time_policies/c'\n\n\
             [[moved]]\nto = 'policies/time_policies/b'\nfrom = 'policies/time_policies/c'\n",
        ),
    ] {
        let (_, problems) = read(text);
        let [it] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(it.message, format!("a second `{key}` with `policies/time_policies/c`"));
        assert_eq!(line(text, it.span), 7);
        assert_eq!(line(text, it.related[0].span), 3);
        assert_eq!(it.pointer, format!("/moved/1/{key}"));
    }
}

#[test]
fn s057_moves_may_be_chained_and_circles_are_reported_once() {
    let entry = |from: &str, to: &str| {
        let collection = "policies/time_policies";
        format!("[[moved]]\nfrom = '{collection}/{from}'\nto = '{collection}/{to}'\n")
    };
    let (settings, problems) = read(&(entry("a", "b") + &entry("b", "c")));
    assert_eq!((settings.moved.len(), problems), (2, vec![]));
    let (_, message, _) = problem(&(entry("a", "b") + &entry("b", "c") + &entry("c", "a")));
    assert_eq!(
        message,
        "the moves go in a circle: policies/time_policies/a -> policies/time_policies/b -> \
         policies/time_policies/c -> policies/time_policies/a"
    );
    // A chain that leads into a circle is no circle itself.
    let (_, message, _) = problem(&(entry("x", "a") + &entry("b", "c") + &entry("c", "b")));
    assert!(message.ends_with("policies/time_policies/b"), "{message}");
    let (_, message, _) = problem(&entry("a", "a"));
    assert_eq!(message, "`policies/time_policies/a` is both the old and the new name");
}

#[test]
fn s071_a_mistyped_endpoint_has_the_nearest_and_spellings_of_a_path_mean_the_same() {
    let text = "target = '7.5'\nowned = ['policies/time_polices']";
    assert_eq!(
        problem(text),
        (
            2,
            "unknown endpoint `policies/time_polices`".to_owned(),
            "did you mean `policies/time_policies`?".to_owned()
        )
    );
    for path in ["policies/time_policies/", "/api/configuration/policies/time_policies"] {
        let (settings, problems) = read(&format!("owned = ['{path}']"));
        assert_eq!((settings.owned, problems), (vec!["policies/time_policies".to_owned()], vec![]));
    }
    let (_, message, help) = problem("owned = ['policies/time_policies/office']");
    assert_eq!(message, "`policies/time_policies/office` is an object, not a collection");
    assert_eq!(help, "own the whole collection: \"policies/time_policies\"");
    assert_eq!(problem("owned = ['management/email']").1, "`management/email` is no collection");
    assert_eq!(problem("ignored = ['managment/email']").2, "did you mean `management/email`?");
    let moved = "[[moved]]\nfrom = 'policies/time_polices/a'\nto = 'policies/time_policies/b'";
    assert_eq!(problem(moved).2, "did you mean `policies/time_policies`?");
}

#[test]
fn s075_an_empty_path_selects_nothing_and_is_an_error() {
    for text in
        ["owned = ['']", "owned = ['/']", "ignored = ['']", "ignored = ['/api/configuration/']"]
    {
        let (at, message, _) = problem(&format!("target = '7.5'\n{text}"));
        assert_eq!((at, message.as_str()), (2, "the path is empty"), "{text}");
    }
    let (_, problems) = read("target = '7.5'\n[[moved]]\n");
    let messages: Vec<_> = problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["`from` is missing", "`to` is missing"]);
    let (settings, problems) = read("owned = []\nignored = []");
    assert_eq!((settings, problems), (Settings::default(), vec![]));
}

#[test]
fn other_mistakes_have_a_place_and_a_help() {
    for (text, message, help) in [
        ("taget = '7.5'", "unknown key", "did you mean `target`?"),
        (
            "target = 7.5",
            "expected a version in quotes, such as \"7.5\", found float",
            "replace it with a version in quotes, such as \"7.5\"",
        ),
        (
            "owned = 'x'",
            "expected a list of strings, found string",
            "replace it with a list of strings",
        ),
        (
            "[check]\nallow = ['weak-authentication', 'weak-encrypton']",
            "unknown code `weak-encrypton`",
            "did you mean `weak-encryption`?",
        ),
        (
            "[check]\nallow = ['wrong-type']",
            "the code `wrong-type` cannot be waived",
            "remove it; only rules about values can be waived",
        ),
        (
            "unknown = ['management/email']",
            "the endpoint `management/email` is known",
            "remove it here: its files are checked",
        ),
        (
            "unknown = ['a/../b']",
            "not the path of an endpoint",
            "write it as \"policies/new_things\"",
        ),
    ] {
        let (_, found, advice) = problem(text);
        assert_eq!((found.as_str(), advice.as_str()), (message, help), "{text}");
    }
    let (_, problems) = read("owned = [\n");
    assert!(problems.iter().all(|it| it.message.starts_with("not TOML: ")), "{problems:?}");
    assert!(!problems.is_empty());
}

#[test]
fn a_code_is_allowed_beside_the_others() {
    for (text, expected) in [
        ("target = \"8.0\"\n", "target = \"8.0\"\n\n[check]\nallow = [\"weak-encryption\"]\n"),
        (
            "[check]\nallow = [\"cleartext-snmp\"] # x\n",
            "[check]\nallow = [\"cleartext-snmp\", \"weak-encryption\"] # x\n",
        ),
        (
            "[check]\nallow = [\n    \"cleartext-snmp\", # old\n]\n",
            "[check]\nallow = [\n    \"cleartext-snmp\", # old\n    \"weak-encryption\",\n]\n",
        ),
        (
            "[check]\r\nallow = [\r\n\t\"cleartext-snmp\"\r\n]\r\n",
            "[check]\r\nallow = [\r\n\t\"cleartext-snmp\",\r\n\t\"weak-encryption\"\r\n]\r\n",
        ),
        (
            "[check]\nallow = [\n  \"cleartext-snmp\"]\n",
            "[check]\nallow = [\n  \"cleartext-snmp\", \"weak-encryption\"]\n",
        ),
    ] {
        let places = Places::new(sps_model::endpoints());
        let (span, new) = allowing(text, "weak-encryption", &places).unwrap();
        let edited = [&text[..span.start], &new, &text[span.end..]].concat();
        assert_eq!(edited, expected);
    }
}
