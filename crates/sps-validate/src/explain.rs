//! What is wrong with a document, all of it, where, and what to do about it.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use crate::{
    code,
    context::{Context, UnknownKeys},
    descriptor::{
        Breach, Constraint, Field, FieldForm, Kind, Member as MemberInfo, Shape, Target, Type,
        Variant,
    },
    fix::RESPONSE_ONLY,
    format::Format,
    json::{self, Int, Node, ScanError, Value},
    pem::{self, PemError},
    report::{Diagnostic, Related, Report, Severity, Unchecked, Use},
    rewrite::{peeled, reference_key},
    rule::{Leaf, Outcome, Path, Rule},
    span::Span,
    suggest,
    version::Versions,
};

/// Which way a document travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// To the appliance: a bare body, references as bare keys.
    Request,
    /// From the appliance: wrapped or bare, references as objects, unknown keys kept.
    Response,
}

/// What a document is checked against.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Subject {
    /// What the body is made of.
    pub body: Kind,
    /// Which way the document travels.
    pub form: Form,
    /// The keys under which responses carry the body; usually `body` alone.
    pub wrappers: &'static [&'static str],
    /// The versions that have the endpoint.
    pub versions: Versions,
}

impl Subject {
    /// A body in a form, wrapped as `body` in responses, known to every version.
    pub const fn new(body: Kind, form: Form) -> Self {
        Self { body, form, wrappers: &["body"], versions: Versions::ALL }
    }

    /// The same with other wrapper keys.
    #[must_use]
    pub const fn wrappers(self, wrappers: &'static [&'static str]) -> Self {
        Self { wrappers, ..self }
    }

    /// The same in some versions only.
    #[must_use]
    pub const fn versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }
}

/// Lists every mistake in `text`.
///
/// A text that is not JSON, or that exceeds a limit of the context, is reported alone.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, explain};
/// let subject = Subject::new(Kind::Nullable(&Kind::Bool), Form::Request);
/// assert!(explain("null", &subject, &Context::default()).is_valid());
/// let report = explain("1", &subject, &Context::default());
/// assert_eq!(report.diagnostics[0].code, "wrong-type");
/// ```
pub fn explain(text: &str, subject: &Subject, context: &Context<'_>) -> Report {
    match json::scan(text, &context.limits) {
        Ok(root) => explain_scanned(text, &root, subject, context),
        Err(error) => {
            let mut report = Report::default();
            report.diagnostics.push(unreadable(&error, text));
            report
        }
    }
}

/// The same for a text that was scanned already: `root` is what [`json::scan`] made of `text`.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, explain_scanned, json};
/// let (subject, context) = (Subject::new(Kind::Bool, Form::Request), Context::default());
/// let root = json::scan("1", &context.limits)?;
/// assert_eq!(explain_scanned("1", &root, &subject, &context).diagnostics[0].code, "wrong-type");
/// # Ok::<(), json::ScanError>(())
/// ```
pub fn explain_scanned(
    text: &str,
    root: &Node<'_>,
    subject: &Subject,
    context: &Context<'_>,
) -> Report {
    let mut walker = Walker::new(text, subject, context);
    walker.document(root);
    walker.finish()
}

fn unreadable(error: &ScanError, text: &str) -> Diagnostic {
    match *error {
        ScanError::Syntax { at, message } => Diagnostic::error(
            code::INVALID_JSON,
            String::new(),
            character(text, at),
            format!("not JSON: {message}"),
        )
        .with_help("mend the syntax first; nothing else was checked"),
        ScanError::Limit { limit, at, allowed } => Diagnostic::error(
            code::LIMIT_EXCEEDED,
            String::new(),
            character(text, at),
            error.to_string(),
        )
        .with_param("limit", limit.name())
        .with_param("maximum", allowed)
        .with_help("split the document, or raise the limit of the checker"),
    }
}

/// The whole character that the byte `at` belongs to; nothing at the end of the text.
fn character(text: &str, at: usize) -> Span {
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=at.min(text.len())).rev().find(is_boundary).unwrap_or(0);
    let end = (start + 1..text.len()).find(is_boundary).unwrap_or(text.len());
    Span { start, end }
}

/// One walk over one document.
struct Walker<'s, 'c, 't> {
    text: &'t str,
    subject: &'s Subject,
    context: &'c Context<'c>,
    report: Report,
    /// Where the walk stands, as an RFC 6901 pointer.
    pointer: String,
    /// Starts of the values that were diagnosed: rules about them are skipped.
    broken: HashSet<usize>,
    /// First use of each object that may be referenced once.
    uses: HashMap<(&'static str, &'t str), (String, Span)>,
    /// The worst of the diagnostics beyond the limit, which are not recorded.
    left_out: Option<Severity>,
    /// How long the pointers of the report are, all together.
    pointers: usize,
}

/// The most that pointers may take in one report: a short document can have a thousand findings below a key of a
/// megabyte. Unit: bytes.
const POINTERS: usize = 1024 * 1024;

impl<'s, 'c, 't> Walker<'s, 'c, 't> {
    fn new(text: &'t str, subject: &'s Subject, context: &'c Context<'c>) -> Self {
        Self {
            text,
            subject,
            context,
            report: Report::default(),
            pointer: String::new(),
            broken: HashSet::new(),
            uses: HashMap::new(),
            left_out: None,
            pointers: 0,
        }
    }

    /// Puts the findings in the order of the document.
    fn finish(mut self) -> Report {
        self.report.diagnostics.sort_by_key(|diagnostic| {
            (diagnostic.code == code::LIMIT_EXCEEDED, diagnostic.span.start)
        });
        self.report
    }

