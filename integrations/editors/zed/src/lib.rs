//! Starts the language server `sps lsp` in Zed.

use zed_extension_api::{
    Command, Extension, LanguageServerId, Result, Worktree, register_extension,
    settings::LspSettings,
};

struct Sps;

impl Extension for Sps {
    fn new() -> Self {
        Self
    }

    fn language_server_command(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let binary = LspSettings::for_worktree(server.as_ref(), worktree)?.binary;
        let (path, arguments) = binary.map_or((None, None), |it| (it.path, it.arguments));
        let command = path.or_else(|| worktree.which("sps")).ok_or(
            "there is no program `sps` on the path: install it, or name it in `lsp.sps.binary.path`",
        )?;
        let args = arguments.unwrap_or_else(|| vec!["lsp".to_owned()]);
        Ok(Command { command, args, env: worktree.shell_env() })
    }
}

register_extension!(Sps);
