//! Reading and writing of conditions: each form by hand, round trips, carets, hostile texts.

use proptest::prelude::*;

use super::{Mistake, Names, parse, print};
use crate::{
    format::Format,
    rule::{Charset, Condition, Literal, Path},
};

fn charsets() -> Vec<Charset> {
    let charset =
        |name: &str, chars: &str| Charset { name: name.to_owned(), chars: chars.to_owned() };
    vec![charset("simple", "-_"), charset("odd", " '\"\\")]
}

fn read_with(text: &str, subject: Option<&[String]>) -> Result<Condition, Mistake> {
    let charsets = charsets();
    let predicates = ["strong_key".to_owned()];
    let names = Names { charsets: &charsets, predicates: &predicates, subject };
    parse(text, names).map(|it| it.condition)
}

fn read(text: &str) -> Result<Condition, Mistake> {
    read_with(text, None)
}

fn path(text: &str) -> Path {
    text.split('.').map(str::to_owned).collect()
}

fn equals(name: &str, value: &str) -> Condition {
    Condition::Equals(path(name), Literal::Str(value.to_owned()))
}

fn is(name: &str, value: bool) -> Condition {
    Condition::Equals(path(name), Literal::Bool(value))
}

fn not(inner: Condition) -> Condition {
    Condition::Not(Box::new(inner))
}

fn length(name: &str, min: Option<u64>, max: Option<u64>) -> Condition {
    Condition::Length { path: path(name), min, max }
}

/// Every form, with the condition that it is. Writing the condition gives the text again.
#[test]
fn reads_and_writes_every_form() {
    use Condition as C;
    let range = |min, max| C::Range { path: path("n"), min, max };
    let both = vec![equals("a", "x"), C::Null(path("b"))];
    let exactly = C::Any(vec![C::All(both.clone()), not(C::Any(both.clone()))]);
    let referent = |inner| C::Referent(path("key"), Box::new(inner));
    let custom = |inputs: &[&str]| C::Custom {
        name: "strong_key".to_owned(),
        inputs: inputs.iter().map(|it| path(it)).collect(),
    };
    let words = |words: &[&str]| words.iter().map(|it| Literal::Str((*it).to_owned())).collect();
    #[rustfmt::skip]
    let table = [
        ("a == 'x'", equals("a", "x")),
        ("a.b != 'x'", not(equals("a.b", "x"))),
        ("n == -1", C::Equals(path("n"), Literal::Int(-1))),
        ("a", is("a", true)),
        ("!a.b", is("a.b", false)),
        ("a != true", not(is("a", true))),
        ("a == null", C::Null(path("a"))),
        ("a != null", not(C::Null(path("a")))),
        ("a in ['x', 'y']", C::In(path("a"), words(&["x", "y"]))),
        ("n in [1, 2]", C::In(path("n"), vec![Literal::Int(1), Literal::Int(2)])),
        ("!(a in ['x'])", not(C::In(path("a"), words(&["x"])))),
        ("present(a)", C::Present(path("a"))),
        ("!absent(a)", not(C::Absent(path("a")))),
        ("hex(a)", C::Hex(path("a"))),
        ("format(a, 'fqdn')", C::Format { path: path("a"), format: Format::Fqdn }),
        ("charset(a, 'simple')", C::Charset { path: path("a"), chars: "-_".to_owned() }),
        ("size(a) >= 8", length("a", Some(8), None)),
        ("size(a) <= 8", length("a", None, Some(8))),
        ("size(a) == 8", length("a", Some(8), Some(8))),
        ("size(a) >= 2 && size(a) <= 8", length("a", Some(2), Some(8))),
        ("hex_digits(a) >= 10", C::HexLength { path: path("a"), min: Some(10), max: None }),
        ("n >= 1", range(Some(1), None)),
        ("n >= 1 && n <= 9", range(Some(1), Some(9))),
        ("n >= 1 && (n <= 9)", C::All(vec![range(Some(1), None), range(None, Some(9))])),
        ("n <= 9 && n >= 1", C::All(vec![range(None, Some(9)), range(Some(1), None)])),
        ("a && n >= 1 && n <= 9 && b", C::All(vec![is("a", true), range(Some(1), Some(9)), is("b", true)])),
        ("!(n >= 1 && n <= 9)", not(range(Some(1), Some(9)))),
        ("a == 'x' || !b", C::Any(vec![equals("a", "x"), is("b", false)])),
        ("(a && b) || c", C::Any(vec![C::All(vec![is("a", true), is("b", true)]), is("c", true)])),
        ("(a || b) && c", C::All(vec![C::Any(vec![is("a", true), is("b", true)]), is("c", true)])),
        ("(a == 'x') == (b == null)", exactly.clone()),
        ("!((a == 'x') == (b == null))", not(exactly)),
        ("size(referent(key).plain) >= 8", referent(length("plain", Some(8), None))),
        ("charset(referent(key).plain, 'odd')", referent(C::Charset { path: path("plain"), chars: " '\"\\".to_owned() })),
        ("strong_key(a, b.c)", custom(&["a", "b.c"])),
        (r"a == 'it\'s \\ \n'", equals("a", "it's \\ \n")),
    ];
    for (text, condition) in table {
        assert_eq!(read(text).as_ref(), Ok(&condition), "{text}");
        assert_eq!(print(&condition, &charsets()), text);
    }
}