    fn is_response(&self) -> bool {
        self.subject.form == Form::Response
    }

    fn document(&mut self, root: &'t Node<'t>) {
        self.versions(self.subject.versions, root.span, "this endpoint");
        let body = self.subject.body;
        let wrapped = self.subject.is_wrapped(root);
        match (self.subject.form, wrapped) {
            (_, false) => self.value(body, &Constraint::NONE, root, None),
            (Form::Request, true) => {
                self.hide_inside(root);
                self.error(
                    code::RESPONSE_WRAPPER,
                    root,
                    "this is the wrapper of a response, not a body",
                    "send only what stands under \"body\", with references as bare keys; `sps request` does it",
                );
            }
            (Form::Response, true) => self.response(body, root),
        }
    }

    /// A wrapped response: the body, or the items of a list and the bodies in them.
    fn response(&mut self, body: Kind, root: &'t Node<'t>) {
        let Value::Object(members) = &root.value else { return };
        self.duplicates(root);
        for member in members {
            if self.subject.wrappers.contains(&&*member.key) {
                self.below(&member.key, |walker| {
                    walker.value(body, &Constraint::NONE, &member.value, None);
                });
            } else if member.key == "items" {
                self.below("items", |walker| walker.items(body, &member.value));
            } else {
                self.hide_inside(&member.value);
            }
        }
    }

    fn items(&mut self, body: Kind, items: &'t Node<'t>) {
        let Value::Array(items) = &items.value else {
            return self.wrong_type(items, "a list of objects with \"key\" and \"meta\"");
        };
        for (index, item) in items.iter().enumerate() {
            self.below(&index.to_string(), |walker| {
                if let Value::Object(members) = &item.value {
                    walker.duplicates(item);
                    let body = item.get("body").map(|body| body.span);
                    for member in members {
                        match &*member.key {
                            "key" | "meta" => walker.hide_inside(&member.value),
                            "body" if body == Some(member.value.span) => {}
                            _ => walker.report.sensitive.push(member.value.span),
                        }
                    }
                } else {
                    walker.wrong_type(item, "an object with \"key\" and \"meta\"");
                }
                if let Some(content) = item.get("body") {
                    walker.below("body", |walker| {
                        walker.value(body, &Constraint::NONE, content, None);
                    });
                }
            });
        }
    }

    /// Judges one value; `siblings` are the other variants when it is the content of a union.
    fn value(
        &mut self,
        kind: Kind,
        constraint: &Constraint,
        node: &'t Node<'t>,
        siblings: Option<Siblings>,
    ) {
        match (kind, &node.value) {
            (Kind::Nullable(_), Value::Null)
            | (Kind::Bool, Value::Bool(_))
            | (Kind::Number, Value::Number(_)) => {}
            (Kind::Optional(inner) | Kind::Nullable(inner), _) => {
                self.value(*inner, constraint, node, siblings);
            }
            (Kind::Any, _) => {
                self.unchecked(code::WRONG_TYPE, "the guide does not show what stands here");
                self.kept(node);
            }
            (Kind::Foreign(check), _) => {
                self.repeated(node);
                self.foreign(check, node);
            }
            (_, Value::Null) => {
                self.error(
                    code::NULL_NOT_ALLOWED,
                    node,
                    format!("null, where {} must stand", expected(kind)),
                    "give it a value",
                );
            }
            (Kind::Int { minimum, maximum }, Value::Number(token)) => {
                self.integer(node, token, minimum, maximum, constraint);
            }
            (Kind::String, Value::String(text)) => self.string(node, text, constraint, siblings),
            (Kind::Secret, _) => {
                self.report.sensitive.push(node.span);
                match &node.value {
                    Value::String(text) => self.string(node, text, constraint, siblings),
                    _ => self.wrong_type(node, &expected(kind)),
                }
            }
            (Kind::Reference(target), _) => self.reference(target, node),
            (Kind::List(inner), Value::Array(items)) => self.list(*inner, constraint, items),
            (Kind::Array(inner, length), Value::Array(items)) => {
                self.length(node, items.len(), length);
                self.list(*inner, constraint, items);
            }
            (Kind::Map(inner), Value::Object(members)) => {
                self.duplicates(node);
                for member in members {
                    self.below(&member.key, |walker| {
                        walker.value(*inner, constraint, &member.value, None);
                    });
                }
            }
            (Kind::Named(ty), _) => self.named(ty, node, siblings),
            _ => self.wrong_type(node, &expected(kind)),
        }
    }

