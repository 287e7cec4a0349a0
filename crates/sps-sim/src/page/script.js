// What the pages do beyond HTML: the log grows, and a form is sent once.
"use strict";

// A page that the browser kept shows an old state.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

for (const form of document.forms) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}

const live = document.getElementById("live");
if (live) follow(live, document.querySelector("#log tbody"));

function follow(status, rows) {
  const most = Number(status.dataset.most);
  let from = status.dataset.from;
  let source = null;
  let wanted = true;
  let missed = 0;

  const button = document.createElement("button");
  button.type = "button";
  status.after(button);
  button.addEventListener("click", () => {
    wanted = !wanted;
    if (wanted) open();
    else close("Paused.");
  });

  function say(text) {
    // A screen reader reads the same text again.
    if (status.textContent !== text) status.textContent = text;
    button.textContent = wanted ? "Pause" : "Follow";
  }

  function close(text) {
    if (source) source.close();
    source = null;
    say(text);
  }

  function open() {
    if (source || !wanted || document.hidden) return;
    source = new EventSource("/page/events?from=" + encodeURIComponent(from));
    source.addEventListener("open", () => say(summary()));
    source.addEventListener("error", () => say("The simulator does not respond. Trying again."));
    source.addEventListener("requests", (event) => {
      from = event.lastEventId;
      add(JSON.parse(event.data));
      say(summary());
    });
    source.addEventListener("moved", () => {
      wanted = false;
      close("Paused: too many windows follow this log.");
    });
    source.addEventListener("restarted", () => location.reload());
  }

  function summary() {
    const left = missed ? " " + missed + " came too fast and are not shown here." : "";
    return "Following: new requests appear by themselves." + left;
  }

  function add(data) {
    missed += data.skipped;
    const lines = document.createDocumentFragment();
    for (const line of data.lines) {
      const row = document.createElement("tr");
      for (const name of ["number", "status", "method", "path", "at", "user", "session"]) {
        const cell = document.createElement("td");
        if (name === "path") cell.className = "path";
        if (name === "at") cell.className = "whole";
        cell.textContent = line[name] ?? "";
        row.append(cell);
      }
      lines.prepend(row);
    }
    rows.prepend(lines);
    while (rows.rows.length > most) rows.deleteRow(-1);
  }

  // A hidden page needs no stream, and a browser has few connections.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close("Paused while the page is hidden.");
    else open();
  });
  addEventListener("pagehide", () => close("Paused."));
  say(document.hidden ? "Paused while the page is hidden." : "Connecting.");
  open();
}