#[test]
fn other_spellings_mean_the_same() {
    for (text, usual) in [
        ("size(a) > 7", "size(a) >= 8"),
        ("n < 10", "n <= 9"),
        ("a == true", "a"),
        ("a == false", "!a"),
        ("  ( a )\n&&\tb ", "a && b"),
        ("a == \"x\"", "a == 'x'"),
        ("a && b || c", "(a && b) || c"),
        ("(a) != (b)", "!((a) == (b))"),
        ("(a == 'x') == b", "(a == 'x') == (b)"),
    ] {
        assert_eq!(read(text).unwrap(), read(usual).unwrap(), "{text}");
    }
}

#[test]
fn self_is_the_member_that_the_rule_is_about() {
    let subject = path("a.b");
    let read = |text| read_with(text, Some(&subject)).unwrap();
    assert_eq!(read("self == 'x'"), equals("a.b", "x"));
    assert_eq!(read("self.c != null"), not(Condition::Null(path("a.b.c"))));
}

/// A text, the part of it that the caret marks, and the message.
const BROKEN: &[(&str, &str, &str)] = &[
    ("", "", "this condition is empty"),
    ("a ==", "", "expected a member or a value, found the end"),
    ("a = 'x'", "=", "unexpected `=`, did you mean `==`?"),
    ("a & b", "&", "unexpected `&`, did you mean `&&`?"),
    ("a b", "b", "unexpected `b`, expected `&&`, `||` or the end"),
    ("a == 'x' == b", "==", "unexpected `==`: put one comparison in parentheses"),
    ("a == b", "==", "two members cannot be compared: for two truth values write `(a) == (b)`"),
    ("'x' == a", "'x'", "write the member before the value"),
    ("!a == 'x'", "==", "a condition is compared with a condition: put both in parentheses"),
    ("(a", "", "expected `)`, found the end"),
    ("a.", "", "expected a name after the dot, found the end"),
    ("a == 'x", "'x", "this string has no end"),
    (r"a == '\d'", r"\", r#"unknown escape, known are \\ \' \" \n \r \t"#),
    ("true", "true", "a value alone is not a condition"),
    ("size(a)", "size(a)", "compare this count with a number"),
    ("size(a) >= -1", "-1", "a count is never negative"),
    ("size(a) >= 'x'", "'x'", "expected a whole number"),
    ("n > 9223372036854775807", "9223372036854775807", "this number does not fit into 64 bits"),
    ("n > 9223372036854775808", "9223372036854775808", "this number does not fit into 64 bits"),
    ("a in 'x'", "'x'", "expected a list of values, such as ['a', 'b']"),
    ("a in []", "]", "expected a member or a value, found `]`"),
    ("a in [b]", "b", "a list holds only values"),
    ("presnt(a)", "presnt", "unknown function `presnt`, did you mean `present`?"),
    ("strong_kye(a)", "strong_kye", "unknown function `strong_kye`, did you mean `strong_key`?"),
    ("format(a, 'fqnd')", "'fqnd'", "unknown format `fqnd`, did you mean `fqdn`?"),
    (
        "charset(a, 'simpel')",
        "'simpel'",
        "unknown set of characters `simpel`, did you mean `simple`?",
    ),
    ("charset(a)", "charset(a)", "`charset` takes a member and a name"),
    ("hex(a, b)", "hex(a, b)", "expected 1 argument, found 2"),
    ("hex('a')", "'a'", "expected a member"),
    (
        "referent(a)",
        "referent(a)",
        "only `plain` of a referenced object is known: `referent(x).plain`",
    ),
    (
        "referent(a).plan == 'x'",
        "plan",
        "only `plain` of a referenced object is known: `referent(x).plain`",
    ),
    (
        "hex(referent(a).plain)",
        "referent(a).plain",
        "only `size(...)` and `charset(...)` can look at `referent(x).plain`",
    ),
    (
        "referent(a).plain == 'x'",
        "referent(a).plain",
        "only `size(...)` and `charset(...)` can look at `referent(x).plain`",
    ),
    ("self", "self", "`self` is the member at `at` of a rule: name the member here"),
    ("if == 1", "if", "`if` is a reserved word of CEL: a condition cannot use it"),
    (
        "with-hyphen == 'x'",
        "-",
        "unexpected `-`: a condition names only members that are CEL identifiers, of letters, digits and `_`",
    ),
    ("ä == 'x'", "ä", "unexpected `ä`"),
];

#[test]
fn marks_what_is_wrong() {
    for (text, marked, message) in BROKEN {
        let Err(mistake) = read(text) else { panic!("{text} is read without a mistake") };
        assert_eq!((&text[mistake.range], &*mistake.message), (*marked, *message), "{text}");
    }
}

#[test]
fn survives_hostile_texts() {
    let deep = 100_000;
    for text in [
        "(".repeat(deep),
        "!".repeat(deep),
        "a.".repeat(deep),
        "[".repeat(deep),
        "size(".repeat(deep),
        "a == (".repeat(deep),
        "a && ".repeat(deep),
        "'".repeat(deep),
        "\0\u{feff}".to_owned(),
    ] {
        assert!(read(&text).is_err());
    }
    assert!(read(&vec!["a"; 10_000].join(" && ")).is_ok());
}

fn paths() -> impl Strategy<Value = Path> {
    prop::collection::vec("[a-z][a-z0-9_]{1,3}x", 1..3)
}

fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        "\\PC{0,6}".prop_map(Literal::Str),
        "['\"\\\\\n\r\t]{0,4}".prop_map(Literal::Str),
    ]
}

