//! What must not be printed is marked, wherever it stands.

use sps_validate::Context;
use sps_validate::Form;
use sps_validate::Kind;
use sps_validate::Subject;
use sps_validate::explain;

/// Every `SECRET` in the text lies in a span that is not printed.
fn hides_every_secret(text: &str) {
    let subject = Subject::new(Kind::List(&Kind::Bool), Form::Answer);
    let report = explain(text, &subject, &Context::default());
    for (at, _) in text.match_indices("SECRET") {
        let is_hidden = report.sensitive.iter().any(|span| span.start < at && at < span.end);
        assert!(is_hidden, "shown at {at}: {text}");
    }
}

#[test]
fn what_the_wrapper_says_about_itself_is_hidden() {
    hides_every_secret(
        r#"{"body": [], "key": "1", "meta": {"href": "/api/x", "token": "SECRET"}}"#,
    );
    hides_every_secret(r#"{"body": [], "key": {"plain": "SECRET"}, "meta": ["SECRET"]}"#);
    hides_every_secret(r#"{"items": [{"key": "1", "meta": {"a": {"b": "SECRET"}}, "body": []}]}"#);
}

#[test]
fn a_second_body_of_an_item_is_hidden() {
    hides_every_secret(r#"{"items": [{"key": "1", "body": [true], "body": {"plain": "SECRET"}}]}"#);
}
