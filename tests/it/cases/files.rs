//! The cases of the TOML files under `data/cases/`; `tests/README.md` describes their form.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    path::Path,
};

use serde::Deserialize;
use sps_model::locate;
use sps_spec::Spec;
use sps_validate::Form;
use toml::Spanned;

use super::{Case, Expected, Known, data, edit};

type Text = Spanned<String>;

/// The cases of one endpoint.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    endpoint: Text,
    /// JSON texts that a change names with `$`.
    #[serde(default)]
    values: BTreeMap<String, Text>,
    /// Reference paths that `resolve` and `used_by` name.
    #[serde(default)]
    objects: BTreeMap<String, String>,
    #[serde(default)]
    bases: BTreeMap<String, Text>,
    group: Vec<Group>,
}

/// Cases that try the same thing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    endpoint: Option<Text>,
    base: Option<Text>,
    /// The base that is the expected request, for cases of rewriting.
    becomes: Option<Text>,
    #[serde(default)]
    form: FormName,
    /// Start of every pointer of the cases.
    #[serde(default)]
    at: String,
    cases: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormName {
    #[default]
    Request,
    Response,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Text,
    /// The base, if it is not that of the group.
    base: Option<Text>,
    /// The document, instead of a base with changes.
    text: Option<Text>,
    #[serde(default)]
    rename: Vec<Text>,
    #[serde(default)]
    remove: Vec<Text>,
    #[serde(default)]
    set: Vec<Text>,
    #[serde(default)]
    becomes_set: Vec<Text>,
    target: Option<Text>,
    resolve: Option<Vec<Text>>,
    used_by: Option<Vec<Text>>,
    #[serde(default)]
    errors: Vec<Text>,
    warnings: Option<Vec<Text>>,
    unchecked: Option<Vec<Text>>,
    #[serde(default)]
    warnings_include: Vec<Text>,
    #[serde(default)]
    warnings_exclude: Vec<Text>,
    #[serde(default)]
    unchecked_include: Vec<Text>,
}

/// A mistake in a file, and its place.
struct Broken {
    span: Range<usize>,
    message: String,
}

type Result<T, E = Broken> = std::result::Result<T, E>;

fn broken<T>(text: &Text, message: impl Into<String>) -> Result<T> {
    Err(Broken { span: text.span(), message: message.into() })
}

/// Gives an error its place.
fn at<T>(text: &Text, result: Result<T, impl ToString>) -> Result<T> {
    result.or_else(|error| broken(text, error.to_string()))
}

/// Reads every file.
pub(super) fn all() -> Result<Vec<Case>, String> {
    let codes = codes();
    let mut paths = Vec::new();
    collect(&data("cases"), &mut paths);
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let text = fs::read_to_string(data("cases").join(&path)).unwrap();
        cases.extend(read(&format!("tests/data/cases/{path}"), &text, &codes)?);
    }
    Ok(cases)
}

/// Every code of the spec.
pub(super) fn codes() -> BTreeSet<String> {
    let spec = Spec::from_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec")).unwrap();
    spec.codes.into_iter().map(|it| it.code).collect()
}

/// Paths of the TOML files below a folder, relative to `data/cases/`.
fn collect(folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|it| it == "toml") {
            let path = path.strip_prefix(data("cases")).unwrap();
            paths.push(path.to_str().unwrap().replace('\\', "/"));
        }
    }
}

/// Reads the text of one file; an error starts with the file and the line.
pub(super) fn read(name: &str, text: &str, codes: &BTreeSet<String>) -> Result<Vec<Case>, String> {
    let place = |span: Range<usize>| {
        let line = text[..span.start].matches('\n').count() + 1;
        format!("{name}:{line}")
    };
    let file: File = toml::from_str(text).map_err(|error| {
        format!("{}: {}", place(error.span().unwrap_or_default()), error.message())
    })?;
    let mut cases = Vec::new();
    let mut names = BTreeSet::new();
    for group in &file.group {
        for entry in &group.cases {
            let case = Reader { file: &file, group, codes }.case(entry).and_then(|mut case| {
                if !names.insert(entry.name.as_ref()) {
                    return broken(&entry.name, "another case of this file has the same name");
                }
                case.name = format!("{}: {}", place(entry.name.span()), entry.name.as_ref());
                Ok(case)
            });
            cases.push(case.map_err(|it| format!("{}: {}", place(it.span), it.message))?);
        }
    }
    Ok(cases)
}

/// Turns an entry of a group into a case.
struct Reader<'f> {
    file: &'f File,
    group: &'f Group,
    codes: &'f BTreeSet<String>,
}

