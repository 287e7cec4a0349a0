-- The language server `sps lsp`, as Neovim 0.11 and newer read it: `vim.lsp.enable("sps")`.
return {
  cmd = { "sps", "lsp" },
  filetypes = { "json", "yaml", "toml" },
  root_markers = { "sps.toml" },
  -- Outside of trees there is nothing to do.
  workspace_required = true,
}
