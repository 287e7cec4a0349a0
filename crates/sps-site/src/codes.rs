//! The codes that a check may report, found in the tables of the endpoints.

use std::collections::{BTreeSet, HashSet};

use sps_model::validate::{Form, Kind, Shape, Type, code as body_code, format::Format};

use crate::{code, place::Places};

/// Codes of findings that neither a rule nor a format raises.
const OTHERS: [&str; 24] = [
    body_code::INVALID_JSON,
    "invalid-yaml",
    body_code::LIMIT_EXCEEDED,
    body_code::DUPLICATE_KEY,
    body_code::UNKNOWN_KEY,
    body_code::MISSING_KEY,
    body_code::WRONG_TYPE,
    body_code::NULL_NOT_ALLOWED,
    body_code::UNKNOWN_SELECTION,
    body_code::NOT_IN_ENUM,
    body_code::REFERENCE_OBJECT,
    body_code::RESPONSE_WRAPPER,
    body_code::NOT_IN_VERSION,
    body_code::OUT_OF_RANGE,
    body_code::TOO_SHORT,
    body_code::TOO_LONG,
    body_code::GARDE,
    body_code::SINGLE_USE_REFERENCE,
    body_code::REFERENCE_EXISTS,
    body_code::CERTIFICATE_IRREGULAR,
    body_code::NOT_A_KEY,
    body_code::REVERSED_TIMES,
    body_code::WRONG_ORDER,
    body_code::IGNORED_KEY,
];

/// Every code that the check of a tree with these endpoints may report.
pub(crate) fn known_codes(places: &Places) -> BTreeSet<&'static str> {
    let mut codes: BTreeSet<_> = OTHERS.into_iter().chain(code::ALL).collect();
    codes.extend(Format::ALL.iter().map(|format| format.code()));
    let mut seen = HashSet::new();
    for endpoint in places.endpoints() {
        if let Some(subject) = endpoint.subject(Form::Request) {
            rules(subject.body, &mut codes, &mut seen);
        }
    }
    codes
}

/// Whether a user may waive the rule with this code.
pub(crate) fn is_waivable(code: &str, places: &Places) -> bool {
    if code::ALL.contains(&code) {
        return code::WAIVABLE.contains(&code);
    }
    !body_code::is_structural(code) && known_codes(places).contains(code)
}

/// Adds the codes of the rules about values of a kind.
fn rules(kind: Kind, codes: &mut BTreeSet<&'static str>, seen: &mut HashSet<*const Type>) {
    match kind.peeled() {
        Kind::List(inner) | Kind::Array(inner, _) | Kind::Map(inner) | Kind::Ordered(inner) => {
            rules(*inner, codes, seen);
        }
        Kind::Named(ty) if seen.insert(ty) => {
            codes.extend(ty.constraints.rules.iter().map(|rule| rule.code));
            match ty.shape {
                Shape::Struct { fields, .. } => {
                    for field in fields {
                        rules(field.kind, codes, seen);
                    }
                }
                Shape::Union { variants, .. } => {
                    for content in variants.iter().filter_map(|variant| variant.content) {
                        rules(content, codes, seen);
                    }
                }
                _ => {}
            }
        }
        _ => {}
    }
}
