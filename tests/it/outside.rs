//! A user's crate, outside the workspace and with a renamed dependency, declares its own endpoint.

use std::{fs, path::Path, process::Command};

#[test]
fn a_crate_outside_the_workspace_declares_an_endpoint() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tests.parent().unwrap();
    // A copy, so that no lock file and no build lands in the source tree; and with the lock file of
    // the workspace, so that nothing is fetched that is not there already.
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
    fs::create_dir_all(copy.join("src")).unwrap();
    let model = root.join("crates/sps-model").to_string_lossy().replace('\\', "/");
    let manifest = fs::read_to_string(tests.join("outside/Cargo.toml")).unwrap();
    assert!(manifest.contains("../../crates/sps-model"));
    fs::write(copy.join("Cargo.toml"), manifest.replace("../../crates/sps-model", &model)).unwrap();
    fs::copy(tests.join("outside/src/lib.rs"), copy.join("src/lib.rs")).unwrap();
    fs::copy(root.join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();

    // The profile of the workspace, or nothing that was built for it would fit.
    let debug = std::env::var("CARGO_PROFILE_DEV_DEBUG");
    let debug = debug.unwrap_or_else(|_| "line-tables-only".to_owned());
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--offline", "--quiet", "--manifest-path"])
        .arg(copy.join("Cargo.toml"))
        // Where the workspace is built: what both depend on is there already.
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env("CARGO_PROFILE_DEV_DEBUG", debug)
        .output()
        .unwrap();
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("3 passed"), "{stdout}");
}
