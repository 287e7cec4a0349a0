//! What must hold of any bytes whatever: the fuzz targets ask with new ones, `cargo test` with those of the corpus.

use serde_json::Value;
use sps_model::ENDPOINTS;
use sps_spec::Spec;
use sps_validate::{
    Context, Fixed, Form, Limits, Report, Resolver, Subject, Timestamp, UnknownKeys, Version,
    accept, explain as explain_text, fix,
    json::{self, Node},
    rewrite,
};

/// The scanner accepts what `serde_json::Value` accepts, and reads the same; its spans are true and its limits hold.
pub(crate) fn scanner(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let ours = json::scan(text, &wide());
    let theirs = serde_json::from_str::<Value>(text);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{ours:?}, {theirs:?}");
    let (Ok(ours), Ok(theirs)) = (ours, theirs) else { return };
    assert_eq!(value_of(&ours), theirs);
    spans(&ours, text);
    let size = Size::of(&ours);
    for (depth, keys, length) in
        [(0, 0, 1), (1, 2, 16), (3, 4, 64), (size.depth, size.keys, text.len())]
    {
        let limits = Limits::default().with_depth(depth).with_keys(keys).with_bytes(length);
        let fits = size.depth <= depth && size.keys <= keys && text.len() <= length;
        assert_eq!(json::scan(text, &limits).is_ok(), fits, "{limits:?}");
    }
}

fn wide() -> Limits {
    Limits::default().with_depth(Limits::MAX_DEPTH).with_keys(usize::MAX).with_bytes(usize::MAX)
}

/// The same as `serde_json` would read it: of a repeated key the last one counts.
fn value_of(node: &Node<'_>) -> Value {
    match &node.value {
        json::Value::Null => Value::Null,
        json::Value::Bool(value) => Value::Bool(*value),
        json::Value::Number(token) => serde_json::from_str(token).expect("a number is one"),
        json::Value::String(text) => Value::String(text.to_string()),
        json::Value::Array(items) => Value::Array(items.iter().map(value_of).collect()),
        json::Value::Object(members) => {
            let members = members.iter();
            Value::Object(members.map(|it| (it.key.to_string(), value_of(&it.value))).collect())
        }
    }
}

/// Each value alone, cut out of the text, is the same value, and lies within the one around it.
fn spans(node: &Node<'_>, text: &str) {
    let inside =
        |inner: sps_validate::Span| node.span.start < inner.start && inner.end < node.span.end;
    let own = node.span.of(text).expect("a span lies in the text");
    match &node.value {
        json::Value::Array(items) => {
            assert!(own.starts_with('[') && own.ends_with(']'), "{own}");
            assert!(items.iter().all(|item| inside(item.span)), "{node:?}");
            for item in items {
                spans(item, text);
            }
        }
        json::Value::Object(members) => {
            assert!(own.starts_with('{') && own.ends_with('}'), "{own}");
            for member in members {
                assert!(inside(member.key_span) && inside(member.value.span), "{node:?}");
                let key = member.key_span.of(text).expect("a span lies in the text");
                assert_eq!(serde_json::from_str::<String>(key).ok().as_deref(), Some(&*member.key));
                spans(&member.value, text);
            }
        }
        _ => {
            assert_eq!(serde_json::from_str::<Value>(own).ok(), Some(value_of(node)), "{own}");
        }
    }
}

/// How large a document is, in the units of the limits.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: usize,
    keys: usize,
}

impl Size {
    fn of(node: &Node<'_>) -> Self {
        let (inner, keys): (Vec<&Node<'_>>, usize) = match &node.value {
            json::Value::Array(items) => (items.iter().collect(), 0),
            json::Value::Object(members) => {
                (members.iter().map(|it| &it.value).collect(), members.len())
            }
            _ => return Self::default(),
        };
        let inner = inner.into_iter().map(Self::of);
        inner.fold(Self { depth: 1, keys }, |all, it| Self {
            depth: all.depth.max(it.depth + 1),
            keys: all.keys.max(it.keys),
        })
    }
}

