//! The check of one file.

use std::{borrow::Cow, collections::HashMap};

use sps_model::{
    EndpointInfo, Secret,
    validate::{
        Constraint, Context, Diagnostic, Expected, Finding, Form, Kind, Reason, Report, Subject,
        Unchecked, code as body_code, explain_scanned, format::Format, is_like_a_key, json::Node,
        yaml::Marks,
    },
};

use super::{
    objects::{Index, Known, Objects},
    request::{Swaps, at, request},
};
use crate::{
    code,
    label::Label,
    load::SiteFile,
    notation::SecretSource,
    place::{self, Places},
    problem::{error, warning},
    read,
    resolve::{Spot, What, collection, write_reference},
    secret::{Blemish, Secrets, blemish, name_of},
};

/// One file, and what it is checked with.
pub(super) struct FileCheck<'t> {
    pub(super) file: &'t SiteFile,
    /// The number of the file in the tree.
    pub(super) number: usize,
    pub(super) index: &'t Index<'t>,
    pub(super) places: &'t Places,
    pub(super) context: Context<'t>,
    pub(super) secrets: Option<&'t dyn Secrets>,
}

/// The values of secrets, by pointer.
type Values = HashMap<String, Secret>;

impl FileCheck<'_> {
    /// Lists every problem of the file.
    pub(super) fn run(&self) -> Report {
        let mut report = Report::default();
        report.diagnostics.clone_from(&self.file.problems);
        report.sensitive.clone_from(&self.file.sensitive);
        if let (Some(format), Some(endpoint)) = (self.file.format, self.file.endpoint) {
            let values = self.values(&mut report);
            let limits = &self.context.limits;
            // The text was read in this format before.
            let _ = read::with_root(format, &self.file.text, limits, |root, marks| {
                self.body(root, marks, endpoint, &values, &mut report);
            });
        }
        report.diagnostics.retain(|it| !self.context.is_waived(it.code));
        report.diagnostics.sort_by_key(|it| (it.code == body_code::LIMIT_EXCEEDED, it.span.start));
        report
    }

    /// Reads the secrets of the file, and reports those that cannot be had.
    fn values(&self, report: &mut Report) -> Values {
        let mut values = Values::new();
        let Some(secrets) = self.secrets else { return values };
        // Without a label something is wrong that comes first.
        let Some(label) = &self.file.label else { return values };
        for spot in &self.file.spots {
            let What::Secret { source, .. } = &spot.what else { continue };
            if *source == SecretSource::Keep {
                continue;
            }
            match secrets.fetch(source, label, &spot.pointer) {
                Ok(secret) => {
                    report.diagnostics.extend(blemish(&secret).map(|it| remark(it, spot)));
                    values.insert(spot.pointer.clone(), secret);
                }
                Err(reason) => {
                    let message = format!("no value for {}: {}", name_of(source), reason.reason());
                    let help = help_with(source);
                    let (pointer, span) = (&spot.pointer, spot.span);
                    let problem = error(code::SECRET_UNAVAILABLE, pointer, span, message, help);
                    report.diagnostics.push(problem);
                }
            }
        }
        values
    }

    /// Checks the body as the request that it becomes.
    fn body(
        &self,
        root: &Node<'_>,
        marks: Option<&Marks>,
        endpoint: &'static EndpointInfo,
        values: &Values,
        report: &mut Report,
    ) {
        if let Some(marks) = marks {
            self.doubts(root, marks, report);
        }
        let mut view = View {
            places: self.places,
            muted: Vec::new(),
            hidden: Vec::new(),
            swaps: Swaps::new(),
        };
        let mut objects = Objects::default();
        for (place, spot) in self.file.spots.iter().enumerate() {
            let key = self.key(place);
            if self.is_unavailable(spot, values) {
                view.muted.push(spot);
            }
            let text = match &spot.what {
                What::Text(text) => Cow::Borrowed(text.as_str()),
                What::Broken => {
                    view.muted.push(spot);
                    Cow::Owned(key)
                }
                What::Secret { target: None, constraint, .. } => match values.get(&spot.pointer) {
                    Some(secret) => {
                        report.sensitive.push(spot.span);
                        Cow::Borrowed(secret.expose())
                    }
                    None if self.is_unavailable(spot, values) => Cow::Owned(key),
                    None => {
                        view.hidden.push(spot);
                        report.unchecked.extend(codes_of(constraint).map(|code| {
                            Unchecked::new(code, spot.pointer.clone(), Reason::PlainTextUnknown)
                        }));
                        Cow::Owned(key)
                    }
                },
                What::Secret { target: Some(target), .. } => {
                    let plain = values.get(&spot.pointer).cloned();
                    objects.add_password(format!("{}/{key}", target.path), plain);
                    Cow::Owned(key)
                }
                What::New { target } => {
                    let plain = plain_of_new(root, spot, values);
                    objects.add_password(format!("{}/{key}", target.path), plain);
                    Cow::Owned(key)
                }
                What::Ref { label, endpoint, has_part } => {
                    match self.reference(label, *has_part, spot, report) {
                        // The text is the key that the appliance knows.
                        None => {
                            let name = label.name().unwrap_or_default();
                            let path = format!("{}/{name}", endpoint.path);
                            let used_by = self.index.used_by(&path, self.number);
                            objects.add(path, None, used_by);
                            Cow::Borrowed(name)
                        }
                        Some(exists) => {
                            objects.add(format!("{}/{key}", endpoint.path), exists, None);
                            Cow::Owned(key)
                        }
                    }
                }
            };
            view.swaps.insert(spot.pointer.clone(), text);
        }
        let mut context = self.context.with_resolver(&objects);
        context.marks = marks;
        let any = Subject::new(Kind::Any, Form::Request).versions(endpoint.versions);
        let subject = endpoint.subject(Form::Request).unwrap_or(any);
        let text = &*self.file.text;
        let copy = request(root, "", &view.swaps);
        view.add(report, explain_scanned(text, &copy, &subject, &context), "");
        for spot in &self.file.spots {
            let What::New { target } = spot.what else { continue };
            let pointer = format!("{}/$new", spot.pointer);
            let Some(node) = at(root, &pointer) else { continue };
            let endpoint = self.places.endpoint(collection(target));
            let subject = endpoint.and_then(|it| it.subject(Form::Request)).unwrap_or(any);
            let copy = request(node, &pointer, &view.swaps);
            view.add(report, explain_scanned(text, &copy, &subject, &context), &pointer);
        }
        self.point_at_first_uses(report);
        self.name_kept_secrets(report);
    }

    /// Says of a secret that is kept that no option lets it be checked.
    fn name_kept_secrets(&self, report: &mut Report) {
        let kept = |what: &What| matches!(what, What::Secret { source, .. } if *source == SecretSource::Keep);
        for it in &mut report.unchecked {
            let is_kept = |spot: &Spot| spot.pointer == it.pointer && kept(&spot.what);
            if it.reason == Reason::PlainTextUnknown && self.file.spots.iter().any(is_kept) {
                it.reason = Reason::SecretKept;
            }
        }
    }

    /// Adds the places in other files that use the objects of a single user first.
    fn point_at_first_uses(&self, report: &mut Report) {
        for it in &mut report.diagnostics {
            let is_here = |spot: &&Spot| spot.pointer == it.pointer;
            if it.code == body_code::SINGLE_USE_REFERENCE
                && let Some(spot) = self.file.spots.iter().find(is_here)
                && let What::Ref { label, endpoint, .. } = &spot.what
            {
                let path = format!("{}/{}", endpoint.path, label.name().unwrap_or_default());
                it.related.extend(self.index.first_use(&path, self.number));
            }
        }
    }

    /// Whether the value of a secret was to be read and cannot be had, which is reported already.
    fn is_unavailable(&self, spot: &Spot, values: &Values) -> bool {
        let What::Secret { source, .. } = &spot.what else { return false };
        self.secrets.is_some()
            && *source != SecretSource::Keep
            && !values.contains_key(&spot.pointer)
            && self.file.label.is_some()
    }

    /// Reports labels and paths in notations without quotes that readers of YAML take for different values. The check of
    /// the body does not see them.
    fn doubts(&self, root: &Node<'_>, marks: &Marks, report: &mut Report) {
        for spot in &self.file.spots {
            if !matches!(spot.what, What::Ref { .. } | What::Text(_)) {
                continue;
            }
            let members = at(root, &spot.pointer).and_then(Node::members).unwrap_or_default();
            let values = members.iter().map(|member| member.value.span);
            for span in values.filter(|it| marks.is_doubtful(*it, &self.file.text)) {
                let message = "YAML 1.1 and YAML 1.2 read this value differently";
                let (code, pointer) = (code::INVALID_NOTATION, &spot.pointer);
                report.diagnostics.push(error(code, pointer, span, message, "quote it"));
            }
        }
    }

    /// Looks a reference up. `None`: only the appliance can tell, and the name is a key of it; else whether the object exists.
    #[expect(clippy::option_option, reason = "the inner one is what a resolver answers")]
    fn reference(
        &self,
        label: &Label,
        has_part: bool,
        spot: &Spot,
        report: &mut Report,
    ) -> Option<Option<bool>> {
        // Keys of parts have the object before the first dot, and only the appliance knows the part.
        if has_part {
            return Some(None);
        }
        let mut related = Vec::new();
        let mut point = |names: &[&str]| {
            let files = names.iter().filter_map(|it| self.index.described(label.endpoint(), it));
            related.extend(files);
        };
        let (message, help) = match self.index.find(label) {
            Known::Here => return Some(Some(true)),
            Known::Elsewhere if label.name().is_some_and(is_like_a_key) => {
                return None;
            }
            Known::Elsewhere => return Some(None),
            Known::Unknown(near) => {
                point(&near);
                let help = match near.as_slice() {
                    [] => "add its file, or refer to what is built in by its key".to_owned(),
                    near => format!(
                        "did you mean {}? What is on the appliance alone is referred to by its key, or `reference-exists` allowed in sps.toml",
                        names(label, near)
                    ),
                };
                (format!("no file describes `{label}`"), help)
            }
            Known::Several(several) => {
                point(&several);
                let help = format!("name one of them: {}", names(label, &several));
                (format!("several objects have the name `{label}`"), help)
            }
        };
        let (pointer, span) = (&spot.pointer, spot.span);
        let mut problem = error(body_code::REFERENCE_EXISTS, pointer, span, message, help);
        problem.related = related;
        report.diagnostics.push(problem);
        Some(Some(true))
    }

    /// A key of the form of those that the appliance makes, for what has no key yet.
    fn key(&self, place: usize) -> String {
        format!("{:08x}-0000-4000-8000-{place:012x}", self.number)
    }
}