    fn list(&mut self, inner: Kind, constraint: &Constraint, items: &'t [Node<'t>]) {
        for (index, item) in items.iter().enumerate() {
            self.below(&index.to_string(), |walker| walker.value(inner, constraint, item, None));
        }
    }

    fn length(&mut self, node: &Node<'_>, length: usize, wanted: usize) {
        let code = match length.cmp(&wanted) {
            Ordering::Less => code::TOO_SHORT,
            Ordering::Equal => return,
            Ordering::Greater => code::TOO_LONG,
        };
        self.broken.insert(node.span.start);
        self.push(
            self.diagnostic(
                code,
                node,
                format!("a list of {length} where exactly {wanted} belong"),
            )
            .with_param("length", wanted)
            .with_help(format!("give exactly {}", count(wanted, "element"))),
        );
    }

    fn integer(
        &mut self,
        node: &Node<'_>,
        token: &str,
        minimum: i128,
        maximum: i128,
        constraint: &Constraint,
    ) {
        let value = match json::int(token) {
            Int::NotInteger => {
                return self.wrong_type(node, "a whole number, written without point and exponent");
            }
            Int::Value(value) => Some(value),
            Int::TooLarge => None,
        };
        let low = constraint.minimum.unwrap_or(minimum);
        let high = constraint.maximum.unwrap_or(maximum);
        let fits = value.is_some_and(|value| {
            (minimum..=maximum).contains(&value) && constraint.check_int(value).is_ok()
        });
        if !fits {
            self.broken.insert(node.span.start);
            self.push(
                self.diagnostic(
                    code::OUT_OF_RANGE,
                    node,
                    "the number is outside its bounds".to_owned(),
                )
                .with_param("minimum", low)
                .with_param("maximum", high)
                .with_help(format!("give a number from {low} to {high}")),
            );
        }
    }

    fn string(
        &mut self,
        node: &Node<'_>,
        text: &str,
        constraint: &Constraint,
        siblings: Option<Siblings>,
    ) {
        let Err(breach) = constraint.check_str(text) else { return };
        self.broken.insert(node.span.start);
        let diagnostic = match breach {
            Breach::TooShort => {
                let least = constraint.min_length.unwrap_or_default();
                let message = if text.is_empty() {
                    "the text is empty".to_owned()
                } else {
                    format!("shorter than {}", count(least, "character"))
                };
                self.diagnostic(code::TOO_SHORT, node, message)
                    .with_param("min_length", least)
                    .with_help(format!("give at least {}", count(least, "character")))
            }
            Breach::TooLong => {
                let most = constraint.max_length.unwrap_or_default();
                let most_words = count(most, "character");
                self.diagnostic(code::TOO_LONG, node, format!("longer than {most_words}"))
                    .with_param("max_length", most)
                    .with_help(format!("give at most {most_words}"))
            }
            Breach::Format(format, reason) => {
                if format == Format::PemCertificate && may_be_a_private_key(text) {
                    self.report.sensitive.push(node.span);
                }
                self.diagnostic(
                    format.code(),
                    node,
                    format!("not {}: {reason}", words_of(format).0),
                )
                .with_param("format", format.code())
                .with_help(
                    match siblings.and_then(|siblings| siblings.taker(text)) {
                        Some(taker) => format!("{taker}; or {}", words_of(format).1),
                        None => words_of(format).1.to_owned(),
                    },
                )
            }
            Breach::OutOfRange => return,
        };
        self.push(diagnostic);
    }

    /// A reference: in a request the bare key, in a response an object that holds it.
    fn reference(&mut self, target: &'static Target, node: &'t Node<'t>) {
        self.hide_unlike_a_key(node);
        let key = match (&node.value, reference_key(node)) {
            (Value::String(key), _) => key,
            (_, Some(key)) if self.is_response() => key,
            (Value::Object(_), Some(key)) => {
                return self.error(
                    code::REFERENCE_OBJECT,
                    node,
                    "a reference as a response shows it; the request takes the key alone",
                    format!("send the bare key: {}", key_words(key)),
                );
            }
            _ => return self.wrong_type(node, &expected(Kind::Reference(target))),
        };
        let path = format!("{}/{key}", target.path);
        match self.context.resolver.map(|resolver| resolver.exists(&path)) {
            Some(Some(true)) => {}
            Some(Some(false)) => {
                // The key is shown only where it cannot be a password that somebody put there by mistake.
                let message = if is_like_a_key(key) {
                    format!("no object at {path}")
                } else {
                    format!("no object in {} has this key", target.path)
                };
                self.push(self.diagnostic(code::REFERENCE_EXISTS, node, message).with_help(
                    format!("create it first by POST to {}, or name one that exists", target.path),
                ));
            }
            Some(None) | None => self.unchecked(
                code::REFERENCE_EXISTS,
                "nobody was asked whether the object exists (give --resolve)",
            ),
        }
        if target.single_use {
            let used = self.context.resolver.and_then(|resolver| resolver.used_by(&path));
            let first = self.uses.get(&(target.path, key)).cloned();
            if let Some((pointer, span)) = first {
                let mut diagnostic =
                    self.single_use(node, "the same object is referenced above".to_owned());
                diagnostic.related.push(Related::new(pointer, span, "first used here"));
                self.push(diagnostic);
            } else {
                self.uses.insert((target.path, key), (self.pointer.clone(), node.span));
                if let Some(other) = used {
                    let diagnostic =
                        self.single_use(node, format!("the object is already used by {other}"));
                    self.push(diagnostic);
                }
            }
        }
        self.report.references.push(Use::new(path, self.pointer.clone(), target.single_use));
    }

    fn single_use(&self, node: &Node<'_>, message: String) -> Diagnostic {
        self.diagnostic(code::SINGLE_USE_REFERENCE, node, message)
            .with_help("create an object of its own for each use; passwords, keys and certificates serve one reference")
    }

    fn foreign(&mut self, check: fn(&str) -> Vec<(String, String)>, node: &Node<'_>) {
        for (path, message) in check(node.span.of(self.text).unwrap_or_default()) {
            let mut pointer = self.pointer.clone();
            pointer.push_str(&path);
            self.broken.insert(node.span.start);
            self.push(
                Diagnostic::error(code::GARDE, pointer, node.span, message)
                    .with_help("the type of this member says so"),
            );
        }
    }

    fn named(&mut self, ty: &'static Type, node: &'t Node<'t>, siblings: Option<Siblings>) {
        match ty.shape {
            Shape::Struct { fields, open } => self.object(ty, fields, open, node, siblings),
            Shape::Enum { .. } => self.word(ty, node, code::NOT_IN_ENUM),
            Shape::Union { tag, content, variants } => self.union(ty, tag, content, variants, node),
        }
    }

    fn object(
        &mut self,
        ty: &'static Type,
        fields: &'static [Field],
        open: bool,
        node: &'t Node<'t>,
        siblings: Option<Siblings>,
    ) {
        let Value::Object(members) = &node.value else {
            return self.wrong_type(node, &expected(Kind::Named(ty)));
        };
        self.duplicates(node);
        for member in members {
            let found = fields.iter().position(|field| field.name == member.key);
            match found.map(|index| (&fields[index], ty.member(index))) {
                Some((field, _))
                    if field.form == FieldForm::Response && !self.is_response() && !open =>
                {
                    self.report.sensitive.push(member.value.span);
                    self.below(&member.key, |walker| {
                        walker.key_error(
                            member.key_span,
                            member.value.span,
                            RESPONSE_ONLY,
                            "take it out".to_owned(),
                            Vec::new(),
                        );
                    });
                }
                Some((field, _)) if field.form == FieldForm::Response && !self.is_response() => {
                    self.unknown_key(fields, open, node, member, siblings);
                }
                Some((field, info)) => self.below(&member.key, |walker| {
                    walker.versions(info.versions, member.value.span, "this key");
                    match field.kind {
                        Kind::Named(inner)
                            if field.tag && matches!(inner.shape, Shape::Enum { .. }) =>
                        {
                            walker.word(inner, &member.value, code::UNKNOWN_SELECTION);
                        }
                        kind => walker.value(kind, &info.constraint, &member.value, None),
                    }
                }),
                None => self.unknown_key(fields, open, node, member, siblings),
            }
        }
        for (index, field) in fields.iter().enumerate() {
            self.presence(field, ty.member(index), node);
        }
        for rule in ty.constraints.rules {
            self.rule(ty, rule, node);
        }
    }

    /// Reports a member that must be there and is not.
    fn presence(&mut self, field: &Field, info: &MemberInfo, node: &Node<'_>) {
        let expected_here = match field.form {
            FieldForm::Both => true,
            FieldForm::Request => !self.is_response(),
            FieldForm::Response => self.is_response(),
        };
        let in_version = self.context.target.is_none_or(|target| info.versions.contains(target));
        let optional = is_optional(field.kind);
        if expected_here && in_version && !optional && node.get(field.name).is_none() {
            let kind = expected(field.kind);
            self.below(field.name, |walker| walker.missing(node, &kind));
        }
    }

    fn missing(&mut self, parent: &Node<'_>, kind: &str) {
        let name = self.last_segment();
        let span = Span { start: parent.span.start, end: parent.span.start + 1 };
        self.push(
            Diagnostic::error(
                code::MISSING_KEY,
                self.pointer.clone(),
                span,
                format!("`{name}` is missing"),
            )
            .with_param("expected", kind)
            .with_help(format!(
                "{}; a PUT replaces the whole object, so what is left out is lost",
                adding(&name, kind)
            )),
        );
    }

    fn unknown_key(
        &mut self,
        fields: &'static [Field],
        open: bool,
        node: &Node<'_>,
        member: &json::Member<'_>,
        siblings: Option<Siblings>,
    ) {
        let kept = open || self.is_response() || self.context.unknown_keys == UnknownKeys::Allow;
        if self.left_out == Some(Severity::Error) {
            // Nothing more is recorded; only what must not be printed still is.
            return self.report.sensitive.push(member.value.span);
        }
        self.below(&member.key, |walker| {
            if kept {
                walker.kept(&member.value);
                return walker
                    .unchecked(code::UNKNOWN_KEY, "no source shows this key: kept as it is");
            }
            walker.report.sensitive.push(member.value.span);
            let known = fields
                .iter()
                .filter(|field| field.form != FieldForm::Response)
                .map(|field| field.name);
            let mut suggestions = suggest::nearest(
                &member.key,
                known.clone().filter(|name| node.get(name).is_none()),
            );
            for name in suggest::nearest(&member.key, known) {
                if !suggestions.contains(&name) {
                    suggestions.push(name);
                }
            }
            let elsewhere =
                siblings.and_then(|siblings| siblings.owner(&member.key)).or_else(|| {
                    place_of(walker.subject.body, &member.key, &mut Vec::new())
                        .map(|place| format!("the key belongs to {place}"))
                });
            let help = match (suggestions.first(), elsewhere) {
                (_, Some(elsewhere)) => format!("{elsewhere}; take it out here"),
                (Some(name), None) => format!("did you mean `{name}`?"),
                (None, None) => "take it out".to_owned(),
            };
            let suggestions = suggestions.into_iter().map(str::to_owned).collect();
            walker.key_error(
                member.key_span,
                member.value.span,
                "no such key; the appliance would ignore it silently",
                help,
                suggestions,
            );
        });
    }

    /// Whatever stands inside a value that is not looked into: nobody knows what it is.
    fn hide_inside(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::Object(members) => {
                self.report.sensitive.extend(members.iter().map(|member| member.value.span));
            }
            Value::Array(items) => self.report.sensitive.extend(items.iter().map(|item| item.span)),
            _ => {}
        }
    }

    /// What stands in the place of a key and does not look like one: it may be the password itself.
    fn hide_unlike_a_key(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::String(key) if !is_like_a_key(key) => self.report.sensitive.push(node.span),
            Value::Object(members) => {
                let is_key = |member: &json::Member<'_>| {
                    member.key == "key" && member.value.as_str().is_some_and(is_like_a_key)
                };
                let others = members.iter().filter(|member| !is_key(member));
                self.report.sensitive.extend(others.map(|member| member.value.span));
            }
            _ => self.hide_inside(node),
        }
    }

    /// A value that is carried along unjudged: it must not be printed, and no key may stand twice.
    fn kept(&mut self, node: &Node<'_>) {
        self.report.sensitive.push(node.span);
        self.repeated(node);
    }

    fn repeated(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::Object(members) => {
                self.duplicates(node);
                for member in members {
                    self.below(&member.key, |walker| walker.repeated(&member.value));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&index.to_string(), |walker| walker.repeated(item));
                }
            }
            _ => {}
        }
    }

    fn key_error(
        &mut self,
        key: Span,
        value: Span,
        message: &str,
        help: String,
        suggestions: Vec<String>,
    ) {
        self.broken.insert(value.start);
        let mut diagnostic =
            Diagnostic::error(code::UNKNOWN_KEY, self.pointer.clone(), key, message.to_owned())
                .with_help(help);
        diagnostic.suggestions = suggestions;
        self.push(diagnostic);
    }

    /// One word of an enum; `code` says what a word outside it is called.
    fn word(&mut self, ty: &'static Type, node: &Node<'_>, code: &'static str) {
        let Shape::Enum { values } = ty.shape else { return };
        let Value::String(word) = &node.value else {
            return if matches!(node.value, Value::Null) {
                self.error(
                    code::NULL_NOT_ALLOWED,
                    node,
                    "null, where a word must stand",
                    "give it a value",
                );
            } else {
                self.wrong_type(node, &expected(Kind::Named(ty)));
            };
        };
        match values.iter().position(|value| value.matches(word)) {
            Some(index) => self.versions(ty.member(index).versions, node.span, "this word"),
            None if self.is_response() => {
                self.broken.insert(node.span.start);
                self.unchecked(code, "no source shows this word: kept as it is");
            }
            None => self.not_a_word(code, node, word, values.iter().map(|value| value.value)),
        }
    }

    fn not_a_word(
        &mut self,
        code: &'static str,
        node: &Node<'_>,
        word: &str,
        allowed: impl Iterator<Item = &'static str> + Clone,
    ) {
        self.broken.insert(node.span.start);
        let suggestions: Vec<String> =
            suggest::nearest(word, allowed.clone()).into_iter().map(str::to_owned).collect();
        let words: Vec<String> = allowed.map(str::to_owned).collect();
        let list = quoted(&words);
        let help = match suggestions.first() {
            Some(best) => format!("did you mean \"{best}\"? Allowed: {list}"),
            None => format!("use one of {list}"),
        };
        let message = if code == code::NOT_IN_ENUM {
            "not one of the words allowed here"
        } else {
            "the tag names no variant"
        };
        let mut diagnostic = self
            .diagnostic(code, node, message.to_owned())
            .with_param("allowed", words)
            .with_help(help);
        diagnostic.suggestions = suggestions;
        self.push(diagnostic);
    }

    fn union(
        &mut self,
        ty: &'static Type,
        tag: &'static str,
        content: &'static str,
        variants: &'static [Variant],
        node: &'t Node<'t>,
    ) {
        let Value::Object(members) = &node.value else {
            return self.wrong_type(node, &expected(Kind::Named(ty)));
        };
        self.duplicates(node);
        let chosen = self.chosen(ty, tag, variants, node);
        for member in members {
            if member.key == content {
                let Some(variant) = chosen else {
                    self.report.sensitive.push(member.value.span);
                    continue;
                };
                let siblings = Siblings { ty, tag, chosen: variant.value, variants };
                match variant.content {
                    Some(kind) => {
                        let constraint = variants
                            .iter()
                            .position(|other| other.value == variant.value)
                            .map_or(&Constraint::NONE, |index| &ty.member(index).constraint);
                        self.below(content, |walker| {
                            walker.value(kind, constraint, &member.value, Some(siblings));
                        });
                    }
                    None => self.unknown_key(&[], false, node, member, Some(siblings)),
                }
            } else if member.key != tag {
                let fields = const { &[] };
                self.unknown_key(fields, false, node, member, None);
            }
        }
        if let Some(Variant { content: Some(kind), .. }) = chosen
            && node.get(content).is_none()
            && !is_optional(*kind)
        {
            let kind = expected(*kind);
            self.below(content, |walker| walker.missing(node, &kind));
        }
        for rule in ty.constraints.rules {
            self.rule(ty, rule, node);
        }
    }

    /// The variant that the tag names, or nothing after saying why not.
    fn chosen(
        &mut self,
        ty: &'static Type,
        tag: &'static str,
        variants: &'static [Variant],
        node: &'t Node<'t>,
    ) -> Option<&'static Variant> {
        let words = variants.iter().map(|variant| variant.value);
        let Some(selected) = node.get(tag) else {
            let kind = format!("one of {}", quoted(&words.map(str::to_owned).collect::<Vec<_>>()));
            self.below(tag, |walker| walker.missing(node, &kind));
            return None;
        };
        self.below(tag, |walker| {
            let Value::String(word) = &selected.value else {
                if matches!(selected.value, Value::Null) {
                    walker.error(
                        code::NULL_NOT_ALLOWED,
                        selected,
                        "null, where the tag must stand",
                        "give it a value",
                    );
                } else {
                    walker.wrong_type(selected, "a string that names the variant");
                }
                return None;
            };
            let Some(index) = variants.iter().position(|variant| variant.value == *word) else {
                if walker.is_response() {
                    walker.broken.insert(selected.span.start);
                    walker.unchecked(
                        code::UNKNOWN_SELECTION,
                        "no source shows this variant: kept as it is",
                    );
                } else {
                    walker.not_a_word(code::UNKNOWN_SELECTION, selected, word, words);
                }
                return None;
            };
            walker.versions(ty.member(index).versions, selected.span, "this variant");
            Some(&variants[index])
        })
    }

    fn duplicates(&mut self, node: &Node<'_>) {
        let Value::Object(members) = &node.value else { return };
        let mut seen: HashMap<&str, Span> = HashMap::with_capacity(members.len());
        for member in members {
            if let Some(&first) = seen.get(&*member.key) {
                // Both are suspect: no rule may rely on either.
                if let Some(value) = node.get(&member.key) {
                    self.broken.insert(value.span.start);
                }
                self.broken.insert(member.value.span.start);
                self.below(&member.key, |walker| {
                    let mut diagnostic = Diagnostic::error(
                        code::DUPLICATE_KEY,
                        walker.pointer.clone(),
                        member.key_span,
                        "the key stands twice; which one counts is anybody's guess".to_owned(),
                    )
                    .with_help("keep one of them");
                    diagnostic.related.push(Related::new(
                        walker.pointer.clone(),
                        first,
                        "first used here",
                    ));
                    walker.push(diagnostic);
                });
            } else {
                seen.insert(&member.key, member.key_span);
            }
        }
    }

    /// Runs one rule of `ty` on `node`, unless one of its inputs is broken.
    fn rule(&mut self, ty: &'static Type, rule: &'static Rule, node: &'t Node<'t>) {
        let mut leaves = [Leaf::Absent; MAX_INPUTS];
        for (slot, path) in leaves.iter_mut().zip(rule.inputs) {
            match self.fetch(Kind::Named(ty), path, node) {
                Some(leaf) => *slot = leaf,
                None => return,
            }
        }
        match rule.ask(&leaves, self.context) {
            Outcome::Holds => {}
            outcome => self.broken_rule(ty, rule, node, outcome),
        }
    }

    fn broken_rule(
        &mut self,
        ty: &'static Type,
        rule: &'static Rule,
        node: &'t Node<'t>,
        outcome: Outcome,
    ) {
        let depth = self.pointer.len();
        let (mut at, mut parent, mut found) = (node, node, true);
        for segment in rule.target {
            self.pointer.push('/');
            self.pointer.push_str(&json::escape_pointer_segment(segment));
            parent = at;
            match at.get(segment) {
                Some(next) => at = next,
                None => found = false,
            }
        }
        if outcome == Outcome::Undecided {
            self.unchecked(rule.code, rule.undecided);
        } else {
            let span = if found {
                at.span
            } else {
                Span { start: parent.span.start, end: parent.span.start + 1 }
            };
            // Only the descriptor knows what belongs where nothing stands.
            let missing = kind_at(Kind::Named(ty), rule.target)
                .filter(|_| rule.code == code::MISSING_KEY && !found);
            let help = match missing {
                Some(kind) => {
                    let name = rule.target.last().copied().unwrap_or_default();
                    format!("{}; or {}", adding(name, &expected(kind)), rule.help)
                }
                None => rule.help.to_owned(),
            };
            let mut diagnostic =
                Diagnostic::error(rule.code, self.pointer.clone(), span, rule.message.to_owned())
                    .with_help(help);
            diagnostic.severity = rule.severity;
            self.pointer.truncate(depth);
            for input in rule.inputs.iter().filter(|input| **input != rule.target) {
                if let Some((pointer, span)) = self.place(input, node) {
                    diagnostic.related.push(Related::new(pointer, span, "because of this"));
                }
            }
            self.push(diagnostic);
        }
        self.pointer.truncate(depth);
    }

    /// The pointer and span of an input, if it is there.
    fn place(&self, path: Path, node: &'t Node<'t>) -> Option<(String, Span)> {
        let mut pointer = self.pointer.clone();
        let mut at = node;
        for segment in path {
            pointer.push('/');
            pointer.push_str(&json::escape_pointer_segment(segment));
            at = at.get(segment)?;
        }
        Some((pointer, at.span))
    }

    /// The leaf at `path` below `node`; nothing if something on the way is broken.
    fn fetch(&self, kind: Kind, path: Path, node: &'t Node<'t>) -> Option<Leaf<'t>> {
        if self.broken.contains(&node.span.start) {
            return None;
        }
        let kind = peeled(kind);
        let Some((segment, rest)) = path.split_first() else { return self.leaf(kind, node) };
        let Kind::Named(ty) = kind else { return None };
        if matches!(node.value, Value::Null) {
            return Some(Leaf::Absent);
        }
        let next = match ty.shape {
            Shape::Struct { fields, .. } => {
                fields.iter().find(|field| field.name == *segment)?.kind
            }
            Shape::Union { tag, .. } if tag == *segment => Kind::String,
            Shape::Union { .. } | Shape::Enum { .. } => return None,
        };
        match node.get(segment) {
            Some(member) => self.fetch(next, rest, member),
            None if rest.is_empty() && !is_optional(next) => None,
            None => Some(Leaf::Absent),
        }
    }

    fn leaf(&self, kind: Kind, node: &'t Node<'t>) -> Option<Leaf<'t>> {
        Some(match (&node.value, kind) {
            (Value::Null, _) => Leaf::Null,
            (Value::Bool(value), _) => Leaf::Bool(*value),
            (Value::Number(token), _) => match json::int(token) {
                Int::Value(value) => Leaf::Int(value),
                Int::TooLarge | Int::NotInteger => return None,
            },
            (Value::String(word), Kind::Named(Type { shape: Shape::Enum { values }, .. })) => {
                Leaf::Str(values.iter().find(|value| value.matches(word))?.value)
            }
            (Value::String(text), _) => Leaf::Str(text),
            (Value::Object(_), Kind::Reference(_)) => {
                Leaf::Str(reference_key(node).filter(|_| self.is_response())?)
            }
            (Value::Object(_) | Value::Array(_), _) => Leaf::Present,
        })
    }

    /// Reports something that the target version does not have.
    fn versions(&mut self, versions: Versions, span: Span, what: &str) {
        if !versions.is_bounded() {
            return;
        }
        match self.context.target {
            None => self.unchecked(
                code::NOT_IN_VERSION,
                &format!(
                    "{what} exists in {versions}; no target version was given (give --target)"
                ),
            ),
            Some(target) if versions.contains(target) => {}
            Some(target) => {
                let message = format!("{what} does not exist in {target}");
                self.push(
                    Diagnostic::error(code::NOT_IN_VERSION, self.pointer.clone(), span, message)
                        .with_param("versions", versions.to_string())
                        .with_help(format!(
                            "it exists in {versions}: leave it out for this appliance"
                        )),
                );
            }
        }
    }

    fn wrong_type(&mut self, node: &Node<'_>, expected: &str) {
        let found = node.kind_name();
        match &node.value {
            // A number in quotes is worth showing; any other text may belong to something secret.
            Value::String(_) if is_plain(expected) => {}
            Value::String(_) => self.report.sensitive.push(node.span),
            _ => self.hide_inside(node),
        }
        self.broken.insert(node.span.start);
        self.push(
            self.diagnostic(
                code::WRONG_TYPE,
                node,
                format!("found {found}, where {expected} must stand"),
            )
            .with_param("expected", expected)
            .with_param("found", found)
            .with_help(format!("give {expected}")),
        );
    }

    fn error(
        &mut self,
        code: &'static str,
        node: &Node<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.broken.insert(node.span.start);
        self.push(self.diagnostic(code, node, message.into()).with_help(help));
    }

    fn diagnostic(&self, code: &'static str, node: &Node<'_>, message: String) -> Diagnostic {
        Diagnostic::error(code, self.pointer.clone(), node.span, message)
    }

    /// Lists something as not decided; beyond the limit, says once that there is more.
    fn unchecked(&mut self, code: &'static str, reason: &str) {
        let limit = self.context.limits.diagnostics;
        let listed = &mut self.report.unchecked;
        if listed.last().is_some_and(|last| last.code == code::LIMIT_EXCEEDED) {
            return;
        }
        if listed.len() < limit && self.pointers < POINTERS {
            self.pointers += self.pointer.len();
            listed.push(Unchecked::new(code, self.pointer.clone(), reason));
        } else {
            let reason =
                format!("more than {}: the rest is not listed", count(listed.len(), "place"));
            listed.push(Unchecked::new(code::LIMIT_EXCEEDED, String::new(), reason));
        }
    }

    /// Records a diagnostic; beyond the limit, says once that there are more.
    fn push(&mut self, diagnostic: Diagnostic) {
        let listed = self.report.diagnostics.len();
        let has_room = self.left_out.is_none()
            && listed < self.context.limits.diagnostics
            && self.pointers < POINTERS;
        if has_room {
            let related = diagnostic.related.iter().map(|it| it.pointer.len());
            self.pointers += diagnostic.pointer.len() + related.sum::<usize>();
            self.report.diagnostics.push(diagnostic);
        } else if self.left_out.is_none() {
            self.left_out = Some(diagnostic.severity);
            let message =
                format!("more than {}: the rest is left out", count(listed, "diagnostic"));
            let mut last =
                Diagnostic::error(code::LIMIT_EXCEEDED, String::new(), diagnostic.span, message)
                    .with_param("limit", "diagnostics")
                    .with_param("maximum", listed)
                    .with_help("mend these first and check again");
            // Warnings that are left out do not make a document wrong.
            last.severity = diagnostic.severity;
            self.report.diagnostics.push(last);
        } else if diagnostic.severity == Severity::Error {
            self.left_out = Some(Severity::Error);
            if let Some(last) = self.report.diagnostics.last_mut() {
                last.severity = Severity::Error;
            }
        }
    }

    /// Runs `walk` one segment further down.
    fn below<R>(&mut self, segment: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        let depth = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&json::escape_pointer_segment(segment));
        let result = walk(self);
        self.pointer.truncate(depth);
        result
    }

    fn last_segment(&self) -> String {
        let escaped = self.pointer.rsplit('/').next().unwrap_or_default();
        escaped.replace("~1", "/").replace("~0", "~")
    }
}

