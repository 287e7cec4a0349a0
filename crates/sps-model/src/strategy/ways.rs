//! Ways to make a body meet or break a condition, so that every rule brings its own test inputs.

use serde_json::{Value, json};
use sps_validate::{
    Bounds, Check, Condition, Kind, Literal, Path, Requirement, Rule, Shape, Type, format::Format,
};

use crate::strategy::edit::Edit;

/// Alternatives, each a list of edits to make together.
pub(super) type Ways = Vec<Vec<Edit>>;

/// Ways to make a body break a rule that it meets.
pub(super) fn breaking(ty: &'static Type, rule: &Rule) -> Ways {
    let broken = checked(ty, rule, false);
    match &rule.when {
        Some(when) => combined(&ways(ty, rule.inputs, when, true), &broken),
        None => broken,
    }
}

/// Ways to make a body meet a rule that it breaks.
pub(super) fn repairing(ty: &'static Type, rule: &Rule) -> Ways {
    let mut repaired = checked(ty, rule, true);
    if let Some(when) = &rule.when {
        repaired.extend(ways(ty, rule.inputs, when, false));
    }
    repaired
}

/// Ways to make a body lack a member that it requires.
pub(super) fn lacking(ty: &'static Type, requirement: &Requirement, own: Path) -> Ways {
    let mut on = ways(ty, requirement.inputs, &requirement.condition, true);
    for way in &mut on {
        way.push(Edit::Remove(own));
    }
    on
}

fn checked(ty: &'static Type, rule: &Rule, holds: bool) -> Ways {
    match &rule.check {
        Check::Condition(condition) => ways(ty, rule.inputs, condition, holds),
        Check::Plain { about, .. } => {
            let Some(reference) = rule.inputs.first() else { return Ways::new() };
            let plain = |edit: Edit| match edit {
                Edit::Set(_, Value::String(text)) => Edit::Plain(reference, text),
                other => other,
            };
            let ways = ways(ty, rule.inputs, about, holds).into_iter();
            ways.map(|way| way.into_iter().map(plain).collect()).collect()
        }
        // Nothing is known about a check written by hand.
        _ => Ways::new(),
    }
}

/// Ways to make a condition hold, or not.
fn ways(ty: &'static Type, inputs: &[Path], condition: &Condition, holds: bool) -> Ways {
    use Condition as C;
    let path = |input: &u8| inputs.get(usize::from(*input)).copied().unwrap_or_default();
    let set = |input: &u8, value: Value| vec![vec![Edit::Set(path(input), value)]];
    let text =
        |input: &u8, good: String, bad: String| set(input, if holds { good } else { bad }.into());
    let each = |parts: &[Condition], holds: bool| -> Vec<Ways> {
        parts.iter().map(|part| ways(ty, inputs, part, holds)).collect()
    };
    match condition {
        // Another tag needs another content: no single edit does that.
        C::Equals(input, _) | C::In(input, _) if member(ty, path(input)).is_none() => Ways::new(),
        C::Equals(input, Literal::Bool(value)) => set(input, json!(*value == holds)),
        C::Equals(input, literal) => one_of(ty, path(input), std::slice::from_ref(literal), holds),
        C::In(input, literals) => one_of(ty, path(input), literals, holds),
        C::Present(input) => {
            let path = path(input);
            vec![vec![if holds { Edit::Fill(path) } else { Edit::Remove(path) }]]
        }
        C::Null(input) => {
            let path = path(input);
            vec![vec![if holds { Edit::Set(path, Value::Null) } else { Edit::Fill(path) }]]
        }
        C::Not(inner) => ways(ty, inputs, inner, !holds),
        C::All(parts) if holds => together(&each(parts, true)),
        C::All(parts) => each(parts, false).concat(),
        C::Any(parts) if holds => each(parts, true).concat(),
        C::Any(parts) => together(&each(parts, false)),
        C::Same([one, other]) => [(true, holds), (false, !holds)]
            .into_iter()
            .flat_map(|(first, second)| {
                combined(&ways(ty, inputs, one, first), &ways(ty, inputs, other, second))
            })
            .collect(),
        C::Length(input, bounds) => match outside(*bounds) {
            Some(bad) => text(input, letters(inside(*bounds)), letters(bad)),
            None => Ways::new(),
        },
        C::Charset(input, characters) => {
            let is_foreign = |c: &char| !c.is_ascii_alphanumeric() && !characters.contains(*c);
            match ('!'..='~').find(is_foreign) {
                Some(bad) => text(input, "letters and 42".into(), format!("letters{bad}and 42")),
                None => Ways::new(),
            }
        }
        C::Hex(input) => text(input, "0x0123456789ABCDEF".into(), "0x0123456789ABCDEG".into()),
        C::HexLength(input, bounds) => match outside(*bounds) {
            Some(bad) => text(input, digits(inside(*bounds)), digits(bad)),
            None => Ways::new(),
        },
        C::Range(input, minimum, maximum) => {
            let good = minimum.or(*maximum).unwrap_or(0);
            let bad = minimum.map(|it| it - 1).or_else(|| maximum.map(|it| it + 1)).unwrap_or(0);
            set(input, json!(if holds { good } else { bad }))
        }
        C::Format(input, format) => {
            let (good, bad) = samples(*format);
            text(input, good.into(), bad.into())
        }
        _ => Ways::new(),
    }
}

