//! `sps sim`: its first lines, and why it does not start.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Dir, Run, command};

/// A certificate that signs others; its key is gone.
const CA: &str = "\
-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUMkuY0o/gGUmfrX2+9OVUOWuXVg4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyMjA0MzczMloYDzIxMjYxMDI5
MDQzNzMyWjAUMRIwEAYDVQQDDAlhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATZYCtRdt2ACypvFZWbuy6sOQ+hI4Rm7v35i2takC3hxS5rgtygPg8i
bPA+f/lfD8ts08fNfx6s5rKofIvZEPrio1MwUTAdBgNVHQ4EFgQUHG6ZBbZzvZ6n
MokpogheRA9T9YIwHwYDVR0jBBgwFoAUHG6ZBbZzvZ6nMokpogheRA9T9YIwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAtvT4YD+0jA23VlUrz/ED
QKewcaeNBTSphGdC26oY63YCIQDX7NY+Nob46vtPQ0Zwu1KXcRSWPnTnGcH6iWtE
Aze1GA==
-----END CERTIFICATE-----
";

/// `sps sim` over plain HTTP until it is dropped.
pub(crate) struct Sim {
    child: Child,
    /// What it said at the start: where it listens, its first user, the password.
    pub(crate) lines: Vec<String>,
}

impl Sim {
    pub(crate) fn start(dir: &Dir, arguments: &[&str]) -> Self {
        let mut child = dir.spawn(&[&["sim", "--plain-http"], arguments].concat());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
        let lines = lines.map(Result::unwrap).collect();
        Self { child, lines }
    }

    pub(crate) fn password(&self) -> &str {
        self.lines[2].strip_prefix("password: ").unwrap()
    }

    /// Runs `sps` against it.
    pub(crate) fn sps(&self, dir: &Dir, user: &str, password: &str, arguments: &[&str]) -> Run {
        let url = self.lines[0].strip_prefix("listening on ").unwrap();
        let mut command = Command::new(command().get_program());
        command.args(arguments).args(["--host", url, "--user", user]).current_dir(dir.path());
        command.env_clear().env("HOME", dir.path()).env("SPS_PASSWORD", password);
        let output = command.stdin(Stdio::null()).output().unwrap();
        Run {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().unwrap(),
        }
    }

