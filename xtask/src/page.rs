//! `cargo xtask page`: the page of the simulator and the reports of the binary, in Chromium.

use std::{fs, path::Path};

use anyhow::{Context as _, ensure};

use crate::{shells, workspace};

/// Runs the tests of the pages. They write a picture of each page into this folder, if there is one.
pub(crate) fn page(pictures: Option<&str>) -> anyhow::Result<()> {
    if !Path::new(shells::BROWSER).exists() {
        shells::install()?;
    }
    ensure!(
        Path::new(shells::BROWSER).exists(),
        "install Chromium: {} is missing",
        shells::BROWSER
    );
    let pictures = pictures.map(|folder| {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {folder}"))?;
        fs::canonicalize(folder).with_context(|| format!("cannot read {folder}"))
    });
    let pictures = pictures.transpose()?;
    let simulator = ["--package", "sps-sim", "--features", "page", "--test", "it", "--locked"];
    let reports = ["--package", "sps-cli", "--test", "it", "--locked"];
    for (options, tests) in [(&simulator[..], &["page", "browser"][..]), (&reports, &["html"])] {
        let mut cargo = workspace::cargo(&["test"]);
        cargo.args(options).arg("--").args(tests);
        if let Some(folder) = &pictures {
            cargo.env("SPS_PAGE_PICTURES", folder);
        }
        workspace::run(&mut cargo, "the tests of the pages")?;
    }
    Ok(())
}
