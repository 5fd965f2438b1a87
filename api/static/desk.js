// The desk's pages work without this file. With it they stay up to date, send without leaving the page, and show times
// in the reader's zone. The server renders everything; parts marked data-live are swapped when their HTML has changed.
"use strict";
(() => {
const told = document.getElementById("told");
const served = new Map(); // id of a live part -> its HTML as the server sent it
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = format.format(new Date(time.dateTime));
  }
}

const atEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
const toEnd = (log) => { log.scrollTop = log.scrollHeight; };

function adopt(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh || served.get(part.id) === fresh.innerHTML) continue;
    // What somebody is choosing right now is not taken from under their hands.
    if (part.contains(document.activeElement) && document.activeElement.matches("select, input, textarea")) continue;
    const onlyMore = fresh.innerHTML.startsWith((served.get(part.id) ?? "").trimEnd());
    served.set(part.id, fresh.innerHTML);
    localTimes(fresh);
    if ("log" in part.dataset) grow(part, fresh, onlyMore);
    else swap(part, fresh);
  }
}

function swap(part, fresh) {
  const focused = part.contains(document.activeElement);
  part.replaceChildren(...fresh.childNodes);
  if (focused) (part.querySelector("button") ?? document.querySelector("#reply textarea"))?.focus();
}

/** New turns go below the old ones, which keep what was opened or selected in them. */
function grow(log, fresh, onlyMore) {
  const follow = atEnd(log);
  const turns = [...fresh.children].slice(log.children.length);
  if (onlyMore) log.append(...turns);
  else log.replaceChildren(...fresh.childNodes);
  const others = turns.filter((turn) => !turn.matches(".agent"));
  if (others.length) told.textContent = others.map((turn) => turn.innerText).join("\n");
  if (follow) toEnd(log);
}

const parse = (html) => new DOMParser().parseFromString(html, "text/html");
let asking = null; // the look under way
let again = false; // something came while it was

async function refresh() {
  if (asking) { again = true; return asking; }
  asking = (async () => {
    do {
      again = false;
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
      if (answer?.status === 401) location.assign("/desk");
      if (answer?.ok) adopt(parse(await answer.text()));
    } while (again);
  })();
  await asking;
  asking = null;
}

async function send(form) {
  const alert = form.querySelector("[role=alert]") ?? document.querySelector("#reply [role=alert]");
  const buttons = [...form.querySelectorAll("button")];
  for (const each of buttons) each.disabled = true;
  const request = { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } };
  const answer = await fetch(form.action, request).catch(() => null);
  for (const each of buttons) each.disabled = false;
  if (answer?.status === 401) return location.assign("/desk");
  if (!answer?.ok) {
    const problem = await answer?.json().catch(() => null);
    alert.textContent = problem?.error?.message ?? "This did not reach the server. Please try again.";
    return;
  }
  alert.textContent = "";
  const page = parse(await answer.text());
  const log = document.querySelector("[data-log]");
  if (form.id === "reply" && log) toEnd(log);
  for (const area of form.querySelectorAll("textarea")) area.value = "";
  const id = form.querySelector("[name=client_request_id]");
  if (id) id.value = page.querySelector(`#${form.id} [name=client_request_id]`).value;
  if (!form.querySelector("textarea")) document.activeElement?.blur();
  adopt(page);
  if (!document.activeElement || document.activeElement === document.body) {
    document.querySelector("#presence button")?.focus();
  }
}

document.addEventListener("submit", (event) => {
  if (!("send" in event.target.dataset)) return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea")) return;
  event.target.form.requestSubmit();
});

for (const part of document.querySelectorAll("[data-live]")) served.set(part.id, part.innerHTML);
localTimes(document);
for (const log of document.querySelectorAll("[data-log]")) toEnd(log);
const events = document.querySelector("[data-events]")?.dataset.events;
if (events) new EventSource(events).addEventListener("news", refresh);
const every = document.querySelector("[data-every]")?.dataset.every;
if (every) setInterval(() => { if (document.visibilityState === "visible") refresh(); }, every * 1000);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });
})();