    /// Ends it and returns its standard error.
    pub(crate) fn end(mut self) -> String {
        self.child.kill().unwrap();
        let error = self.child.stderr.take().unwrap();
        BufReader::new(error).lines().map(|it| it.unwrap() + "\n").collect()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn prints_only_a_password_that_it_made_up() {
    let dir = Dir::new("sim_password").with("password", "open sesame\n").with("empty", "\r\n");
    let given = Sim::start(&dir, &["--password-file", "password"]);
    assert_eq!(given.lines[1..], ["user: admin", "password: (from password)"]);
    given.sps(&dir, "admin", "open sesame", &["get", "management/email"]).json();
    let made_up = Sim::start(&dir, &[]);
    assert_eq!((&*made_up.lines[1], made_up.password().len()), ("user: admin", 24));
    made_up.sps(&dir, "admin", made_up.password(), &["get", "management/email"]).json();
    let run = dir.sps(&["sim", "--password-file", "empty"]);
    run.fails(2, "empty: the password is empty");
    dir.sps(&["sim", "--password-file", "none"]).fails(2, "none: no such file or directory");
}

#[test]
fn has_no_login_before_the_setup() {
    let dir = Dir::new("sim_setup");
    let sim = Sim::start(&dir, &["--uninitialized"]);
    assert_eq!(sim.lines[1..], ["user: admin", "password: (set by the welcome wizard)"]);
    let run = sim.sps(&dir, "admin", "any", &["get", "management/email"]);
    run.fails(2, "the login was refused");
}

#[test]
fn readers_can_log_in_too() {
    let dir = Dir::new("sim_users").with("password", "r\n");
    let sim = Sim::start(&dir, &["--user", "alice", "--reader", "rita=password"]);
    assert_eq!(sim.lines[1], "user: alice");
    let health = ["get", "management/health_monitoring", "--request"];
    let body = sim.sps(&dir, "alice", sim.password(), &health).json();
    assert_eq!(sim.sps(&dir, "rita", "r", &health).json(), body);
    let put = ["put", "management/health_monitoring", "health.json"];
    let mut changed = body.clone();
    changed["maximum_swap_utilization_ratio"] = json!(61);
    let dir = dir.with("health.json", changed.to_string());
    assert_ne!(sim.sps(&dir, "rita", "r", &put).status, 0);
    assert_eq!(sim.sps(&dir, "alice", sim.password(), &put).status, 0);
    for arguments in [["--user", "a:b"], ["--user", ""], ["--reader", "rita"], ["--reader", "=x"]] {
        let run = dir.sps(&["sim", arguments[0], arguments[1]]);
        assert_eq!((run.status, &*run.stdout), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(arguments[0]), "{}", run.stderr);
    }
    let run = dir.sps(&["sim", "--reader", "admin=password"]);
    run.fails(2, "duplicate user name admin");
}

/// Starts `sps sim` with plain HTTP, and returns what it prints first and the whole of standard error.
fn printed(dir: &Dir, arguments: &[&str], lines: usize) -> (Vec<String>, String) {
    let mut child = dir.spawn(&[&["sim", "--plain-http"], arguments].concat());
    let output = BufReader::new(child.stdout.take().unwrap()).lines().take(lines);
    let printed = output.map(Result::unwrap).collect();
    // A fleet prints the inventory first.
    let mut error = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    let last = if arguments.contains(&"--no-page") { "password: " } else { "page: " };
    while arguments.contains(&"--fleet") && !said.contains(last) {
        assert_ne!(error.read_line(&mut said).unwrap(), 0, "{said}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    (printed, said + &std::io::read_to_string(error).unwrap())
}

#[test]
fn p121_only_an_address_that_others_can_reach_has_a_token() {
    let dir = Dir::new("sim_page");
    let (lines, error) = printed(&dir, &[], 4);
    let url = lines[0].strip_prefix("listening on ").unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"), "{url}");
    assert_eq!((&*lines[3], &*error), (&*format!("page: {url}/"), ""));
    let (lines, error) = printed(&dir, &["--listen", "0.0.0.0:0"], 4);
    let url = lines[0].strip_prefix("listening on ").unwrap();
    let token = lines[3].strip_prefix(&format!("page: {url}/?token=")).unwrap();
    assert!(token.len() == 32 && error.contains("other machines can reach this simulator"));
    // The helper passes --plain-http.
    assert!(error.contains("without TLS, the network can read the token of the page;"), "{error}");
    let options = ["--listen", "0.0.0.0:0", "--page-secrets"];
    let (_, error) = printed(&dir, &options, 4);
    assert!(error.contains("of the page and the secrets that it shows"), "{error}");
    let (_, error) = printed(&dir, &["--listen", "0.0.0.0:0", "--no-page"], 3);
    assert!(!error.contains("TLS"), "{error}");
    // The inventory is all that is on standard output.
    let (lines, error) = printed(&dir, &["--fleet", "3"], 14);
    let hosts: Vec<_> = lines.iter().filter(|it| it.contains("sps_host")).collect();
    assert!(
        hosts.len() == 3 && hosts.iter().all(|it| it.contains("http://127.0.0.1:")),
        "{lines:?}"
    );
    assert!(error.contains("page: the address of each simulator, followed by /\n"), "{error}");
    let (_, error) = printed(&dir, &["--no-page", "--fleet", "3"], 14);
    assert!(!error.contains("page:"), "{error}");
    for arguments in [["--page-host", "a b"], ["--page-host", "sps.example:80"]] {
        let run = dir.sps(&["sim", arguments[0], arguments[1]]);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("expected a host name without a port"), "{}", run.stderr);
    }
    assert_eq!(dir.sps(&["sim", "--no-page", "--page-secrets"]).status, 2);
}

#[test]
fn a_seed_makes_the_same_again() {
    let dir = Dir::new("sim_seed");
    let password = |seed: &str| Sim::start(&dir, &["--seed", seed]).password().to_owned();
    assert_eq!(password("7"), password("7"));
    assert_ne!(password("7"), password("8"));
}

#[test]
fn an_authority_lets_certificates_in() {
    let dir = Dir::new("sim_authority").with("ca.pem", CA).with("none.pem", "nothing");
    let mut child = command()
        .args(["sim", "--target", "7.5", "--client-ca", "ca.pem", "--certificate", "sim.pem"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.next().map(Result::unwrap);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.is_some_and(|it| it.starts_with("listening on https://")));
    let run = dir.sps(&["sim", "--client-ca", "none.pem"]);
    run.fails(2, "cannot use none.pem: invalid client authorities: ");
    assert_eq!(dir.sps(&["sim", "--client-ca", "ca.pem", "--plain-http"]).status, 2);
}

#[test]
fn a_state_has_one_simulator() {
    let dir = Dir::new("sim_lock");
    let first = Sim::start(&dir, &["--state", "state.json"]);
    let run = dir.sps(&["sim", "--plain-http", "--state", "state.json"]);
    run.fails(2, "another simulator uses state.json: it has locked ");
    // However it ends, the next one starts.
    first.end();
    Sim::start(&dir, &["--state", "state.json"]);
}

#[test]
fn warns_of_parts_that_the_version_does_not_support() {
    let dir = Dir::new("sim_left_out");
    let state = ["--state", "state.json"];
    Sim::start(&dir, &state).end();
    let path = dir.path().join("state.json");
    let mut content: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let accounting = "/api/configuration/management/accounting";
    content["configuration"]["singletons"][accounting]["require_commitlog"] = json!(true);
    std::fs::write(&path, content.to_string()).unwrap();
    assert_eq!(Sim::start(&dir, &state).end(), "");
    let warning = Sim::start(&dir, &[&state[..], &["--target", "6.0.1"]].concat()).end();
    let expected = format!(
        "warning: this version does not support parts of state.json; ignored:\n  {accounting}\n\
         the first commit saves the current file as state.json.VERSION.bak\n"
    );
    assert_eq!(warning, expected);
}

#[test]
fn a_target_is_a_version_as_for_a_check() {
    let dir = Dir::new("sim-target");
    for target in ["9.1.2.3.4", "abc", "", "7."] {
        let run = dir.sps(&["sim", "--target", target]);
        assert_eq!(run.status, 2, "{}", run.all());
        assert!(run.stderr.contains("one to four numbers separated by dots"), "{}", run.all());
    }
}
