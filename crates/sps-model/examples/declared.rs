//! Declares one type, which becomes that of requests and that of responses.

use sps_model::{Key, Resource, UnknownFields, passwords::Password};

/// How to reach a backup server.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder)]
pub struct Backup {
    /// Its address.
    pub server: String,
    /// The reference of its password; null if it asks for none.
    #[resource(default)]
    pub password: Option<Key<Password>>,
    unknown_fields: UnknownFields,
}

fn main() -> Result<(), serde_json::Error> {
    let text = r#"{"server": "192.0.2.7", "added_in_9": 1, "password":
        {"key": "d21f", "meta": {"href": "/api/configuration/passwords/d21f"}}}"#;
    let response: BackupResponse = serde_json::from_str(text)?; // Written by the derive.
    let request = serde_json::to_string(&Backup::from(response))?;
    assert_eq!(request, r#"{"server":"192.0.2.7","password":"d21f","added_in_9":1}"#);
    Ok(())
}
