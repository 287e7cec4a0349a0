//! Cases and guide messages, each with its verdict worked out by hand.

mod broken;
mod edit;
mod files;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sps_model::locate;
use sps_validate::{
    Context, Form, Report, Resolver, Severity, Subject, Timestamp, Version, accept, explain,
    json::scan, rewrite,
};

/// 2026-11-21: the certificates of the cases are checked at this time.
const NOW: Timestamp = Timestamp(1_795_219_200);

pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

pub(crate) fn json_file(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(path)).unwrap()).unwrap()
}

/// The objects that are known to exist.
#[derive(Default)]
pub(crate) struct Known {
    /// Reference path to body, as `--resolve` takes it.
    objects: BTreeMap<String, Value>,
    /// Reference path to the name of what uses the object already.
    users: BTreeMap<String, String>,
}

impl Known {
    pub(crate) fn new(objects: &Value) -> Self {
        let objects = objects.as_object().unwrap().clone();
        Self { objects: objects.into_iter().collect(), users: BTreeMap::new() }
    }
}

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        Some(self.objects.contains_key(path))
    }

    fn plain(&self, path: &str) -> Option<&str> {
        self.objects.get(path)?.get("plain")?.as_str()
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        self.users.get(path).map(String::as_str)
    }
}

/// Finds the subject that a document for a full path is checked against in one form.
pub(crate) type Subjects<'a> = dyn Fn(&str, Form) -> Option<Subject> + 'a;

/// Finds the subject among those that were generated and compiled.
pub(crate) fn compiled(path: &str, form: Form) -> Option<Subject> {
    locate(path)?.endpoint.subject(form)
}

/// A document with its verdict, worked out by hand.
pub(crate) struct Case {
    /// Name; starts with the file and line if the case is from a TOML file.
    pub(crate) name: String,
    /// Full path of the endpoint.
    pub(crate) endpoint: &'static str,
    pub(crate) text: String,
    pub(crate) form: Form,
    pub(crate) errors: Vec<Expected>,
    /// All warnings; not compared without it.
    pub(crate) warnings: Option<Vec<Expected>>,
    unchecked: Option<Vec<Expected>>,
    /// Codes that must be among the warnings.
    pub(crate) warnings_include: Vec<String>,
    /// Codes that must not be among the warnings.
    pub(crate) warnings_exclude: Vec<String>,
    /// Codes that must be among what was not checked.
    unchecked_include: Vec<String>,
    pub(crate) known: Option<Known>,
    pub(crate) target: Option<Version>,
    /// Expected request, for a case of rewriting.
    pub(crate) becomes: Option<Value>,
}

/// A code and a pointer; with the pointer `*` only the codes of a list are compared.
pub(crate) type Expected = (String, String);

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// Reads objects of code and pointer, or codes alone.
fn expected(value: &Value) -> Vec<Expected> {
    let one = |it: &Value| match it {
        Value::String(code) => (code.clone(), "*".to_owned()),
        it => {
            let text = |key: &str| it[key].as_str().unwrap().to_owned();
            (text("code"), text("pointer"))
        }
    };
    value.as_array().unwrap().iter().map(one).collect()
}

/// Compares two lists whose order does not count.
fn difference(what: &str, expected: &[Expected], mut found: Vec<Expected>) -> Option<String> {
    let mut expected = expected.to_vec();
    expected.sort();
    found.sort();
    let same = if expected.iter().any(|(_, pointer)| pointer == "*") {
        found.iter().map(|(code, _)| code).eq(expected.iter().map(|(code, _)| code))
    } else {
        found == expected
    };
    (!same).then(|| format!("expected {what} {expected:?}, found {found:?}"))
}

impl Case {
    fn from_json(name: &str, value: &Value, text: String) -> Self {
        let path = value["endpoint"].as_str().unwrap();
        let endpoint = locate(path).unwrap_or_else(|| panic!("no endpoint {path}")).endpoint;
        Self {
            name: name.to_owned(),
            endpoint: endpoint.path,
            text,
            form: if value["form"] == "response" { Form::Response } else { Form::Request },
            errors: value.get("errors").map(expected).unwrap_or_default(),
            warnings: value.get("warnings").map(expected),
            unchecked: None,
            warnings_include: value.get("warnings_include").map(strings).unwrap_or_default(),
            warnings_exclude: Vec::new(),
            unchecked_include: Vec::new(),
            known: value.get("resolve").map(Known::new),
            target: None,
            becomes: (value["kind"] == "request").then(|| value["want"].clone()),
        }
    }

