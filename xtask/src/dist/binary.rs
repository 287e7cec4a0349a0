//! Asks a binary for Linux which C library it needs, and compares that with the tag of a wheel.

use std::fmt;

use anyhow::{Context as _, bail};
use object::{
    Endianness,
    elf::{self, FileHeader64},
    read::elf::FileHeader as _,
};

/// A version of the GNU C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Glibc(pub(super) u32, pub(super) u32);

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl Glibc {
    /// Reads `2.17`, whatever the separator.
    fn parse(text: &str, separator: char) -> Option<Self> {
        let (major, minor) = text.split_once(separator)?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }
}

/// What a binary needs of the system that starts it.
#[derive(Debug)]
pub(super) struct Needs {
    /// Names of libraries, such as `libc.so.6`, in the order of the binary.
    pub(super) libraries: Vec<String>,
    /// The highest version of a symbol of the GNU C library.
    pub(super) glibc: Option<Glibc>,
    /// The machine as Python and Rust call it.
    pub(super) machine: &'static str,
}

/// The libraries that every system with a `manylinux` tag has, as far as a program in Rust can need them.
const PROMISED: &[&str] = &[
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

impl Needs {
    /// Reads a 64-bit ELF file.
    pub(super) fn of(binary: &[u8]) -> anyhow::Result<Self> {
        let header = FileHeader64::<Endianness>::parse(binary).context("no 64-bit ELF file")?;
        let endian = header.endian()?;
        let machine = match header.e_machine.get(endian) {
            elf::EM_X86_64 => "x86_64",
            elf::EM_AARCH64 => "aarch64",
            other => bail!("unknown machine in the ELF file: {other:?}"),
        };
        let sections = header.sections(endian, binary)?;
        let mut libraries = Vec::new();
        let table = sections.dynamic_table(endian, binary)?;
        for entry in table.iter().filter(|it| it.tag == elf::DT_NEEDED) {
            libraries.push(String::from_utf8_lossy(table.string(entry)?).into_owned());
        }
        let mut glibc = None;
        if let Some((mut entries, strings)) = sections.gnu_verneed(endian, binary)? {
            let strings = sections.strings(endian, binary, strings)?;
            while let Some((_, mut versions)) = entries.next()? {
                while let Some(version) = versions.next()? {
                    let name = String::from_utf8_lossy(version.name(endian, strings)?).into_owned();
                    // `GLIBC_2.2.5` counts as 2.2: nothing that old is left.
                    let parsed = name.strip_prefix("GLIBC_").and_then(|it| {
                        Glibc::parse(
                            it.splitn(3, '.').take(2).collect::<Vec<_>>().join(".").as_str(),
                            '.',
                        )
                    });
                    glibc = glibc.max(parsed);
                }
            }
        }
        Ok(Self { libraries, glibc, machine })
    }

    /// Checks that the tag of a wheel promises no less than the binary needs. A tag may be several, joined by dots.
    pub(super) fn check_tag(&self, tag: &str) -> anyhow::Result<()> {
        let needed = self.glibc.context("the binary needs no GNU C library: tag it `musllinux`")?;
        for one in tag.split('.') {
            let Some(promise) = one.strip_suffix(self.machine).and_then(|it| it.strip_suffix('_'))
            else {
                bail!("the tag {one} is for another machine: the binary runs on {}", self.machine);
            };
            let promised = match promise {
                "manylinux1" => Glibc(2, 5),
                "manylinux2010" => Glibc(2, 12),
                "manylinux2014" => Glibc(2, 17),
                _ => promise
                    .strip_prefix("manylinux_")
                    .and_then(|it| Glibc::parse(it, '_'))
                    .with_context(|| {
                        format!("the tag {one} names no version of the GNU C library")
                    })?,
            };
            if needed > promised {
                bail!("the tag {one} promises glibc {promised}, and the binary needs {needed}");
            }
        }
        let unknown: Vec<_> =
            self.libraries.iter().filter(|it| !PROMISED.contains(&it.as_str())).collect();
        if !unknown.is_empty() {
            bail!("the tag {tag} does not promise these libraries: {unknown:?}");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    /// The program that runs this test: it was built for this machine, and for nothing older than Rust wants.
    fn of_this_test() -> Needs {
        Needs::of(&fs::read(env::current_exe().unwrap()).unwrap()).unwrap()
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn p035_a_tag_that_promises_less_than_the_binary_needs_is_refused() {
        let needs = of_this_test();
        let needed = needs.glibc.unwrap();
        let machine = needs.machine;
        let Glibc(major, minor) = needed;
        needs.check_tag(&format!("manylinux_{major}_{minor}_{machine}")).unwrap();
        needs.check_tag(&format!("manylinux_{major}_{}_{machine}", minor + 1)).unwrap();
        let error = needs.check_tag(&format!("manylinux_{major}_{}_{machine}", minor - 1));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(&format!("the binary needs {needed}")), "{error}");
        // Each part of a tag is a promise.
        let both = format!("manylinux_{major}_{minor}_{machine}.manylinux1_{machine}");
        assert!(needs.check_tag(&both).is_err());
        for other in ["manylinux_2_99_sparc", "musllinux_1_2_x86_64", "linux_x86_64", "any"] {
            assert!(needs.check_tag(other).is_err(), "{other}");
        }
    }

    #[test]
    fn p035_a_tag_promises_no_other_library() {
        let needs = Needs {
            libraries: vec!["libc.so.6".to_owned(), "libssl.so.3".to_owned()],
            glibc: Some(Glibc(2, 17)),
            machine: "x86_64",
        };
        let error = needs.check_tag("manylinux_2_17_x86_64.manylinux2014_x86_64").unwrap_err();
        assert!(error.to_string().contains("libssl.so.3"), "{error}");
    }

    #[test]
    fn orders_versions_by_number() {
        assert!(Glibc(2, 9) < Glibc(2, 17));
        assert_eq!(Glibc::parse("2.34", '.'), Some(Glibc(2, 34)));
        assert_eq!(Glibc::parse("PRIVATE", '.'), None);
    }

    #[test]
    fn refuses_what_is_no_binary() {
        assert!(Needs::of(b"#!/bin/sh\n").is_err());
    }
}
