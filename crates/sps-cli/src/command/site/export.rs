//! `sps export`: what an appliance has, as a tree of files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Error, Result, bail};
use clap::ValueEnum;
use serde_json::json;
use sps_client::Client;
use sps_site::{
    CheckOptions, Export, ExportError, ExportOptions, Site, Snapshot, Wanted,
    export::{ExportFormat, ExportedFile, FileAction},
};
use sps_validate::suggest;

use crate::{
    command::site::{error::not_read, report, tree::load_options},
    connection::{self, runtime},
    output::{Format, Stdout, complain, one_line, print, print_result, record, remark},
    spec::endpoints,
    status::Status,
};

/// Write what an appliance has as a tree of files
///
/// Reads everything that files can describe, also at endpoints that no guide shows, and writes one file for each object.
/// Secrets become `{"$secret": "keep"}`, references the names of objects. `sps plan` of the tree then has nothing to change,
/// and the same configuration always gives the same bytes.
///
/// In a tree that is there, files change only where the appliance differs: comments, notations and the sources of secrets
/// stay. Files of objects that the appliance no longer has are removed. A file that was edited after the last export, and not
/// applied, is not overwritten, and neither is a tree that was exported from other appliances or applied to others.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    the tree has what the appliance has
  1    the tree has invalid files; nothing was written
  2    it could not be done, or files were edited; nothing was written unless the message says so
  3    with --dry-run: files would change
  130  interrupted

Examples:
  sps export config/
  sps export config/ --only policies/time_policies --only ssh
  sps export config/ --force
  sps export config/ --dry-run --report json
  sps export simulated/ --sim")]
pub(crate) struct ExportArgs {
    /// Root of the tree
    #[arg(value_name = "DIR")]
    dir: PathBuf,

    /// Export only this endpoint, area or object, such as `policies/time_policies` (repeatable)
    #[arg(long, value_name = "LABEL")]
    only: Vec<String>,

    /// Format of new files
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = FileFormat::Yaml)]
    format: FileFormat,

    /// Overwrite files that were edited after the last export and not applied, and those of another appliance
    #[arg(long)]
    force: bool,

    /// Leave out what cannot be read, and list it
    #[arg(long)]
    skip_unreadable: bool,

    /// List the files that would change, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Format of the report on standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    report: Format,

    #[command(flatten)]
    connection: connection::Args,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileFormat {
    /// YAML
    Yaml,
    /// JSON
    Json,
}

/// Runs `sps export`.
pub(crate) fn export(args: &ExportArgs, out: &mut Stdout) -> Result<Status> {
    let out = out.with(args.report);
    let load = load_options();
    let site = match fs::metadata(&args.dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        _ => Some(Site::load_with(&args.dir, &load)?),
    };
    let mut options = ExportOptions::default();
    options.format = match args.format {
        FileFormat::Yaml => ExportFormat::Yaml,
        FileFormat::Json => ExportFormat::Json,
    };
    options.record = connection::state_folder();
    options.force = args.force;
    options.load = load;
    runtime::with_appliance(&args.connection, async |client| {
        remark(&format!("reading    {}", args.connection.peer(client)));
        let Some(mut snapshot) = args.read(client).await? else { return Ok(Status::Failed) };
        // The built-in simulator has another port in each run.
        args.connection.peer(client).clone_into(&mut snapshot.appliance.url);
        match Export::new(&snapshot, &args.dir, site.as_ref(), &options) {
            Ok(export) => args.write(&export, &options, out),
            Err(error) => args.refused(error),
        }
    })
}

impl ExportArgs {
    /// Reads the appliance; `None` if something cannot be read, which is printed.
    async fn read(&self, client: &Client) -> Result<Option<Snapshot>> {
        let wanted = match self.only.as_slice() {
            [] => Wanted::Everything,
            only => Wanted::Below(only.iter().map(|it| plain(it).to_owned()).collect()),
        };
        let (snapshot, unreadable) =
            Snapshot::read_readable(client, &wanted).await.map_err(not_read)?;
        let word = if self.skip_unreadable { "note" } else { "error" };
        for error in &unreadable {
            let cause = std::error::Error::source(error).map(|it| format!(": {it}"));
            complain(&format!("{word}: {error}{}", cause.unwrap_or_default()));
        }
        if !unreadable.is_empty() && !self.skip_unreadable {
            complain("help: nothing was written; `--skip-unreadable` leaves these out");
            return Ok(None);
        }
        for only in self.only.iter().map(|it| plain(it)) {
            let is_there = |label: &str| {
                label.strip_prefix(only).is_some_and(|it| it.is_empty() || it.starts_with('/'))
            };
            let mut labels = snapshot.objects().iter().map(|it| it.label.to_string());
            let is_known = endpoints().iter().any(|it| it.path.ends_with(&format!("/{only}")));
            if !is_known && !labels.any(|it| is_there(&it)) {
                let paths = endpoints().iter().map(|it| plain(it.path));
                let near = suggest::nearest(only, paths).first().copied();
                let near = near.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
                bail!("the appliance has nothing at `{}`{near}", one_line(only));
            }
        }
        Ok(Some(snapshot))
    }