/// How the report about the request is read as one about the file.
struct View<'s> {
    places: &'s Places,
    /// What is reported already.
    muted: Vec<&'s Spot>,
    /// Secrets without a value.
    hidden: Vec<&'s Spot>,
    swaps: Swaps<'s>,
}

impl View<'_> {
    /// Adds what was found about a part of the request.
    fn add(&self, report: &mut Report, found: Report, pointer: &str) {
        let is_muted = |it: &str| self.muted.iter().any(|muted| is_at_or_below(it, &muted.pointer));
        let is_hidden = |it: &str| self.hidden.iter().any(|hidden| hidden.pointer == it);
        for mut it in found.diagnostics {
            it.pointer.insert_str(0, pointer);
            for related in &mut it.related {
                related.pointer.insert_str(0, pointer);
            }
            if self.is_about_key(&it) {
                // No notation belongs under a key that does not exist, and the key is the cause.
                report.diagnostics.retain(|before| {
                    it.code != body_code::UNKNOWN_KEY
                        || before.code != code::MISPLACED_NOTATION
                        || before.pointer != it.pointer
                });
                report.diagnostics.push(it);
                continue;
            }
            if is_muted(&it.pointer) {
                continue;
            }
            if is_hidden(&it.pointer) || it.related.iter().any(|it| is_hidden(&it.pointer)) {
                let unchecked = Unchecked::new(it.code, it.pointer, Reason::PlainTextUnknown);
                if !report.unchecked.contains(&unchecked) {
                    report.unchecked.push(unchecked);
                }
                continue;
            }
            if let Some(help) = notation_instead(&it.finding, self.places) {
                it.help = help;
            }
            let is_secret =
                found.sensitive.contains(&it.span) || report.sensitive.contains(&it.span);
            report.diagnostics.push(if is_secret { without_replacement(it) } else { it });
        }
        for mut it in found.unchecked {
            it.pointer.insert_str(0, pointer);
            if !is_muted(&it.pointer) {
                report.unchecked.push(it);
            }
        }
        report.sensitive.extend(found.sensitive);
    }

    /// Whether a diagnostic is about the key of a notation, whatever its value is.
    fn is_about_key(&self, it: &Diagnostic) -> bool {
        let mut spots = self.muted.iter().chain(&self.hidden);
        let spot = spots.find(|spot| spot.pointer == it.pointer);
        spot.is_some_and(|spot| {
            let is_outside = it.span.end <= spot.span.start || it.span.start >= spot.span.end;
            is_outside || matches!(it.finding, Finding::IgnoredKey { .. })
        })
    }
}

