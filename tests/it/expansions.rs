//! What the derive writes, written out: it compiles, and does what the derive does.

#![expect(dead_code, unused_imports, reason = "a representative declaration is used in part")]
#![expect(
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::use_self,
    reason = "clippy knows the output of a macro and says nothing there; written out, it does not"
)]

use serde::{Serialize, de::DeserializeOwned};
use sps_model::{
    Describe, Exchange, accept, explain, read_response,
    validate::{Context, Form},
};

#[path = "../expansions/response_only.rs"]
mod response_only;
#[path = "../expansions/response_only.expanded.rs"]
#[rustfmt::skip]
mod response_only_expanded;
#[path = "../expansions/open_builder.rs"]
mod open_builder;
#[path = "../expansions/open_builder.expanded.rs"]
#[rustfmt::skip]
mod open_builder_expanded;
#[path = "../expansions/references.rs"]
mod references;
#[path = "../expansions/references.expanded.rs"]
#[rustfmt::skip]
mod references_expanded;
#[path = "../expansions/union.rs"]
mod union;
#[path = "../expansions/union.expanded.rs"]
#[rustfmt::skip]
mod union_expanded;
#[path = "../expansions/words.rs"]
mod words;
#[path = "../expansions/words.expanded.rs"]
#[rustfmt::skip]
mod words_expanded;

/// Checks that two types do the same with a text, as a request and as a response.
#[track_caller]
fn check<A, B>(text: &str)
where
    A: Describe + Exchange,
    A::Response: DeserializeOwned,
    B: Describe + Exchange,
    B::Response: DeserializeOwned,
{
    let context = Context::default();
    for form in [Form::Request, Form::Response] {
        assert_eq!(explain::<A>(text, form, &context), explain::<B>(text, form, &context));
    }
    assert_eq!(accept::<A>(text, &context), accept::<B>(text, &context), "{text}");
    assert_eq!(sent::<A>(text), sent::<B>(text), "{text}");
}

/// What becomes of a response, or why it is refused.
fn sent<T>(text: &str) -> Result<String, String>
where
    T: Exchange + Serialize,
    T::Response: DeserializeOwned,
{
    let response = read_response::<T::Response>(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&T::from_response(response)).map_err(|error| error.to_string())
}

#[test]
fn an_expansion_does_what_the_derive_does() {
    for text in [
        r#"{"password": "p", "trusted-ca": ["a"], "next": null}"#,
        r#"{"password": {"key": "p", "meta": {"href": "/p"}}, "trusted-ca": [], "next": "n", "x": 1}"#,
        "{}",
    ] {
        check::<references::Access, references_expanded::Access>(text);
    }
    for text in [
        r#"{"selection": "anonymous"}"#,
        r#"{"value": {"key": "p", "meta": {"href": "/p"}}, "selection": "with-password"}"#,
        r#"{"selection": "new", "value": 1}"#,
        r#"{"selection": "anonymous", "x": 1}"#,
        "[]",
    ] {
        check::<union::Login, union_expanded::Login>(text);
    }
    for text in [r#""md5""#, r#""sha1""#, r#""sha2""#, "1"] {
        check::<words::Hash, words_expanded::Hash>(text);
    }
    for text in [
        r#"{"mode": "slow", "type": 1, "x": {"y": 1}}"#,
        r#"{"mode": "very_fast"}"#,
        r#"{"mode": "veryfast"}"#,
        r#"{"body": {}}"#,
    ] {
        check::<open_builder::Settings, open_builder_expanded::Settings>(text);
    }
    for text in [
        r#"{"name": "n", "plain": "p", "limits": {"seconds": 1}}"#,
        r#"{"name": "n", "limits": {"seconds": 1}, "owner": {"key": "o", "meta": {"href": "/o"}}}"#,
        r#"{"name": "n", "limits": {"seconds": -1}, "owner": "o", "started-at": "s"}"#,
    ] {
        check::<response_only::Job, response_only_expanded::Job>(text);
    }
}
