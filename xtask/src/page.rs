//! `cargo xtask page`: the page of the simulator, by its protocol and in Chromium.

use std::{fs, path::Path};

use anyhow::{Context as _, ensure};

use crate::{shells, workspace};

/// Runs the tests of the page. They write a picture of each page into this folder, if there is one.
pub(crate) fn page(pictures: Option<&str>) -> anyhow::Result<()> {
    if !Path::new(shells::BROWSER).exists() {
        shells::install()?;
    }
    ensure!(
        Path::new(shells::BROWSER).exists(),
        "install Chromium: {} is missing",
        shells::BROWSER
    );
    let test = ["test", "--package", "sps-sim", "--features", "page", "--test", "it", "--locked"];
    let mut cargo = workspace::cargo(&test);
    cargo.args(["--", "page", "browser"]);
    if let Some(folder) = pictures {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {folder}"))?;
        let folder = fs::canonicalize(folder).with_context(|| format!("cannot read {folder}"))?;
        cargo.env("SPS_PAGE_PICTURES", folder);
    }
    workspace::run(&mut cargo, "the tests of the page")
}
