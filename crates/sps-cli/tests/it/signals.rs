//! Runs that a signal ends.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, Stdio},
};

use crate::appliance::{Appliance, HEALTH, disk};

const CANCELED: &str = "interrupted; cleaning up; press Ctrl-C again to exit immediately\ncanceled; nothing was applied\n";
const REVIEW: &str = "GET /api/transaction/changes";

#[track_caller]
fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits for the end, and returns the exit status and the rest of standard error.
fn end(mut child: Child, mut lines: impl Read) -> (Option<i32>, String) {
    let mut stderr = String::new();
    lines.read_to_string(&mut stderr).unwrap();
    (child.wait().unwrap().code(), stderr)
}

/// Whether processes started here ignore a hangup.
fn is_hangup_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("SigIgn:"));
    line.is_some_and(|it| u64::from_str_radix(it.trim(), 16).unwrap() & 1 == 1)
}

/// A request that was sent may be carried out after the cancel.
#[test]
fn a_note_names_a_request_on_its_way() {
    let put = "PUT /api/configuration/management/health_monitoring";
    let appliance = Appliance::hanging("signals-late", put);
    let (child, lines) = appliance.hang("opened");
    // Until it waits for the response.
    std::thread::sleep(std::time::Duration::from_secs(1));
    send("-INT", &child);
    let (status, stderr) = end(child, lines);
    assert_eq!(status, Some(130), "{stderr}");
    assert!(stderr.contains("an abandoned request may still open a transaction"), "{stderr}");
    let journal = appliance.dir.path().join("home/.local/state/sps/journal");
    assert!(fs::read_to_string(journal).unwrap().contains("settled"));
    assert!(appliance.is_free());
}

#[test]
fn a_signal_leaves_nothing_open() {
    for (signal, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        if signal == "-HUP" && is_hangup_ignored() {
            continue;
        }
        let appliance = Appliance::hanging(&format!("signals{signal}"), REVIEW);
        let (child, lines) = appliance.hang("changed");
        send(signal, &child);
        assert_eq!(end(child, lines), (Some(status), CANCELED.to_owned()));
        appliance.meet(REVIEW);
        assert!(appliance.is_free(), "{signal}");
        assert_eq!(disk(&appliance.health()), 80);
        assert!(!appliance.dir.path().join("home/.local/state/sps/journal").exists());
    }
}

/// A tree with one change, beside the appliance.
fn with_tree(appliance: Appliance) -> Appliance {
    let folder = appliance.dir.path().join("site/management");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("health_monitoring.json"), HEALTH).unwrap();
    appliance
}

#[test]
fn s091_an_interrupted_apply_says_that_nothing_was_applied() {
    let put = "PUT /api/configuration/management/health_monitoring";
    for (request, step) in [(put, "replace"), (REVIEW, "review")] {
        let appliance = with_tree(Appliance::hanging("signals-apply", request));
        let (child, lines) = appliance.hang_in(&["apply", "site", "--yes"], step);
        // Until it waits for the response.
        std::thread::sleep(std::time::Duration::from_millis(500));
        send("-TERM", &child);
        let (status, stderr) = end(child, lines);
        assert_eq!(status, Some(143), "{stderr}");
        assert!(stderr.contains("canceled; nothing was applied\n"), "{stderr}");
        appliance.meet(request);
        assert!(appliance.is_free());
        assert_eq!(disk(&appliance.health()), 80);
    }
}

#[test]
fn s091_an_apply_that_is_interrupted_after_the_commit_says_so() {
    let slow = "GET /api/configuration/management/health_monitoring delay=2s";
    let faults = ["--plain-http", "--fault", slow];
    let appliance = with_tree(Appliance::start("signals-read-back", &faults));
    let (child, lines) =
        appliance.hang_in(&["apply", "site", "--yes"], "reading    everything back");
    send("-INT", &child);
    let (status, stderr) = end(child, lines);
    assert_eq!(status, Some(130), "{stderr}");
    assert!(stderr.contains("everything was applied, but it was not read back\n"), "{stderr}");
    assert_eq!(disk(&appliance.health()), 91);
}

#[test]
fn a_commit_that_has_begun_is_waited_for() {
    let fault = "PUT /api/transaction delay=2s x1";
    let appliance = Appliance::start("signals-commit", &["--plain-http", "--fault", fault]);
    let (child, lines) = appliance.hang("review");
    // The line comes just before the commit.
    std::thread::sleep(std::time::Duration::from_millis(300));
    send("-INT", &child);
    let (status, stderr) = end(child, lines);
    let expected = "interrupted; waiting for the commit, which cannot be undone; press Ctrl-C again to exit \
                immediately\n";
    let steps = "committed  1 change\nverified   every value is as it was sent\n";
    assert_eq!((status, stderr), (Some(130), format!("{expected}{steps}")));
    assert_eq!(disk(&appliance.health()), 91);
}

