//! The commands that talk to an appliance, against `sps sim` in a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{Dir, Run, command};

pub(crate) const PASSWORD: &str = "open sesame 4711";
pub(crate) const HEALTH: &str = r#"{
  "maximum_disk_utilization_ratio": 91, "maximum_load1": null, "maximum_load15": null,
  "maximum_load5": null, "maximum_swap_utilization_ratio": 71
}"#;

/// What a change says where everything goes well, but for the address.
const STEPS: &str = "\
opened     a transaction at URL
set        /maximum_disk_utilization_ratio: 80 -> 91
set        /maximum_swap_utilization_ratio: 70 -> 71
changed    /api/configuration/management/health_monitoring
review     replace /api/configuration/management/health_monitoring
committed  1 change
verified   every value is as it was sent
";

/// `sps sim` until it is dropped.
pub(crate) struct Appliance {
    child: Child,
    pub(crate) dir: Dir,
    pub(crate) url: String,
    fingerprint: String,
}

impl Appliance {
    /// `name` is that of the test: no two may share it.
    pub(crate) fn new(name: &str, arguments: &[&str]) -> Self {
        Self::start(name, &[&["--certificate", "ca.pem"], arguments].concat())
    }

    /// One that begins to answer the first of these requests after a minute. Plain HTTP, so that a test can ask too.
    pub(crate) fn hanging(name: &str, request: &str) -> Self {
        let fault = format!("{request} delay=60s x1");
        Self::start(name, &["--plain-http", "--fault", &fault])
    }

    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let dir = Dir::new(name).with("password", PASSWORD).with("health.json", HEALTH);
        let mut child = command()
            .args(["sim", "--password-file", "password"])
            // A put by another user shows whether a transaction is open.
            .args(if arguments.contains(&"--locks") { &[][..] } else { &["--locks", "single"] })
            .args(arguments)
            .current_dir(dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut after = |start: &str| loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
        };
        let url = after("listening on ");
        let fingerprint = if url.starts_with("https:") { after("sha256: ") } else { String::new() };
        Self { child, dir, url, fingerprint }
    }

    /// A run of `sps` on another machine: nothing of this environment has a say in it.
    pub(crate) fn command(&self, home: &str) -> Command {
        let mut command = command();
        let home = self.dir.path().join(home);
        fs::create_dir_all(&home).unwrap();
        command.current_dir(self.dir.path()).env_clear().env("HOME", home);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same, with everything that it needs to log in.
    pub(crate) fn logged_in(&self, home: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(home);
        command.args(arguments).args(["--host", &self.url, "--user", "admin"]);
        command.args(["--lock-wait", "0"]).env("SPS_PASSWORD", PASSWORD);
        if !self.fingerprint.is_empty() {
            command.args(["--ca-file", "ca.pem"]);
        }
        command
    }

    /// Runs it to its end. The password must not be in what it says.
    pub(crate) fn sps(&self, arguments: &[&str]) -> Run {
        finish(&mut self.logged_in("home", arguments))
    }

    pub(crate) fn health(&self) -> Value {
        self.sps(&["get", "management/health_monitoring", "--request"]).json()
    }

    /// A look that clears nothing.
    pub(crate) fn health_elsewhere(&self) -> Value {
        let arguments = ["get", "management/health_monitoring", "--request"];
        finish(&mut self.logged_in("elsewhere", &arguments)).json()
    }

    /// Whether a user on another machine can open a transaction.
    pub(crate) fn is_free(&self) -> bool {
        let arguments = ["put", "management/health_monitoring", "health.json", "--dry-run"];
        let run = finish(&mut self.logged_in("elsewhere", &arguments));
        if [0, 3].contains(&run.status) {
            return true;
        }
        run.fails(2, "the configuration is locked by admin");
        false
    }

    /// Starts the change and waits until it hangs behind this step.
    pub(crate) fn hang(&self, step: &str) -> (Child, BufReader<ChildStderr>) {
        self.hang_in(&["put", "management/health_monitoring", "health.json"], step)
    }

    /// Starts this command and waits until it hangs behind this step.
    pub(crate) fn hang_in(
        &self,
        arguments: &[&str],
        step: &str,
    ) -> (Child, BufReader<ChildStderr>) {
        let mut child = self.logged_in("home", arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with(step) {
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ends before {step}");
        }
        (child, lines)
    }

    /// Uses up the fault: a process that was ended may not have got so far.
    pub(crate) fn meet(&self, request: &str) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nHost: sps\r\nContent-Length: 0\r\n\r\n").unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        // Either the response comes at once, or this is the request that waits for it.
        let _ = stream.read(&mut [0]);
    }

    pub(crate) fn without_url(&self, text: &str) -> String {
        text.replace(&self.url, "URL")
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let run = Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    };
    assert!(!run.all().contains(PASSWORD), "{}", run.all());
    run
}

