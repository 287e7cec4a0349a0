//! Drafts for a new endpoint: a page to fill in, and the first cases.

use std::{error, fmt, fmt::Write as _};

use sps_spec::{
    Body, Endpoint, EndpointKind, Field, FieldType, Form, Presence, Spec, TypeDef, object_name,
};

/// A page for an endpoint that the spec does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftPage {
    /// File of the page, relative to `spec/`.
    pub file: String,
    /// Text of the page. It is valid as it is; `TODO` marks what is made up.
    pub text: String,
}

/// One document with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftCase {
    /// Claim of the case.
    pub name: String,
    /// Whether the document is a request or a response.
    pub form: Form,
    /// The document.
    pub document: DraftDocument,
    /// Codes of the errors, each with its JSON pointer.
    pub errors: Vec<(String, String)>,
}

/// A document, as a change of its base: of the template, or of the template inside the envelope of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftDocument {
    /// The base itself.
    Base,
    /// The base with the member at this JSON pointer set to this JSON.
    Set(String, String),
    /// The base without the member at this JSON pointer.
    Remove(String),
}

/// Reason why no page can be drafted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftError {
    /// The path is not that of an endpoint.
    Path(String),
    /// The spec has the endpoint.
    Exists(String),
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(
                f,
                "`{path}` is not the path of an endpoint: expected names of lower-case letters, digits, `_` and `-` \
                 with a slash between them, such as `management/example`"
            ),
            Self::Exists(path) => write!(f, "the spec has `{path}` already"),
        }
    }
}

impl error::Error for DraftError {}

/// Drafts the page of an endpoint. The path may be full, or start after `/api/configuration/`.
///
/// # Errors
///
/// When the path is not that of an endpoint, or the spec has it.
pub fn draft_page(spec: &Spec, path: &str, kind: EndpointKind) -> Result<DraftPage, DraftError> {
    let place = match path.strip_prefix("/api/") {
        Some(place) => place.to_owned(),
        None => format!("configuration/{path}"),
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let is_name =
        |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits);
    if !place.split('/').all(is_name) {
        return Err(DraftError::Path(path.to_owned()));
    }
    let full = format!("/api/{place}");
    if spec.endpoint(&full).is_some() {
        return Err(DraftError::Exists(full));
    }
    let is_collection = kind == EndpointKind::Collection;
    let usual = object_name(place.rsplit('/').next().unwrap_or_default(), is_collection);
    let object = free_name(spec, &place, &usual);
    let mut text = String::from(
        "# Replace every TODO, describe the fields, then run `cargo xtask codegen`. The format: spec/README.md.\n\n\
         [endpoint]\n",
    );
    if is_collection {
        text.push_str("kind = \"collection\"\n");
    }
    if object != usual {
        writeln!(text, "object = \"{object}\"").expect("writing to a string cannot fail");
    }
    let field = if is_collection {
        "name = { type = \"string(1..)\", example = \"example\", doc = \"TODO: name of the object.\",\n  \
         inferred = \"TODO: that it is not empty\" }"
    } else {
        "enabled = { type = \"bool\", example = true, doc = \"TODO: whether it is enabled.\" }"
    };
    write!(
        text,
        "title = \"TODO: title of the guide's page\"\n\
         doc = \"TODO: purpose, in a sentence.\"\n\
         source = \"change\" # TODO: add the page to spec/sources.toml and name it here.\n\n\
         [{object}]\n{field}\n"
    )
    .expect("writing to a string cannot fail");
    Ok(DraftPage { file: format!("endpoints/{place}.toml"), text })
}

/// The name itself, or with names of containers in front until no type has it.
fn free_name(spec: &Spec, place: &str, usual: &str) -> String {
    let is_taken = |name: &str| {
        spec.type_def(name).is_some() || spec.endpoints.iter().any(|it| it.object == name)
    };
    let mut name = usual.to_owned();
    for segment in place.rsplit('/').skip(1) {
        if !is_taken(&name) {
            break;
        }
        name = format!("{}{name}", object_name(segment, false));
    }
    name
}

/// First cases of an endpoint with a body: the base itself, and for each of its own members one that breaks it.
///
/// The base is the template of the endpoint. What the guide says about members together is up to the author.
pub fn draft_cases(spec: &Spec, endpoint: &Endpoint) -> Vec<DraftCase> {
    let Some(TypeDef::Struct(body)) =
        endpoint.request.as_ref().and_then(Body::name).and_then(|it| spec.type_def(it))
    else {
        return Vec::new();
    };
    let mut cases = vec![DraftCase::accepts("a body with every member", DraftDocument::Base)];
    if !body.open {
        cases.push(DraftCase::set("an unknown member", "unknown", "1", "unknown-key"));
    }
    for field in &body.fields {
        own_cases(field, &mut cases);
    }
    if endpoint.response == endpoint.request {
        let form = Form::Response;
        cases.push(DraftCase { form, ..DraftCase::accepts("a response", DraftDocument::Base) });
        for field in body.fields.iter().filter(|it| !it.request_only) {
            if field.presence == Presence::Required {
                let pointer = format!("/body/{}", field.name);
                let what = format!("a response without {}", field.name);
                cases.push(DraftCase { form, ..DraftCase::missing(&what, pointer) });
            }
        }
    }
    cases
}

