//! Parts of a condition that have been read, and how two of them make one.

use std::ops::Range;

use super::{Marks, Mistake};
use crate::rule::{Condition, Literal, Path};

/// A condition that has been read.
pub(super) struct Node {
    pub(super) condition: Condition,
    pub(super) marks: Marks,
    /// Whether it is a bound without parentheses, which the bound after it may complete.
    pub(super) is_bound: bool,
}

/// One side of a comparison.
pub(super) enum Operand {
    Condition(Node),
    Member(Path),
    /// `size(...)` or `hex_digits(...)`.
    Count {
        of: Counted,
        path: Path,
        marks: Range<usize>,
    },
    /// `referent(...).plain`.
    Plain {
        path: Path,
        marks: Range<usize>,
    },
    Value(Literal),
    Null,
    List(Vec<(Literal, Range<usize>)>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Characters,
    CharactersOfReferent,
    HexDigits,
}

pub(super) type Place = Range<usize>;

/// Places of a comparison.
pub(super) struct Places {
    pub(super) left: Place,
    pub(super) operator: Place,
    pub(super) right: Place,
}

impl Places {
    fn whole(&self) -> Place {
        self.left.start..self.right.end
    }
}

pub(super) fn plain() -> Path {
    vec!["plain".to_owned()]
}

pub(super) fn leaf(condition: Condition, whole: &Place, path: &Place, values: Vec<Place>) -> Node {
    let marks = Marks { whole: whole.clone(), path: path.clone(), values, parts: Vec::new() };
    Node { condition, marks, is_bound: false }
}

/// A condition on the object that a reference names.
pub(super) fn of_referent(path: Path, place: &Place, whole: &Place, inner: Condition) -> Node {
    let inner = leaf(inner, whole, place, Vec::new());
    let mut node =
        leaf(Condition::Referent(path, Box::new(inner.condition)), whole, place, Vec::new());
    node.marks.parts.push(inner.marks);
    node
}

pub(super) fn joined(mut parts: Vec<Node>, join: fn(Vec<Condition>) -> Condition) -> Node {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let whole = parts[0].marks.whole.start..parts[parts.len() - 1].marks.whole.end;
    let (conditions, marks) = parts.into_iter().map(|it| (it.condition, it.marks)).unzip();
    let marks = Marks { path: whole.clone(), whole, values: Vec::new(), parts: marks };
    Node { condition: join(conditions), marks, is_bound: false }
}

pub(super) fn negated(node: Node) -> Node {
    let whole = node.marks.whole.clone();
    let marks = Marks { path: whole.clone(), whole, values: Vec::new(), parts: vec![node.marks] };
    Node { condition: Condition::Not(Box::new(node.condition)), marks, is_bound: false }
}

/// Reads an operand without a comparison: a condition, or a member that must be true.
pub(super) fn truth(operand: Operand, place: &Place) -> Result<Node, Mistake> {
    match operand {
        Operand::Condition(node) => Ok(node),
        Operand::Member(path) => {
            let condition = Condition::Equals(path, Literal::Bool(true));
            Ok(leaf(condition, place, place, vec![place.clone()]))
        }
        Operand::Count { .. } => Err(Mistake::new(place, "compare this count with a number")),
        Operand::Plain { .. } => Err(only_size_and_charset(place)),
        Operand::Value(_) | Operand::Null | Operand::List(_) => {
            Err(Mistake::new(place, "a value alone is not a condition"))
        }
    }
}

pub(super) fn only_size_and_charset(place: &Place) -> Mistake {
    let message = "only `size(...)` and `charset(...)` can look at `referent(x).plain`";
    Mistake::new(place, message)
}

pub(super) fn not_a_member(place: &Place) -> Mistake {
    Mistake::new(place, "expected a member")
}

pub(super) fn member_of(left: Operand, right: Operand, places: &Places) -> Result<Node, Mistake> {
    let Operand::Member(path) = left else { return Err(not_a_member(&places.left)) };
    let Operand::List(values) = right else {
        return Err(Mistake::new(&places.right, "expected a list of values, such as ['a', 'b']"));
    };
    let (values, marks) = values.into_iter().unzip();
    Ok(leaf(Condition::In(path, values), &places.whole(), &places.left, marks))
}

pub(super) fn equal(left: Operand, right: Operand, places: &Places) -> Result<Node, Mistake> {
    let whole = places.whole();
    match (left, right) {
        (Operand::Member(path), Operand::Value(value)) => {
            let values = vec![places.right.clone()];
            Ok(leaf(Condition::Equals(path, value), &whole, &places.left, values))
        }
        (Operand::Member(path), Operand::Null) => {
            Ok(leaf(Condition::Null(path), &whole, &places.left, Vec::new()))
        }
        (Operand::Count { of, path, marks }, Operand::Value(Literal::Int(number))) => {
            let count = length(number, &places.right)?;
            Ok(bound(of, path, &marks, &whole, (Some(count), Some(count))))
        }
        (Operand::Member(_), Operand::Member(_)) => {
            let message = "two members cannot be compared: for two truth values write `(a) == (b)`";
            Err(Mistake::new(&places.operator, message))
        }
        (left @ Operand::Condition(_), right @ (Operand::Condition(_) | Operand::Member(_)))
        | (left @ Operand::Member(_), right @ Operand::Condition(_)) => {
            Ok(both_or_neither(truth(left, &places.left)?, truth(right, &places.right)?, &whole))
        }
        (Operand::Condition(_), _) => {
            let message = "a condition is compared with a condition: put both in parentheses";
            Err(Mistake::new(&places.operator, message))
        }
        (Operand::Value(_) | Operand::Null, _) => {
            Err(Mistake::new(&places.left, "write the member before the value"))
        }
        (Operand::Plain { .. }, _) => Err(only_size_and_charset(&places.left)),
        (Operand::List(_), _) | (_, Operand::List(_)) => {
            Err(Mistake::new(&places.operator, "a list follows `in`"))
        }
        (Operand::Count { .. }, _) => {
            Err(Mistake::new(&places.right, "compare this count with a number"))
        }
        (Operand::Member(_), Operand::Count { .. } | Operand::Plain { .. }) => {
            Err(Mistake::new(&places.right, "expected a value"))
        }
    }
}

/// `(a) == (b)`: both hold, or neither.
fn both_or_neither(left: Node, right: Node, whole: &Place) -> Node {
    let conditions = vec![left.condition, right.condition];
    let group = |parts: Vec<Marks>| Marks {
        whole: whole.clone(),
        path: whole.clone(),
        values: Vec::new(),
        parts,
    };
    let both = group(vec![left.marks, right.marks]);
    let neither = group(vec![both.clone()]);
    let condition = Condition::Any(vec![
        Condition::All(conditions.clone()),
        Condition::Not(Box::new(Condition::Any(conditions))),
    ]);
    Node { condition, marks: group(vec![both, neither]), is_bound: false }
}

pub(super) fn ordered(
    left: Operand,
    sign: &str,
    right: &Operand,
    places: &Places,
) -> Result<Node, Mistake> {
    let whole = places.whole();
    let &Operand::Value(Literal::Int(number)) = right else {
        return Err(Mistake::new(&places.right, "expected a whole number"));
    };
    let past = || Mistake::new(&places.right, "this number does not fit into 64 bits");
    let (least, number) = match sign {
        ">" => (true, number.checked_add(1).ok_or_else(past)?),
        ">=" => (true, number),
        "<" => (false, number.checked_sub(1).ok_or_else(past)?),
        _ => (false, number),
    };
    let mut node = match left {
        Operand::Member(path) => {
            let (min, max) = if least { (Some(number), None) } else { (None, Some(number)) };
            leaf(Condition::Range { path, min, max }, &whole, &places.left, Vec::new())
        }
        Operand::Count { of, path, marks } => {
            let count = length(number, &places.right)?;
            let bounds = if least { (Some(count), None) } else { (None, Some(count)) };
            bound(of, path, &marks, &whole, bounds)
        }
        Operand::Plain { .. } => return Err(only_size_and_charset(&places.left)),
        _ => {
            let message = "expected a member, `size(...)` or `hex_digits(...)`";
            return Err(Mistake::new(&places.left, message));
        }
    };
    node.is_bound = true;
    Ok(node)
}

fn length(number: i64, place: &Place) -> Result<u64, Mistake> {
    u64::try_from(number).map_err(|_| Mistake::new(place, "a count is never negative"))
}

fn bound(
    of: Counted,
    path: Path,
    place: &Place,
    whole: &Place,
    (min, max): (Option<u64>, Option<u64>),
) -> Node {
    match of {
        Counted::Characters => leaf(Condition::Length { path, min, max }, whole, place, Vec::new()),
        Counted::HexDigits => {
            leaf(Condition::HexLength { path, min, max }, whole, place, Vec::new())
        }
        Counted::CharactersOfReferent => {
            of_referent(path, place, whole, Condition::Length { path: plain(), min, max })
        }
    }
}

/// `x >= 1` with `x <= 9` behind it, as one condition.
pub(super) fn completed(first: &Node, second: &Node) -> Option<Node> {
    if !first.is_bound || !second.is_bound {
        return None;
    }
    let condition = complete(&first.condition, &second.condition)?;
    let mut marks = first.marks.clone();
    marks.whole.end = second.marks.whole.end;
    Some(Node { condition, marks, is_bound: false })
}

/// The one condition that a lower bound and the upper bound behind it make, if they are about the same.
pub(super) fn complete(first: &Condition, second: &Condition) -> Option<Condition> {
    use Condition as C;
    match (first, second) {
        (
            C::Length { path, min: min @ Some(_), max: None },
            C::Length { path: other, min: None, max: max @ Some(_) },
        ) if path == other => Some(C::Length { path: path.clone(), min: *min, max: *max }),
        (
            C::HexLength { path, min: min @ Some(_), max: None },
            C::HexLength { path: other, min: None, max: max @ Some(_) },
        ) if path == other => Some(C::HexLength { path: path.clone(), min: *min, max: *max }),
        (
            C::Range { path, min: min @ Some(_), max: None },
            C::Range { path: other, min: None, max: max @ Some(_) },
        ) if path == other => Some(C::Range { path: path.clone(), min: *min, max: *max }),
        (C::Referent(path, first), C::Referent(other, second)) if path == other => {
            complete(first, second).map(|both| C::Referent(path.clone(), Box::new(both)))
        }
        _ => None,
    }
}
