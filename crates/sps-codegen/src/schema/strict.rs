//! What validators ask for in their strict modes, so that a mistake in a schema shows: a `type` beside every keyword that
//! is about values of one type, and in `properties` every member that is `required`.
//!
//! The verdict stays the same: null and values of other types are left to the schema that names the type.

use super::object::strings;
use crate::json::Json;

/// Keywords about values of one type.
const ABOUT: [(&str, &[&str]); 4] = [
    ("string", &["pattern", "format", "minLength", "maxLength"]),
    ("number", &["minimum", "maximum"]),
    ("array", &["items", "minItems", "maxItems"]),
    ("object", &["properties", "required", "additionalProperties", "propertyNames"]),
];
/// Keywords with a schema of the same value.
const OF_SAME: [&str; 4] = ["if", "then", "else", "not"];
/// Keywords with a list of schemas of the same value.
const LISTS_OF_SAME: [&str; 2] = ["allOf", "anyOf"];
/// Keywords with a schema of other values.
const OF_OTHERS: [&str; 3] = ["items", "additionalProperties", "propertyNames"];
/// Keywords with a schema of other values for each name.
const MAPS_OF_OTHERS: [&str; 2] = ["properties", "$defs"];

/// Adds what is missing to a schema and those in it. `is_typed`: the type is named around it.
pub(super) fn strict(schema: &mut Json, is_typed: bool) {
    let Json::Object(keywords) = schema else { return };
    add_properties(keywords);
    let is_typed = is_typed || has(keywords, "type") || add_type(keywords);
    for (keyword, value) in keywords {
        let keyword = keyword.as_str();
        if OF_SAME.contains(&keyword) {
            strict(value, is_typed);
        } else if OF_OTHERS.contains(&keyword) {
            strict(value, keyword == "propertyNames");
        } else if let (true, Json::List(parts)) = (LISTS_OF_SAME.contains(&keyword), &mut *value) {
            for part in parts {
                strict(part, is_typed);
            }
        } else if let (true, Json::Object(parts)) = (MAPS_OF_OTHERS.contains(&keyword), value) {
            for (_, part) in parts {
                strict(part, false);
            }
        }
    }
}

fn has(keywords: &[(String, Json)], name: &str) -> bool {
    keywords.iter().any(|(keyword, _)| keyword == name)
}

fn add_properties(keywords: &mut Vec<(String, Json)>) {
    let required: Vec<String> = match keywords.iter().find(|(keyword, _)| keyword == "required") {
        Some((_, Json::List(names))) => {
            names.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        _ => return,
    };
    if !has(keywords, "properties") {
        keywords.push(("properties".to_owned(), Json::Object(Vec::new())));
    }
    let properties = keywords.iter_mut().find(|(keyword, _)| keyword == "properties");
    let Some((_, Json::Object(properties))) = properties else { return };
    for name in required {
        if !has(properties, &name) {
            properties.push((name, Json::Bool(true)));
        }
    }
}

/// Names the type that the keywords are about, and null, about which they say nothing.
fn add_type(keywords: &mut Vec<(String, Json)>) -> bool {
    let is_about = |names: &[&str]| names.iter().any(|name| has(keywords, name));
    let Some((name, _)) = ABOUT.iter().find(|(_, names)| is_about(names)) else { return false };
    keywords.insert(0, ("type".to_owned(), strings([name, "null"])));
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::object::Object;

    #[test]
    fn adds_types_and_properties_where_they_are_missing() {
        let pattern = || Object::new().with("pattern", "^a$");
        let required = Object::new().with("required", strings(["a"]));
        let schema = Object::new()
            .with("type", "object")
            .with("if", required)
            .with("properties", Object::new().with("b", pattern()));
        let mut schema = Json::from(schema);
        strict(&mut schema, false);
        let typed = Object::new().with("type", strings(["string", "null"])).and(pattern());
        let complete = Object::new()
            .with("required", strings(["a"]))
            .with("properties", Object::new().with("a", true));
        let expected = Object::new()
            .with("type", "object")
            .with("if", complete)
            .with("properties", Object::new().with("b", typed));
        assert_eq!(schema, Json::from(expected));
    }
}