pub(crate) fn disk(health: &Value) -> u64 {
    health["maximum_disk_utilization_ratio"].as_u64().unwrap()
}

#[test]
fn a_change_is_printed_step_by_step() {
    let appliance = Appliance::new("appliance-steps", &[]);
    assert_eq!(disk(&appliance.health()), 80);
    let run = appliance.sps(&["put", "management/health_monitoring", "health.json"]);
    assert_eq!((run.status, &*run.stdout), (0, ""));
    assert_eq!(appliance.without_url(&run.stderr), STEPS);
    assert_eq!(appliance.health(), serde_json::from_str::<Value>(HEALTH).unwrap());

    let again = appliance.sps(&["put", "management/health_monitoring", "health.json"]);
    assert_eq!(
        appliance.without_url(&again.stderr),
        "opened     a transaction at URL\n\
         unchanged  /api/configuration/management/health_monitoring has these values already\n"
    );
    assert_eq!((again.status, &*again.stdout), (0, ""));
}

#[test]
fn the_built_in_simulator_takes_a_change_too() {
    let dir = Dir::new("appliance-sim").with("health.json", HEALTH);
    let run = dir.sps(&["put", "management/health_monitoring", "health.json", "--sim"]);
    let (first, rest) = run.stderr.split_once('\n').unwrap();
    assert_eq!(first, "opened     a transaction at the built-in simulator");
    assert_eq!(rest, STEPS.split_once('\n').unwrap().1);
    assert_eq!((run.status, &*run.stdout), (0, ""));
}

