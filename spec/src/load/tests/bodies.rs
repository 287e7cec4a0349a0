//! Bodies that are lists, texts or maps, and types that are open.

use super::{HEAD, SOURCES, load, messages};
use crate::{Body, Constraint, Endpoint, FieldType, Literal, Spec, TypeDef};

/// The one endpoint of a spec with this line in its head, and these types.
#[track_caller]
fn one(head: &str, types: &str) -> (Endpoint, Spec) {
    let spec = load(&format!("{HEAD}{head}\n{types}")).unwrap_or_else(|errors| panic!("{errors}"));
    (spec.endpoints[0].clone(), spec)
}

const ROUTE: &str = "[Route]\n_ = { doc = 'A route.' }\nto = { type = 'string', doc = 'To.' }";

#[test]
fn a_body_can_be_a_list_a_text_or_a_map() {
    let route = || Box::new(FieldType::Named("Route".to_owned()));
    let filled = Constraint { min_length: Some(1), ..Constraint::default() };
    for (head, types, ty, constraint) in [
        ("response = '[Route]'", ROUTE, FieldType::List(route()), Constraint::default()),
        ("response = '{Route}'", ROUTE, FieldType::Map(route()), Constraint::default()),
        ("response = 'ordered {Route}'", ROUTE, FieldType::Ordered(route()), Constraint::default()),
        ("response = 'string(1..)'", "", FieldType::String, filled),
        ("response = 'number'", "", FieldType::Number, Constraint::default()),
    ] {
        let (it, _) = one(head, types);
        let Some(body) = it.response else { panic!("{head}") };
        assert_eq!((&body.ty, &body.constraint, body.name()), (&ty, &constraint, None), "{head}");
        // Where nothing else is given, a request is the same.
        assert_eq!(it.request.as_ref(), Some(&body), "{head}");
    }
    let (it, _) = one("response = '[Route]'\nrequest = 'Route'", ROUTE);
    assert_eq!(it.request.as_ref().and_then(Body::name), Some("Route"));
    let (it, _) = one("kind = 'status'\nresponse = '[Route]'", ROUTE);
    assert_eq!(it.request, None);
}

#[test]
fn a_body_that_is_no_object_has_its_example_in_the_head() {
    let (it, _) = one("response = 'string(1..)'\nexample = 'Europe/Paris'", "");
    let example = it.request.and_then(|body| body.example);
    assert_eq!(example, Some(Literal::Str("Europe/Paris".to_owned())));
    let wrong = |head: &str| messages(&format!("{HEAD}{head}"));
    assert_eq!(wrong("response = 'string'\nexample = 5"), ["expected a string"]);
    assert_eq!(
        wrong("response = '[Rout]'"),
        ["the body of this endpoint is `Rout`, and no file has such a type"]
    );
    assert_eq!(
        wrong("response = 'ordered [Route]'"),
        ["an ordered map is written as `ordered {T}`"]
    );
}

#[test]
fn an_open_endpoint_opens_its_object_and_not_the_values_of_a_map() {
    let is_open = |response: &str| {
        let head = format!("completeness = 'open'\nobject = 'Route'\nresponse = '{response}'");
        let (_, spec) = one(&head, ROUTE);
        match spec.type_def("Route") {
            Some(TypeDef::Struct(it)) => it.open,
            _ => panic!("a struct"),
        }
    };
    assert!(is_open("Route") && is_open("[Route]"));
    assert!(!is_open("{Route}") && !is_open("ordered {Route}"));
}

#[test]
fn enums_and_unions_can_be_open() {
    let types = |about: &str| {
        format!(
            "[X]\nmode = {{ type = 'Mode', doc = 'A mode.' }}\nhost = {{ type = 'Host', doc = 'A host.' }}\n\
             [enum.Mode]\n{about}\nslow = 'Slow.'\n[union.Host]\n{about}\nnone = 'No host.'"
        )
    };
    let open = |about: &str| {
        let (_, spec) = one("", &types(about));
        match (spec.type_def("Mode"), spec.type_def("Host")) {
            (Some(TypeDef::Enum(mode)), Some(TypeDef::Union(host))) => {
                // What speaks of the type is no value and no variant of it.
                assert_eq!((mode.values.len(), host.variants.len()), (1, 1));
                (mode.open, host.open)
            }
            _ => panic!("an enum and a union"),
        }
    };
    assert_eq!(open(""), (false, false));
    assert_eq!(open("_ = { open = false }"), (false, false));
    assert_eq!(open("_ = { open = true }"), (true, true));
}

#[test]
fn reads_bodies_and_members_of_every_shape() {
    let files = [
        ("sources.toml", SOURCES),
        (
            "codes.toml",
            "[structural]\nip-network = { title = 't', why = 'w', breaks = 'b', holds = 'h', help = 'f', inferred = 'i' }",
        ),
        (
            "endpoints/configuration/routes.toml",
            "[endpoint]\ntitle = 'T'\ndoc = 'D.'\nsource = 's'\nresponse = '[Route]'\n\
             [Route]\nnet = { type = 'ip-network', doc = 'N.' }\nload = { type = 'number', doc = 'L.' }\n\
             nic = { type = 'ref nics#ports', doc = 'R.' }",
        ),
        (
            "endpoints/configuration/nics.toml",
            "[endpoint]\ntitle = 'T'\ndoc = 'D.'\nsource = 's'\nkind = 'collection'\nordered = true\n\
             [Nic]\nports = { type = 'ordered {Mode}', doc = 'P.' }\n\
             [enum.Mode]\n_ = { open = true }\na = 'A.'\n\
             [builtin]\nnic1 = { ports = { \"@order\" = [] }, _since = '7.0' }",
        ),
        (
            "endpoints/audit/{id}/part.toml",
            "[endpoint]\ntitle = 'T'\ndoc = 'D.'\nsource = 's'\nkind = 'action'\nupload = 'application/zip'\nwrappers = []\n\
             [Part]\na = { type = 'bool', doc = 'A.' }\n[query]\nlimit = { type = 'int(1..=5) parts', doc = 'L.' }",
        ),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let spec = Spec::from_files(files).unwrap_or_else(|errors| panic!("{errors}"));
    let routes = spec.endpoint("/api/configuration/routes").unwrap();
    let list = FieldType::List(Box::new(FieldType::Named("Route".to_owned())));
    assert_eq!(routes.request.as_ref().map(|it| &it.ty), Some(&list));
    let Some(TypeDef::Struct(route)) = spec.type_def("Route") else { panic!() };
    let types: Vec<_> = route.fields.iter().map(|it| it.ty.clone()).collect();
    let part = FieldType::Ref("/api/configuration/nics#ports".to_owned());
    assert_eq!(types, [FieldType::String, FieldType::Number, part]);
    let nics = spec.endpoint("/api/configuration/nics").unwrap();
    let builtin = &nics.builtins[0];
    assert_eq!((&*builtin.key, &*builtin.body), ("nic1", r#"{"ports":{"@order":[]}}"#));
    assert!(nics.ordered && builtin.versions.since.is_some());
    assert!(matches!(spec.type_def("Mode"), Some(TypeDef::Enum(it)) if it.open));
    let action = spec.endpoint("/api/audit/{id}/part").unwrap();
    assert!(action.has_placeholders() && action.wrappers.is_empty() && action.request.is_none());
    assert_eq!((&*action.upload[0], &*action.query[0].name), ("application/zip", "limit"));
}
