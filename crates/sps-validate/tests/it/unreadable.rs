//! Where a text is wrong that is not read any further.

use sps_validate::{Context, Form, Kind, Limits, Span, Subject, explain};

fn span(text: &str, bytes: usize) -> Span {
    let subject = Subject::new(Kind::List(&Kind::Any), Form::Request);
    let context = Context::default().with_limits(Limits::default().with_bytes(bytes));
    let report = explain(text, &subject, &context);
    assert_eq!(report.diagnostics.len(), 1, "{report}");
    report.diagnostics[0].span
}

#[test]
fn a_whole_character_is_to_blame() {
    // A space that does not break, of two bytes, as text copied from a web page has it.
    assert_eq!(span("\u{a0}[]", 99), Span::new(0, 2));
    assert_eq!(span("[\u{20ac}]", 99), Span::new(1, 4));
    assert_eq!(span("[x]", 99), Span::new(1, 2));
}

#[test]
fn nothing_is_to_blame_behind_the_end() {
    assert_eq!(span("", 99), Span::new(0, 0));
    assert_eq!(span("[", 99), Span::new(1, 1));
}

#[test]
fn a_limit_within_a_character_blames_all_of_it() {
    assert_eq!(span("[\"\u{20ac}\"]", 3), Span::new(2, 5));
    assert_eq!(span("[\"\u{20ac}\"]", 5), Span::new(5, 6));
}
