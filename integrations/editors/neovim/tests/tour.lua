-- Edits a copy of `examples/site` as a user would. The folder of the copy is the working directory; the program is `SPS`.

local failures = {}

local function check(what, condition, detail)
  if condition then
    print("ok: " .. what .. "\n")
  else
    table.insert(failures, what)
    print("FAILS: " .. what .. (detail and ": " .. vim.inspect(detail) or "") .. "\n")
  end
end

-- Waits until a function gives something, and gives it.
local function wait(work)
  local result
  vim.wait(20000, function()
    result = work()
    return result
  end, 20)
  return result
end

local function open(file)
  vim.cmd("edit " .. file)
  local buffer = vim.api.nvim_get_current_buf()
  wait(function()
    local clients = vim.lsp.buf_get_clients(buffer)
    return next(clients) and vim.lsp.buf_is_attached(buffer, next(clients))
  end)
  return buffer
end

local function codes(buffer)
  local result = {}
  for _, it in ipairs(vim.diagnostic.get(buffer)) do
    local code = it.code or (it.user_data and it.user_data.lsp and it.user_data.lsp.code)
    table.insert(result, code .. "@" .. it.lnum)
  end
  table.sort(result)
  return result
end

local function shows(buffer, expected)
  wait(function()
    return vim.deep_equal(codes(buffer), expected)
  end)
  return vim.deep_equal(codes(buffer), expected), codes(buffer)
end

local function lines(buffer)
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

-- Puts the cursor on the start of a text.
local function go_to(text)
  local line = vim.fn.search("\\V" .. vim.fn.escape(text, "\\"), "cw")
  assert(line > 0, "no line has " .. text)
end

local function ask(buffer, method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params or vim.lsp.util.make_position_params(), 20000)
  for _, answer in pairs(answers or {}) do
    return answer.result
  end
end

-- Types as a user does.
local function type(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "xt", false)
end

local function sps_check()
  local output = vim.fn.system({ vim.env.SPS, "check", "." })
  return vim.v.shell_error == 0, output
end

local function tour()
  local mail = open("management/email.yaml")
  check("a good file has no problem", shows(mail, {}))

  -- Problems come while the text changes, and go with an undo.
  local before = lines(mail)
  go_to("alerting_address")
  type("Ocolor: blue<Esc>")
  check("an unknown member is a problem", shows(mail, { "unknown-key@2" }))
  type("u")
  check("an undo takes the problem away", shows(mail, {}))
  go_to("starttls")
  type("cwstarttsl<Esc>")
  check("a word that is not in the list is a problem", shows(mail, { "unknown-selection@11" }))
  type("u")
  go_to("smtp_server")
  type("cwsmtp_sever<Esc>")
  check("a misspelled member is a problem", shows(mail, { "missing-key@1", "unknown-key@18" }))

  -- A repair is applied, and can be undone.
  local chosen
  vim.ui.select = function(items, _, on_choice)
    for index, item in ipairs(items) do
      local action = item.title and item or item[2]
      if action.title:match("^Repair `unknown%-key`") then
        chosen = action.title
        return on_choice(item, index)
      end
    end
    chosen = items
  end
  vim.lsp.buf.code_action()
  wait(function()
    return chosen
  end)
  wait(function()
    return vim.deep_equal(lines(mail), before)
  end)
  check("a code action repairs it", vim.deep_equal(lines(mail), before), { chosen, lines(mail)[19] })
  check("and the problem is gone", shows(mail, {}))

  -- Documentation.
  go_to("alerting_address")
  local hover = ask(mail, "textDocument/hover")
  check("the documentation of a member is shown", hover and vim.inspect(hover.contents):match("alerting_address"), hover)

  -- Completion below a list of members.
  local users = open("policies/userlists/operators.yaml")
  go_to("no_user")
  type("C")
  local params = vim.lsp.util.make_position_params()
  params.position.character = #vim.api.nvim_get_current_line()
  local items = ask(users, "textDocument/completion", params) or {}
  items = vim.lsp.util.text_document_completion_list_to_complete_items(items, "")
  local words = {}
  for _, item in ipairs(items) do
    table.insert(words, item.word)
  end
  check("words of a member are completed", vim.tbl_contains(words, "all_users"), words)
  type("u")

  -- A new file gets a whole body, with the name that the file says.
  local night = open("policies/time_policies/night.yaml")
  local whole = (ask(night, "textDocument/completion") or {})[1] or {}
  check("an empty file is completed", (whole.textEdit or {}).newText and whole.textEdit.newText:match("^name: night\n"), whole)
  type("i<C-x><C-o><C-y><Esc>")
  check("a whole body has its lines", #lines(night) > 7 and lines(night)[1] == "name: night", lines(night))
  check("and no problem", shows(night, {}))

  -- In YAML, Neovim makes a new line too deep; in JSON, the member before has no comma yet.
  go_to("Mon")
  type("ddgg")
  type("oMo<C-x><C-o><Esc>")
  check("a member has the place of the line above", lines(night)[2] == "Mon: []", lines(night))
  local health = open("management/health_monitoring.json")
  go_to("maximum_load15")
  type("ddGOmaximum_load15<C-x><C-o><Esc>")
  check("a member of JSON gets its comma", vim.deep_equal(vim.list_slice(lines(health), 5), {
    '  "maximum_swap_utilization_ratio": 50,',
    '  "maximum_load15": null',
    "}",
  }), lines(health))
  check("and is good", shows(health, {}))

  -- A rename changes the name, the file and every use.
  local hours = open("policies/time_policies/office-hours.yaml")
  go_to("office-hours")
  vim.lsp.buf.rename("business-hours")
  local renamed = vim.fn.getcwd() .. "/policies/time_policies/business-hours.yaml"
  wait(function()
    return vim.fn.filereadable(renamed) == 1
  end)
  check("a rename moves the file", vim.fn.filereadable(renamed) == 1)
  vim.cmd("wall")
  local text = table.concat(vim.fn.readfile("ssh/channel_policies/operators.json"), "\n")
  check("a rename changes the uses", text:match('"%$ref": "business%-hours"') and not text:match("office%-hours"), text)
  check("the renamed file has its new name", vim.fn.readfile(renamed)[2] == "name: business-hours", vim.fn.readfile(renamed))
  check("the tree is good after that", sps_check())

  -- From a use to the object.
  open("ssh/channel_policies/operators.json")
  go_to("business-hours")
  vim.lsp.buf.definition()
  wait(function()
    return vim.api.nvim_buf_get_name(0) == renamed
  end)
  check("the definition of a reference is its file", vim.api.nvim_buf_get_name(0) == renamed, vim.api.nvim_buf_get_name(0))

  -- What another program does to a file that is not open is noticed.
  local file = "policies/time_policies/maintenance.json"
  vim.fn.writefile({ "{" }, file)
  local other = vim.uri_to_bufnr(vim.uri_from_fname(vim.fn.getcwd() .. "/" .. file))
  check("a file that another program breaks has a problem", shows(other, { "invalid-json@1" }))
  vim.fn.delete(file)
  check("a file that another program deletes has none", shows(other, {}))
end

local ok, message = xpcall(tour, debug.traceback)
if not ok then
  table.insert(failures, message)
  print(message .. "\n")
end
if #failures > 0 then
  vim.cmd("cquit 1")
end
vim.cmd("qall!")