fn own_cases(field: &Field, cases: &mut Vec<DraftCase>) {
    let name = &field.name;
    if field.presence == Presence::Required {
        cases.push(DraftCase::missing(&format!("a missing {name}"), format!("/{name}")));
    }
    if !field.nullable {
        cases.push(DraftCase::set(&format!("null as {name}"), name, "null", "null-not-allowed"));
    }
    let wrong = match field.ty {
        FieldType::Bool | FieldType::Int => Some(("a string", "\"text\"")),
        FieldType::Any => None,
        _ => Some(("a number", "1")),
    };
    if let Some((what, wrong)) = wrong {
        cases.push(DraftCase::set(&format!("{what} as {name}"), name, wrong, "wrong-type"));
    }
    let least = field.constraint.min_length.and_then(|it| usize::try_from(it).ok());
    if let Some(least) = least.filter(|it| *it > 0) {
        let text = |length: usize| format!("\"{}\"", "x".repeat(length));
        let (short, long) = (text(least - 1), text(least));
        cases.push(DraftCase::set(
            &format!("a {name} that is too short"),
            name,
            &short,
            "too-short",
        ));
        let document = DraftDocument::Set(format!("/{name}"), long);
        cases.push(DraftCase::accepts(&format!("the shortest {name}"), document));
    }
}

impl DraftCase {
    fn accepts(what: &str, document: DraftDocument) -> Self {
        Self { name: format!("accepts {what}"), form: Form::Request, document, errors: Vec::new() }
    }

    fn rejects(what: &str, document: DraftDocument, code: &str, pointer: String) -> Self {
        let errors = vec![(code.to_owned(), pointer)];
        Self { name: format!("rejects {what}"), form: Form::Request, document, errors }
    }

    fn missing(what: &str, pointer: String) -> Self {
        Self::rejects(what, DraftDocument::Remove(pointer.clone()), "missing-key", pointer)
    }

    fn set(what: &str, member: &str, value: &str, code: &str) -> Self {
        let pointer = format!("/{member}");
        let document = DraftDocument::Set(pointer.clone(), value.to_owned());
        Self::rejects(what, document, code, pointer)
    }
}

/// The template inside the envelope of a response, as JSON.
pub fn draft_response(endpoint: &Endpoint, template: &str) -> String {
    let wrapper = endpoint.wrappers.first().map_or("body", String::as_str);
    let (key, place) = match &endpoint.key {
        Some(key) => (key.as_str(), String::new()),
        None => ("1", "/1".to_owned()),
    };
    format!(
        "{{\"{wrapper}\": {}, \"key\": \"{key}\", \"meta\": {{\"href\": \"{}{place}\"}}}}",
        template.trim_end(),
        endpoint.path
    )
}

/// The file of these cases, relative to `tests/data/cases/`, and its text.
pub fn draft_cases_file(
    endpoint: &Endpoint,
    template: &str,
    cases: &[DraftCase],
) -> (String, String) {
    let mut text = format!(
        "# TODO: add cases from the guide. Expected values come from it, never from what the code prints.\n\
         endpoint = \"{}\"\n\n[bases]\nrequest = '''\n{template}'''\n",
        endpoint.path
    );
    let of = |form: Form| cases.iter().filter(move |case| case.form == form);
    let responses = of(Form::Response).count() > 0;
    if responses {
        let response = draft_response(endpoint, template);
        writeln!(text, "response = '''\n{response}\n'''").expect("writing to a string cannot fail");
    }
    text.push_str("\n# Members of the body.\n[[group]]\nbase = \"request\"\ncases = [\n");
    text.extend(of(Form::Request).map(case_line));
    text.push_str("]\n");
    if responses {
        text.push_str(
            "\n# Responses.\n[[group]]\nform = \"response\"\nbase = \"response\"\ncases = [\n",
        );
        text.extend(of(Form::Response).map(case_line));
        text.push_str("]\n");
    }
    (endpoint.file.trim_start_matches("endpoints/").to_owned(), text)
}

fn case_line(case: &DraftCase) -> String {
    let change = match &case.document {
        DraftDocument::Base => String::new(),
        DraftDocument::Set(pointer, value) => format!(", set = ['{pointer} = {value}']"),
        DraftDocument::Remove(pointer) => format!(", remove = ['{pointer}']"),
    };
    let errors: Vec<_> =
        case.errors.iter().map(|(code, pointer)| format!("'{code} {pointer}'")).collect();
    let errors = if errors.is_empty() {
        String::new()
    } else {
        format!(", errors = [{}]", errors.join(", "))
    };
    format!("  {{ name = \"{}\"{change}{errors} }},\n", case.name)
}