/// A rule has at most this many inputs; the generator refuses more.
pub const MAX_INPUTS: usize = 4;

/// The variants of the union whose content is being walked.
#[derive(Clone, Copy)]
struct Siblings {
    ty: &'static Type,
    tag: &'static str,
    chosen: &'static str,
    variants: &'static [Variant],
}

impl Siblings {
    /// Which other variant takes a string of the form that it has, in words.
    fn taker(self, text: &str) -> Option<String> {
        let takes = |(index, variant): (usize, &Variant)| {
            let constraint = &self.ty.member(index).constraint;
            variant.value != self.chosen
                && matches!(variant.content, Some(Kind::String))
                && constraint.format.is_some()
                && constraint.check_str(text).is_ok()
        };
        let at = self.variants.iter().enumerate().position(takes)?;
        Some(format!("choose the `{}` \"{}\", which takes this", self.tag, self.variants[at].value))
    }

    /// Which other variant has the key, in words.
    fn owner(self, key: &str) -> Option<String> {
        let owner = self.variants.iter().find(|variant| {
            variant.value != self.chosen
                && variant
                    .content
                    .is_some_and(|kind| fields_of(kind).iter().any(|field| field.name == key))
        })?;
        Some(format!(
            "`{key}` belongs to `{}` \"{}\", not to \"{}\"",
            self.tag, owner.value, self.chosen
        ))
    }
}

