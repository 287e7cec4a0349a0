//! `sps request`.

use crate::support::*;

#[test]
fn a_response_becomes_a_body_and_stays_one() {
    let dir = Dir::new("becomes").with("response.json", EMAIL_RESPONSE);
    dir.sps(&["request", "response.json"]).is(0, EMAIL_REQUEST, "");
    // From standard input, named or not.
    dir.sps_with(&["request"], EMAIL_RESPONSE).is(0, EMAIL_REQUEST, "");
    dir.sps_with(&["request", "-"], EMAIL_RESPONSE).is(0, EMAIL_REQUEST, "");
    // Once more.
    dir.sps_with(&["request", "-e", "management/email"], EMAIL_REQUEST).is(0, EMAIL_REQUEST, "");
    let run = dir.sps_with(&["check", "-", "-e", "management/email"], EMAIL_REQUEST);
    assert_eq!(run.status, 0, "{}", run.all());
}

#[test]
fn a_list_of_one_is_taken_for_the_one() {
    let item = r#"{"key": "9", "body": {"name": "a", "rules": []}, "meta": {}}"#;
    let list = |items: &str| {
        format!(
            r#"{{"items": [{items}], "meta": {{"href": "/api/configuration/rdp/channel_policies"}}}}"#
        )
    };
    let dir = Dir::new("of_one");
    let run = dir.sps_with(&["request"], list(item));
    run.is(0, "{\n  \"name\": \"a\",\n  \"rules\": []\n}\n", "");
    dir.sps_with(&["request"], list(r#"{"key": "9", "meta": {}}"#))
        .fails(2, "the item of this list has no body; pass");
    dir.sps_with(&["request"], list("")).fails(2, "this list has 0 items; pass one item");
    dir.sps_with(&["request"], POLICIES).fails(2, "this list has 2 items; pass one item");
}

#[test]
fn a_response_without_a_body_is_refused() {
    let dir = Dir::new("no_body");
    let meta = r#"{"meta": {"href": "/api/configuration/rdp/channel_policies/9"}}"#;
    dir.sps_with(&["request"], meta).fails(2, "has no body; pass a response to a GET");
    dir.sps_with(&["request"], CONTAINER).fails(2, "it only holds other endpoints");
    let info = r#"{"body": {}, "meta": {"href": "/api/info"}}"#;
    dir.sps_with(&["request"], info).fails(2, "/api/info takes no request body\n");
    let null =
        r#"{"key": "k", "meta": {"href": "/api/configuration/management/email"}, "body": null}"#;
    dir.sps_with(&["request"], null).fails(2, "the body of this response is null");
}

#[test]
fn a_response_with_two_bodies_is_refused() {
    let two = r#"{"meta": {}, "body": {"timeout": 10}, "body": {"timeout": 12}}"#;
    let run = Dir::new("two_bodies").sps_with(&["request", "-e", "management/webinterface"], two);
    run.fails(2, "duplicate key `body`");
}

#[test]
fn a_response_of_newer_firmware_is_still_a_response() {
    let text = r#"{"key": "k", "meta": {"href": "/api/configuration/management/webinterface"},
        "body": {"timeout": 10}, "extra": {"some": "thing"}}"#;
    let dir = Dir::new("newer");
    dir.sps_with(&["request"], text).is(0, "{\n  \"timeout\": 10\n}\n", "");
    let run = dir.sps_with(&["check", "-v", "-"], text);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stdout.contains("/extra"), "{}", run.all());
    let run = dir.sps_with(&["check", "--as", "request", "-"], text);
    assert!(run.stdout.contains("error[response-wrapper]"), "{}", run.all());
}

#[test]
fn broken_json_is_located() {
    let dir = Dir::new("located").with("management/email.json", "{\n  \"body\": }");
    let run = dir.sps(&["request", "management/email.json"]);
    run.fails(1, "error: management/email.json:2:11: invalid JSON: ");
    let deep = "[".repeat(65) + &"]".repeat(65);
    dir.sps_with(&["request"], deep)
        .fails(1, "error: -:1:65: objects and arrays are nested deeper than 64");
}

#[test]
fn unreadable_files_have_another_status_than_wrong_ones() {
    let dir = Dir::new("unreadable").with("x.json", b"\xff").with("d/x.json", "{}");
    dir.sps(&["request", "gone.json"]).is(2, "", "error: gone.json: no such file or directory\n");
    dir.sps(&["request", "d"]).is(2, "", "error: d: expected a file, found a directory\n");
    dir.sps(&["request", "x.json"]).fails(2, "invalid UTF-8");
}