fn is_at_or_below(pointer: &str, top: &str) -> bool {
    pointer.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What to write in place of a value that is no reference: a body takes a key there, and a file a notation.
fn notation_instead(finding: &Finding, places: &Places) -> Option<String> {
    let (Finding::WrongType { expected, .. }
    | Finding::Null { expected }
    | Finding::Unquoted { expected, meant: None, .. }) = finding
    else {
        return None;
    };
    let expected = match expected {
        Expected::OrNull(inner) => inner,
        expected => expected,
    };
    match expected {
        Expected::Key(path) => Some(write_reference(place::plain(path), places)),
        _ => None,
    }
}

/// A repair of a secret would show a part of it.
fn without_replacement(it: Diagnostic) -> Diagnostic {
    let finding = match it.finding {
        Finding::Format { format, error, variant, replacement: Some(_) } => {
            Finding::Format { format, error, variant, replacement: None }
        }
        Finding::Rule { code, message, help, cause, replacement: Some(_) } => {
            Finding::Rule { code, message, help, cause, replacement: None }
        }
        _ => return it,
    };
    let mut plain = Diagnostic::new(finding, it.severity, it.pointer, it.span);
    plain.related = it.related;
    plain
}

/// The codes of what a text may break.
fn codes_of(constraint: &Constraint) -> impl Iterator<Item = &'static str> {
    let lengths = [
        constraint.min_length.map(|_| body_code::TOO_SHORT),
        constraint.max_length.map(|_| body_code::TOO_LONG),
    ];
    lengths.into_iter().flatten().chain(constraint.format.map(Format::code))
}