#[test]
fn an_object_comes_and_goes() {
    let policy = r#"{"name": "office", "Mon": [["8:00", "17:00"]], "Tue": [], "Wed": [], "Thu": [], "Fri": [],
        "Sat": [], "Sun": []}"#;
    let appliance = Appliance::new("appliance-object", &[]);
    fs::write(appliance.dir.path().join("office.json"), policy).unwrap();
    let run = appliance.sps(&["post", "policies/time_policies", "office.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    // Standard output is the key alone, for KEY=$(sps post …).
    let created = &format!("/api/configuration/policies/time_policies/{}", run.stdout.trim_end());
    assert!(run.stderr.contains(&format!("created    {created}\n")), "{}", run.all());
    let run = appliance.sps(&["get", created, "--request"]);
    assert_eq!(run.json(), serde_json::from_str::<Value>(policy).unwrap());
    let run = appliance.sps(&["delete", created]);
    assert_eq!(run.status, 0, "{}", run.all());
    appliance.sps(&["get", created]).fails(2, "object not found (404 NotFound");
}

#[test]
fn an_invalid_body_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let host = format!("https://{}", listener.local_addr().unwrap());
    let wrong = HEALTH.replace("91", "101").replace("_load5", "_lod5");
    let dir = Dir::new("appliance-invalid").with("health.json", wrong);
    let run = dir.sps(&["put", "management/health_monitoring", "health.json", "--host", &host]);
    assert_eq!((run.status, &*run.stdout), (1, ""), "{}", run.stderr);
    for part in ["error[out-of-range]", "error[unknown-key]", "3 errors; nothing was sent"] {
        assert!(run.stderr.contains(part), "{part:?} is not in: {}", run.stderr);
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
#[cfg(unix)]
fn what_a_killed_run_left_is_cleared_by_the_next() {
    // Killed before the commit was asked for, and while it was.
    for (name, request, step) in [
        ("appliance-kill-review", "GET /api/transaction/changes", "changed"),
        ("appliance-kill-commit", "PUT /api/transaction", "review"),
    ] {
        let appliance = Appliance::hanging(name, request);
        let (mut child, _lines) = appliance.hang(step);
        #[cfg(target_os = "linux")]
        {
            let line = fs::read_to_string(format!("/proc/{}/cmdline", child.id())).unwrap();
            assert!(line.contains("health_monitoring") && !line.contains(PASSWORD), "{line}");
        }
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None);
        appliance.meet(request);
        assert!(!appliance.is_free(), "{name}: it held nothing");
        assert_eq!(disk(&appliance.health_elsewhere()), 80);

        let run = appliance.sps(&["put", "management/health_monitoring", "health.json"]);
        let note =
            "note: an earlier run of admin had left a transaction open; it is discarded now\n";
        let stderr = appliance.without_url(&run.stderr);
        assert_eq!((run.status, &*stderr), (0, &*format!("{note}{STEPS}")));
        assert!(appliance.is_free());
        assert_eq!(disk(&appliance.health()), 91);
        // What the killed run had sent may still arrive.
        let journal = appliance.dir.path().join("home/.local/state/sps/journal");
        assert!(std::fs::read_to_string(journal).unwrap().contains("settled"));
    }
}

#[test]
#[cfg(unix)]
fn a_transaction_that_was_left_open_can_be_canceled() {
    let request = "GET /api/transaction/changes";
    let appliance = Appliance::hanging("appliance-cancel", request);
    let status = appliance.sps(&["transaction", "status"]);
    assert_eq!((status.status, status.json()["status"].clone()), (0, json!("closed")));
    let none = "this machine has no open transaction\n";
    appliance.sps(&["transaction", "cancel"]).is(0, "", none);

    let (mut child, _lines) = appliance.hang("changed");
    child.kill().unwrap();
    child.wait().unwrap();
    appliance.meet(request);
    assert!(!appliance.is_free());
    // Connecting ends it, and the state says so.
    let run = appliance.sps(&["transaction", "status"]);
    let left_open = &run.json()["left_open"];
    assert_eq!(
        (&left_open[0]["user"], &left_open[0]["outcome"]),
        (&json!("admin"), &json!("discarded"))
    );
    assert_eq!(run.json()["status"], "closed");
    assert!(appliance.is_free());
    assert_eq!(appliance.sps(&["transaction", "status"]).json()["left_open"], json!([]));
}

#[test]
#[cfg(unix)]
fn canceling_reports_what_a_killed_run_left_open() {
    let request = "GET /api/transaction/changes";
    let appliance = Appliance::hanging("appliance-cancel-killed", request);
    let (mut child, _lines) = appliance.hang("changed");
    child.kill().unwrap();
    child.wait().unwrap();
    appliance.meet(request);
    let run = appliance.sps(&["transaction", "cancel"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(
        run.stderr.contains("had left a transaction open; it is discarded now"),
        "{}",
        run.all()
    );
    assert!(appliance.is_free());
}

#[test]
fn info_prints_the_version() {
    let appliance = Appliance::new("appliance-info", &["--target", "7.5.0"]);
    let run = appliance.sps(&["info"]);
    assert_eq!((run.status, &*run.stderr), (0, ""));
    assert!(run.json()["firmware_version"].as_str().unwrap().contains("7.5"), "{}", run.stdout);
}

#[test]
fn a_support_bundle_is_fetched_and_removed() {
    let appliance = Appliance::new("appliance-bundle", &[]);
    let run = appliance.sps(&["support-bundle", "create", "--download", "bundle.tar.gz"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let key = run.stdout.lines().next().unwrap();
    let bundle = fs::read(appliance.dir.path().join("bundle.tar.gz")).unwrap();
    assert_eq!(bundle[..2], [0x1f, 0x8b], "no gzip");
    assert_eq!(run.stdout, format!("{key}\n"));
    let saved = format!("saved bundle.tar.gz ({} bytes)\n", bundle.len());
    assert!(run.stderr.ends_with(&saved), "{}", run.stderr);
    let list = appliance.sps(&["support-bundle", "list"]);
    assert!(list.stdout.starts_with(&format!("{key}  finished  ")), "{}", list.all());
    let run = appliance.sps(&["support-bundle", "download", key, "-"]);
    assert!(run.status == 2 && run.stderr.contains("pass a file"), "{}", run.all());
    assert!(!appliance.dir.path().join("-").exists());
    let run = appliance.sps(&["support-bundle", "delete", key]);
    assert_eq!(run.status, 0, "{}", run.all());
    appliance.sps(&["support-bundle", "list"]).is(0, "", "");
}

#[test]
fn a_profile_has_the_host_and_the_user() {
    let appliance = Appliance::new("appliance-profile", &[]);
    let profile = format!(
        "[profile.lab]\nhost = '{}'\nuser = 'admin'\nca-file = 'ca.pem'\npassword-file = 'password'\n",
        appliance.url
    );
    fs::write(appliance.dir.path().join("config.toml"), profile).unwrap();
    let run = |name: &str| {
        let mut command = appliance.command("home");
        command.args(["info", "--profile", name]);
        command.env("SPS_CONFIG", appliance.dir.path().join("config.toml"));
        finish(&mut command)
    };
    let lab = run("lab");
    assert_eq!((lab.status, &*lab.stderr), (0, ""));
    run("prod").fails(2, "config.toml: unknown profile `prod`; known are `lab`");
}

#[test]
fn an_untrusted_server_gets_no_password() {
    let appliance = Appliance::new("appliance-trust", &[]);
    let run = |arguments: &[&str], password: &str| {
        let mut command = appliance.command("home");
        command.args(["info", "--host", &appliance.url, "--user", "admin"]).args(arguments);
        finish(command.env("SPS_PASSWORD", password))
    };
    let stranger = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/ca.pem");
    let wrong_pin = "0".repeat(64);
    for arguments in [
        &["--ca-file", stranger.to_str().unwrap()][..],
        &["--pin-sha256", &wrong_pin],
        // The authorities of the system, none of which signed this certificate.
        &[],
    ] {
        let run = run(arguments, PASSWORD);
        run.fails(2, "no secure connection");
        run.fails(2, "\nhelp: check `--ca-file` or `--pin-sha256`\n");
    }
    let pinned = run(&["--pin-sha256", &appliance.fingerprint], PASSWORD);
    assert_eq!((pinned.status, &*pinned.stderr), (0, ""));
    let wrong = run(&["--ca-file", "ca.pem"], "wrong horse 4712");
    wrong.fails(2, "the login was refused");
    assert!(
        wrong.stderr.contains("help: check user, password and `--login-method`"),
        "{}",
        wrong.stderr
    );
    assert!(!wrong.stderr.contains("wrong horse"), "{}", wrong.stderr);
    let none = {
        let mut command = appliance.command("home");
        command.args(["info", "--host", &appliance.url, "--user", "admin", "--ca-file", "ca.pem"]);
        finish(&mut command)
    };
    none.fails(2, "no password: set SPS_PASSWORD or pass `--password-file FILE`");
}
