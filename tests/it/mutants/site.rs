//! Facts that change no verdict, but what configuration as files does: labels, and lists without order.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sps_model::shape;
use sps_validate::{Form, Kind};

use crate::cases::{Subjects, data};

/// What `tests/data/files.toml` says about one endpoint.
pub(super) struct Fact {
    pub(super) endpoint: String,
    about: About,
}

enum About {
    /// The member that names the objects.
    Label(String),
    /// Whether the order of the list at a pointer has no meaning.
    Unordered(String, bool),
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    label: BTreeMap<String, String>,
    unordered: BTreeMap<String, Vec<String>>,
    ordered: BTreeMap<String, Vec<String>>,
}

impl Fact {
    pub(super) fn all() -> Vec<Self> {
        let text = std::fs::read_to_string(data("files.toml")).unwrap();
        let File { label, unordered, ordered } = toml::from_str(&text).unwrap();
        let of = |path: &str, about| Self { endpoint: full(path), about };
        let labels = label.into_iter().map(|(path, member)| of(&path, About::Label(member)));
        let mut all: Vec<_> = labels.collect();
        for (lists, is_unordered) in [(unordered, true), (ordered, false)] {
            for (path, pointers) in lists {
                let of = |pointer| of(&path, About::Unordered(pointer, is_unordered));
                all.extend(pointers.into_iter().map(of));
            }
        }
        all
    }

    /// What these subjects say instead.
    pub(super) fn difference(&self, subjects: &Subjects<'_>) -> Option<String> {
        let subject = |form| subjects(&self.endpoint, form);
        let kind = subject(Form::Request)
            .or_else(|| subject(Form::Response))
            .map_or(Kind::Any, |it| it.body);
        match &self.about {
            About::Label(member) => {
                let found = shape::label_member(kind).unwrap_or_default();
                (found != member)
                    .then(|| format!("{}: the label is `{found}`, not `{member}`", self.endpoint))
            }
            About::Unordered(pointer, is_unordered) => {
                let [one, other] =
                    [json!(["a", "b"]), json!(["b", "a"])].map(|list| body(pointer, list));
                (shape::is_same(kind, &one, &other) != *is_unordered).then(|| {
                    format!("{}: unordered is {} at {pointer}", self.endpoint, !is_unordered)
                })
            }
        }
    }
}

fn full(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/api/configuration/{path}") }
}

/// The smallest body with this value at a pointer.
fn body(pointer: &str, value: Value) -> Value {
    pointer.split('/').skip(1).collect::<Vec<_>>().into_iter().rfold(
        value,
        |inner, key| match key {
            "0" => json!([inner]),
            key => json!({ key: inner }),
        },
    )
}

#[test]
fn makes_the_smallest_body() {
    assert_eq!(body("/a/0/b", json!([1])), json!({"a": [{"b": [1]}]}));
}

#[test]
fn the_facts_of_files_are_those_worked_out_by_hand() {
    let wrong: Vec<_> =
        Fact::all().iter().filter_map(|it| it.difference(&crate::cases::compiled)).collect();
    assert_eq!(wrong, [""; 0]);
}
