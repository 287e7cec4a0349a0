//! Pages learned from responses.

use serde_json::{Value, json};
use sps_catalog::{Catalog, LearnError, LearnedPage, Learner};
use sps_model::validate::{Context, Form, explain};
use sps_spec::{EndpointKind, FieldType, Presence, Spec, Struct, TypeDef};

use crate::{overlay::folder, response::responses};

fn body(value: &Value) -> Value {
    json!({"key": "up", "meta": {"href": "/api/configuration/made/up"}, "body": value})
}

fn learn(bodies: &[Value]) -> LearnedPage {
    let mut learner = Learner::new().words("/list/-/mode");
    for it in bodies {
        learner.add(&body(it)).unwrap();
    }
    learner.page(&Spec::embedded()).unwrap()
}

/// The spec with the page.
fn load(page: &LearnedPage) -> Spec {
    let dir = folder("", page);
    let spec = Spec::embedded_with_overlay(dir.path());
    spec.unwrap_or_else(|errors| panic!("{errors}\n{}", page.files[0].text))
}

fn structure<'s>(spec: &'s Spec, name: &str) -> &'s Struct {
    match spec.type_def(name).unwrap() {
        TypeDef::Struct(def) => def,
        other => panic!("{other:?}"),
    }
}

#[test]
fn learns_types_null_and_presence() {
    let page = learn(&[
        json!({"a": true, "b": 1, "c": 0.5, "d": "text", "e": null, "f": [1, 2], "g": "192.0.2.1"}),
        json!({"a": false, "b": null, "c": 2, "d": "x y", "e": "later", "f": [], "g": "192.0.2.7", "h": {"i": 1}}),
    ]);
    let spec = load(&page);
    let up = structure(&spec, "Up");
    let ty = |name: &str| &up.field(name).unwrap().ty;
    assert_eq!(*ty("a"), FieldType::Bool);
    assert_eq!((ty("b"), up.field("b").unwrap().nullable), (&FieldType::Int, true));
    assert_eq!(*ty("c"), FieldType::Number);
    assert_eq!((ty("d"), up.field("d").unwrap().nullable), (&FieldType::String, false));
    assert_eq!((ty("e"), up.field("e").unwrap().nullable), (&FieldType::String, true));
    assert_eq!(*ty("f"), FieldType::List(Box::new(FieldType::Int)));
    assert_eq!(up.field("g").unwrap().constraint.format, Some(sps_spec::Format::IpAddress));
    assert_eq!(up.field("h").unwrap().presence, Presence::Optional);
    assert_eq!(up.field("a").unwrap().presence, Presence::Required);
    assert!(up.open);
}

#[test]
fn learns_references_selections_and_maps() {
    let reference =
        |path: &str, key: &str| json!({"key": key, "meta": {"href": format!("{path}/{key}")}});
    let page = learn(&[
        json!({
            "secret": reference("/api/configuration/passwords", "aaaa-1"),
            "elsewhere": reference("/api/configuration/made/targets", "bbbb-1"),
            "version": {"selection": "2c", "value": {"community": "hush"}},
            "crypt": {"selection": "starttls", "strict": true},
            "ids": {"00aa11bb22": {"x": 1}, "00aa11bb33": {"x": 2}},
            "ordered": {"@order": ["00aa11bb22"], "00aa11bb22": {"y": 1}},
            "list": [{"mode": "fast"}, {"mode": "slow"}],
        }),
        json!({
            "secret": null,
            "elsewhere": reference("/api/configuration/made/targets", "bbbb-2"),
            "version": {"selection": "none"},
            "crypt": {"selection": "disabled"},
            "ids": {},
            "ordered": {"@order": []},
            "list": [],
        }),
    ]);
    let text = &page.files[0].text;
    let spec = load(&page);
    let up = structure(&spec, "Up");
    let secret = up.field("secret").unwrap();
    assert_eq!(secret.ty, FieldType::Ref("/api/configuration/passwords".to_owned()));
    assert!(secret.nullable);
    assert!(spec.endpoint("/api/configuration/made/targets").is_some(), "{text}");
    let Some(TypeDef::Union(version)) = spec.type_def("UpVersion") else { panic!("{text}") };
    let words: Vec<_> =
        version.variants.iter().map(|it| (&*it.value, it.payload.is_some())).collect();
    assert_eq!(words, [("2c", true), ("none", false)]);
    let crypt = structure(&spec, "UpCrypt");
    assert!(crypt.field("selection").unwrap().tag);
    assert_eq!(crypt.field("strict").unwrap().presence, Presence::Optional);
    assert!(matches!(up.field("ids").unwrap().ty, FieldType::Map(_)), "{text}");
    assert!(matches!(up.field("ordered").unwrap().ty, FieldType::Ordered(_)), "{text}");
    let mode = &structure(&spec, "UpList").field("mode").unwrap().ty;
    assert!(matches!(mode, FieldType::Named(name) if name == "UpListMode"), "{text}");
}