/// For every endpoint and both forms: no panic, accept equals explain, limits hold, no secret is printed, a repair
/// makes nothing worse, and rewriting is total and idempotent.
pub(crate) fn explain(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // A text that holds the secrets by itself would prove nothing.
    if text.contains(SECRET) || text.contains(PLAIN) || text.len() > 1 << 16 {
        return;
    }
    // Into the body itself, which then is no wrapper any more, and only into what lies inside.
    let root = json::scan(text, &Limits::default()).ok();
    let planted: Vec<String> =
        root.iter().flat_map(|root| [0, 1].map(|least| plant(root, text, least))).collect();
    // Which context an endpoint is asked in follows from the text: all of them every time would cost five times as much.
    let start =
        text.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    for (index, endpoint) in ENDPOINTS.iter().enumerate() {
        for (offset, form) in [(0, Form::Request), (1, Form::Response)] {
            let Some(subject) = endpoint.subject(form) else { continue };
            let turn = start.wrapping_add(2 * index + offset);
            let contexts = contexts();
            let context = &contexts[turn % contexts.len()];
            let report = check(text, &subject, context);
            if let Some(fixed) = fix(text, &subject, context) {
                repairs(&fixed, &report, &subject, context);
            }
            if !planted.is_empty() {
                let planted = &planted[turn % planted.len()];
                let report = check(planted, &subject, &Context::default().with_resolver(&Weak));
                keeps_secrets(&report, planted);
            }
            if form == Form::Response {
                rewriting(text, &subject);
            }
        }
    }
}

const SECRET: &str = "jq7~Zx-0wK";
/// Too short for SNMP, and with a character that it does not take.
const PLAIN: &str = "q~Z\u{e9}9";

/// Knows of every object, and that its password is a bad one.
struct Weak;

impl Resolver for Weak {
    fn exists(&self, path: &str) -> Option<bool> {
        match path.len() % 3 {
            0 => Some(true),
            1 => Some(false),
            _ => None,
        }
    }

    fn plain(&self, path: &str) -> Option<&str> {
        path.len().is_multiple_of(2).then_some(PLAIN)
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        path.ends_with('7').then_some("another object")
    }
}

fn contexts() -> [Context<'static>; 5] {
    let plain = Context::default().with_now(Timestamp(1_795_219_200));
    let small = Limits::default().with_depth(4).with_keys(8).with_bytes(700).with_diagnostics(2);
    [
        plain,
        plain.with_resolver(&Weak),
        plain.with_target(Version::new(6, 0, 0, 0)),
        plain.with_unknown_keys(UnknownKeys::Allow).with_resolver(&Weak),
        plain.with_limits(small),
    ]
}

fn check(text: &str, subject: &Subject, context: &Context<'_>) -> Report {
    let report = explain_text(text, subject, context);
    assert_eq!(accept(text, subject, context), report.is_valid(), "{report}");
    let most = context.limits.diagnostics;
    // One more says that there are more.
    assert!(report.diagnostics.len() <= most + 1 && report.unchecked.len() <= most + 1);
    assert!(!format!("{report:?}{report}").contains(PLAIN), "{report}");
    for diagnostic in &report.diagnostics {
        // That the endpoint is not in this version is true whatever is in the body.
        let others = report.diagnostics.iter().filter(|it| it.code != "not-in-version").count();
        let is_only = matches!(diagnostic.code, "invalid-json" | "response-wrapper")
            || (diagnostic.code == "limit-exceeded" && report.diagnostics.len() <= most);
        assert!(!is_only || others == 1, "{report}");
        assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{report}");
        place(&diagnostic.pointer, diagnostic.span, text);
        for related in &diagnostic.related {
            place(&related.pointer, related.span, text);
        }
    }
    for unchecked in &report.unchecked {
        assert!(!unchecked.reason.to_string().is_empty(), "{unchecked:?}");
    }
    report
}

/// A pointer is one of RFC 6901, and a span lies in the text.
fn place(pointer: &str, span: sps_validate::Span, text: &str) {
    assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
    let mut escapes = pointer.split('~').skip(1);
    assert!(escapes.all(|rest| rest.starts_with(['0', '1'])), "{pointer}");
    assert!(span.of(text).is_some(), "{span:?}");
}

