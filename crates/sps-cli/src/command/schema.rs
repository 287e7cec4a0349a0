//! `sps schema`: JSON Schemas of bodies.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, Write as _},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use sps_codegen::{SchemaForm, SchemaMapping};
use sps_site::SETTINGS_FILE;
use sps_spec::{Endpoint, Spec};

use crate::{
    endpoint,
    output::{Stdout, count, one_line, print_json},
    spec::TargetArgs,
    status::Status,
};

/// Print the JSON Schema of a body or of a file of a tree, or write all schemas
///
/// Without an endpoint, lists the endpoints that have a schema. The dialect is 2020-12. A schema accepts what
/// `sps check` accepts, or for a file of a tree `sps plan`, except for rules that a schema cannot express; it has no
/// warnings.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sps schema management/snmp/trap > trap.schema.json
  sps schema info --form response
  sps schema management/email --target 6.2
  sps schema management/email --form site
  sps schema sps.toml
  sps schema --all schemas
  sps schema --all .schemas --site .
  sps schema --all schemas --form site")]
pub(crate) struct Args {
    /// Full path, or the part after `/api/configuration/` or `/api/`; or `sps.toml`, for the settings of a tree
    #[arg(value_name = "ENDPOINT", conflicts_with = "all")]
    endpoint: Option<String>,

    /// Form of the body [default: request; with --all, all of them]
    #[arg(long, value_enum)]
    form: Option<Form>,

    /// Write all schemas to this directory, with settings for an editor
    ///
    /// `settings.json` assigns schemas to files in any directory by their paths, such as `management/email.json`, or
    /// `configuration/passwords/KEY.json` for an object of a collection. Such a file may hold a request or a response;
    /// with `--form site`, it is a file of a tree, in JSON or YAML.
    ///
    /// A file can also name its schema itself, for any editor: `"$schema": "PATH"` as its first member in JSON, the first
    /// line `# yaml-language-server: $schema=PATH` in YAML, and `#:schema PATH` in sps.toml.
    #[arg(long, value_name = "DIR")]
    all: Option<PathBuf>,

    /// With --all: directory of configuration files; only files in it get a schema, `DIR/passwords/KEY.json` too
    /// (repeatable)
    ///
    /// A directory with an sps.toml is a tree: its files, in JSON or YAML, get the schemas of the form `site`. In a tree,
    /// write the schemas to a directory with a dot in front, which does not belong to the tree.
    #[arg(long, value_name = "DIR", requires = "all")]
    site: Vec<String>,

    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Form {
    /// A body for PUT or POST
    Request,
    /// A response of the appliance, wrapped or bare
    Response,
    /// A file of a tree, in which `$ref`, `$secret`, `$new` and `$file` may replace values
    Site,
}

impl From<Form> for SchemaForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Request => Self::Request,
            Form::Response => Self::Response,
            Form::Site => Self::Site,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let spec = &*args.target.spec();
    let form = args.form.map(SchemaForm::from);
    match (&args.endpoint, &args.all) {
        (Some(name), _) if name == SETTINGS_FILE => {
            if let Some(form) = form.filter(|it| *it != SchemaForm::Site) {
                bail!("`{SETTINGS_FILE}` has no {} form", form.name());
            }
            out.write_all(sps_codegen::schema_of_settings(spec).as_bytes())?;
        }
        (Some(endpoint), _) => {
            let form = form.unwrap_or(SchemaForm::Request);
            out.write_all(one(spec, endpoint, form)?.as_bytes())?;
        }
        (None, Some(dir)) => {
            let written = write_all(spec, dir, form, &args.site)?;
            if out.is_json() {
                print_json(out, &written)?;
            } else {
                out.write_all(written.to_string().as_bytes())?;
            }
        }
        (None, None) if form.is_some() => bail!("`--form` needs an endpoint or `--all`"),
        (None, None) if out.is_json() => {
            let forms = SchemaForm::ALL.into_iter();
            let forms_of = |endpoint: &Endpoint| -> Vec<&str> {
                let has_schema =
                    |form: &SchemaForm| sps_codegen::schema(spec, endpoint, *form).is_some();
                forms.clone().filter(has_schema).map(SchemaForm::name).collect()
            };
            let endpoints = spec.endpoints.iter().map(|it| (it.short_path(), forms_of(it)));
            let index: BTreeMap<_, _> = endpoints.filter(|(_, forms)| !forms.is_empty()).collect();
            print_json(out, &index)?;
        }
        (None, None) => out.write_all(sps_codegen::schemas(spec).as_bytes())?,
    }
    out.flush()?;
    Ok(Status::Done)
}

fn one(spec: &Spec, name: &str, form: SchemaForm) -> Result<String> {
    let endpoint = endpoint::page_at(spec, name).map_err(|reason| anyhow!(reason))?;
    let schema = |form| sps_codegen::schema(spec, endpoint, form);
    schema(form).ok_or_else(|| {
        let other = SchemaForm::ALL.into_iter().find(|other| schema(*other).is_some());
        if form == SchemaForm::Site {
            return anyhow!("no file of a tree is for `{}`", endpoint.short_path());
        }
        let hint = match other {
            Some(other) => format!("; pass `--form {}`", other.name()),
            None => "; `sps schema` lists the endpoints with a schema".to_owned(),
        };
        anyhow!("`{}` has no known {} body{hint}", endpoint.short_path(), form.name())
    })
}