#[test]
fn a_list_of_objects_is_a_collection() {
    let list = json!({"meta": {"href": "/api/configuration/made/boats"}, "items": [
        {"key": "1a2b", "meta": {"href": "/api/configuration/made/boats/1a2b"}, "body": {"name": "x"}},
        {"key": "1a2c", "meta": {"href": "/api/configuration/made/boats/1a2c"}, "body": {"name": "y", "size": 1}},
    ]});
    let mut learner = Learner::new();
    learner.add(&list).unwrap();
    let single = json!({"key": "9f9f", "meta": {"href": "/api/configuration/made/boats/9f9f"}, "body": {"name": "z"}});
    learner.add(&single).unwrap();
    let page = learner.page(&Spec::embedded()).unwrap();
    let spec = load(&page);
    let endpoint = spec.endpoint("/api/configuration/made/boats").unwrap();
    assert_eq!((endpoint.kind, &*endpoint.object), (EndpointKind::Collection, "Boat"));
    assert_eq!(structure(&spec, "Boat").field("size").unwrap().presence, Presence::Optional);
    // Two objects without their list show a collection too, whatever their keys look like.
    let mut learner = Learner::new();
    for name in ["left", "right"] {
        let href = format!("/api/configuration/made/boats/{name}");
        learner.add(&json!({"key": name, "meta": {"href": href}, "body": {"name": "z"}})).unwrap();
    }
    assert!(
        learner.page(&Spec::embedded()).unwrap().files[0].text.contains("kind = \"collection\"")
    );
}

#[test]
fn a_path_may_have_placeholders_and_a_body_no_wrapper() {
    let mut learner = Learner::new().endpoint("/api/made/{id}/parts");
    let response = |id: &str| json!({"key": "parts", "meta": {"href": format!("/api/made/{id}/parts")}, "count": 3});
    learner.add(&response("aa11")).unwrap();
    learner.add(&response("bb22")).unwrap();
    let other = json!({"meta": {"href": "/api/made/aa11/other"}, "body": {}});
    assert!(learner.add(&other).is_err());
    let page = learner.page(&Spec::embedded()).unwrap();
    assert_eq!(page.files[0].name, "endpoints/made/{id}/parts.toml");
    let spec = load(&page);
    let endpoint = spec.endpoint("/api/made/{id}/parts").unwrap();
    assert!(endpoint.wrappers.is_empty());
    assert_eq!(structure(&spec, &endpoint.object).field("count").unwrap().ty, FieldType::Int);
}

#[test]
fn endpoints_of_one_container_are_no_collection() {
    let mut learner = Learner::new();
    for name in ["email", "webinterface"] {
        let href = format!("/api/configuration/management/{name}");
        learner.add(&json!({"key": name, "meta": {"href": href}, "body": {"a": 1}})).unwrap();
    }
    let error = learner.page(&Spec::embedded()).unwrap_err();
    assert!(matches!(error, LearnError::OtherEndpoint { .. }), "{error}");
}

