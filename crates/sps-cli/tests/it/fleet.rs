//! `sps sim --fleet`: many simulators in one process, and their inventory.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::{
    appliance::HEALTH,
    support::{Dir, Run, command},
};

const PASSWORD: &str = "pw-of-the-fleet";

/// A fleet until it is dropped, with its password in the file `pw` and its inventory in `hosts.yml`.
pub(crate) struct Fleet {
    child: Child,
    pub(crate) urls: Vec<String>,
    pin: String,
}

impl Fleet {
    pub(crate) fn start(dir: &Dir, count: usize, arguments: &[&str]) -> Self {
        fs::write(dir.path().join("pw"), PASSWORD).unwrap();
        let count_text = count.to_string();
        let fleet = ["sim", "--fleet", &count_text, "--inventory", "hosts.yml"];
        let files = ["--password-file", "pw", "--certificate", "ca.pem"];
        let mut child = dir.spawn(&[&fleet[..], &files, arguments].concat());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let urls = lines.by_ref().take(count);
        let urls = urls.map(|it| it.strip_prefix("listening on ").unwrap().to_owned()).collect();
        let rest: Vec<_> = lines.take(5).collect();
        assert_eq!(rest[..3], ["user: admin", "password: (from pw)", "certificate: ca.pem"]);
        assert_eq!(rest[4], "inventory: hosts.yml");
        let pin = rest[3].strip_prefix("sha256: ").unwrap().to_owned();
        Self { child, urls, pin }
    }

    /// Prepares a run of `sps` against one of them; the first is 1.
    pub(crate) fn command(&self, dir: &Dir, number: usize, arguments: &[&str]) -> Command {
        self.command_for(dir, &self.urls[number - 1], arguments)
    }

