//! The Ansible inventory of a fleet.

use std::{fmt::Write as _, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use serde_json::json;
use sps_sim::Simulator;
use tempfile::NamedTempFile;

/// Writes the inventory as YAML.
///
/// It holds no password: a file of this kind is often in a repository.
pub(super) fn inventory(simulators: &[Simulator]) -> String {
    let mut text = format!(
        "# Simulators of `sps sim --fleet {}`, which end with that command. Set SPS_PASSWORD to the password that it printed.\n\
         sps:\n  vars:\n    ansible_connection: local\n    \
         ansible_python_interpreter: \"{{{{ ansible_playbook_python }}}}\"\n    \
         sps_password: \"{{{{ lookup('ansible.builtin.env', 'SPS_PASSWORD') }}}}\"\n",
        simulators.len()
    );
    if let Some(first) = simulators.first() {
        let _ = writeln!(text, "    sps_user: {}", quoted(first.user()));
        if let Some(pin) = first.sha256_fingerprint() {
            let _ = writeln!(text, "    sps_pin_sha256: {}", quoted(pin));
        }
    }
    text.push_str("  hosts:\n");
    for simulator in simulators {
        let name = simulator.name().unwrap_or_default();
        let _ = writeln!(text, "    {name}:\n      sps_host: {}", quoted(&simulator.url()));
    }
    text
}

/// A string of JSON, which YAML reads as the same. Ansible takes braces in it as they are only with the tag.
fn quoted(text: &str) -> String {
    let tag = if text.contains('{') { "!unsafe " } else { "" };
    format!("{tag}{}", json!(text))
}

/// Writes the file as a whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut file =
        NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new("."))).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)?;
    file.persist(path).map_err(|error| error.error).with_context(failed)?;
    Ok(())
}
