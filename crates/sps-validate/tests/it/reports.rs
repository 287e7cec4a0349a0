//! A report as a text, as an error of `main`, and as JSON.

use serde_json::json;
use sps_validate::{
    Constraint, Constraints, Context, EnumValue, Field, Form, Kind, Member, OtherFile, Param,
    Related, Report, Shape, Span, Subject, Target, Type, UnknownKeys, accept, explain,
    span::Position,
};

static COLOR: Type = Type::new(
    "Color",
    Shape::Enum { values: &[EnumValue::new("red"), EnumValue::new("blue")], open: false },
    Constraints::NONE,
);
static ROOM: Target = Target::new("/api/configuration/rooms");
static LAMP: Type = Type::new(
    "Lamp",
    Shape::Struct {
        fields: &[
            Field::new("level", Kind::Int { minimum: 0, maximum: 255 }),
            Field::new("color", Kind::Named(&COLOR)),
            Field::new("room", Kind::Reference(&ROOM)),
        ],
        open: false,
    },
    Constraints::new(&[
        Member::new("level").constraint(Constraint::NONE.maximum(100)),
        Member::new("color"),
        Member::new("room"),
    ]),
);

fn lamp(text: &str) -> Report {
    explain(text, &Subject::new(Kind::Named(&LAMP), Form::Request), &Context::default())
}

const WRONG: &str = r#"{"level": 101, "color": "rad", "room": "7"}"#;

#[test]
fn reads_well_as_an_error_of_main() {
    let report = lamp(WRONG);
    assert_eq!(
        format!("{report:?}"),
        "2 errors, 1 not checked\n\
         error[out-of-range] at \"/level\": number out of range; use a number from 0 to 100\n\
         error[not-in-enum] at \"/color\": unknown value; did you mean \"red\"? Allowed: \"red\", \"blue\"\n\
         not checked[reference-exists] at \"/room\": existence of the referenced object was not checked"
    );
    assert_eq!(format!("{report:#?}"), format!("{report:?}"));
    assert_eq!(format!("{:?}", Report::default()), "no errors");
}

#[test]
fn is_serialized_with_the_keys_of_the_output() {
    let json = serde_json::to_value(lamp(WRONG)).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 2);
    assert_eq!(
        json["diagnostics"][0],
        json!({
            "code": "out-of-range",
            "severity": "error",
            "pointer": "/level",
            "span": {"start": 10, "end": 13},
            "message": "number out of range",
            "params": {"minimum": 0, "maximum": 100},
            "help": "use a number from 0 to 100",
            "suggestions": [],
            "related": [],
        })
    );
    assert_eq!(json["diagnostics"][1]["params"], json!({"allowed": ["red", "blue"]}));
    assert_eq!(
        json["unchecked"],
        json!([{
            "code": "reference-exists",
            "pointer": "/room",
            "kind": "existence-unknown",
            "reason": "existence of the referenced object was not checked",
        }])
    );
}

#[test]
fn a_number_beyond_64_bits_is_serialized_as_a_string() {
    let text = |number: i128| serde_json::to_string(&Param::Int(number)).unwrap();
    assert_eq!(text(i128::from(i64::MIN)), "-9223372036854775808");
    assert_eq!(text(i128::from(u64::MAX)), "18446744073709551615");
    assert_eq!(text(i128::from(u64::MAX) + 1), "\"18446744073709551616\"");
}

#[test]
fn carries_unknown_keys_and_values_of_a_response() {
    let text = r#"{"level": 1, "color": "ultraviolet", "room": "7", "more": 1}"#;
    let subject = Subject::new(Kind::Named(&LAMP), Form::Request);
    let codes = |unknown_keys| {
        let context = Context::default().with_unknown_keys(unknown_keys);
        let report = explain(text, &subject, &context);
        assert_eq!(accept(text, &subject, &context), report.is_valid());
        report.errors().map(|it| it.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(UnknownKeys::Deny), ["not-in-enum", "unknown-key"]);
    assert_eq!(codes(UnknownKeys::Allow), ["not-in-enum"]);
    assert_eq!(codes(UnknownKeys::Carry), [] as [&str; 0]);
}

/// The annotated form, which is a feature.
#[cfg(feature = "render")]
#[test]
fn is_rendered_with_its_lines_and_without_secrets() {
    let text = "{\"level\": 1, \"color\": \"red\",\n \"room\": \"7\", \"plian\": \"hunter2\", \"col\u{7f}or\": 1}";
    let rendered = lamp(text).render(text, "lamp\u{7}.json");
    assert!(!rendered.contains("hunter2") && !rendered.contains(['\u{7f}', '\u{7}']), "{rendered}");
    let first = "\
lamp\\u0007.json:2:15: error[unknown-key] /plian: unknown key: the appliance would ignore it silently
  |
2 |  \"room\": \"7\", \"plian\": *********, \"col\u{fffd}or\": *}
  |               ^^^^^^^
";
    assert!(rendered.starts_with(first), "{rendered}");
    assert!(rendered.contains("= help: `color` is there already; remove this key"), "{rendered}");
}

#[test]
fn a_related_place_may_be_in_another_file() {
    let mut report = lamp(WRONG);
    let other = OtherFile::new("hall.json", Position { line: 3, column: 9 });
    let place = Related::new("/lamp/room".to_owned(), Span::new(40, 43), "first used here");
    report.diagnostics[0].related.push(place.in_file(other));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(
        json["diagnostics"][0]["related"],
        json!([{
            "pointer": "/lamp/room",
            "span": {"start": 40, "end": 43},
            "message": "first used here",
            "file": {"name": "hall.json", "line": 3, "column": 9},
        }])
    );
    // A place in the same text has no file.
    report.diagnostics[0].related[0].file = None;
    let json = serde_json::to_value(&report).unwrap();
    assert!(json["diagnostics"][0]["related"][0].get("file").is_none());
}