/// Where in the body a key of exactly this name belongs, in words.
fn place_of(kind: Kind, key: &str, path: &mut Vec<&'static str>) -> Option<String> {
    // Types may contain themselves; nothing useful is that deep.
    if path.len() > 6 {
        return None;
    }
    match peeled(kind) {
        Kind::List(inner) | Kind::Array(inner, _) | Kind::Map(inner) => place_of(*inner, key, path),
        Kind::Named(Type { shape: Shape::Struct { fields, .. }, .. }) => {
            if fields.iter().any(|field| field.name == key) {
                return Some(if path.is_empty() {
                    "the body itself".to_owned()
                } else {
                    format!("`{}`", path.join("."))
                });
            }
            fields.iter().find_map(|field| {
                path.push(field.name);
                let found = place_of(field.kind, key, path);
                path.pop();
                found
            })
        }
        Kind::Named(Type { shape: Shape::Union { content, variants, tag }, .. }) => {
            variants.iter().find_map(|variant| {
                path.push(content);
                let found = variant.content.and_then(|kind| place_of(kind, key, path));
                path.pop();
                found.map(|place| format!("{place} (`{tag}` \"{}\")", variant.value))
            })
        }
        _ => None,
    }
}

/// Whether a member of this kind may be left out.
pub(crate) fn is_optional(kind: Kind) -> bool {
    match kind {
        Kind::Optional(_) => true,
        Kind::Nullable(inner) => is_optional(*inner),
        _ => false,
    }
}

