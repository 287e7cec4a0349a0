//! `cargo xtask new-endpoint`: writes a page to fill in, an example and first cases.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use sps_codegen::{draft_cases, draft_cases_file, draft_page, template};
use sps_spec::{EndpointKind, Spec};

use crate::workspace;

const CASES: &str = "tests/data/cases";
const EXAMPLES: &str = "examples";

/// Options of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    path: String,
    kind: EndpointKind,
}

impl Options {
    /// Reads the arguments behind `new-endpoint`.
    pub(crate) fn parse(args: &[&str]) -> anyhow::Result<Self> {
        let kind = match args {
            [_] | [_, "--kind", "singleton"] => EndpointKind::Singleton,
            [_, "--kind", "collection"] => EndpointKind::Collection,
            [_, "--kind", kind] => {
                bail!(
                    "unknown kind `{kind}`: expected `singleton` or `collection`; edit the page for another one"
                )
            }
            _ => bail!("usage: cargo xtask new-endpoint PATH [--kind singleton|collection]"),
        };
        Ok(Self { path: args[0].to_owned(), kind })
    }
}

/// Writes the files and prints what comes next.
pub(crate) fn new_endpoint(options: &Options) -> anyhow::Result<()> {
    for path in create(workspace::root(), options)? {
        println!("wrote {path}");
    }
    println!(
        "next: replace every TODO in these files, then run `cargo xtask codegen` and `cargo xtask mutate-spec`"
    );
    Ok(())
}

/// Writes a page, an example and first cases below `root`. Returns their paths.
pub(crate) fn create(root: &Path, options: &Options) -> anyhow::Result<Vec<String>> {
    let spec = Spec::from_dir(&root.join("spec"))
        .context("nothing was written: the spec has mistakes, correct them first")?;
    let page = draft_page(&spec, &options.path, options.kind)?;
    let page_path = format!("spec/{}", page.file);
    write_new(root, &page_path, &page.text)?;
    // The page is valid as it is, so what follows from it can be made at once.
    let spec = Spec::from_dir(&root.join("spec"))?;
    let endpoint = spec
        .endpoints
        .iter()
        .find(|it| it.file == page.file)
        .context("the new page is part of the spec")?;
    let example = template(&spec, endpoint, None).context("the new page has a request body")?;
    let short = endpoint.short_path();
    let example_path = match endpoint.kind {
        EndpointKind::Collection => format!("{EXAMPLES}/{short}/example.json"),
        _ => format!("{EXAMPLES}/{short}.json"),
    };
    write_new(root, &example_path, &example)?;
    let (file, cases) = draft_cases_file(endpoint, &example, &draft_cases(&spec, endpoint));
    let cases_path = format!("{CASES}/{file}");
    write_new(root, &cases_path, &cases)?;
    Ok(vec![page_path, example_path, cases_path])
}

fn write_new(root: &Path, path: &str, text: &str) -> anyhow::Result<()> {
    let file = root.join(path);
    if file.exists() {
        bail!("{path} exists already");
    }
    let folder = file.parent().context("a new file lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder of {path}"))?;
    fs::write(&file, text).with_context(|| format!("cannot write {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        codegen::{SCHEMAS, differences, outputs},
        markdown::PROGRAMS,
    };

    fn options(args: &[&str]) -> Options {
        Options::parse(args).unwrap_or_else(|error| panic!("{error}"))
    }

    fn copy(from: &Path, to: &Path) {
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let name = entry.unwrap().file_name();
                copy(&from.join(&name), &to.join(&name));
            }
        } else {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }

    /// A copy of everything that the generator reads.
    fn workspace_copy(name: &str) -> std::path::PathBuf {
        let target = workspace::target().unwrap_or_else(|error| panic!("{error}"));
        let root = target.join("xtask-tests").join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        let pages = PROGRAMS.iter().flat_map(|(page, example)| [*page, *example]);
        for path in ["spec", SCHEMAS].into_iter().chain(pages) {
            copy(&workspace::root().join(path), &root.join(path));
        }
        root
    }

    #[test]
    fn a_new_page_is_valid_and_everything_can_be_derived_from_it() {
        let root = workspace_copy("new-endpoint");
        let singleton = create(&root, &options(&["management/example"])).unwrap();
        let expected = [
            "spec/endpoints/configuration/management/example.toml",
            "examples/management/example.json",
            "tests/data/cases/configuration/management/example.toml",
        ];
        assert_eq!(singleton, expected);
        let collection =
            create(&root, &options(&["policies/time_examples", "--kind", "collection"])).unwrap();
        assert!(collection[1].ends_with("policies/time_examples/example.json"), "{collection:?}");

        let outputs = outputs(&root).unwrap_or_else(|error| panic!("{error}"));
        for (path, part) in [
            ("crates/sps-model/src/generated/management_example.rs", "pub struct Example"),
            ("crates/sps-model/src/generated/policies_time_examples.rs", "pub struct TimeExample"),
            ("tests/it/every_endpoint.rs", "management_example: Example = \"management/example\","),
            ("spec/src/embedded.rs", "endpoints/configuration/management/example.toml"),
        ] {
            assert!(outputs[path].contains(part), "{path}: {}", outputs[path]);
        }
        assert!(!differences(&root, &outputs).unwrap().is_empty());
        for (path, text) in &outputs {
            copy_text(&root, path, text);
        }
        assert_eq!(differences(&root, &outputs).unwrap(), []);
        let again = create(&root, &options(&["management/example"])).unwrap_err().to_string();
        assert_eq!(again, "the spec has `/api/configuration/management/example` already");
    }

    fn copy_text(root: &Path, path: &str, text: &str) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    #[test]
    fn a_taken_name_gets_that_of_its_container() {
        let root = workspace_copy("new-endpoint-name");
        let paths = create(&root, &options(&["telnet/email"])).unwrap();
        let text = fs::read_to_string(root.join(&paths[0])).unwrap();
        assert!(text.contains("object = \"TelnetEmail\"\n"), "{text}");
        assert!(text.contains("\n[TelnetEmail]\n"), "{text}");
    }

    #[test]
    fn refuses_what_is_not_a_path() {
        for path in ["", "/", "a//b", "../x", "A/b", "a/b.toml", "/api/configuration/a b"] {
            let error = create(workspace::root(), &options(&[path])).unwrap_err().to_string();
            assert!(error.contains("is not the path of an endpoint"), "{path}: {error}");
        }
        assert!(Options::parse(&[]).is_err());
        assert!(Options::parse(&["a", "--kind", "job"]).is_err());
    }
}
