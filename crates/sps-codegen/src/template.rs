//! A filled-in request body to start from.

mod certificate;
mod fill;
mod score;

use std::{collections::BTreeMap, fmt};

use sps_spec::{Endpoint, Spec, TypeDef};

use self::fill::{Filled, fill};
use crate::{
    json::Json,
    page::walk::{Member, Walk},
};

/// A valid request body for this endpoint as pretty JSON with a final newline, members in the order of the spec.
///
/// Values are the spec's examples and defaults; a reference is a placeholder, each another one; a secret is an obvious
/// fake. Where several bodies are possible, it is the first that breaks no rule and, if it can be, raises no warning.
/// `variant` asks for one that has this word as a selection, such as `2c` or `starttls`.
///
/// # Errors
///
/// [`TemplateError::NoRequestBody`] when nothing is sent to the endpoint, and [`TemplateError::UnknownVariant`] when none
/// of its selections has the word.
pub fn template(
    spec: &Spec,
    endpoint: &Endpoint,
    variant: Option<&str>,
) -> Result<String, TemplateError> {
    let Some(body) = &endpoint.request else {
        let others = spec.endpoints.iter().filter(|it| it.request.is_some());
        return Err(TemplateError::NoRequestBody {
            endpoint: endpoint.short_path().to_owned(),
            others: others.map(|it| it.short_path().to_owned()).collect(),
        });
    };
    let words = selections(spec, endpoint);
    if let Some(variant) = variant
        && !words.iter().any(|word| word == variant)
    {
        return Err(TemplateError::UnknownVariant {
            endpoint: endpoint.short_path().to_owned(),
            variant: variant.to_owned(),
            words,
        });
    }
    Ok(format!("{}\n", best(|picks| fill(spec, body, variant, picks)).body))
}

/// The value of that template without a variant; none if nothing is sent to the endpoint.
pub(crate) fn template_value(spec: &Spec, endpoint: &Endpoint) -> Option<Json> {
    let body = endpoint.request.as_ref()?;
    Some(best(|picks| fill(spec, body, None, picks)).body)
}

/// Every word that is in a tag of a request body, each once.
fn selections(spec: &Spec, endpoint: &Endpoint) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (_, member) in Walk::request(spec, endpoint).members {
        let found: Vec<_> = match member {
            Member::Tag(it) => it.variants.iter().map(|it| &it.value).collect(),
            Member::Field(field) if field.tag => match field.ty.leaf() {
                sps_spec::FieldType::Named(name) => match spec.type_def(name) {
                    Some(TypeDef::Enum(it)) => it.values.iter().map(|it| &it.value).collect(),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        for word in found {
            if !words.contains(word) {
                words.push(word.clone());
            }
        }
    }
    words
}

/// What was chosen, by place.
type Picks = BTreeMap<String, usize>;

/// Makes the one change that helps most, as long as any helps; where none does, two at once.
///
/// Two, because a variant can be the better one and still need another choice inside it. Not every combination is
/// tried: there may be very many, and rules tie few members to each other.
fn best(fill: impl Fn(&Picks) -> Filled) -> Filled {
    let one = |picks: &Picks, filled: &Filled| -> Vec<(Picks, Filled)> {
        let sites = filled.sites.iter();
        let choices = sites.flat_map(|site| (0..site.choices).map(|it| (&site.pointer, it)));
        choices
            .map(|(pointer, choice)| {
                let mut picks = picks.clone();
                picks.insert(pointer.clone(), choice);
                let filled = fill(&picks);
                (picks, filled)
            })
            .collect()
    };
    let mut picks = Picks::new();
    let mut best = fill(&picks);
    while !best.score.is_perfect() {
        let changes = one(&picks, &best);
        let mut next =
            first_least(&changes).filter(|(_, filled)| filled.score < best.score).cloned();
        if next.is_none() {
            let pairs: Vec<_> = changes.iter().flat_map(|(picks, it)| one(picks, it)).collect();
            next = first_least(&pairs).filter(|(_, filled)| filled.score < best.score).cloned();
        }
        match next {
            Some((changed, filled)) => (picks, best) = (changed, filled),
            None => break,
        }
    }
    best
}

/// The best of these, and of equal ones the first, which is nearest to the examples.
fn first_least(changes: &[(Picks, Filled)]) -> Option<&(Picks, Filled)> {
    changes.iter().min_by_key(|(_, filled)| filled.score)
}

/// Why there is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateError {
    /// Nothing is sent to this endpoint, or nothing about what is sent is known.
    NoRequestBody {
        /// Short path of the endpoint.
        endpoint: String,
        /// Short paths of those that have one.
        others: Vec<String>,
    },
    /// No selection of this endpoint has the word.
    UnknownVariant {
        /// Short path of the endpoint.
        endpoint: String,
        /// The word asked for.
        variant: String,
        /// The words that there are; empty when nothing can be selected.
        words: Vec<String>,
    },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRequestBody { endpoint, others } => write!(
                f,
                "`{endpoint}` has no known request body; these have one: {}",
                others.join(", ")
            ),
            Self::UnknownVariant { endpoint, variant, words } if words.is_empty() => {
                write!(f, "`{endpoint}` has no variant `{variant}`: it has only one form")
            }
            Self::UnknownVariant { endpoint, variant, words } => {
                write!(f, "`{endpoint}` has no variant `{variant}`; it has {}", words.join(", "))
            }
        }
    }
}

impl std::error::Error for TemplateError {}
