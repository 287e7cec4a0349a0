//! The codes that a check may report, found in the tables of the endpoints.

use std::collections::{BTreeSet, HashSet};

use sps_model::validate::{Form, Kind, Shape, Type, code as body_code, format::Format};

use crate::{code, place::Places};

/// Every code that the check of a tree with these endpoints may report.
pub(crate) fn known_codes(places: &Places) -> BTreeSet<&'static str> {
    let mut codes: BTreeSet<_> = body_code::ALL.iter().copied().chain(code::ALL).collect();
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
    code::is_waivable(code) && known_codes(places).contains(code)
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
