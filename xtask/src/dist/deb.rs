//! The Debian package.
//!
//! `cargo deb` makes one, too. Ours needs no tool to be built first, takes the binary that all packages share, and has the
//! same bytes in every build.

use std::{
    fs, str,
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context as _, bail};
use ar::{Builder, Header};
use md5::{Digest as _, Md5};

use super::{
    Contents,
    binary::{Glibc, Needs},
    files::{Files, gzip, hex},
};
use crate::workspace;

/// Who answers for the package. Not confirmed yet, like the address of the repository.
const MAINTAINER: &str = "The developers of sps <sps-rs@users.noreply.github.com>";

const DESCRIPTION: &str =
    "checks and changes the configuration of Safeguard for Privileged Sessions
 sps finds the mistakes in configuration bodies of One Identity Safeguard for
 Privileged Sessions (SPS) before an appliance swallows them. It reads and
 changes single objects, takes a whole configuration under version control as
 files with plan and apply, and simulates an appliance to try all of that.";

const APACHE: &str = "License: Apache-2.0
 On Debian systems, the text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
";

/// Packs the files. Returns the name of the package and its bytes.
pub(super) fn deb(contents: &Contents, time: u64) -> anyhow::Result<(String, Vec<u8>)> {
    let needs = Needs::of(&contents.binary)?;
    let architecture = match needs.machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => bail!("Debian's name of {other} is unknown here"),
    };
    // A version before a release sorts before it.
    let version = contents.version.replacen('-', "~", 1);
    let files = installed(contents, &version, time)?;
    let mut control = Files::default();
    control.add("control", control_file(contents, &version, architecture, &needs, files.size())?);
    let sums =
        files.iter().map(|(path, file)| format!("{}  {path}\n", hex(&Md5::digest(&file.bytes))));
    control.add("md5sums", sums.collect::<String>());

    let mut archive = Builder::new(Vec::new());
    let parts = [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", control.tar_gz("./", time)?),
        ("data.tar.gz", files.tar_gz("./", time)?),
    ];
    for (name, bytes) in parts {
        let mut header = Header::new(name.into(), u64::try_from(bytes.len())?);
        header.set_mode(0o100_644);
        header.set_mtime(time);
        archive.append(&header, bytes.as_slice()).context("cannot pack the Debian package")?;
    }
    let bytes = archive.into_inner().context("cannot end the Debian package")?;
    Ok((format!("sps_{version}_{architecture}.deb"), bytes))
}

/// The files where Debian has them.
fn installed(contents: &Contents, version: &str, time: u64) -> anyhow::Result<Files> {
    let mut files = Files::default();
    files.add_program("usr/bin/sps", contents.binary.clone());
    for (path, file) in contents.extras.iter() {
        let to = match path {
            "completions/sps.bash" => "usr/share/bash-completion/completions/sps",
            "completions/_sps" => "usr/share/zsh/vendor-completions/_sps",
            "completions/sps.fish" => "usr/share/fish/vendor_completions.d/sps.fish",
            _ => continue,
        };
        files.add(to, file.bytes.clone());
    }
    for (path, file) in contents.extras.iter() {
        if let Some(page) = path.strip_prefix("man/") {
            files.add(format!("usr/share/man/{page}.gz"), gzip(&file.bytes)?);
        }
    }
    let text = |name: &str| {
        fs::read_to_string(workspace::root().join(name)).with_context(|| name.to_owned())
    };
    let doc = |name: &str| format!("usr/share/doc/sps/{name}");
    files.add(doc("copyright"), copyright(contents, &text("LICENSE-MIT")?, time));
    files.add(doc("changelog.gz"), gzip(changelog(version, time).as_bytes())?);
    for name in super::NOTICES {
        let file = contents.extras.iter().find(|(path, _)| *path == name);
        let (_, file) = file.with_context(|| format!("{name} is missing"))?;
        files.add(doc(&format!("{name}.gz")), gzip(&file.bytes)?);
    }
    Ok(files)
}

fn control_file(
    contents: &Contents,
    version: &str,
    architecture: &str,
    needs: &Needs,
    size: usize,
) -> anyhow::Result<String> {
    let homepage = contents.repository.as_ref().map(|it| format!("Homepage: {it}\n"));
    Ok(format!(
        "Package: sps\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: {MAINTAINER}\n\
         Installed-Size: {}\nDepends: {}\nRecommends: bash-completion, ca-certificates\nSection: admin\n\
         Priority: optional\n{}Description: {DESCRIPTION}\n",
        size.div_ceil(1024),
        depends(needs)?,
        homepage.unwrap_or_default(),
    ))
}

/// The packages that hold the libraries of the binary.
fn depends(needs: &Needs) -> anyhow::Result<String> {
    let Glibc(major, minor) = needs.glibc.context("the binary needs no GNU C library")?;
    let mut depends = vec![format!("libc6 (>= {major}.{minor})")];
    for library in &needs.libraries {
        match library.as_str() {
            // Its functions have not changed since Debian 10, and the package had another name then.
            "libgcc_s.so.1" => depends.push("libgcc-s1 | libgcc1".to_owned()),
            "libc.so.6" | "libdl.so.2" | "libm.so.6" | "libpthread.so.0" | "librt.so.1" => {}
            other if other.starts_with("ld-linux") => {}
            other => {
                bail!("Debian's package of {other} is unknown here: extend xtask/src/dist/deb.rs")
            }
        }
    }
    Ok(depends.join(", "))
}

fn copyright(contents: &Contents, mit: &str, time: u64) -> String {
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(time));
    let year = date.split(' ').nth(3).unwrap_or_default();
    let text: String = mit
        .lines()
        .map(|it| if it.trim().is_empty() { " .\n".to_owned() } else { format!(" {it}\n") })
        .collect();
    let source = contents.repository.as_ref().map(|it| format!("Source: {it}\n"));
    format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: sps\n{}\
         Comment: The binary contains the code of others. THIRD-PARTY-NOTICES.txt.gz\n beside this file has their \
         licenses, {}.gz those of the\n standard library of Rust.\n\n\
         Files: *\nCopyright: {year} The developers of sps\nLicense: MIT or Apache-2.0\n\nLicense: MIT\n{text}\n{APACHE}",
        source.unwrap_or_default(),
        super::RUST_NOTICES,
    )
}

fn changelog(version: &str, time: u64) -> String {
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(time));
    let date = date.replace("GMT", "+0000");
    format!(
        "sps ({version}) unstable; urgency=medium\n\n  * Version {version} of sps.\n\n -- {MAINTAINER}  {date}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_changelog_as_debian_reads_it() {
        assert!(changelog("0.1.0", 784_111_777).ends_with(">  Sun, 06 Nov 1994 08:49:37 +0000\n"));
    }

    #[test]
    fn depends_on_the_packages_of_its_libraries() {
        let libraries = |names: &[&str]| Needs {
            libraries: names.iter().map(|it| (*it).to_owned()).collect(),
            glibc: Some(Glibc(2, 17)),
            machine: "x86_64",
        };
        let known = libraries(&["libgcc_s.so.1", "libm.so.6", "ld-linux-x86-64.so.2"]);
        assert_eq!(depends(&known).unwrap(), "libc6 (>= 2.17), libgcc-s1 | libgcc1");
        assert!(depends(&libraries(&["libssl.so.3"])).is_err());
    }
}