impl Reader<'_> {
    fn case(&self, entry: &Entry) -> Result<Case> {
        let path = self.group.endpoint.as_ref().unwrap_or(&self.file.endpoint);
        let location = at(path, locate(path.as_ref()).ok_or("no such endpoint"))?;
        let text = self.text(entry)?;
        let becomes = match &self.group.becomes {
            Some(base) => {
                let text = self.changed(self.base(base)?, &[], &[], &entry.becomes_set)?;
                Some(at(base, serde_json::from_str(&text))?)
            }
            None => match entry.becomes_set.first() {
                Some(change) => return broken(change, "the group has no `becomes`"),
                None => None,
            },
        };
        let target = entry.target.as_ref().map(|it| at(it, it.as_ref().parse())).transpose()?;
        let listed = |list: &Option<Vec<Text>>| list.as_deref().map(|it| self.findings(it));
        Ok(Case {
            name: String::new(),
            endpoint: location.endpoint.path,
            text,
            form: match self.group.form {
                FormName::Request => Form::Request,
                FormName::Response => Form::Response,
            },
            errors: self.findings(&entry.errors)?,
            warnings: listed(&entry.warnings).transpose()?,
            unchecked: listed(&entry.unchecked).transpose()?,
            warnings_include: self.only_codes(&entry.warnings_include)?,
            warnings_exclude: self.only_codes(&entry.warnings_exclude)?,
            unchecked_include: self.only_codes(&entry.unchecked_include)?,
            known: self.known(entry)?,
            target,
            becomes,
        })
    }

    fn text(&self, entry: &Entry) -> Result<String> {
        let changes = [&entry.rename, &entry.remove, &entry.set].into_iter().flatten();
        match (&entry.text, entry.base.as_ref().or(self.group.base.as_ref())) {
            (Some(text), _) => match entry.base.iter().chain(changes).next() {
                Some(change) => broken(change, "a case with `text` has no base to change"),
                None => Ok(text.as_ref().clone()),
            },
            (None, Some(base)) => {
                self.changed(self.base(base)?, &entry.rename, &entry.remove, &entry.set)
            }
            (None, None) => {
                broken(&entry.name, "neither the case has a `text` nor its group a `base`")
            }
        }
    }

    fn base(&self, name: &Text) -> Result<&str> {
        let base = self.file.bases.get(name.as_ref());
        Ok(at(name, base.ok_or_else(|| format!("no base `{}`", name.as_ref())))?.as_ref())
    }

    /// Applies changes in this order: `rename`, `remove`, `set`.
    fn changed(
        &self,
        base: &str,
        rename: &[Text],
        remove: &[Text],
        set: &[Text],
    ) -> Result<String> {
        let mut text = base.to_owned();
        for change in rename {
            let (pointer, key) = self.assignment(change)?;
            text = at(change, edit::rename(&text, &pointer, key))?;
        }
        for change in remove {
            text = at(change, edit::remove(&text, &self.pointer(change)?))?;
        }
        for change in set {
            let (pointer, mut value) = self.assignment(change)?;
            if let Some(name) = value.strip_prefix('$') {
                let named = self.file.values.get(name);
                value = at(change, named.ok_or_else(|| format!("no value `{name}`")))?.as_ref();
            }
            text = at(change, edit::set(&text, &pointer, value))?;
        }
        Ok(text)
    }

    /// Splits `/pointer = value`; without a pointer it is that of the group.
    fn assignment<'t>(&self, text: &'t Text) -> Result<(String, &'t str)> {
        let (pointer, value) = assignment(text)?;
        Ok((self.absolute(text, pointer)?, value))
    }

    fn pointer(&self, text: &Text) -> Result<String> {
        self.absolute(text, text.as_ref())
    }

    fn absolute(&self, text: &Text, pointer: &str) -> Result<String> {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return broken(
                text,
                format!("`{pointer}` is not a pointer: it starts without a slash"),
            );
        }
        Ok(format!("{}{pointer}", self.group.at))
    }

    /// Reads `code /pointer`, `code *`, or the code alone, which is about the pointer of the group.
    fn findings(&self, list: &[Text]) -> Result<Vec<Expected>> {
        let finding = |text: &Text| {
            let (code, pointer) = text.as_ref().split_once(' ').unwrap_or((text.as_ref(), ""));
            let pointer = match pointer {
                "*" => pointer.to_owned(),
                _ => self.absolute(text, pointer)?,
            };
            Ok((self.code(text, code)?, pointer))
        };
        list.iter().map(finding).collect()
    }

    fn only_codes(&self, list: &[Text]) -> Result<Vec<String>> {
        list.iter().map(|text| self.code(text, text.as_ref())).collect()
    }

    fn code(&self, text: &Text, code: &str) -> Result<String> {
        if !self.codes.contains(code) {
            return broken(text, format!("no code `{code}`"));
        }
        Ok(code.to_owned())
    }

    fn known(&self, entry: &Entry) -> Result<Option<Known>> {
        if entry.resolve.is_none() && entry.used_by.is_none() {
            return Ok(None);
        }
        let mut known = Known::default();
        for text in entry.resolve.iter().flatten() {
            let (object, body) = assignment(text)?;
            let body = at(text, serde_json::from_str(body))?;
            known.objects.insert(self.object(text, object)?, body);
        }
        for text in entry.used_by.iter().flatten() {
            let (object, user) = assignment(text)?;
            known.users.insert(self.object(text, object)?, user.to_owned());
        }
        Ok(Some(known))
    }

    fn object(&self, text: &Text, name: &str) -> Result<String> {
        match self.file.objects.get(name) {
            Some(path) => Ok(path.clone()),
            None if name.starts_with('/') => Ok(name.to_owned()),
            None => broken(text, format!("no object `{name}`")),
        }
    }
}

/// Splits `key = value`; the key may be missing.
fn assignment(text: &Text) -> Result<(&str, &str)> {
    let parts = text.as_ref();
    let parts = match parts.strip_prefix("= ") {
        Some(value) => Some(("", value)),
        None => parts.split_once(" = "),
    };
    at(text, parts.ok_or("expected `KEY = VALUE`"))
}