    /// The cases of `visible.json`.
    pub(crate) fn visible() -> Vec<Self> {
        let cases = json_file("cases/visible.json");
        let cases = cases.as_array().unwrap().iter().map(|value| {
            let text = value["text"].as_str().unwrap().to_owned();
            Self::from_json(value["id"].as_str().unwrap(), value, text)
        });
        cases.collect()
    }

    /// The cases of the TOML files.
    pub(crate) fn by_endpoint() -> Vec<Self> {
        files::all().unwrap_or_else(|message| panic!("{message}"))
    }

    /// The messages of the guide.
    fn of_guide() -> Vec<Self> {
        let index = json_file("guide/index.json");
        let entries = index.as_array().unwrap().iter();
        // The form of the others is found by the binary, whose own tests cover it, or they are not bodies of an endpoint.
        let entries = entries.filter(|it| it["form"] == "request" || it["form"] == "response");
        let cases = entries.map(|entry| {
            let file = entry["file"].as_str().unwrap();
            let text = std::fs::read_to_string(data("guide").join(file)).unwrap();
            Self::from_json(&format!("{file} as {}", entry["form"]), entry, text)
        });
        cases.collect()
    }

    /// Every case of every source.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Self::of_guide();
        all.extend(Self::visible());
        all.extend(Self::by_endpoint());
        all
    }

    /// Compares the findings of these subjects with the expected ones.
    pub(crate) fn difference(&self, subjects: &Subjects<'_>) -> Option<String> {
        match &self.becomes {
            Some(request) => self.rewriting(request, subjects),
            None => self.verdict(subjects),
        }
    }

    fn context(&self) -> Context<'_> {
        let mut context = Context::default().with_now(NOW);
        context.target = self.target;
        if let Some(known) = &self.known {
            context = context.with_resolver(known);
        }
        context
    }

    /// Explains the document; the report is empty for a container, which has no body.
    pub(crate) fn report(&self, subjects: &Subjects<'_>) -> Report {
        let subject = subjects(self.endpoint, self.form);
        subject.map(|it| explain(&self.text, &it, &self.context())).unwrap_or_default()
    }

    fn verdict(&self, subjects: &Subjects<'_>) -> Option<String> {
        let report = self.report(subjects);
        let of = |severity| {
            let all = report.diagnostics.iter().filter(move |d| d.severity == severity);
            all.map(|d| (d.code.to_owned(), d.pointer.clone())).collect::<Vec<_>>()
        };
        let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
        let unchecked = report.unchecked.iter();
        let unchecked: Vec<_> =
            unchecked.map(|it| (it.code.to_owned(), it.pointer.clone())).collect();
        let has = |found: &[Expected], code: &String| found.iter().any(|(it, _)| it == code);
        if !self.warnings_include.iter().all(|code| has(&warnings, code))
            || self.warnings_exclude.iter().any(|code| has(&warnings, code))
        {
            return Some(format!("warnings {warnings:?}"));
        }
        if !self.unchecked_include.iter().all(|code| has(&unchecked, code)) {
            return Some(format!("unchecked {unchecked:?}"));
        }
        let subject = subjects(self.endpoint, self.form).filter(|_| self.form == Form::Request);
        let accepted = subject.map(|it| accept(&self.text, &it, &self.context()));
        if accepted.is_some_and(|accepted| accepted != report.is_valid()) {
            return Some(format!("accept says {}, explain the opposite", !report.is_valid()));
        }
        let all = |what, expected: &Option<Vec<Expected>>, found| {
            difference(what, expected.as_ref()?, found)
        };
        difference("errors", &self.errors, errors)
            .or_else(|| all("warnings", &self.warnings, warnings))
            .or_else(|| all("unchecked", &self.unchecked, unchecked))
    }

    /// Rewrites twice: the second time changes nothing.
    fn rewriting(&self, request: &Value, subjects: &Subjects<'_>) -> Option<String> {
        let Some(subject) = subjects(self.endpoint, Form::Response) else {
            return Some("no body".to_owned());
        };
        let mut text = self.text.clone();
        for turn in 1..=2 {
            let root = scan(&text, &Context::default().limits).unwrap();
            text = rewrite(&root, &subject);
            let got: Value = serde_json::from_str(&text).unwrap();
            if got != *request {
                return Some(format!("turn {turn}: expected {request}, found {got}"));
            }
        }
        None
    }
}

fn run(cases: &[Case]) {
    assert!(cases.len() > 30, "some cases are lost");
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case.name, case.difference(&compiled)?)))
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} failed:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn visible_cases_have_their_verdict() {
    run(&Case::visible());
}

#[test]
fn hand_written_cases_have_their_verdict() {
    run(&Case::by_endpoint());
}

#[test]
fn guide_messages_have_their_verdict() {
    run(&Case::of_guide());
}