    fn refused(&self, error: ExportError) -> Result<Status> {
        match error {
            ExportError::Invalid { report } => {
                let status = report::print(&self.dir, &report)?;
                complain(
                    "help: nothing was written; correct the tree, or export to another folder",
                );
                Ok(status.unwrap_or(Status::Invalid))
            }
            ExportError::OtherAppliance { known, url } => {
                let dir = self.dir.display().to_string();
                complain(&format!(
                    "error: {} has the configuration of {}, and this is {url}",
                    one_line(&dir),
                    some(&known)
                ));
                complain(
                    "help: nothing was written; export to another folder, or pass `--force` to overwrite the files with what this appliance has",
                );
                Ok(Status::Failed)
            }
            ExportError::Edited { files } => {
                complain("error: files were edited after the last export:");
                for file in files.iter().map(|it| shown(&self.dir, it)) {
                    complain(&format!("  {file}"));
                    record::cause(file);
                }
                complain(
                    "help: nothing was written; apply or save the edits, or pass `--force` to overwrite them",
                );
                Ok(Status::Failed)
            }
            error => Err(Error::new(error)),
        }
    }

    fn write(&self, export: &Export, options: &ExportOptions, out: &mut Stdout) -> Result<Status> {
        if !self.dry_run {
            export.write()?;
        }
        let changed: Vec<&ExportedFile> =
            export.files().iter().filter(|it| it.action != FileAction::Keep).collect();
        let count = |action| export.files().iter().filter(|it| it.action == action).count();
        let [added, changed_count, removed, kept] =
            [FileAction::Add, FileAction::Change, FileAction::Remove, FileAction::Keep].map(count);
        let status =
            if self.dry_run && !changed.is_empty() { Status::Different } else { Status::Done };
        if !out.is_json() {
            self.list(&changed, out)?;
            print(
                out,
                &format!(
                    "export: {added} added, {changed_count} changed, {removed} removed, {kept} unchanged"
                ),
            )?;
        }
        for file in changed.iter().filter(|it| it.is_rewritten) {
            let file = shown(&self.dir, &file.file);
            let written = if self.dry_run { "would be" } else { "was" };
            remark(&format!("note: {file} {written} written anew, without its comments"));
        }
        for line in export.missing_settings() {
            remark(&format!("note: sps.toml has to have {line}"));
        }
        if !self.dry_run {
            self.count_errors(options)?;
        }
        if out.is_json() {
            let files = changed.iter().map(|it| {
                let action = match it.action {
                    FileAction::Add => "add",
                    FileAction::Remove => "remove",
                    _ => "change",
                };
                json!({"file": it.file, "action": action})
            });
            let result = json!({
                "written": !self.dry_run,
                "summary": {"add": added, "change": changed_count, "remove": removed, "unchanged": kept},
                "files": files.collect::<Vec<_>>(),
            });
            print_result(out, result, status)?;
        }
        Ok(status)
    }

    /// Prints the files that change.
    fn list(&self, changed: &[&ExportedFile], out: &mut Stdout) -> Result<()> {
        for file in changed {
            let sign = match file.action {
                FileAction::Add => '+',
                FileAction::Remove => '-',
                _ => '~',
            };
            print(out, &format!("{sign} {}", shown(&self.dir, &file.file)))?;
        }
        Ok(())
    }

    /// Says whether the tree as it is now has errors.
    fn count_errors(&self, options: &ExportOptions) -> Result<()> {
        let site = Site::load_with(&self.dir, &options.load)?;
        let report = site.check(&CheckOptions::default());
        let errors = report.errors().count() + report.unreadable.len();
        if errors > 0 {
            let dir = self.dir.display();
            remark(&format!("note: the tree has {errors} errors; `sps check {dir}` shows them"));
        }
        Ok(())
    }
}

/// Some addresses of appliances: a tree may be that of a whole fleet.
fn some(addresses: &[String]) -> String {
    match addresses {
        [one, two, three, rest @ ..] if !rest.is_empty() => {
            format!("{one}, {two}, {three} and {} more", rest.len())
        }
        all => all.join(", "),
    }
}

fn shown(root: &Path, file: &Path) -> String {
    one_line(&root.join(file).display().to_string()).into_owned()
}

/// A label as people write it: `/api/configuration/` before it and a slash behind it mean nothing.
fn plain(label: &str) -> &str {
    let label = label.trim_end_matches('/').trim_start_matches('/');
    label.strip_prefix("api/configuration/").unwrap_or(label)
}
