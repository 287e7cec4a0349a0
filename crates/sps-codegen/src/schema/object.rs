//! Objects of a schema, and how several are said as one.

use crate::json::Json;

/// The keywords of one schema, in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Object(Vec<(String, Json)>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The same with one more keyword.
    pub(crate) fn with(mut self, keyword: &str, value: impl Into<Json>) -> Self {
        self.0.push((keyword.to_owned(), value.into()));
        self
    }

    /// The same with one more keyword, if there is a value for it.
    pub(crate) fn with_some(self, keyword: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(keyword, value),
            None => self,
        }
    }

    /// The same with all keywords of another, which has none of these.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The keywords, or the members of a map of schemas.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Object> for Json {
    fn from(it: Object) -> Self {
        Self::Object(it.0)
    }
}

impl From<Vec<Self>> for Json {
    fn from(it: Vec<Self>) -> Self {
        Self::List(it)
    }
}

/// Words as a list of strings.
pub(crate) fn strings<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> Json {
    words.into_iter().map(|it| Json::from(it.as_ref())).collect::<Vec<_>>().into()
}

/// A schema that demands one of these.
pub(crate) fn any_of(parts: impl IntoIterator<Item = Object>) -> Object {
    let parts = parts.into_iter().map(Json::from).collect::<Vec<_>>();
    Object::new().with("anyOf", parts)
}

/// A schema that demands all of these. What can be side by side does, the rest goes under `allOf`.
pub(super) fn all(parts: impl IntoIterator<Item = Object>) -> Object {
    let mut merged = Object::new();
    let mut rest: Vec<Json> = Vec::new();
    for part in parts {
        match merge(&merged.0, &part.0) {
            Some(both) => merged = Object(both),
            None => rest.push(part.into()),
        }
    }
    match (rest.is_empty(), merged.0.iter_mut().find(|(keyword, _)| keyword == "allOf")) {
        (true, _) => merged,
        (false, Some((_, Json::List(parts)))) => {
            parts.extend(rest);
            merged
        }
        (false, _) => merged.with("allOf", rest),
    }
}

/// The keywords of both, unless they say different things of the same.
fn merge(left: &[(String, Json)], right: &[(String, Json)]) -> Option<Vec<(String, Json)>> {
    let mut merged = left.to_vec();
    for (keyword, value) in right {
        let Some((_, there)) = merged.iter_mut().find(|(other, _)| other == keyword) else {
            merged.push((keyword.clone(), value.clone()));
            continue;
        };
        *there = match (keyword.as_str(), &*there, value) {
            _ if there == value => continue,
            ("required", Json::List(there), Json::List(more)) => {
                let new = more.iter().filter(|it| !there.contains(it));
                Json::List(there.iter().chain(new).cloned().collect())
            }
            ("properties", Json::Object(there), Json::Object(more)) => {
                Json::Object(merge_members(there, more)?)
            }
            _ => return None,
        };
    }
    Some(merged)
}

fn merge_members(left: &[(String, Json)], right: &[(String, Json)]) -> Option<Vec<(String, Json)>> {
    let mut merged = left.to_vec();
    for (name, schema) in right {
        match merged.iter_mut().find(|(other, _)| other == name) {
            Some((_, there)) => match (&*there, schema) {
                (Json::Object(left), Json::Object(right)) => {
                    *there = Json::Object(merge(left, right)?);
                }
                _ => return None,
            },
            None => merged.push((name.clone(), schema.clone())),
        }
    }
    Some(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demands(name: &str, value: &str) -> Object {
        let member = Object::new().with("const", value);
        Object::new()
            .with("required", strings([name]))
            .with("properties", Object::new().with(name, member))
    }

    #[test]
    fn parts_that_do_not_collide_are_side_by_side() {
        let both = all([demands("a", "x"), demands("b", "y"), demands("a", "x")]);
        let properties = Object::new()
            .with("a", Object::new().with("const", "x"))
            .with("b", Object::new().with("const", "y"));
        let expected =
            Object::new().with("required", strings(["a", "b"])).with("properties", properties);
        assert_eq!(both, expected);
    }

    #[test]
    fn what_collides_goes_under_all_of() {
        let both = all([demands("a", "x"), demands("a", "y")]);
        assert_eq!(both, demands("a", "x").with("allOf", vec![Json::from(demands("a", "y"))]));
    }
}
