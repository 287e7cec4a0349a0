//! Differences between two configurations: which objects, and which of their values.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    configuration::{Configuration, Node},
    page::shown::{Link, Reader, Shown, VALUE_BYTES},
};

/// Most values of one object that are compared.
const MAX_VALUES: usize = 2_000;

/// Most rows of one object.
const MAX_ROWS: usize = 200;

/// Something that differs. There is no `Debug`: it holds secrets.
pub(super) struct Difference {
    pub(super) kind: Kind,
    pub(super) link: Link,
    pub(super) rows: Vec<Row>,
    /// Number of rows that are left out.
    pub(super) more_rows: usize,
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Created,
    Deleted,
    Changed,
    Reordered,
}

/// One value that differs.
pub(super) struct Row {
    pub(super) pointer: String,
    pub(super) old: Option<Shown>,
    pub(super) new: Option<Shown>,
}

/// Where something differs: a path, and for an object of a collection its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub(super) kind: Kind,
    pub(super) path: &'a str,
    pub(super) key: Option<&'a str>,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Deleted => "deleted",
            Self::Changed => "changed",
            Self::Reordered => "reordered",
        }
    }
}

/// Lists what differs, without comparing single values.
pub(super) fn places<'a>(old: &'a Configuration, new: &'a Configuration) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    let paths: BTreeSet<_> = old.singletons.keys().chain(new.singletons.keys()).collect();
    for path in paths {
        if let Some(kind) = kind(old.singletons.get(path), new.singletons.get(path)) {
            places.push(Place { kind, path, key: None });
        }
    }
    let paths: BTreeSet<_> = old.collections.keys().chain(new.collections.keys()).collect();
    for path in paths {
        let (before, after) = (old.objects(path), new.objects(path));
        if before == after {
            continue;
        }
        let find = |all: &'a [crate::configuration::Object]| {
            all.iter()
                .map(|it| (it.key.as_str(), &it.body))
                .collect::<std::collections::HashMap<_, _>>()
        };
        let (olds, news) = (find(before), find(after));
        let gone = before.iter().filter(|it| !news.contains_key(it.key.as_str()));
        let keys = after.iter().chain(gone).map(|it| it.key.as_str());
        for key in keys {
            if let Some(kind) = kind(olds.get(key).copied(), news.get(key).copied()) {
                places.push(Place { kind, path, key: Some(key) });
            }
        }
        let kept = |all: &'a [crate::configuration::Object]| {
            let keys = all.iter().map(|it| it.key.as_str());
            keys.filter(|it| olds.contains_key(it) && news.contains_key(it)).collect::<Vec<_>>()
        };
        if kept(before) != kept(after) {
            places.push(Place { kind: Kind::Reordered, path, key: None });
        }
    }
    places
}

fn kind(old: Option<&Value>, new: Option<&Value>) -> Option<Kind> {
    match (old, new) {
        (Some(old), Some(new)) => (old != new).then_some(Kind::Changed),
        (Some(_), None) => Some(Kind::Deleted),
        (None, Some(_)) => Some(Kind::Created),
        (None, None) => None,
    }
}

/// Compares the values at a place. `readers` makes one for the old and one for the new configuration.
pub(super) fn difference<'a>(
    place: Place<'_>,
    node: Node,
    old: &'a Configuration,
    new: &'a Configuration,
    reader: impl Fn(&'a Configuration, usize) -> Reader<'a>,
) -> Difference {
    let Place { kind, path, key } = place;
    let own = key.map_or_else(|| path.to_owned(), |key| format!("{path}/{key}"));
    let body = |of: &'a Configuration| match key {
        Some(key) => of.find(path, key).map(|it| &it.body),
        None => of.singletons.get(path),
    };
    let shown = |of: &'a Configuration| body(of).map(|it| reader(of, MAX_VALUES).body(node, it));
    let (before, after) = if kind == Kind::Reordered {
        let order = |of: &Configuration| {
            let keys = of.objects(path).iter().take(MAX_ROWS);
            Some(Shown::List(keys.map(|it| Shown::Text(it.key.clone())).collect()))
        };
        (order(old), order(new))
    } else {
        (shown(old), shown(new))
    };
    let of = if kind == Kind::Deleted { old } else { new };
    let mut link = reader(of, 0).link(&own, key.unwrap_or_default());
    link.exists = kind != Kind::Deleted;
    let (rows, more_rows) = rows(before.as_ref(), after.as_ref());
    Difference { kind, link, rows, more_rows }
}