fn fields_of(kind: Kind) -> &'static [Field] {
    match peeled(kind) {
        Kind::Named(Type { shape: Shape::Struct { fields, .. }, .. }) => fields,
        _ => &[],
    }
}

/// A key as it may be printed: somebody may have put a password there by mistake.
fn key_words(key: &str) -> String {
    if is_like_a_key(key) { format!("\"{key}\"") } else { "the string under \"key\"".to_owned() }
}

/// Whether the appliance could have made up this key.
fn is_like_a_key(key: &str) -> bool {
    key.len() <= 64
        && key.bytes().any(|byte| byte.is_ascii_digit())
        && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Whether a text that is no bare certificate may hold what must not be shown: all but a certificate with a flaw.
fn may_be_a_private_key(text: &str) -> bool {
    matches!(
        pem::certificate(text),
        Err(PemError::PrivateKey
            | PemError::NotPem
            | PemError::WrongLabel
            | PemError::Unfinished
            | PemError::Container(_))
    )
}

/// Whether what must stand at a place is a number or a switch, and no secret therefore.
fn is_plain(expected: &str) -> bool {
    ["a whole number", "a number", "true or false"].iter().any(|it| expected.starts_with(it))
}

/// What a format is called, and what to do about a string that has not got it.
fn words_of(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::EmailAddress => ("an e-mail address", "give one address, such as ops@example.com"),
        Format::IpAddress => (
            "an IP address",
            "give an IPv4 or IPv6 address alone: no name, port, prefix or brackets",
        ),
        Format::Fqdn => (
            "a fully qualified domain name",
            "give a host name with its domain, such as mail.example.com, not an address",
        ),
        Format::TimeOfDay => {
            ("a time of day", "write hours and minutes, from \"0:00\" to \"23:59\"")
        }
        Format::DateTime => ("a date and time", "write it as 2022-03-30T12:00:01+00:00"),
        Format::NoWhitespace => ("free of white space", "take the white space out, or use hyphens"),
        Format::PemCertificate => (
            "one bare certificate in PEM",
            "`sps pem FILE` prints a certificate file as the string that belongs here",
        ),
    }
}

