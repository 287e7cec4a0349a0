-- Starts the language server `sps lsp` for files below a folder with `sps.toml`.
--
-- `vim.g.sps_cmd`, set before this file is read, is the command in place of `{ "sps", "lsp" }`.

if vim.g.loaded_sps then
  return
end
vim.g.loaded_sps = true

local command = vim.g.sps_cmd or { "sps", "lsp" }

if vim.lsp.enable then
  -- Neovim 0.11 and newer know servers by name; `lsp/sps.lua` describes this one.
  vim.lsp.config("sps", { cmd = command })
  vim.lsp.enable("sps")
  return
end

-- One server serves every tree; it finds the tree of each file by itself.
local client

-- The nearest folder above a file with `sps.toml`.
local function root_of(file)
  local folder = vim.fn.fnamemodify(file, ":p:h")
  while true do
    if vim.fn.filereadable(folder .. "/sps.toml") == 1 then
      return folder
    end
    local parent = vim.fn.fnamemodify(folder, ":h")
    if parent == folder then
      return nil
    end
    folder = parent
  end
end

local function attach(buffer)
  local root = vim.bo[buffer].buftype == "" and root_of(vim.api.nvim_buf_get_name(buffer))
  if not root then
    return
  end
  if vim.fn.executable(command[1]) == 0 then
    vim.notify_once("sps: there is no program " .. command[1] .. "; install it, or set vim.g.sps_cmd", vim.log.levels.WARN)
    return
  end
  if not client or vim.lsp.client_is_stopped(client) then
    client = vim.lsp.start_client({
      name = "sps",
      cmd = command,
      root_dir = root,
      on_attach = function(_, it)
        vim.bo[it].omnifunc = "v:lua.vim.lsp.omnifunc"
      end,
    })
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end

vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
  group = vim.api.nvim_create_augroup("sps", {}),
  pattern = { "*.json", "*.yaml", "*.yml", "sps.toml" },
  callback = function(event)
    attach(event.buf)
  end,
})