    /// Prepares a run against this address.
    pub(crate) fn command_for(&self, dir: &Dir, url: &str, arguments: &[&str]) -> Command {
        let mut command = command();
        command.args(arguments).args(["--host", url, "--user", "admin"]);
        command.args(["--pin-sha256", &self.pin]).current_dir(dir.path());
        command.env_clear().env("HOME", dir.path()).env("SPS_PASSWORD", PASSWORD);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn sps(&self, dir: &Dir, number: usize, arguments: &[&str]) -> Run {
        finished(self.command(dir, number, arguments).spawn().unwrap())
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end of a run.
pub(crate) fn finished(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap_or(-1),
    }
}

const SETTINGS: &str = "management/health_monitoring";

#[test]
fn each_has_its_own_port_state_name_and_keys() {
    let dir = Dir::new("fleet").with("health.json", HEALTH);
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/site");
    let fleet = Fleet::start(&dir, 3, &["--site", site.to_str().unwrap(), "--log", "log.jsonl"]);
    assert_eq!(fleet.urls.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(fs::read_to_string(dir.path().join("log.jsonl")).unwrap(), "");
    let list = ["get", "policies/time_policies"];
    let lists: Vec<Value> = (1..=3).map(|it| fleet.sps(&dir, it, &list).json()).collect();
    let keys = |list: &Value| -> BTreeSet<String> {
        let items = list["items"].as_array().unwrap().iter();
        items.map(|it| it["key"].as_str().unwrap().to_owned()).filter(|it| it.len() > 20).collect()
    };
    assert_eq!(keys(&lists[0]).len(), keys(&lists[1]).len());
    assert!(!keys(&lists[0]).is_empty() && keys(&lists[0]).is_disjoint(&keys(&lists[1])));
    // Every one has the tree, with references that hold.
    for number in 1..=3 {
        let plan = fleet.sps(&dir, number, &["plan", site.to_str().unwrap(), "-q"]);
        assert_eq!(plan.status, 0, "{}", plan.all());
        let info = fleet.sps(&dir, number, &["info"]).json();
        assert_eq!(info["hostname"], format!("sps{number}"), "{info}");
    }
    // A change of one is no change of another.
    let put = fleet.sps(&dir, 2, &["put", SETTINGS, "health.json"]);
    assert_eq!(put.status, 0, "{}", put.all());
    for (number, expected) in [(1, 85), (2, 91), (3, 85)] {
        let body = fleet.sps(&dir, number, &["get", SETTINGS, "--request"]).json();
        assert_eq!(body["maximum_disk_utilization_ratio"], expected, "sps{number}");
    }
    let log = fs::read_to_string(dir.path().join("log.jsonl")).unwrap();
    let lines: Vec<Value> = log.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let names: BTreeSet<_> = lines.iter().map(|it| it["appliance"].as_str().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(["sps1", "sps2", "sps3"]));
    assert!(lines.iter().all(|it| it["method"] != "PUT" || it["appliance"] == "sps2"), "{log}");
}

#[test]
fn the_inventory_holds_what_a_connection_needs_but_no_password() {
    let dir = Dir::new("fleet_inventory");
    let fleet = Fleet::start(&dir, 2, &[]);
    let text = fs::read_to_string(dir.path().join("hosts.yml")).unwrap();
    let expected = format!(
        "# Simulators of `sps sim --fleet 2`, which end with that command. Set SPS_PASSWORD to the password that it printed.\n\
         sps:\n  vars:\n    ansible_connection: local\n    \
         ansible_python_interpreter: \"{{{{ ansible_playbook_python }}}}\"\n    \
         sps_password: \"{{{{ lookup('ansible.builtin.env', 'SPS_PASSWORD') }}}}\"\n    \
         sps_user: \"admin\"\n    sps_pin_sha256: \"{}\"\n  hosts:\n    sps1:\n      sps_host: \"{}\"\n    \
         sps2:\n      sps_host: \"{}\"\n",
        fleet.pin, fleet.urls[0], fleet.urls[1]
    );
    assert_eq!(text, expected);
    assert!(!text.contains(PASSWORD));
    let run = dir.sps(&["sim", "--fleet", "2", "--inventory", "none/hosts.yml"]);
    run.fails(2, "cannot write none/hosts.yml");
}

/// Reads two lines of JSON or YAML, and ends the process.
fn start_of(dir: &Dir, arguments: &[&str]) -> (String, String) {
    let mut child = dir.spawn(arguments);
    let mut error = BufReader::new(child.stderr.take().unwrap());
    let mut access = String::new();
    // The last line that a start prints.
    while !access.contains("sha256: ") {
        assert_ne!(error.read_line(&mut access).unwrap(), 0, "{access}");
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), access)
}

#[test]
fn p121_a_fleet_listens_on_loopback_only() {
    let dir = Dir::new("fleet_loopback");
    let (inventory, access) = start_of(&dir, &["sim", "--fleet", "3"]);
    assert_eq!(inventory.matches("sps_host: \"https://127.0.0.1:").count(), 3, "{inventory}");
    assert!(access.starts_with("user: admin\npassword: "), "{access}");
    let password = access.lines().nth(1).unwrap().strip_prefix("password: ").unwrap();
    assert!(password.len() == 24 && !inventory.contains(password), "{inventory}");
    assert!(!access.contains("other machines"), "{access}");
    let everywhere = ["sim", "--fleet", "1", "--listen", "0.0.0.0:0"];
    let (inventory, access) = start_of(&dir, &everywhere);
    assert!(inventory.contains("sps_host: \"https://127.0.0.1:"), "{inventory}");
    assert!(access.starts_with("warning: other machines can reach this simulator"), "{access}");
}

#[test]
fn a_fault_strikes_at_the_one_that_it_names() {
    let dir = Dir::new("fleet_faults").with("health.json", HEALTH);
    let broken = format!("sps2: * /api/configuration/{SETTINGS} status=503");
    let locked = "sps3: * * foreign-lock=alice";
    let fleet = Fleet::start(&dir, 3, &["--fault", &broken, "--fault", locked]);
    let put = ["put", SETTINGS, "health.json", "--lock-wait", "0"];
    assert_eq!(fleet.sps(&dir, 1, &put).status, 0);
    let run = fleet.sps(&dir, 2, &["get", SETTINGS]);
    run.fails(2, "503");
    let run = fleet.sps(&dir, 3, &put);
    assert!(run.status == 2 && run.stderr.contains("alice"), "{}", run.all());

    let fails = |arguments: &[&str], part: &str| dir.sps(arguments).fails(2, part);
    let named = "sps4: * * status=503";
    fails(&["sim", "--fleet", "3", "--fault", named], "the fleet has sps1 to sps3");
    fails(&["sim", "--fault", named], "the fault for sps4 needs a fleet");
}

#[test]
fn what_cannot_work_is_said_before_anything_starts() {
    let dir = Dir::new("fleet_wrong").with("state", "");
    let fails = |arguments: &[&str], part: &str| {
        let run = dir.sps(&[&["sim"], arguments].concat());
        assert_eq!((run.status, &*run.stdout), (2, ""), "{}", run.all());
        assert!(run.stderr.contains(part), "{}", run.stderr);
    };
    fails(&["--fleet", "0"], "--fleet");
    fails(&["--fleet", "70000"], "--fleet");
    fails(&["--inventory", "x"], "--fleet");
    fails(&["--fleet", "10", "--listen", "127.0.0.1:65530"], "no ports");
    fails(&["--fleet", "2", "--state", "state"], "`--state` is a folder, and state is a file");
}

#[test]
fn a_fixed_port_is_the_first_of_all() {
    let dir = Dir::new("fleet_ports");
    // Others may take the ports between the two starts.
    for _ in 0..10 {
        let first =
            std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if first > 65_000 {
            continue;
        }
        let run = command()
            .args(["sim", "--fleet", "3", "--format", "json", "--listen"])
            .arg(format!("127.0.0.1:{first}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = run.unwrap();
        let mut text = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        while output.read_line(&mut text).unwrap() > 0 && !text.ends_with("\n}\n") {}
        child.kill().unwrap();
        child.wait().unwrap();
        if text.is_empty() {
            continue;
        }
        let start: Value = serde_json::from_str(&text).unwrap();
        let urls: Vec<_> = start["simulators"].as_array().unwrap().iter().collect();
        for (number, simulator) in urls.iter().enumerate() {
            let port = usize::from(first) + number;
            assert_eq!(simulator["name"], format!("sps{}", number + 1));
            assert_eq!(simulator["url"], format!("https://127.0.0.1:{port}"));
        }
        assert!(start["password"].is_string() && start["sha256"].is_string(), "{start}");
        drop(dir);
        return;
    }
    panic!("no three ports in a row were free");
}

#[test]
fn each_keeps_a_state_of_its_own() {
    let dir = Dir::new("fleet_state").with("health.json", HEALTH);
    let state = ["--state", "fleet"];
    let fleet = Fleet::start(&dir, 2, &state);
    assert_eq!(fleet.sps(&dir, 1, &["put", SETTINGS, "health.json"]).status, 0);
    let second = dir.sps(&["sim", "--fleet", "2", "--state", "fleet"]);
    second.fails(2, "another simulator uses fleet");
    let pin = fleet.pin.clone();
    drop(fleet);
    // A third one is new, and no copy of the first.
    let fleet = Fleet::start(&dir, 3, &state);
    assert_eq!(fleet.pin, pin);
    for (number, expected) in [(1, 91), (2, 80), (3, 80)] {
        let body = fleet.sps(&dir, number, &["get", SETTINGS, "--request"]).json();
        assert_eq!(body["maximum_disk_utilization_ratio"], expected, "sps{number}");
    }
}

#[test]
fn the_limit_on_open_files_is_explained() {
    let dir = Dir::new("fleet_files");
    let sps = command().get_program().to_owned();
    let limited = |limit: u32, count: &str| {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("ulimit -n {limit}; exec \"$0\" sim --fleet {count} --format json"));
        shell.arg(&sps).current_dir(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        shell.spawn().unwrap()
    };
    let run = finished(limited(100, "50"));
    assert_eq!(run.status, 2, "{}", run.all());
    let reason = "error: 50 simulators need 114 open files and one more for each connection";
    assert!(run.stderr.starts_with(reason), "{}", run.stderr);
    assert!(run.stderr.contains("this process may open 100: raise the limit"), "{}", run.stderr);
    let mut child = limited(130, "50");
    std::thread::sleep(Duration::from_millis(10));
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    child.kill().unwrap();
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    child.wait().unwrap();
    assert!(error.contains("warning: 16 connections fit at once into the limit of 130"), "{error}");
}
