//! Generated types as Rust sees them: constants, builders, twins, secrets.

use serde_json::json;
use sps_catalog::Catalog;
use sps_model::{
    Endpoint, EndpointKind, Key, Method, NoBody, Object, read_response,
    validate::{Form, Kind, Target, Version, Versions},
};

use crate::{
    generated,
    specs::{spec, specs},
};

/// Compiles if the endpoint has these bodies.
fn bodies<E: Endpoint<Request = R, Response = A>, R, A>() {}

#[test]
fn endpoints_are_constants() {
    use generated::{Empty, Forms, Room, State, Vault, Versioned, Work};

    assert_eq!((Vault::PATH, Vault::KIND), ("/api/vaults", EndpointKind::Collection));
    assert_eq!(Vault::TARGET, Target::single_use("/api/vaults"));
    assert_eq!(Room::TARGET, Target::new("/api/rooms"));
    assert_eq!(Room::METHODS, [Method::Get, Method::Post]);
    assert_eq!((Empty::KIND, Empty::TITLE), (EndpointKind::Container, "Empty"));
    assert_eq!((State::KIND, Forms::KIND), (EndpointKind::Status, EndpointKind::Singleton));
    assert_eq!((Work::KIND, Work::WRAPPERS), (EndpointKind::Job, &["body", "work"][..]));
    assert_eq!(Work::VERSIONS, Versions::since(Version::new(6, 0, 0, 0)));
    let versions = Versions::since(Version::new(5, 0, 0, 0)).until(Version::new(7, 0, 3, 0));
    assert_eq!(Versioned::VERSIONS, versions);
    assert_eq!(Forms::VERSIONS, Versions::ALL);

    bodies::<Empty, NoBody, NoBody>();
    bodies::<Vault, NoBody, NoBody>();
    bodies::<Room, Room, generated::RoomResponse>();
    bodies::<State, NoBody, State>();
    bodies::<Work, generated::WorkOrder, generated::WorkState>();
    let paths: Vec<_> = generated::ENDPOINTS.iter().map(|endpoint| endpoint.path).collect();
    assert!(paths.is_sorted() && paths.contains(&"/api/rules"), "{paths:?}");
}

#[test]
fn new_asks_for_what_has_no_empty_value() {
    use generated::{FieldInner, FieldWord};

    let inner = FieldInner::new(FieldWord::VeryFast, "h", true).with_optional(2).with_type_(false);
    let written = json!({"mode": "very-fast", "nullable": null, "optional": 2, "type": false,
        "with-hyphen": "h", "kept": true, "secret": null});
    assert_eq!(serde_json::to_value(&inner).unwrap(), written);
}

#[test]
fn members_have_the_facts_that_files_need() {
    fn facts(kind: Kind) -> Vec<(&'static str, bool, bool, Option<&'static str>)> {
        let Kind::Named(ty) = kind else { panic!("a room is an object") };
        let members = ty.constraints.members.iter();
        members.map(|it| (it.name, it.is_label, it.is_unordered, it.default)).collect()
    }
    let expected = [
        ("floor", false, false, Some("0")),
        ("label", true, false, Some(r#""a \"b\" \\""#)),
        ("seats", false, true, None),
        ("plain", false, false, None),
    ];
    assert_eq!(facts(<generated::Room as sps_model::Describe>::KIND), expected);
    // The tables that are made at run time have the same.
    let catalog = Catalog::new(&spec(&specs())).unwrap();
    assert_eq!(facts(catalog.subject("/api/rooms", Form::Request).unwrap().body), expected);
}

#[test]
fn secrets_are_not_printed() {
    let inner = generated::FieldInner::new(generated::FieldWord::Slow, "seen", true);
    let inner = inner.with_secret(Some(sps_model::Secret::new("hunter2")));
    let printed = format!("{inner:?}");
    assert!(printed.contains("seen") && !printed.contains("hunter2"), "{printed}");

    let received = r#"{"mode": "slow", "nullable": null, "with-hyphen": "seen", "kept": true, "secret": "hunter2"}"#;
    let response: generated::FieldInnerResponse = read_response(received).unwrap();
    let printed = format!("{response:?}");
    assert!(printed.contains("seen") && !printed.contains("hunter2"), "{printed}");
}

#[test]
fn responses_have_members_of_their_own() {
    let received = json!({"name": "n", "created": "2024-05-06T07:08:09+00:00",
        "last-room": {"key": "r", "meta": {"href": "/api/rooms/r"}}, "history": [{"at": "a"}]});
    let response: generated::FormsResponse = read_response(&received.to_string()).unwrap();
    let room = response.last_room.as_ref().and_then(Option::as_ref).unwrap();
    assert_eq!((room.key(), room.href()), (&Key::new("r"), Some("/api/rooms/r")));
    assert_eq!(serde_json::to_value(&response).unwrap(), received);
    let request = generated::Forms::from(response);
    assert_eq!(serde_json::to_value(&request).unwrap(), json!({"name": "n"}));
}