/// The text with a secret under `plain` and under unknown keys in each of its objects that lies so deep.
fn plant(root: &Node<'_>, text: &str, least: usize) -> String {
    let mut places = Vec::new();
    objects(root, least, &mut places);
    places.sort_unstable();
    let mut planted = String::new();
    let mut from = 0;
    for (at, is_empty, has_plain) in places {
        planted.push_str(&text[from..at]);
        if !has_plain {
            planted.push_str(&[r#""plain": ""#, SECRET, r#"", "#].concat());
        }
        planted.push_str(
            &[r#""plian": ""#, SECRET, r#"", "unknown~": [{"x": ""#, SECRET, r#""}]"#].concat(),
        );
        planted.push_str(if is_empty { "" } else { ", " });
        from = at;
    }
    planted.push_str(&text[from..]);
    planted
}

/// Where the members of each object begin, whether it has any, and whether one is called `plain`.
fn objects(node: &Node<'_>, least: usize, places: &mut Vec<(usize, bool, bool)>) {
    let below = least.saturating_sub(1);
    match &node.value {
        json::Value::Array(items) => {
            for item in items {
                objects(item, below, places);
            }
        }
        json::Value::Object(members) => {
            if least == 0 {
                let has_plain = node.get("plain").is_some();
                places.push((node.span.start + 1, members.is_empty(), has_plain));
            }
            for member in members {
                objects(&member.value, below, places);
            }
        }
        _ => {}
    }
}

/// No word of the report holds a secret, and each secret in the text is marked as one.
fn keeps_secrets(report: &Report, text: &str) {
    assert!(!format!("{report:?}{report}").contains(SECRET), "{report:?}");
    let refused = |code| report.diagnostics.iter().any(|it| it.code == code);
    // Nothing of such a text is looked into, and nothing of it is printed.
    if refused("limit-exceeded") || refused("invalid-json") {
        return;
    }
    for (at, _) in text.match_indices(SECRET) {
        let is_hidden =
            |span: &sps_validate::Span| span.start <= at && at + SECRET.len() <= span.end;
        assert!(report.sensitive.iter().any(is_hidden), "shown at {at}: {text}\n{report:?}");
    }
}

/// What was repaired is no worse than it was, and its report is true.
fn repairs(fixed: &Fixed, before: &Report, subject: &Subject, context: &Context<'_>) {
    assert_eq!(check(&fixed.text, subject, context), fixed.report);
    assert!(!fixed.fixes.is_empty(), "{fixed:?}");
    // A text that was not JSON had one error, whatever it holds.
    let was_read = before.diagnostics.iter().all(|it| it.code != "invalid-json");
    let is_no_worse = fixed.report.errors().count() <= before.errors().count();
    assert!(is_no_worse || !was_read, "{fixed:?}");
}

fn rewriting(text: &str, subject: &Subject) {
    let Ok(root) = json::scan(text, &Limits::default()) else { return };
    let once = rewrite(&root, subject);
    let root = json::scan(&once, &wide()).unwrap_or_else(|error| panic!("{error}: {once}"));
    assert_eq!(rewrite(&root, subject), once, "{text}");
}

/// The loader never panics, whatever the files hold, and does not care in which order they come.
///
/// A line `# file: NAME` starts another file.
pub(crate) fn spec(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut files = vec![("endpoints/configuration/fuzz.toml".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("# file: ") {
            Some(name) => files.push((name.to_owned(), String::new())),
            None => files.last_mut().expect("there is always one").1.push_str(line),
        }
    }
    if files[0].1.is_empty() && files.len() > 1 {
        files.remove(0);
    }
    let forwards = Spec::from_files(files.clone());
    files.reverse();
    let backwards = Spec::from_files(files);
    match (forwards, backwards) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(one), Err(other)) => {
            assert!(!one.to_string().is_empty());
            assert_eq!(one.to_string(), other.to_string());
        }
        (one, other) => panic!("{one:?}\n{other:?}"),
    }
}
