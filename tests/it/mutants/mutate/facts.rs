//! Changes of bounds, formats and versions.

use std::fmt::Write as _;

use sps_spec::{Constraint, Format, Version, Versions};

use super::Variation;

/// Both bounds moved by one either way, and taken away; none falls below `least`.
pub(super) fn bounds<T: Bound>(
    min: Option<T>,
    max: Option<T>,
    least: T,
) -> Vec<(Option<T>, Option<T>)> {
    let moved = |bound: Option<T>| {
        let down = bound.filter(|bound| *bound > least).map(|bound| Some(bound.moved(false)));
        let up = bound.map(|bound| Some(bound.moved(true)));
        down.into_iter().chain(up).chain(bound.map(|_| None))
    };
    moved(min).map(|it| (it, max)).chain(moved(max).map(|it| (min, it))).collect()
}

pub(super) trait Bound: Copy + PartialOrd {
    fn moved(self, up: bool) -> Self;
}

impl Bound for u64 {
    fn moved(self, up: bool) -> Self {
        if up { self + 1 } else { self - 1 }
    }
}

impl Bound for i64 {
    fn moved(self, up: bool) -> Self {
        if up { self + 1 } else { self - 1 }
    }
}

pub(super) fn constraint_variations(it: &Constraint) -> Vec<Variation<Constraint>> {
    let mut all = Vec::new();
    let shown = |it: &Constraint| {
        let mut text = String::new();
        let number = |it: Option<u64>| it.map(|it| it.to_string());
        let facts = [
            ("minimum", it.minimum.map(|it| it.to_string())),
            ("maximum", it.maximum.map(|it| it.to_string())),
            ("min_length", number(it.min_length)),
            ("max_length", number(it.max_length)),
        ];
        for (word, bound) in facts {
            if let Some(bound) = bound {
                write!(text, "{word} {bound} ").unwrap();
            }
        }
        text.push_str(it.format.map_or("", Format::name));
        if text.is_empty() { "none".to_owned() } else { text.trim_end().to_owned() }
    };
    let mut to = |changed: Constraint| all.push((shown(it), shown(&changed), changed));
    for (minimum, maximum) in bounds(it.minimum, it.maximum, i64::MIN) {
        to(Constraint { minimum, maximum, ..it.clone() });
    }
    for (min_length, max_length) in bounds(it.min_length, it.max_length, 0) {
        to(Constraint { min_length, max_length, ..it.clone() });
    }
    if it.format.is_some() {
        to(Constraint { format: None, ..it.clone() });
        for format in Format::ALL.into_iter().filter(|format| it.format != Some(*format)) {
            to(Constraint { format: Some(format), ..it.clone() });
        }
    }
    all
}

pub(super) fn version_variations(it: &Versions) -> Vec<Variation<Versions>> {
    let mut all = Vec::new();
    let shown = |it: &Versions| {
        let word = |version: &Option<Version>| {
            version.as_ref().map_or_else(|| "any".to_owned(), ToString::to_string)
        };
        format!("since {} until {}", word(&it.since), word(&it.until))
    };
    let mut to = |changed: Versions| all.push((shown(it), shown(&changed), changed));
    let moved = |version: &Version, up: bool| {
        let mut numbers = version.numbers().to_vec();
        match numbers.iter().rposition(|number| up || *number > 0) {
            Some(at) if up => numbers[at] += 1,
            Some(at) => numbers[at] -= 1,
            None => {}
        }
        Version::new(numbers)
    };
    if let Some(since) = &it.since {
        for since in [None, Some(moved(since, true)), Some(moved(since, false))] {
            to(Versions { since, ..it.clone() });
        }
    }
    if let Some(until) = &it.until {
        for until in [None, Some(moved(until, true)), Some(moved(until, false))] {
            to(Versions { until, ..it.clone() });
        }
    }
    all
}
