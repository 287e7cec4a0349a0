//! The index of diagnostic codes, and the page of one.

use std::fmt::Write as _;

use sps_spec::{Code, Endpoint, FieldType, Format, Origin, Presence, Severity, Spec, TypeDef};

use super::{
    text::{NO_BREAK, heading, paragraph, rows, sentence},
    walk::{Member, Walk, below},
};

/// One line per code: code, severity, title.
pub fn codes(spec: &Spec) -> String {
    let lines: Vec<_> = spec
        .codes
        .iter()
        .map(|it| (it.code.as_str(), format!("{:7}  {}", severity(it.severity), it.title)))
        .collect();
    let width = lines.iter().map(|(code, _)| code.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (code, rest) in lines {
        writeln!(out, "{code:width$}  {rest}").expect("writing to a string cannot fail");
    }
    out
}

/// The page of one code: why it matters, an example of each kind, what to do, its source, and where it can be raised.
pub fn code(spec: &Spec, code: &Code) -> String {
    let since = code.error_since.as_ref().map(|it| format!(", error since {it}"));
    let severity = format!("{}{}", severity(code.severity), since.unwrap_or_default());
    let mut out = format!("{} ({severity}): {}\n\n", code.code, code.title);
    paragraph(&mut out, 2, &code.why);
    for (title, example) in [("WRONG", &code.breaks), ("RIGHT", &code.holds)] {
        heading(&mut out, title);
        paragraph(&mut out, 2, &kept_together(example));
    }
    heading(&mut out, "WHAT TO DO");
    paragraph(&mut out, 2, &sentence(&code.fix));
    heading(&mut out, "SOURCE");
    paragraph(&mut out, 2, &sentence(&code.source));
    heading(&mut out, "RAISED BY");
    raised_by(&mut out, spec, code);
    out
}

/// The example, with no line break between a key and its value.
fn kept_together(example: &str) -> String {
    example.replace("\": ", &format!("\":{NO_BREAK}"))
}

/// The severity in one word.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The endpoints with a member that can raise the code; none where any document can.
pub(crate) fn raising<'s>(spec: &'s Spec, code: &Code) -> Vec<&'s Endpoint> {
    if by_reading(code).is_some() {
        return Vec::new();
    }
    spec.endpoints.iter().filter(|it| !places(spec, it, code).is_empty()).collect()
}

fn raised_by(out: &mut String, spec: &Spec, code: &Code) {
    if let Some(text) = by_reading(code) {
        return paragraph(out, 2, text);
    }
    let mut lines = Vec::new();
    for endpoint in &spec.endpoints {
        for (at, place) in places(spec, endpoint, code).into_iter().enumerate() {
            let label = if at == 0 { endpoint.short_path() } else { "" };
            lines.push((label, place));
        }
    }
    if lines.is_empty() {
        paragraph(out, 2, "No endpoint described so far.");
    }
    rows(out, 2, &lines);
}

/// Documents or types that raise a code which is not about a single member.
fn by_reading(code: &Code) -> Option<&'static str> {
    if code.origin == Origin::Tree {
        return Some("Any tree of files.");
    }
    Some(match code.code.as_str() {
        "invalid-json" | "duplicate-key" | "limit-exceeded" => "Reading any document.",
        "invalid-yaml" => "Reading any YAML document.",
        "wrong-type" | "missing-key" | "null-not-allowed" => {
            "Any member of any body whose type is known."
        }
        "wrong-order" => "Any object with the member `@order`.",
        "unknown-key" => "Any object whose members are all known.",
        "response-wrapper" => "Any body that is checked as a request.",
        "not-in-version" => {
            "Any member, variant or value that not all versions have, if a target version is named."
        }
        "garde" => "Types that a program declares itself.",
        _ => return None,
    })
}

/// Places in the bodies of this endpoint that can raise the code.
fn places(spec: &Spec, endpoint: &Endpoint, code: &Code) -> Vec<String> {
    let walk = Walk::both(spec, endpoint);
    let mut places: Vec<String> = Vec::new();
    for rule in spec.rules().filter(|rule| rule.code == code.code) {
        let target = rule.target.iter().fold(String::new(), |at, name| below(&at, name));
        places.extend(walk.places_of(&rule.on).iter().map(|at| format!("{at}{target}")));
    }
    if code.origin == Origin::Structure {
        // Only a request can break these.
        let request = Walk::request(spec, endpoint);
        let walk = match code.code.as_str() {
            "reference-object"
            | "single-use-reference"
            | "reference-exists"
            | "ignored-key"
            | "not-a-key" => &request,
            _ => &walk,
        };
        let found = walk.members_where(|member| raises(spec, &code.code, member));
        places.extend(found.into_iter().map(str::to_owned));
    }
    let mut seen = Vec::new();
    places.retain(|place| {
        let new = !seen.contains(place);
        seen.push(place.clone());
        new
    });
    places
}

fn raises(spec: &Spec, code: &str, member: Member<'_>) -> bool {
    let (ty, constraint) = match member {
        Member::Tag(_) => return code == "unknown-selection",
        Member::Field(field) => (&field.ty, &field.constraint),
        Member::Content(variant) => match &variant.payload {
            Some(payload) => (&payload.ty, &payload.constraint),
            None => return false,
        },
    };
    let field = match member {
        Member::Field(field) => Some(field),
        _ => None,
    };
    let tag = field.is_some_and(|field| field.tag);
    let is_enum = || match ty.leaf() {
        FieldType::Named(name) => matches!(spec.type_def(name), Some(TypeDef::Enum(_))),
        _ => false,
    };
    match code {
        "unknown-selection" => tag,
        "not-in-enum" => !tag && is_enum(),
        "out-of-range" => *ty.leaf() == FieldType::Int,
        "too-short" => constraint.min_length.is_some(),
        "too-long" => constraint.max_length.is_some(),
        "reference-object" | "reference-exists" => matches!(ty.leaf(), FieldType::Ref(_)),
        "reversed-times" => constraint.format == Some(Format::TimeOfDay),
        "single-use-reference" | "not-a-key" => match ty.leaf() {
            FieldType::Ref(to) => spec.endpoint(to).is_some_and(|it| it.single_use),
            _ => false,
        },
        "ignored-key" => field.is_some_and(|field| matches!(field.presence, Presence::When(_))),
        "certificate-irregular" => constraint.format == Some(Format::PemCertificate),
        _ => constraint.format.is_some_and(|format| format.name() == code),
    }
}