/// A length within bounds: the least one, or the greatest where there is no least.
fn inside(bounds: Bounds) -> usize {
    if bounds.minimum == 0 && bounds.maximum != usize::MAX {
        bounds.maximum
    } else {
        bounds.minimum
    }
}

/// A length just outside of bounds, if there is one.
fn outside(bounds: Bounds) -> Option<usize> {
    bounds.minimum.checked_sub(1).or_else(|| bounds.maximum.checked_add(1))
}

fn letters(count: usize) -> String {
    ('a'..='z').cycle().take(count).collect()
}

fn digits(count: usize) -> String {
    format!("0x{}", ('0'..='9').cycle().take(count).collect::<String>())
}

fn one_of(ty: &'static Type, path: Path, literals: &[Literal], holds: bool) -> Ways {
    let value = |literal: &Literal| match *literal {
        Literal::Bool(value) => json!(value),
        Literal::Int(value) => json!(value),
        Literal::Str(value) => json!(value),
        _ => Value::Null,
    };
    if holds {
        return literals.iter().map(|literal| vec![Edit::Set(path, value(literal))]).collect();
    }
    match member(ty, path) {
        Some(Kind::Named(Type { shape: Shape::Enum { values, .. }, .. })) => values
            .iter()
            .map(|known| json!(known.value))
            .filter(|known| literals.iter().all(|literal| value(literal) != *known))
            .map(|known| vec![Edit::Set(path, known)])
            .collect(),
        Some(Kind::String) => vec![vec![Edit::Set(path, json!("something-else"))]],
        _ => Ways::new(),
    }
}

/// The kind at a path of struct members; nothing if the path ends at the tag of a union.
fn member(ty: &'static Type, path: Path) -> Option<Kind> {
    let (first, rest) = path.split_first()?;
    let Shape::Struct { fields, .. } = ty.shape else { return None };
    let kind = fields.iter().find(|field| field.name == *first)?.kind.peeled();
    match kind {
        _ if rest.is_empty() => Some(kind),
        Kind::Named(inner) => member(inner, rest),
        _ => None,
    }
}

/// Combines one way of each part, wherever they do not contradict each other.
fn together(parts: &[Ways]) -> Ways {
    parts.iter().fold(vec![Vec::new()], |ways, part| combined(&ways, part))
}

/// Every way of `first` followed by every way of `then`.
fn combined(first: &Ways, then: &Ways) -> Ways {
    first.iter().flat_map(|one| then.iter().filter_map(move |more| joined(one, more))).collect()
}

/// Joins both, or nothing if they contradict each other. Of two texts for one member the later counts: both are samples
/// of the same thing.
fn joined(one: &[Edit], more: &[Edit]) -> Option<Vec<Edit>> {
    let is_sample = |edit: &Edit| matches!(edit, Edit::Set(_, Value::String(text)) if text.starts_with("0x") || text.contains(' '));
    let mut edits = Vec::new();
    for edit in one {
        match more.iter().find(|other| other.path() == edit.path()) {
            None | Some(Edit::Plain(..)) => edits.push(edit.clone()),
            Some(later) if later == edit || (is_sample(later) && is_sample(edit)) => {}
            Some(_) => return None,
        }
    }
    edits.extend_from_slice(more);
    Some(edits)
}

/// A text with the format, and one without.
fn samples(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::EmailAddress => ("ops@example.com", "ops.example.com"),
        Format::IpAddress => ("192.0.2.10", "192.0.2.256"),
        Format::IpNetwork => ("192.0.2.0/24", "192.0.2.0/33"),
        Format::Url => ("https://server.example.com/path", "server.example.com/path"),
        Format::Uuid => {
            ("11111111-aaaa-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-00000000000")
        }
        Format::Fqdn => ("server.example.com", "server"),
        Format::TimeOfDay => ("8:00", "24:00"),
        Format::DateTime => ("2022-03-30T12:00:01+00:00", "2022-02-30T12:00:01+00:00"),
        Format::NoWhitespace => ("one-word", "two words"),
        _ => ("", "no certificate"),
    }
}
