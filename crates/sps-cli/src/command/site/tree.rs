//! A tree against an appliance: checked, read and compared.

use std::path::Path;

use anyhow::Result;
use sps_client::Client;
use sps_site::{
    Appliance, CheckOptions, LoadOptions, Plan, PlanError, PlanOptions, Secrets, Site, SiteReport,
    Snapshot, Wanted, plan::Prepared,
};
use sps_validate::Reason;

use crate::{
    check::validate::now,
    command::site::{
        error::{not_planned, not_read},
        report,
        secrets::SecretArgs,
    },
    connection,
    output::{
        remark,
        report::Rendered,
        unchecked::{group, sentences},
    },
    spec::endpoints,
    status::Status,
};

/// What of a tree is planned, and how.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct TreeArgs {
    /// Plan only this object or endpoint, such as `policies/time_policies` (repeatable)
    #[arg(long, value_name = "LABEL")]
    pub(super) only: Vec<String>,

    /// Set this secret anew even if it seems to be the same, such as `management/snmp/trap/version/value/auth_password`
    /// (repeatable)
    #[arg(long, value_name = "LABEL/POINTER")]
    pub(super) rotate: Vec<String>,
}

/// A tree that was found valid as far as its files show it.
pub(super) struct Tree {
    site: Site,
    /// What the check of the tree found; no error.
    report: SiteReport,
    reader: Box<dyn Secrets>,
    args: TreeArgs,
}

impl Tree {
    /// Reads and checks a tree, and reads its secrets. Prints what is wrong with it.
    pub(super) fn read(
        root: &Path,
        args: &TreeArgs,
        secrets: &SecretArgs,
        connection: &connection::Args,
    ) -> Result<Result<Self, Status>> {
        let site = Site::load_with(root, &load_options())?;
        let reader = secrets.of_tree(root, connection)?;
        let report = site.check(&check_options(&*reader));
        Ok(match report::print(root, &report)? {
            Some(status) => Err(status),
            None => Ok(Self { site, report, reader, args: args.clone() }),
        })
    }

    /// The tree itself.
    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// What the check of the tree did not decide or did not look at, in sentences.
    pub(super) fn unchecked(&self) -> Vec<String> {
        let mut groups = Vec::new();
        for file in &self.report.files {
            let mut unchecked = file.report.unchecked.clone();
            // A plan asks the appliance.
            unchecked.retain(|it| !matches!(it.reason, Reason::ExistenceUnknown));
            let source = file.file.display().to_string();
            let file = source.clone();
            let rendered =
                Rendered { source, file, unchecked, is_in_tree: true, ..Rendered::default() };
            group(&mut groups, &rendered);
        }
        let notes = self.report.notes.iter();
        let notes = notes.map(|it| format!("left alone: {}: {}", it.file.display(), it.reason));
        sentences(&groups).into_iter().chain(notes).collect()
    }

    /// Reads what the appliance has, and compares. Prints why that cannot be done.
    pub(super) async fn plan(
        &self,
        client: &Client,
        connection: &connection::Args,
    ) -> Result<Result<Plan, Status>> {
        let mut options = PlanOptions::default();
        options.secrets = Some(&*self.reader);
        options.report = Some(&self.report);
        options.state = if connection.is_simulated() { None } else { connection::state_folder() };
        options.rotate.clone_from(&self.args.rotate);
        options.only.clone_from(&self.args.only);
        let prepared = match Prepared::new(&self.site, &options) {
            Ok(prepared) => prepared,
            Err(error) => return Ok(Err(not_planned(error)?)),
        };
        let wanted = Wanted::Endpoints(prepared.endpoints());
        remark(&format!("reading    {}", connection.peer(client)));
        let appliance = Snapshot::appliance_of(client).await.map_err(not_read)?;
        if let Err(error) = prepared.check_for(&appliance) {
            return Ok(Err(self.unfit(&appliance, error)?));
        }
        let snapshot = Snapshot::read_of(client, appliance, &wanted).await.map_err(not_read)?;
        match prepared.plan(client, &snapshot).await {
            Ok(plan) => Ok(Ok(plan)),
            Err(error) => Ok(Err(not_planned(error)?)),
        }
    }

    /// Prints why the tree does not fit the version of the appliance.
    fn unfit(&self, appliance: &Appliance, error: PlanError) -> Result<Status> {
        let PlanError::Invalid { report } = error else { return not_planned(error) };
        remark(&format!(
            "the appliance has version {}, for which the tree is invalid:",
            appliance.version
        ));
        Ok(report::print(self.site.root(), &report)?.unwrap_or(Status::Invalid))
    }
}

/// How every tree is read.
pub(super) fn load_options() -> LoadOptions {
    LoadOptions::default().with_endpoints(endpoints().iter().copied())
}

fn check_options(secrets: &dyn Secrets) -> CheckOptions<'_> {
    let options = CheckOptions::default().with_secrets(secrets);
    match now() {
        Some(now) => options.with_now(now),
        None => options,
    }
}