/// `1 character`, `2 characters`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// What to do about a member that is missing.
fn adding(name: &str, kind: &str) -> String {
    format!("add `{name}`: {kind}")
}

/// What stands at `path` below `kind`, if structs alone lead there.
fn kind_at(kind: Kind, path: Path) -> Option<Kind> {
    let Some((segment, rest)) = path.split_first() else { return Some(kind) };
    let field = fields_of(kind).iter().find(|field| field.name == *segment)?;
    kind_at(field.kind, rest)
}

/// What must stand at a place, in words.
fn expected(kind: Kind) -> String {
    match kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Int { .. } => "a whole number".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::String | Kind::Secret => "a string".to_owned(),
        Kind::Any | Kind::Foreign(_) => "a value".to_owned(),
        Kind::Reference(target) => format!("the key of an object in {}", target.path),
        Kind::Nullable(inner) => format!("{} or null", expected(*inner)),
        Kind::Optional(inner) => expected(*inner),
        Kind::List(_) => "a list".to_owned(),
        Kind::Array(_, length) => format!("a list of {length}"),
        Kind::Map(_) => "an object".to_owned(),
        Kind::Named(ty) => match ty.shape {
            Shape::Struct { .. } => "an object".to_owned(),
            Shape::Enum { values } => {
                let words: Vec<String> =
                    values.iter().map(|value| value.value.to_owned()).collect();
                format!("one of {}", quoted(&words))
            }
            Shape::Union { tag, .. } => format!("an object with `{tag}`"),
        },
    }
}
