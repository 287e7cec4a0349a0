//! Several mistakes in several types: all are reported, and nothing follows from them.

use garde::Validate;
use sps_model::{Response, UnknownFields, Optional, Resource, accept, read_response};
use sps_model::validate::Context;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, tagged, response_only(level: u64))]
struct Body {
    #[resource(rename = "place", alias = "x")]
    level: u8,
    place: Place,
    nested: Vec<Optional<Pair>>,
    good: Good,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection")]
enum Place {
    Nowhere,
    #[resource(rename = "nowhere")]
    Pair(u8, u8),
}

#[derive(Debug, Clone, PartialEq, Resource)]
struct Pair(u8, u8);

#[derive(Debug, Clone, PartialEq, Resource)]
struct Good {
    place: Place,
    color: Color,
    unknown_fields: UnknownFields,
}

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {
    Red,
    #[resource(name = "bleu")]
    Blue,
}

fn main() {
    let response: Response<BodyResponse> = read_response("").unwrap();
    let body = Body::from(response.body);
    println!("{}", serde_json::to_string(&body).unwrap());
    println!("{:?} {}", body.validate(), accept::<Body>("", &Context::default()));
    let good: GoodResponse = read_response("").unwrap();
    println!("{:?}", Good::from(good));
}
