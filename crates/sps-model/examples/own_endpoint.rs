//! Declares an endpoint that this crate does not know, and uses it as the others: read, change, check, write.

use sps_model::{
    Endpoint, EndpointKind, Key, Method, Optional, Resource, Response, UnknownFields, check,
    explain,
    passwords::Password,
    read, read_response,
    validate::{Context, Form, Version, Versions},
    write,
};

/// How to reach the backup server.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder, response_only(last_run: Optional<String>))]
pub struct Backup {
    /// Its address.
    pub server: String,
    /// What is saved.
    pub scope: Scope,
    /// Null if the server asks for none.
    #[resource(default)]
    pub password: Option<Key<Password>>,
    unknown_fields: UnknownFields,
}

/// What is saved.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub enum Scope {
    /// The whole appliance.
    Everything,
    /// The configuration alone.
    #[resource(rename = "config")]
    Configuration,
}

impl Endpoint for Backup {
    type Request = Self;
    type Response = BackupResponse; // Made by the derive.
    const PATH: &'static str = "/api/configuration/management/backup";
    const KIND: EndpointKind = EndpointKind::Singleton;
    const METHODS: &'static [Method] = &[Method::Get, Method::Put];
    const TITLE: &'static str = "Backup";
    const DOC: &'static str = "How to reach the backup server.";
    const VERSIONS: Versions = Versions::since(Version::new(7, 0, 0, 0));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A response: the reference is an object, and two members are unknown to requests or to us.
    let text = r#"{"key": "backup", "meta": {}, "body": {
        "server": "192.0.2.7", "scope": "config", "last_run": "2026-01-01", "compression": 9,
        "password": {"key": "d21f", "meta": {"href": "/api/configuration/passwords/d21f"}}}}"#;
    let response: Response<BackupResponse> = read_response(text)?;
    let mut backup = Backup::from(response.body);
    backup.scope = Scope::Everything;
    let body = write(&backup, &Context::default())?;
    assert_eq!(
        body,
        r#"{"server":"192.0.2.7","scope":"everything","password":"d21f","compression":9}"#
    );

    // A request from elsewhere: every mistake, each with its place.
    let text = r#"{"server": 7, "scop": "config"}"#;
    assert!(read::<Backup>(text, &Context::default()).is_err()); // With the report as the error.
    let report = explain::<Backup>(text, Form::Request, &Context::default());
    let found: Vec<_> = report.errors().map(|it| (it.code, it.pointer.as_str())).collect();
    let missing = [("missing-key", "/scope"), ("missing-key", "/password")];
    assert_eq!(found[..2], missing);
    assert_eq!(found[2..], [("wrong-type", "/server"), ("unknown-key", "/scop")]);

    // An appliance of version 6.0 has no such endpoint.
    let old = Context::default().with_target(Version::new(6, 0, 0, 0));
    let report = check(&Backup::new("192.0.2.7", Scope::Everything), &old);
    assert_eq!(report.diagnostics[0].code, "not-in-version");
    Ok(())
}