#[test]
fn refuses_what_shows_nothing() {
    let mut learner = Learner::new();
    assert_eq!(learner.add(&json!({"a": 1})), Err(LearnError::NoEndpoint));
    let error = json!({"error": {"type": "NotFound"}, "meta": {"href": "/api/x"}});
    assert_eq!(learner.add(&error), Err(LearnError::ErrorResponse));
    assert_eq!(learner.add(&json!({"meta": {"href": "/api/x"}})), Err(LearnError::NoBody));
    learner.add(&body(&json!({"a": 1}))).unwrap();
    let other = json!({"meta": {"href": "/api/configuration/other/path"}, "body": {}});
    assert!(matches!(learner.add(&other), Err(LearnError::OtherEndpoint { .. })));
    for path in ["/api/../etc", "/api/a//b", "/other", "/api/a b"] {
        let mut learner = Learner::new().endpoint(path);
        learner.add(&json!({"a": 1})).unwrap();
        assert_eq!(learner.page(&Spec::embedded()), Err(LearnError::Path(path.to_owned())));
    }
}

#[test]
fn odd_names_and_long_bodies_make_valid_pages() {
    let mut members = serde_json::Map::new();
    for name in ["type", "self", "2fa", "a-b", "a_b", "A_b", "_x", "Übung", "a.b", "q\"uote"] {
        members.insert(name.to_owned(), json!({"inner": 1}));
    }
    let many: serde_json::Map<_, _> = (0..60)
        .map(|at| (format!("member_with_a_long_name_{at}"), json!({"deep": {"x": at}})))
        .collect();
    for body in [
        json!({"odd": {"@order": [], "x": 1}, "type": 1, "a-b": {"z": 1}, "a_b": {"z": 1}}),
        Value::Object(many),
    ] {
        let page = learn(&[body]);
        load(&page);
        for file in &page.files {
            assert!(
                file.text.lines().count() <= 90,
                "{}: {}",
                file.name,
                file.text.lines().count()
            );
            assert!(file.text.lines().all(|it| it.chars().count() <= 140), "{}", file.text);
        }
    }
    // Such names make a map of it.
    assert!(learn(&[json!({"odd": members})]).files[0].text.contains("{UpOdd}"));
}

#[test]
fn the_body_may_be_anything() {
    for body in [
        json!("Europe/Paris"),
        json!(["a"]),
        json!([{"a": 1}]),
        json!(null),
        json!({}),
        json!([[{"a": null}]]),
    ] {
        load(&learn(&[body]));
    }
}

/// Leaves of a response that are no names: every string, number and key of a map.
fn leaves(value: &Value, words: &[String], found: &mut Vec<String>) {
    match value {
        Value::String(text) if !words.contains(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|it| leaves(it, words, found)),
        Value::Object(members) => {
            for (key, value) in members {
                if key.len() >= 8
                    && key.bytes().next().is_some_and(|it| it.is_ascii_hexdigit())
                    && key.contains('-')
                {
                    found.push(key.clone());
                }
                if key == "selection" {
                    continue;
                }
                leaves(value, words, found);
            }
        }
        _ => {}
    }
}

