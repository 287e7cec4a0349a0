//! The span of a mistake that stops the reading of a text.

use sps_validate::{Context, Form, Kind, Limits, Span, Subject, explain};

fn span(text: &str, bytes: usize) -> Span {
    let subject = Subject::new(Kind::List(&Kind::Any), Form::Request);
    let context = Context::default().with_limits(Limits::default().with_bytes(bytes));
    let report = explain(text, &subject, &context);
    assert_eq!(report.diagnostics.len(), 1, "{report}");
    report.diagnostics[0].span
}

#[test]
fn the_span_is_a_whole_character() {
    // A no-break space of two bytes, as in text copied from a web page.
    assert_eq!(span("\u{a0}[]", 99), Span::new(0, 2));
    assert_eq!(span("[\u{20ac}]", 99), Span::new(1, 4));
    assert_eq!(span("[x]", 99), Span::new(1, 2));
}

#[test]
fn the_span_is_empty_at_the_end() {
    assert_eq!(span("", 99), Span::new(0, 0));
    assert_eq!(span("[", 99), Span::new(1, 1));
}

#[test]
fn the_span_of_a_limit_is_a_whole_character() {
    assert_eq!(span("[\"\u{20ac}\"]", 3), Span::new(2, 5));
    assert_eq!(span("[\"\u{20ac}\"]", 5), Span::new(5, 6));
}