/// The password in a `$new`.
fn plain_of_new(root: &Node<'_>, spot: &Spot, values: &Values) -> Option<Secret> {
    let pointer = format!("{}/$new/plain", spot.pointer);
    match values.get(&pointer) {
        Some(secret) => Some(secret.clone()),
        None => at(root, &pointer)?.as_str().map(Secret::from),
    }
}

fn names(label: &Label, names: &[&str]) -> String {
    let labels = names.iter().map(|it| format!("`{}`", Label::of_object(label.endpoint(), it)));
    labels.collect::<Vec<_>>().join(" or ")
}

/// A warning about white space, which does not tell how much there is.
fn remark(blemish: Blemish, spot: &Spot) -> Diagnostic {
    let message = match blemish {
        Blemish::Before => "the secret begins with white space, which is kept",
        Blemish::Behind => "the secret ends with white space, which is kept",
        Blemish::Around => "the secret begins and ends with white space, which is kept",
    };
    let help = "remove it from the source, unless it belongs to the secret";
    warning(code::SECRET_WHITESPACE, &spot.pointer, spot.span, message, help)
}

/// What to do about a secret that cannot be had.
fn help_with(source: &SecretSource) -> &'static str {
    match source {
        SecretSource::Env(_) => {
            "set the variable for this run; a check that reads no secrets does not need it"
        }
        SecretSource::File(_) => {
            "a relative path begins at the root of the tree; a check that reads no secrets does not need the file"
        }
        _ => "a check that reads no secrets does not need it",
    }
}
