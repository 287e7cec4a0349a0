//! A tree in a temporary folder, and bodies to put into it.

use std::{fs, path::Path};

use sps_model::validate::yaml::write;
use sps_site::{CheckOptions, Site, SiteReport};
use tempfile::TempDir;

/// A tree that grows file by file.
pub(crate) struct Tree(TempDir);

impl Tree {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A tree with these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        files.iter().fold(Self::new(), |tree, (path, text)| tree.with(path, text))
    }

    /// Adds a file.
    pub(crate) fn with(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn path(&self, path: &str) -> std::path::PathBuf {
        self.root().join(path)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn site(&self) -> Site {
        Site::load(self.root()).unwrap()
    }

    /// Checks without values of secrets.
    pub(crate) fn report(&self) -> SiteReport {
        self.site().check(&CheckOptions::default())
    }

    /// The labels of the objects.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.site().objects().iter().map(|it| it.label.to_string()).collect()
    }

    /// Every error as `FILE: CODE POINTER: MESSAGE`, and every unreadable file as `FILE: REASON`.
    pub(crate) fn errors(&self) -> Vec<String> {
        errors(&self.report())
    }
}

/// Every error as `FILE: CODE POINTER: MESSAGE`, and every unreadable file as `FILE: REASON`.
pub(crate) fn errors(report: &SiteReport) -> Vec<String> {
    let errors = report.errors().map(|(file, it)| {
        format!("{}: {} {}: {}", file.file.display(), it.code, it.pointer, it.message)
    });
    let unreadable =
        report.unreadable.iter().map(|it| format!("{}: {}", it.file.display(), it.reason));
    errors.chain(unreadable).collect()
}

/// The helps of all errors.
pub(crate) fn helps(report: &SiteReport) -> Vec<&str> {
    report.errors().map(|(_, it)| it.help.as_str()).collect()
}

/// The files that were left alone.
pub(crate) fn notes(report: &SiteReport) -> Vec<String> {
    report.notes.iter().map(|it| format!("{}: {}", it.file.display(), it.reason)).collect()
}

/// A JSON text as YAML, without quotes where they are not needed.
pub(crate) fn yaml(json: &str) -> String {
    write(&serde_json::from_str(json).unwrap())
}

/// A time policy with this name.
pub(crate) fn time_policy(name: &str) -> String {
    let name = serde_json::to_string(name).unwrap();
    format!(
        r#"{{"name": {name}, "Mon": [], "Tue": [], "Wed": [], "Thu": [], "Fri": [], "Sat": [], "Sun": []}}"#
    )
}

/// A channel policy with one rule at these times; the reference is JSON.
pub(crate) fn channel_policy(name: &str, time_policy: &str) -> String {
    format!(
        r#"{{"name": "{name}", "rules": [{{
  "actions": {{"audit": true, "content_policy": null, "four_eyes": false}},
  "allowed_for": {{"clients": [], "gateway_groups": [], "remote_groups": [], "servers": [],
    "time_policy": {time_policy}}},
  "channel": "session-exec", "execs": ["uptime"]}}]}}"#
    )
}

/// Traps with these two passwords, in JSON.
pub(crate) fn trap(auth_password: &str, encryption_password: &str) -> String {
    format!(
        r#"{{
  "enabled": true,
  "version": {{"selection": "3", "value": {{
    "auth_method": "sha",
    "auth_password": {auth_password},
    "encryption_method": "aes",
    "encryption_password": {encryption_password},
    "engine_id": "0x80001F8804A1B2C3D4",
    "server": {{"selection": "ip", "value": "192.0.2.162"}},
    "username": "sps-traps"
  }}}}
}}"#
    )
}

/// A forwarder to Splunk with this token, in JSON.
pub(crate) fn splunk(token: &str) -> String {
    format!(
        r#"{{"enabled": true, "flush_interval": 600, "host": {{"selection": "fqdn", "value": "splunk.example.com"}},
  "pam_address": {{"selection": "fqdn", "value": "sps.example.com"}}, "port": 8088,
  "ssl": {{"selection": "insecure"}}, "token": {token}}}"#
    )
}

/// Settings of mail with this certificate and this user name, in JSON.
pub(crate) fn email(ca: &str, username: &str) -> String {
    format!(
        r#"{{
  "admin_address": "sps-admins@example.com",
  "alerting_address": "alerts@example.com",
  "reporting_address": "reports@example.com",
  "sender_address": "sps@example.com",
  "smtp_auth": {{"enabled": true, "username": {username}, "password": {{"$secret": "keep"}}}},
  "smtp_encryption": {{
    "selection": "starttls",
    "client_authentication": {{"enabled": false}},
    "server_certificate_check": {{"enabled": true, "server_certificate_ca": {ca}}}
  }},
  "smtp_server": {{"selection": "fqdn", "value": "mail.example.com"}}
}}"#
    )
}