#[test]
fn no_value_of_a_response_is_on_a_page() {
    let spec = Spec::embedded();
    let mut count = 0;
    for endpoint in &spec.endpoints {
        let responses = responses(&spec, endpoint);
        if responses.is_empty() {
            continue;
        }
        let mut learner = Learner::new().endpoint(&endpoint.path);
        for it in &responses {
            learner.add(it).unwrap();
        }
        let page = learner.page(&spec).unwrap();
        // Names of unions with another tag than `selection` are members, and may be words of the API.
        let words: Vec<String> = spec
            .types()
            .filter_map(|def| match def {
                TypeDef::Enum(def) => Some(def.values.iter().map(|it| it.value.clone())),
                _ => None,
            })
            .flatten()
            .collect();
        let mut found = Vec::new();
        for it in &responses {
            let mut body = it.get("body").unwrap_or(it).clone();
            if let Some(members) = body.as_object_mut().filter(|_| it.get("body").is_none()) {
                members.retain(|key, _| !matches!(key.as_str(), "key" | "meta"));
            }
            leaves(&body, &words, &mut found);
        }
        for leaf in found.iter().filter(|it| it.len() > 3 && !it.starts_with("/api/")) {
            count += 1;
            for file in &page.files {
                assert!(
                    !file.text.contains(leaf.as_str()),
                    "{leaf:?} is in {}:\n{}",
                    file.name,
                    file.text
                );
            }
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn words_are_taken_over_only_where_they_are_asked_for() {
    let value = json!({"list": [{"mode": "fast", "name": "fast-lane"}], "mode": "quiet"});
    let text = &learn(&[value]).files[0].text;
    assert!(
        text.contains("fast = ") && !text.contains("fast-lane") && !text.contains("quiet"),
        "{text}"
    );
}

#[test]
fn a_learned_page_checks_bodies() {
    let page = learn(&[
        json!({"a": 1, "ref": {"key": "aa-1", "meta": {"href": "/api/configuration/passwords/aa-1"}}}),
    ]);
    let catalog = Catalog::new(&load(&page)).unwrap();
    let subject = catalog.subject("/api/configuration/made/up", Form::Request).unwrap();
    let report = explain(r#"{"a": "x", "ref": "aa-1", "new": 1}"#, &subject, &Context::default());
    let found: Vec<_> = report.errors().map(|it| (it.code, &*it.pointer)).collect();
    assert_eq!(found, [("wrong-type", "/a")]);
    assert!(report.unchecked.iter().any(|it| it.pointer == "/new"));
}

/// Keys of objects, addresses and host names are no names and no words of the API.
#[test]
fn keys_and_addresses_are_on_no_page() {
    let spec = Spec::embedded();
    let learn = |href: &str, body: serde_json::Value| {
        let mut learner = Learner::new();
        learner.add(&json!({"key": "x", "meta": {"href": href}, "body": body}))?;
        learner.page(&spec)
    };
    let uuid = "8d4f4a1c-52a5-4a3c-9b0e-3f5a1c2d7e60";
    let link = |href: String| {
        let key = href.rsplit('/').next().unwrap().to_owned();
        json!({"r": {"key": key, "meta": {"href": href}}})
    };
    for (at, body, hidden) in [
        ("zz/list", link(format!("/api/configuration/zz/{uuid}/q")), uuid),
        ("zz/list", link("/api/configuration/zz/-100/q".to_owned()), "-100"),
        (
            "zz/list",
            link("/api/configuration/plugins/aa/SECRETPLUGIN/sub/K".to_owned()),
            "SECRETPLUGIN",
        ),
        ("zz/alice", link("/api/configuration/zz/alice/q".to_owned()), "ref zz/alice"),
        ("zz/list", json!({"selection": "10.1.2.3"}), "10.1.2.3"),
        ("zz/list", json!({"selection": "corp.example"}), "corp.example"),
        ("zz/list", json!({"selection": "00112233445566778899aabbccddeeff"}), "00112233"),
    ] {
        let page = learn(&format!("/api/configuration/{at}"), body).unwrap();
        assert_eq!(page.files.len(), 1, "{hidden}");
        assert!(!page.files[0].text.contains(hidden), "{}", page.files[0].text);
    }
    assert!(learn("/api/configuration/zz/x/8d4f4a1c-52a5/sub", json!({"a": 1})).is_err());
    // A short word of the API may have the form of an ID.
    let page = learn("/api/configuration/zz/list", json!({"selection": "2c"})).unwrap();
    assert!(page.files[0].text.contains("2c"), "{}", page.files[0].text);
}