/// Lists the values that differ, and counts those that are left out.
pub(super) fn rows(old: Option<&Shown>, new: Option<&Shown>) -> (Vec<Row>, usize) {
    let leaves = |of: Option<&Shown>| {
        let leaves = of.map(Shown::leaves).unwrap_or_default();
        leaves.into_iter().map(|(pointer, it)| (pointer, it.clone())).collect::<Vec<_>>()
    };
    let (before, after) = (leaves(old), leaves(new));
    let mut before: std::collections::BTreeMap<_, _> = before.into_iter().collect();
    let mut rows = Vec::new();
    for (pointer, new) in after {
        match before.remove(&pointer) {
            // Nothing is known of what is cut.
            Some(old) if old == new && new != Shown::Cut => {}
            old => rows.push(Row { pointer, old, new: Some(new) }),
        }
    }
    let removed =
        before.into_iter().map(|(pointer, old)| Row { pointer, old: Some(old), new: None });
    rows.extend(removed);
    rows.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    let more = rows.len().saturating_sub(MAX_ROWS);
    rows.truncate(MAX_ROWS);
    (rows, more)
}

/// Leaves out the rows for which a page has no room, and returns their number. `room` is in values.
pub(super) fn fit(rows: &mut Vec<Row>, room: &mut usize) -> usize {
    let all = rows.len();
    rows.retain(|row| {
        let fits = *room > 0;
        let values = row.old.iter().chain(&row.new).map(Shown::weight).sum::<usize>();
        *room = room.saturating_sub(values + row.pointer.len() / VALUE_BYTES);
        fits
    });
    all - rows.len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn finds_what_differs() {
        let mut old = Configuration::default();
        let none = BTreeSet::new;
        for key in ["1", "2", "3"] {
            old.set_object("/a", key, json!({"n": key}), none());
        }
        old.set_singleton("/s", json!({"x": 1}), none());
        let mut new = old.clone();
        assert!(places(&old, &new).is_empty());
        new.set_singleton("/s", json!({"x": 2}), none());
        new.remove_object("/a", "1");
        new.set_object("/a", "2", json!({"n": "two"}), none());
        new.set_object("/a", "4", json!({}), none());
        new.reorder("/a", &["3", "2", "4"]);
        let found = places(&old, &new);
        let found: Vec<_> = found.iter().map(|it| (it.kind, it.path, it.key)).collect();
        let expected = [
            (Kind::Changed, "/s", None),
            (Kind::Changed, "/a", Some("2")),
            (Kind::Created, "/a", Some("4")),
            (Kind::Deleted, "/a", Some("1")),
            (Kind::Reordered, "/a", None),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn lists_values_that_differ() {
        let text = |it: &str| Shown::Text(it.to_owned());
        let object =
            |b: Shown| Shown::Object(vec![("a".to_owned(), text("1")), ("b".to_owned(), b)]);
        let (old, new) = (object(text("2")), object(Shown::List(vec![text("2"), text("3")])));
        let (rows, more) = rows(Some(&old), Some(&new));
        let pointers: Vec<_> = rows.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!((&pointers[..], more), (&["/b", "/b/0", "/b/1"][..], 0));
        assert!(rows[0].new.is_none() && rows[1].old.is_none());
    }
    #[test]
    fn a_page_has_room_for_some_rows() {
        let row = |bytes| Row {
            pointer: "/a".to_owned(),
            old: None,
            new: Some(Shown::Text("x".repeat(bytes))),
        };
        let mut room = 10;
        let mut first = vec![row(1), row(VALUE_BYTES * 3), row(1)];
        assert_eq!((fit(&mut first, &mut room), first.len(), room), (0, 3, 4));
        let mut second = vec![row(1_000_000), row(1)];
        assert_eq!((fit(&mut second, &mut room), second.len(), room), (1, 1, 0));
    }

    #[test]
    fn what_is_cut_may_differ() {
        let cut = Shown::List(vec![Shown::Plain("1".to_owned()), Shown::Cut]);
        let (rows, _) = rows(Some(&cut), Some(&cut));
        assert_eq!(rows.iter().map(|it| it.pointer.as_str()).collect::<Vec<_>>(), ["/1"]);
    }
}
