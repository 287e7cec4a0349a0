//! An endpoint that no source describes, declared by its user with `sps-model` alone.

#![deny(warnings)]
#![warn(missing_docs, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![warn(elided_lifetimes_in_paths, unused_lifetimes, unused_qualifications)]

use std::collections::BTreeMap;

use appliance::{
    Constrained, Endpoint, EndpointKind, Key, Method, Object, Optional, Password, Resource,
    Unknown, UnknownFields,
    validate::{
        Check, Constraint, Constraints, Context, Input, Member, Outcome, Rule, Severity, Target,
    },
};

/// Couriers: another collection, known by its path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Courier {}

impl Object for Courier {
    const TARGET: Target = Target::new("/api/configuration/couriers");
}

/// How parcels are delivered.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(crate = appliance, builder, constrained, response_only(delivered: u64, last: Optional<Key<Courier>>))]
#[non_exhaustive]
pub struct Delivery {
    /// Who may open a parcel.
    pub password: Key<Password>,
    /// Least number of parcels in a delivery.
    pub least: u8,
    /// Greatest number of parcels in a delivery.
    pub most: u8,
    /// Where parcels go.
    pub destination: Destination,
    /// Who delivers, by district.
    #[resource(default)]
    pub couriers: BTreeMap<String, Vec<Key<Courier>>>,
    unknown_fields: UnknownFields,
}

impl Constrained for Delivery {
    const CONSTRAINTS: Constraints = Constraints::new(&[
        Member::new("password"),
        Member::new("least").constraint(Constraint::NONE.minimum(1)),
    ])
    .rules(&[Rule::new(
        "delivery-bounds",
        Severity::Error,
        &["most"],
        &[&["least"], &["most"]],
        Check::Inputs(bounds),
    )
    .says("fewer at most than at least", "raise `most`")]);
}

fn bounds(inputs: &[Input<'_>], _: &Context<'_>) -> Outcome {
    match (inputs[0].int(), inputs[1].int()) {
        (Some(least), Some(most)) => (least <= most).into(),
        _ => Outcome::Holds,
    }
}

/// Where parcels go.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(crate = ::appliance, tag = "selection", content = "value")]
#[non_exhaustive]
pub enum Destination {
    /// Nowhere.
    Nowhere,
    /// To a door.
    Door(Door),
    /// What no source shows, as it came.
    Unknown(Unknown),
}

/// A door.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(crate = appliance, same)]
#[non_exhaustive]
pub struct Door {
    /// Its color.
    pub color: Color,
    unknown_fields: UnknownFields,
}

/// A color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Resource)]
#[resource(crate = appliance)]
#[non_exhaustive]
pub enum Color {
    /// Red.
    Red,
    /// Gray, however it is spelled.
    #[resource(alias = "grey")]
    Gray,
}

impl Endpoint for Delivery {
    type Request = Self;
    type Response = DeliveryResponse;
    const PATH: &'static str = "/api/configuration/delivery";
    const KIND: EndpointKind = EndpointKind::Singleton;
    const METHODS: &'static [Method] = &[Method::Get, Method::Put];
    const TITLE: &'static str = "Delivery";
    const DOC: &'static str = "How parcels are delivered.";
}

#[cfg(test)]
mod tests {
    use appliance::{EndpointInfo, Response, accept, explain, read, read_response, validate::Form};

    use super::*;

    const RESPONSE: &str = r#"{"key": "delivery", "meta": {"href": "/api/configuration/delivery"}, "body": {
        "password": {"key": "p", "meta": {"href": "/api/configuration/passwords/p"}},
        "least": 1, "most": 2, "delivered": 7,
        "last": {"key": "c", "meta": {"href": "/api/configuration/couriers/c"}},
        "destination": {"selection": "door", "value": {"color": "gray", "knocker": "lion"}},
        "couriers": {"north": [{"key": "c", "meta": {"href": "/api/configuration/couriers/c"}}]}}}"#;

    const REQUEST: &str = r#"{"password": "p", "least": 1, "most": 2,
        "destination": {"selection": "door", "value": {"color": "grey"}}, "couriers": {"north": ["c"]}}"#;

    #[test]
    fn the_response_becomes_the_request() {
        let response: Response<DeliveryResponse> = read_response(RESPONSE).unwrap();
        assert_eq!(response.body.delivered, 7);
        assert_eq!(response.body.password.href(), Some("/api/configuration/passwords/p"));
        let last = response.body.last.as_ref().and_then(|last| last.href());
        assert_eq!(last, Some("/api/configuration/couriers/c"));

        let mut request = Delivery::from(response.body);
        let expected: Delivery = read(REQUEST, &Context::default()).unwrap();
        assert_ne!(request, expected, "the knocker is kept");
        let Destination::Door(door) = &mut request.destination else { panic!("{request:?}") };
        assert_eq!(format!("{:?}", door.unknown_fields), r#"{"knocker"}"#);
        door.unknown_fields = UnknownFields::default();
        assert_eq!(request, expected);
        assert!(request.unknown_fields().is_empty());
    }

    #[test]
    fn accept_and_explain_check_it() {
        let context = Context::default();
        assert!(accept::<Delivery>(REQUEST, &context));
        for (from, to, code, pointer) in [
            (r#""least": 1"#, r#""least": 0"#, "out-of-range", "/least"),
            (r#""least": 1"#, r#""least": 3"#, "delivery-bounds", "/most"),
            (r#""p""#, r#"{"key": "p", "meta": {}}"#, "reference-object", "/password"),
            (r#""grey""#, r#""green""#, "not-in-enum", "/destination/value/color"),
            (r#""most""#, r#""mots""#, "missing-key", "/most"),
            (r#""most""#, r#""delivered": 7, "most""#, "unknown-key", "/delivered"),
        ] {
            let text = REQUEST.replace(from, to);
            assert!(!accept::<Delivery>(&text, &context), "{text}");
            let report = explain::<Delivery>(&text, Form::Request, &context);
            let found = report.errors().any(|it| it.code == code && it.pointer == pointer);
            assert!(found, "{report}");
        }
        assert!(explain::<Delivery>(RESPONSE, Form::Response, &context).is_valid());
    }

    #[test]
    fn the_endpoint_is_a_value_too() {
        const DELIVERY: EndpointInfo = EndpointInfo::of::<Delivery>();
        assert_eq!(DELIVERY.path, Delivery::PATH);
        let request = Delivery::new("p", 1, 2, Destination::Nowhere).with_most(3);
        assert_eq!((request.most, request.couriers.len()), (3, 0));
        assert_eq!(request.destination.tag(), "nowhere");
        assert_eq!(Color::Gray.as_str(), "gray");
    }
}
