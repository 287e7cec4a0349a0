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

-- Completion with keys alone. That of these versions puts the lines of a body or of an object into one line, and leaves out the
-- comma that is missing before a member of JSON.
local answer

local function column(buffer, position)
  local line = vim.api.nvim_buf_get_lines(buffer, position.line, position.line + 1, false)[1] or ""
  local ok, byte = pcall(vim.str_byteindex, line, position.character, true)
  return ok and byte or #line
end

-- What is in the menu for the text that has been typed.
local function matches(items, typed)
  local plain = typed:gsub("^[\"']", ""):lower()
  local found = {}
  for _, item in ipairs(items) do
    local filter = (item.filterText or item.label):gsub("^[\"']", ""):lower()
    if vim.startswith(filter, plain) or vim.startswith(item.label:lower(), plain) then
      local word = item.textEdit.newText:match("[^\n]*")
      if vim.endswith(word, item.rest) then
        word = word:sub(1, #word - #item.rest)
      end
      table.insert(found, {
        -- The whole text comes when the choice is made.
        word = word,
        abbr = item.label,
        kind = vim.lsp.protocol.CompletionItemKind[item.kind] or "",
        menu = item.detail or "",
        info = (item.documentation or {}).value or "",
        icase = 1,
        dup = 1,
        user_data = { sps = item },
      })
    end
  end
  return found
end

function _G.sps_omnifunc(find_start, typed)
  if find_start == 0 then
    return matches(answer, typed)
  end
  answer = {}
  local buffer = vim.api.nvim_get_current_buf()
  local at = vim.api.nvim_win_get_cursor(0)[2]
  local params = vim.lsp.util.make_position_params()
  for _, it in pairs(vim.lsp.buf_request_sync(buffer, "textDocument/completion", params, 2000) or {}) do
    for _, item in ipairs(it.result and (it.result.items or it.result) or {}) do
      if item.textEdit then
        -- How much of the line behind the cursor goes, too.
        item.rest = vim.api.nvim_get_current_line():sub(at + 1, column(buffer, item.textEdit.range["end"]))
        table.insert(answer, item)
      end
    end
  end
  table.sort(answer, function(a, b)
    return (a.sortText or a.label) < (b.sortText or b.label)
  end)
  -- All items are for the same place.
  return answer[1] and column(buffer, answer[1].textEdit.range.start) or at
end

-- Puts the whole text in place of its first line.
local function complete_done()
  local data = (vim.v.completed_item or {}).user_data
  local item = type(data) == "table" and data.sps
  if not item then
    return
  end
  local buffer = vim.api.nvim_get_current_buf()
  local row, at = unpack(vim.api.nvim_win_get_cursor(0))
  local range = item.textEdit.range
  if range.start.line ~= row - 1 then
    return
  end
  local lines = vim.split(item.textEdit.newText, "\n")
  local start = column(buffer, range.start)
  local end_row, finish = row - 1, at + #item.rest
  if range["end"].line >= vim.api.nvim_buf_line_count(buffer) then
    -- The end of the last line is the end of the file.
    end_row = vim.api.nvim_buf_line_count(buffer) - 1
    finish = #vim.api.nvim_buf_get_lines(buffer, -2, -1, false)[1]
    if lines[#lines] == "" then
      table.remove(lines)
    end
  elseif range["end"].line >= row then
    end_row, finish = range["end"].line, column(buffer, range["end"])
  end
  vim.api.nvim_buf_set_text(buffer, row - 1, start, end_row, finish, lines)
  local last = row - 1 + #lines - 1
  local length = #lines[#lines] + (#lines == 1 and start or 0)
  local space = vim.api.nvim_create_namespace("sps")
  local mark = vim.api.nvim_buf_set_extmark(buffer, space, last, length, {})
  vim.lsp.util.apply_text_edits(item.additionalTextEdits or {}, buffer, "utf-16")
  local place = vim.api.nvim_buf_get_extmark_by_id(buffer, space, mark, {})
  vim.api.nvim_buf_del_extmark(buffer, space, mark)
  vim.api.nvim_win_set_cursor(0, { place[1] + 1, place[2] })
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
        vim.bo[it].omnifunc = "v:lua.sps_omnifunc"
      end,
    })
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end

local group = vim.api.nvim_create_augroup("sps", {})
vim.api.nvim_create_autocmd("CompleteDone", { group = group, callback = complete_done })
vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
  group = group,
  pattern = { "*.json", "*.yaml", "*.yml", "sps.toml" },
  callback = function(event)
    attach(event.buf)
  end,
})