/// Bounds of which one is given at least.
fn bounds<T: std::fmt::Debug + Clone + PartialOrd>(
    number: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = (Option<T>, Option<T>)> {
    (number.clone(), number, 0..3).prop_map(|(a, b, which)| match which {
        0 => (Some(a), None),
        1 => (None, Some(a)),
        _ if a <= b => (Some(a), Some(b)),
        _ => (Some(b), Some(a)),
    })
}

fn chars() -> impl Strategy<Value = String> {
    (0..charsets().len()).prop_map(|at| charsets()[at].chars.clone())
}

fn counts() -> impl Strategy<Value = (Option<u64>, Option<u64>)> {
    bounds(0..20_u64)
}

/// Conditions that a text can say: no empty list, and no list of conditions with a single part.
fn conditions() -> impl Strategy<Value = Condition> {
    use Condition as C;
    let plain = || path("plain");
    let leaves = prop_oneof![
        (paths(), literals()).prop_map(|(path, value)| C::Equals(path, value)),
        (paths(), prop::collection::vec(literals(), 1..4)).prop_map(|(path, it)| C::In(path, it)),
        paths().prop_map(C::Present),
        paths().prop_map(C::Absent),
        paths().prop_map(C::Null),
        paths().prop_map(C::Hex),
        // Few paths, so that bounds of one member meet.
        ("[ab]", counts()).prop_map(|(it, (min, max))| C::Length { path: path(&it), min, max }),
        ("[ab]", counts()).prop_map(|(it, (min, max))| C::HexLength { path: path(&it), min, max }),
        ("[ab]", bounds(any::<i64>())).prop_map(|(it, (min, max))| C::Range {
            path: path(&it),
            min,
            max
        }),
        (paths(), chars()).prop_map(|(path, chars)| C::Charset { path, chars }),
        (paths(), 0..Format::ALL.len())
            .prop_map(|(path, at)| C::Format { path, format: Format::ALL[at] }),
        ("[ab]", counts()).prop_map(move |(it, (min, max))| {
            C::Referent(path(&it), Box::new(C::Length { path: plain(), min, max }))
        }),
        (paths(), chars()).prop_map(move |(path, chars)| {
            C::Referent(path, Box::new(C::Charset { path: plain(), chars }))
        }),
        prop::collection::vec(paths(), 1..3)
            .prop_map(|inputs| C::Custom { name: "strong_key".to_owned(), inputs }),
    ];
    leaves.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(C::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(C::Any),
            inner.clone().prop_map(not),
            (inner.clone(), inner).prop_map(|(left, right)| {
                let both = vec![left, right];
                C::Any(vec![C::All(both.clone()), not(C::Any(both))])
            }),
        ]
    })
}

proptest! {
    #[test]
    fn a_written_condition_is_read_as_the_same(condition in conditions()) {
        let text = print(&condition, &charsets());
        prop_assert_eq!(read(&text), Ok(condition), "{}", text);
    }

    #[test]
    fn survives_any_text(text in "(\\PC|[a-z'\"()\\[\\]!&|=<>., 0-9-]){0,40}") {
        if let Err(mistake) = read(&text) {
            prop_assert!(text.get(mistake.range).is_some());
        }
    }
}
