//! `cargo xtask mutate-spec`: changes every fact of the spec a little, and asks whether a hand-written case notices.
//!
//! The work is a test of the crate `tests`: a broken generated file must not stop this program.

use std::str::FromStr;

use anyhow::{Context as _, bail};

use crate::workspace;

/// Which mutants to try: all of them, or a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Options {
    sample: Option<usize>,
    seed: Option<u64>,
}

impl Options {
    /// What CI tries on every push.
    pub(crate) const CI: Self = Self { sample: Some(60), seed: Some(1) };

    pub(crate) fn parse(args: &[&str]) -> anyhow::Result<Self> {
        fn number<T: FromStr>(option: &str, value: &str) -> anyhow::Result<Option<T>> {
            match value.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => bail!("`{option}` wants a number, not `{value}`"),
            }
        }
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(option) = args.next() {
            let mut value = || args.next().with_context(|| format!("`{option}` wants a number"));
            match *option {
                "--sample" => options.sample = number(option, value()?)?,
                "--seed" => options.seed = number(option, value()?)?,
                _ => bail!("no such option: `{option}`; there are `--sample N` and `--seed S`"),
            }
        }
        Ok(options)
    }
}

/// Prints every mutant that survives, and the score; an error if there is one.
pub(crate) fn mutate_spec(options: Options) -> anyhow::Result<()> {
    // First that the spec as it is passes every case by the same road, and then the mutants.
    let mut command = workspace::cargo(&[
        "test",
        "--quiet",
        "--package",
        "tests",
        "--test",
        "it",
        "--",
        "mutants::",
        "--include-ignored",
        "--nocapture",
    ]);
    for (name, value) in [
        ("MUTANTS", options.sample.map(|it| it.to_string())),
        ("SEED", options.seed.map(|it| it.to_string())),
    ] {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    workspace::run(&mut command, "the mutation of the spec")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_options() {
        assert_eq!(Options::parse(&[]).unwrap(), Options::default());
        assert_eq!(
            Options::parse(&["--sample", "60", "--seed", "7"]).unwrap(),
            Options { sample: Some(60), seed: Some(7) }
        );
    }

    #[test]
    fn refuses_what_is_no_option() {
        for args in [&["--sample"][..], &["--sample", "x"], &["--seed", "-1"], &["--all"]] {
            assert!(Options::parse(args).is_err(), "{args:?}");
        }
    }
}
