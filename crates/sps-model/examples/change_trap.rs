//! Reads a response, changes it, and writes the body of the PUT.

use sps_model::{
    Response,
    management::{SnmpTrap, SnmpTrapResponse, SnmpVersion},
    read_response,
    validate::Context,
    write,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The response of `GET /api/configuration/management/snmp/trap`: references are objects.
    let text = r#"{"key": "trap", "meta": {}, "body": {"enabled": true, "added_in_9": 1, "version": {"selection": "3", "value": {
        "server": {"selection": "ip", "value": "192.0.2.25"}, "username": "trapper", "engine_id": "0x0123456789",
        "auth_method": "sha", "auth_password": {"key": "d21f3675", "meta": {"href": "/api/configuration/passwords/d21f3675"}},
        "encryption_method": "none", "encryption_password": null}}}}"#;
    let response: Response<SnmpTrapResponse> = read_response(text)?;
    let mut trap = SnmpTrap::from(response.body); // Now they are bare keys, as a PUT wants them.
    if let SnmpVersion::V3(v3) = &mut trap.version {
        v3.engine_id = "0x0123456789ABCDEF".into();
    }
    let body = write(&trap, &Context::default())?; // Or every mistake at once, with its place.
    assert!(body.contains(r#""auth_password":"d21f3675""#) && body.contains("added_in_9"));
    Ok(())
}
