//! Cases and guide messages, each with its verdict worked out by hand.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sps_model::locate;
use sps_validate::{
    Context, Form, Report, Resolver, Severity, Subject, Timestamp, Version, accept, explain,
    json::scan, rewrite,
};

/// 2026-11-21: the certificates of the cases are judged at this time.
const NOW: Timestamp = Timestamp(1_795_219_200);

pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

pub(crate) fn json_file(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(path)).unwrap()).unwrap()
}

/// Reference path to body, as `--resolve` takes it.
pub(crate) struct Known {
    objects: BTreeMap<String, Value>,
    users: BTreeMap<String, Value>,
}

impl Known {
    pub(crate) fn new(objects: &Value) -> Self {
        Self { objects: members(objects), users: BTreeMap::new() }
    }

    /// The same, with who refers to some objects already.
    fn with_users(self, users: &Value) -> Self {
        Self { users: members(users), ..self }
    }
}

fn members(object: &Value) -> BTreeMap<String, Value> {
    object.as_object().unwrap().clone().into_iter().collect()
}

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        Some(self.objects.contains_key(path))
    }

    fn plain(&self, path: &str) -> Option<&str> {
        self.objects.get(path)?.get("plain")?.as_str()
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        self.users.get(path)?.as_str()
    }
}

/// What a document for a full path is checked against in one form.
pub(crate) type Subjects<'a> = dyn Fn(&str, Form) -> Option<Subject> + 'a;

/// The subjects that were generated and compiled.
pub(crate) fn compiled(path: &str, form: Form) -> Option<Subject> {
    locate(path)?.endpoint.subject(form)
}

/// A document with its verdict, worked out by hand.
pub(crate) struct Case {
    /// What it is called.
    pub(crate) name: String,
    /// The full path of its endpoint.
    pub(crate) endpoint: &'static str,
    pub(crate) text: String,
    pub(crate) form: Form,
    errors: Vec<Finding>,
    warnings: Option<Vec<Finding>>,
    unchecked: Option<Vec<Finding>>,
    /// Codes of warnings that must be there, that must not, and of what was not checked.
    warnings_include: Vec<String>,
    warnings_exclude: Vec<String>,
    unchecked_include: Vec<String>,
    pub(crate) known: Option<Known>,
    pub(crate) target: Option<Version>,
    /// For a case of rewriting: the request that it wants.
    want: Option<Value>,
}

/// A code and a pointer.
type Finding = (String, String);

fn words(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// Objects of code and pointer, or codes alone.
fn findings(value: &Value) -> Vec<Finding> {
    let finding = |it: &Value| match it {
        Value::String(code) => (code.clone(), "*".to_owned()),
        it => {
            let text = |key: &str| it[key].as_str().unwrap().to_owned();
            (text("code"), text("pointer"))
        }
    };
    value.as_array().unwrap().iter().map(finding).collect()
}

/// What differs between two lists whose order does not count; `*` compares the codes alone.
fn difference(what: &str, wanted: &[Finding], mut found: Vec<Finding>) -> Option<String> {
    let mut wanted = wanted.to_vec();
    wanted.sort();
    found.sort();
    let same = if wanted.iter().any(|(_, pointer)| pointer == "*") {
        found.iter().map(|(code, _)| code).eq(wanted.iter().map(|(code, _)| code))
    } else {
        found == wanted
    };
    (!same).then(|| format!("want {what} {wanted:?}, got {found:?}"))
}

impl Case {
    fn new(name: &str, value: &Value, text: String) -> Self {
        let path = value["endpoint"].as_str().unwrap();
        let endpoint = locate(path).unwrap_or_else(|| panic!("no endpoint {path}")).endpoint;
        let listed = |key: &str| value.get(key).map(words).unwrap_or_default();
        let none = json!({});
        let objects = value.get("resolve").unwrap_or(&none);
        let users = value.get("used_by").unwrap_or(&none);
        let known = [value.get("resolve"), value.get("used_by")].iter().any(Option::is_some);
        Self {
            name: name.to_owned(),
            endpoint: endpoint.path,
            text,
            form: if value["form"] == "response" { Form::Response } else { Form::Request },
            errors: value.get("errors").map(findings).unwrap_or_default(),
            warnings: value.get("warnings").map(findings),
            unchecked: value.get("unchecked").map(findings),
            warnings_include: listed("warnings_include"),
            warnings_exclude: listed("warnings_exclude"),
            unchecked_include: listed("unchecked_include"),
            known: known.then(|| Known::new(objects).with_users(users)),
            target: value.get("target").map(|it| it.as_str().unwrap().parse().unwrap()),
            want: (value["kind"] == "request").then(|| value["want"].clone()),
        }
    }

    /// The cases of one file under `cases/`.
    fn of_file(file: &str) -> Vec<Self> {
        let cases = json_file(file);
        let cases = cases.as_array().unwrap().iter().map(|value| {
            let text = value["text"].as_str().unwrap().to_owned();
            Self::new(value["id"].as_str().unwrap(), value, text)
        });
        cases.collect()
    }

    /// The messages of the guide.
    fn of_guide() -> Vec<Self> {
        let index = json_file("guide/index.json");
        let entries = index.as_array().unwrap().iter();
        // The others are told from the document by the binary, whose own tests cover it, or are no endpoint bodies.
        let entries = entries.filter(|it| it["form"] == "request" || it["form"] == "response");
        let cases = entries.map(|entry| {
            let file = entry["file"].as_str().unwrap();
            let text = std::fs::read_to_string(data("guide").join(file)).unwrap();
            Self::new(&format!("{file} as {}", entry["form"]), entry, text)
        });
        cases.collect()
    }

    /// Every case there is.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Self::of_guide();
        all.extend(Self::of_file("cases/visible.json"));
        all.extend(Self::of_file("cases/hand.json"));
        all
    }

    /// How what these subjects say differs from what the case wants.
    pub(crate) fn difference(&self, subjects: &Subjects<'_>) -> Option<String> {
        match &self.want {
            Some(want) => self.rewriting(want, subjects),
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

    /// What these subjects say of the document; nothing of a container, which has no body.
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
        let has = |found: &[Finding], code: &String| found.iter().any(|(it, _)| it == code);
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
        let all =
            |what, wanted: &Option<Vec<Finding>>, found| difference(what, wanted.as_ref()?, found);
        difference("errors", &self.errors, errors)
            .or_else(|| all("warnings", &self.warnings, warnings))
            .or_else(|| all("unchecked", &self.unchecked, unchecked))
    }

    /// Rewrites twice: the second time changes nothing.
    fn rewriting(&self, want: &Value, subjects: &Subjects<'_>) -> Option<String> {
        let Some(subject) = subjects(self.endpoint, Form::Response) else {
            return Some("no body".to_owned());
        };
        let mut text = self.text.clone();
        for turn in 1..=2 {
            let root = scan(&text, &Context::default().limits).unwrap();
            text = rewrite(&root, &subject);
            let got: Value = serde_json::from_str(&text).unwrap();
            if got != *want {
                return Some(format!("turn {turn}: want {want}, got {got}"));
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
    run(&Case::of_file("cases/visible.json"));
}

#[test]
fn hand_written_cases_have_their_verdict() {
    run(&Case::of_file("cases/hand.json"));
}

#[test]
fn guide_messages_have_their_verdict() {
    run(&Case::of_guide());
}