/// The schemas and settings that were written.
#[derive(Debug, serde::Serialize)]
struct Written {
    schemas: usize,
    directory: String,
    settings: String,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "wrote {} to {}", count(self.schemas, "schema"), one_line(&self.directory))?;
        writeln!(
            f,
            "To use them in VS Code, copy what is in {} to .vscode/settings.json in the current directory.",
            one_line(&self.settings)
        )
    }
}

/// Writes all schemas and the settings.
///
/// Writes nothing if a file of another program would be replaced.
fn write_all(
    spec: &Spec,
    dir: &Path,
    form: Option<SchemaForm>,
    sites: &[String],
) -> Result<Written> {
    let base = base(dir)?;
    let is_wanted = |it: SchemaForm| form.is_none_or(|form| form == it);
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for endpoint in &spec.endpoints {
        for form in SchemaForm::ALL.into_iter().filter(|it| is_wanted(*it)) {
            if let Some(schema) = sps_codegen::schema(spec, endpoint, form) {
                files.push((dir.join(sps_codegen::schema_file(endpoint, form)), schema));
            }
        }
    }
    for endpoint in spec.endpoints.iter().filter(|_| form.is_none()) {
        if let Some(schema) = sps_codegen::schema_of_documents(spec, endpoint) {
            files.push((dir.join(sps_codegen::schema_file_of_documents(endpoint)), schema));
        }
    }
    if is_wanted(SchemaForm::Site) {
        let file = dir.join(sps_codegen::schema_file_of_settings());
        files.push((file, sps_codegen::schema_of_settings(spec)));
    }
    let schemas = files.len();
    let settings = dir.join("settings.json");
    files
        .push((settings.clone(), sps_codegen::schema_settings(spec, &base, &mapping(form, sites))));
    for (path, text) in &files {
        if let Some(reason) = in_the_way(path, text) {
            bail!(
                "{} {reason}; nothing was written; move it away, or pass another directory",
                path.display()
            );
        }
    }
    for (path, text) in &files {
        write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Written {
        schemas,
        directory: dir.display().to_string(),
        settings: settings.display().to_string(),
    })
}

/// Which files get a schema: a folder with settings of a tree is one.
fn mapping(form: Option<SchemaForm>, sites: &[String]) -> SchemaMapping {
    let is_tree = |site: &&String| {
        form == Some(SchemaForm::Site) || Path::new(site).join(SETTINGS_FILE).is_file()
    };
    let (trees, folders): (Vec<_>, Vec<_>) = sites.iter().partition(is_tree);
    // An editor knows its open folder by no name.
    let place = |site: &String| match site.strip_prefix('.') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            rest.trim_start_matches('/').to_owned()
        }
        _ => site.clone(),
    };
    let mut mapping = SchemaMapping::default();
    mapping.form = form;
    mapping.folders = folders.into_iter().map(place).collect();
    mapping.trees = trees.into_iter().map(place).collect();
    mapping
}

/// Location of the schemas for an editor: relative to its open folder, or a URL.
fn base(dir: &Path) -> Result<String> {
    let text = |path: &Path| path.to_str().map(|it| it.replace('\\', "/"));
    let is_below =
        dir.components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    let base = if is_below {
        let names: PathBuf = dir.components().filter(|it| *it != Component::CurDir).collect();
        text(&names)
            .map(|names| if names.is_empty() { ".".to_owned() } else { format!("./{names}") })
    } else {
        let path = std::path::absolute(dir).context("cannot find the current directory")?;
        text(&path).map(|path| {
            format!("file://{}{}", if path.starts_with('/') { "" } else { "/" }, escaped(&path))
        })
    };
    base.ok_or_else(|| {
        anyhow!("{}: the path is not UTF-8, as settings of an editor must be", dir.display())
    })
}

/// A path as a part of a URL.
fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte);
    let each = path.bytes().map(|byte| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    each.collect()
}

/// Reason for not replacing a file: another program wrote it.
fn in_the_way(path: &Path, ours: &str) -> Option<&'static str> {
    let there = match fs::read(path) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => return Some("exists and cannot be read"),
    };
    if there == ours.as_bytes() {
        return None;
    }
    let Ok(there) = serde_json::from_slice::<serde_json::Value>(&there) else {
        return Some("exists and is not JSON from this command");
    };
    let is_ours = |url: &serde_json::Value| {
        let name = url.as_str().and_then(|it| it.strip_suffix(".json"));
        name.is_some_and(|it| endpoint::SCHEMA_ENDINGS.iter().any(|end| it.ends_with(end)))
    };
    let schema = there
        .get("$id")
        .and_then(|it| it.as_str())
        .is_some_and(|it| it.starts_with("https://sps.invalid/schema/"));
    let settings = there.as_object().is_some_and(|it| {
        it.keys().all(|key| ["json.schemas", "yaml.schemas"].contains(&&**key))
            && it
                .get("json.schemas")
                .and_then(|it| it.as_array())
                .is_some_and(|entries| entries.iter().all(|entry| is_ours(&entry["url"])))
    });
    (!schema && !settings).then_some("exists and is not from this command")
}

/// Writes a file in one step: a reader sees either the old or the new one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    // Schemas are not secret: they get the permissions of other new files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(parent)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locates_schemas_from_the_open_folder_or_by_url() {
        for (dir, expected) in [
            ("schemas", "./schemas"),
            ("./a/b", "./a/b"),
            (".", "."),
            ("/data/a b", "file:///data/a%20b"),
        ] {
            assert_eq!(base(Path::new(dir)).unwrap(), expected, "{dir}");
        }
        assert!(base(Path::new("../x")).unwrap().starts_with("file:///"));
    }
}
