//! Directories with files, and runs of the binary in them.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use serde_json::Value;

/// A directory of its own for one test, empty at the start.
pub(crate) struct Dir(PathBuf);

impl Dir {
    /// An empty directory. Tests run at the same time, so each call of a name has a directory of its own.
    pub(crate) fn new(name: &str) -> Self {
        static CALLS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
        let call = {
            let mut calls = CALLS.lock().unwrap();
            let call = calls.entry(name.to_owned()).or_default();
            *call += 1;
            *call
        };
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(call.to_string()).join(name);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A directory that is there and stays as it is.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Adds a file and the directories of its path.
    pub(crate) fn with(self, file: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Starts `sps` here, for a test that reads what it prints while it runs.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        command()
            .args(arguments)
            .current_dir(&self.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs `sps` here with no standard input.
    pub(crate) fn sps(&self, arguments: &[&str]) -> Run {
        self.sps_with(arguments, "")
    }

    /// Runs `sps` here with this on standard input.
    pub(crate) fn sps_with(&self, arguments: &[&str], stdin: impl AsRef<[u8]>) -> Run {
        let mut child = command()
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The process may end without reading it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_ref());
        let output = child.wait_with_output().unwrap();
        Run {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().unwrap(),
        }
    }
}

/// The binary that was built for this test.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sps"));
    // Help is wrapped at the width of the terminal.
    command.env("COLUMNS", "100");
    command
}

/// Whether a program is installed; a test that does without it says so.
#[expect(clippy::print_stderr, reason = "the output of a test is for people")]
pub(crate) fn has_program(name: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&folders).any(|folder| folder.join(name).is_file());
    if !is_there {
        eprintln!("not run: {name} is not installed");
    }
    is_there
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// Everything at once, for snapshots.
    pub(crate) fn all(&self) -> String {
        let Self { stdout, stderr, status } = self;
        format!("status: {status}\n--- stdout\n{stdout}--- stderr\n{stderr}")
    }

    /// Asserts the status and the whole of both outputs.
    #[track_caller]
    pub(crate) fn is(&self, status: i32, stdout: &str, stderr: &str) {
        assert_eq!((self.status, &*self.stdout, &*self.stderr), (status, stdout, stderr));
    }

    /// Asserts the status, no output, and a part of the message.
    #[track_caller]
    pub(crate) fn fails(&self, status: i32, part: &str) {
        assert_eq!((self.status, &*self.stdout), (status, ""), "{}", self.stderr);
        assert!(self.stderr.contains(part), "{part:?} is not in: {}", self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
    }
}

/// The codes and pointers of all diagnostics, in the order of the report.
pub(crate) fn found(json: &Value) -> Vec<(String, String)> {
    let documents = json["documents"].as_array().unwrap();
    let diagnostics = documents.iter().flat_map(|it| it["diagnostics"].as_array().unwrap());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    diagnostics.map(|it| (word(&it["code"]), word(&it["pointer"]))).collect()
}

/// Valid, with nothing to say about it.
pub(crate) const DISK: &str = r#"{
  "archiving_enabled": false,
  "enabled": true,
  "used_space_ratio_limit": 80
}
"#;

/// Valid, with a warning.
pub(crate) const TRAP_2C: &str = r#"{
  "enabled": true,
  "version": {
    "selection": "2c",
    "value": {
      "community": "noc-7-ro",
      "server": {"selection": "ip", "value": "192.0.2.5"}
    }
  }
}
"#;

/// Valid, with two passwords.
pub(crate) const TRAP_3: &str = r#"{
  "enabled": true,
  "version": {
    "selection": "3",
    "value": {
      "auth_method": "sha",
      "auth_password": "aaaa-1",
      "encryption_method": "aes",
      "encryption_password": "aaaa-2",
      "engine_id": "0x80001F8804A1B2C3D4",
      "server": {"selection": "ip", "value": "192.0.2.5"},
      "username": "sps-traps"
    }
  }
}
"#;

/// Both passwords.
pub(crate) const PASSWORDS: &str = r#"{
  "/api/configuration/passwords/aaaa-1": {"plain": "correct horse battery"},
  "/api/configuration/passwords/aaaa-2": {"plain": "staple correct horse"}
}
"#;

/// A wrong switch, a misspelled key and therefore a missing one.
pub(crate) const EMAIL_WRONG: &str = r#"{
  "admin_address": "ops@example.com",
  "alerting_address": "alerts@example.com",
  "reporting_address": "reports@example.com",
  "sender_adress": null,
  "smtp_auth": {"enabled": false},
  "smtp_encryption": {
    "client_authentication": {"enabled": true, "x509_identity": "aaaa-3"},
    "selection": "disabled"
  },
  "smtp_server": {"selection": "ip", "value": "192.0.2.25"}
}
"#;

/// A response with a reference.
pub(crate) const EMAIL_RESPONSE: &str = r#"{
  "body": {
    "admin_address": "ops@example.com",
    "alerting_address": "alerts@example.com",
    "reporting_address": "reports@example.com",
    "sender_address": null,
    "smtp_auth": {
      "enabled": true,
      "password": {"key": "aaaa-1", "meta": {"href": "/api/configuration/passwords/aaaa-1"}},
      "username": "relay"
    },
    "smtp_encryption": {"selection": "disabled"},
    "smtp_server": {"selection": "fqdn", "value": "mail.example.com"}
  },
  "key": "email",
  "meta": {"href": "/api/configuration/management/email", "parent": "/api/configuration/management"}
}
"#;

/// What is to be sent back of it.
pub(crate) const EMAIL_REQUEST: &str = r#"{
  "admin_address": "ops@example.com",
  "alerting_address": "alerts@example.com",
  "reporting_address": "reports@example.com",
  "sender_address": null,
  "smtp_auth": {
    "enabled": true,
    "password": "aaaa-1",
    "username": "relay"
  },
  "smtp_encryption": {
    "selection": "disabled"
  },
  "smtp_server": {
    "selection": "fqdn",
    "value": "mail.example.com"
  }
}
"#;

/// The response of an endpoint that holds others.
pub(crate) const CONTAINER: &str = r#"{
  "items": [{"key": "trap", "meta": {"href": "/api/configuration/management/snmp/trap"}}],
  "meta": {"href": "/api/configuration/management/snmp"}
}
"#;

/// A list of two objects, the second of which is wrong.
pub(crate) const POLICIES: &str = r#"{
  "items": [
    {
      "key": "-20100",
      "body": {"name": "a", "rules": []},
      "meta": {"href": "/api/configuration/rdp/channel_policies/-20100"}
    },
    {
      "key": "655555",
      "body": {"name": "b", "rules": 1},
      "meta": {"href": "/api/configuration/rdp/channel_policies/655555"}
    }
  ],
  "meta": {"href": "/api/configuration/rdp/channel_policies"}
}
"#;

/// What the appliance says when something went wrong.
pub(crate) const ERROR: &str = r#"{
  "error": {"type": "ResourceNotFound", "message": "Resource was not found", "details": {}},
  "meta": {"href": "/api/configuration/management/email"}
}
"#;
