//! Programs that tests drive: shells that complete, what shows the manual, and a browser for the page of the simulator.

use std::{env, process::Command};

/// The browser that opens the pages of the simulator.
pub(crate) const BROWSER: &str = "/usr/bin/chromium";

/// Programs, and the Debian packages that have them.
const PROGRAMS: &[(&str, &str)] = &[
    ("/usr/bin/zsh", "zsh"),
    ("/usr/bin/fish", "fish"),
    ("/usr/bin/elvish", "elvish"),
    ("/usr/share/bash-completion/bash_completion", "bash-completion"),
    ("/usr/bin/mandoc", "mandoc"),
    ("/usr/bin/man", "man-db"),
    ("/usr/bin/curl", "curl"),
    (BROWSER, "chromium"),
];

/// Installs what is missing where that is possible; a test says what it does without.
pub(crate) fn install() -> anyhow::Result<()> {
    let is_missing = |file: &&(&str, &str)| !std::path::Path::new(file.0).exists();
    let packages: Vec<&str> = PROGRAMS.iter().filter(is_missing).map(|it| it.1).collect();
    if packages.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    install_packages(&packages).map(drop)
}

/// Installs packages of Debian where that is possible; otherwise it prints why not, and gives `false`.
pub(crate) fn install_packages(packages: &[&str]) -> anyhow::Result<bool> {
    let missing = packages.join(", ");
    if !is_root() || !std::path::Path::new("/usr/bin/apt-get").exists() {
        println!("not run: only root may install {missing}, and only on Debian or Ubuntu");
        return Ok(false);
    }
    let apt = |arguments: &[&str]| {
        println!("$ apt-get {}", arguments.join(" "));
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status()
    };
    let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
    let install = [&install[..], packages].concat();
    let is_done = apt(&["update", "--quiet"])?.success() && apt(&install)?.success();
    if !is_done {
        println!("not run: {missing} cannot be installed");
    }
    Ok(is_done)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    env::consts::FAMILY == "unix" && output.is_ok_and(|it| it.stdout.trim_ascii() == b"0")
}
