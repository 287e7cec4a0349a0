//! Clients that no one here wrote: `curl` as the guide uses it, and Ansible.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Stdio,
};

use sps_sim::{Simulator, User};
use tokio::process::Command;

const HEALTH: &str = "/api/configuration/management/health_monitoring";

/// One generation that wants a transaction to be opened, and one that needs it no more.
const TARGETS: [&str; 2] = ["6.0.1", "7.5.0"];

/// An appliance with HTTPS, and the file that a client has to trust.
struct Appliance {
    simulator: Simulator,
    ca: PathBuf,
}

impl Appliance {
    async fn new(name: &str, target: &str) -> Self {
        let simulator = Simulator::builder()
            .target(target.parse().unwrap())
            .user(User::admin("admin", "open sesame"))
            .start()
            .await
            .unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let ca = folder.join(format!("{name}-{target}.pem"));
        std::fs::write(&ca, simulator.certificate_pem().unwrap()).unwrap();
        Self { simulator, ca }
    }

    fn ratio(&self) -> u64 {
        self.simulator.configuration()[HEALTH]["maximum_disk_utilization_ratio"].as_u64().unwrap()
    }
}

fn client(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name)
}

/// Whether the program is there; says so where it is not, for then nothing is tested.
#[expect(clippy::print_stdout, reason = "a test that tests nothing says so")]
async fn is_installed(program: &str) -> bool {
    let status = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    match status {
        Ok(status) => status.success(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: {program} is not installed");
            false
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

/// Runs it to its end; gives its output, and panics with it where it failed.
async fn run(mut command: Command) -> String {
    let output = command.output().await.unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_works_as_the_guide_uses_it() {
    if !is_installed("curl").await || !is_installed("bash").await {
        return;
    }
    for target in TARGETS {
        let appliance = Appliance::new("curl", target).await;
        let mut command = Command::new("bash");
        command.arg(client("curl.sh")).arg(appliance.simulator.url()).arg(&appliance.ca);
        command.arg("admin").env("SPS_PASSWORD", "open sesame");
        let text = run(command).await;
        assert!(text.ends_with("every line of the guide works\n"), "{target}: {text}");
        assert!(!text.contains("open sesame"), "{target}: {text}");
        assert_eq!(appliance.ratio(), 81, "{target}");
        assert_eq!(appliance.simulator.open_transaction(), None, "{target}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_playbook_changes_a_setting() {
    if !is_installed("ansible-playbook").await {
        return;
    }
    for target in TARGETS {
        let appliance = Appliance::new("ansible", target).await;
        let mut command = Command::new("ansible-playbook");
        command.arg(client("change.yml"));
        command.arg("--extra-vars").arg(format!("url={}", appliance.simulator.url()));
        command.arg("--extra-vars").arg(format!("ca={}", appliance.ca.display()));
        command.args(["--extra-vars", "user=admin"]).env("SPS_PASSWORD", "open sesame");
        // Nothing of this machine must have a say in it.
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ansible");
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join("ansible.cfg"), "").unwrap();
        command.env("ANSIBLE_CONFIG", home.join("ansible.cfg")).env("ANSIBLE_HOME", &home);
        command.env("ANSIBLE_NOCOLOR", "1").env("ANSIBLE_LOCALHOST_WARNING", "false");
        let text = run(command).await;
        assert!(text.contains("failed=0"), "{target}: {text}");
        assert!(!text.contains("open sesame"), "{target}: {text}");
        assert_eq!(appliance.ratio(), 83, "{target}: {text}");
        assert_eq!(appliance.simulator.open_transaction(), None, "{target}");
    }
}