#[test]
fn the_second_ctrl_c_does_not_wait_for_a_commit() {
    let request = "PUT /api/transaction";
    let appliance = Appliance::hanging("signals-commit-twice", request);
    let (mut child, mut stderr) = appliance.hang("review");
    std::thread::sleep(std::time::Duration::from_millis(300));
    send("-INT", &child);
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("interrupted; waiting for the commit"), "{line}");
    send("-INT", &child);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(
        rest,
        "exited immediately; the commit may have taken effect, so check the objects\n"
    );
    // The journal knows of it still.
    appliance.meet(request);
    appliance.sps(&["transaction", "cancel"]);
    assert!(appliance.is_free());
}

#[test]
fn the_second_ctrl_c_does_not_wait_for_a_cancel_either() {
    let faults = ["--fault", "GET /api/transaction/changes delay=60s x1", "--fault"];
    let faults =
        [&["--plain-http"], &faults[..], &["DELETE /api/transaction delay=60s x1"]].concat();
    let appliance = Appliance::start("signals-cancel-twice", &faults);
    let (mut child, mut stderr) = appliance.hang("changed");
    send("-INT", &child);
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    send("-INT", &child);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(rest.starts_with("exited immediately; a transaction may still be open"), "{rest}");
}

#[test]
fn half_a_download_does_not_stay() {
    let fault = "GET /api/troubleshooting/support-bundle/*/download slow-body=60s x1";
    let appliance = Appliance::start("signals-download", &["--plain-http", "--fault", fault]);
    let created = appliance.sps(&["support-bundle", "create"]);
    let key = created.stdout.trim();
    fs::create_dir(appliance.dir.path().join("bundles")).unwrap();
    let bundles = appliance.dir.path().join("bundles");
    let arguments = ["support-bundle", "download", key, "bundles/x.tar.gz"];
    let mut child = appliance.logged_in("home", &arguments).spawn().unwrap();
    while fs::read_dir(&bundles).unwrap().next().is_none() {
        std::thread::yield_now();
    }
    send("-TERM", &child);
    let stderr = child.stderr.take().unwrap();
    assert_eq!(end(child, stderr).0, Some(143));
    assert_eq!(fs::read_dir(&bundles).unwrap().count(), 0);
}

#[test]
fn the_key_of_a_job_is_printed_before_the_wait() {
    let appliance = Appliance::start("signals-bundle", &["--plain-http"]);
    let arguments = ["support-bundle", "create"];
    let mut child = appliance.logged_in("home", &arguments).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    send("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let key = line.strip_prefix("started job ").unwrap().split(';').next().unwrap();
    assert!(line.contains(&format!("`sps support-bundle delete {key}`")), "{line}");
    assert!(appliance.sps(&["support-bundle", "list"]).stdout.starts_with(&format!("{key}  ")));
}

#[test]
fn the_key_of_a_job_that_fails_is_printed_too() {
    let fault = ["--plain-http", "--fault", "POST * fail-job"];
    let appliance = Appliance::start("signals-bundle-fails", &fault);
    let run = appliance.sps(&["support-bundle", "create"]);
    assert_eq!((run.status, &*run.stdout), (2, ""), "{}", run.stderr);
    let key = run.stderr.strip_prefix("started job ").unwrap().split(';').next().unwrap();
    assert!(run.stderr.contains("error: the job failed: "), "{}", run.stderr);
    let list = appliance.sps(&["support-bundle", "list"]);
    assert!(list.stdout.starts_with(&format!("{key}  failed")), "{}", list.all());
}

/// The same command, started by a shell that says this before.
#[cfg(target_os = "linux")]
fn behind(script: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{script}; exec \"$@\""), "sh"]).arg(command.get_program());
    shell.args(command.get_args()).current_dir(command.get_current_dir().unwrap());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_under_nohup_survives_a_hangup() {
    let appliance = Appliance::hanging("signals-nohup", REVIEW);
    let sps = appliance.logged_in("home", &["put", "management/health_monitoring", "health.json"]);
    let mut child = behind("trap '' HUP", &sps).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("changed") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it ends before the change");
    }
    send("-HUP", &child);
    send("-INT", &child);
    assert_eq!(end(child, stderr), (Some(130), CANCELED.to_owned()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_does_not_hide_a_commit() {
    let appliance = Appliance::start("signals-full", &["--plain-http"]);
    let file = appliance.dir.path().join("out");
    // The limit of 8 blocks leaves no room for the key.
    fs::write(&file, vec![b'.'; 8 * 512]).unwrap();
    fs::write(appliance.dir.path().join("pw.json"), r#"{"plain": "correct horse"}"#).unwrap();
    let sps = appliance.logged_in("home", &["post", "passwords", "pw.json"]);
    let mut shell = behind("trap '' XFSZ; ulimit -f 8", &sps);
    let stdout = fs::OpenOptions::new().append(true).open(&file).unwrap();
    let mut child = shell.stdout(stdout).spawn().unwrap();
    let stderr = child.stderr.take().unwrap();
    let (status, stderr) = end(child, stderr);
    assert_eq!(status, Some(2), "{stderr}");
    let created = stderr.lines().find_map(|it| it.strip_prefix("created    ")).unwrap();
    let expected = "\nerror: the change is committed, but the result could not be printed: cannot write the result: ";
    assert!(stderr.contains(expected), "{stderr}");
    assert_eq!(appliance.sps(&["get", created]).status, 0);
}
