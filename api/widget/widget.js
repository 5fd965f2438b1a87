/*
 * Firstline's chat widget: one file, no dependency, no build step, no cookie.
 *
 *   <script src="https://help.example.org/widget.js" data-site="demo" data-locale="es" async></script>
 *
 * data-site            the site's name in Firstline's settings (required)
 * data-locale          en, es, zh or a variant such as es-MX; default: the page's language, then the browser's
 * data-base            where the API is; default: the origin this script came from
 * data-identity-token  a short-lived token the site signed for its learner; read anew for each new chat
 *
 * Looks are set by CSS custom properties on :root (or on firstline-widget), each with a default for light and dark:
 *   --firstline-accent        buttons, launcher, the learner's messages
 *   --firstline-accent-text   text on the accent; default: black or white, whichever reads better
 *   --firstline-background    the panel (set it together with --firstline-text)
 *   --firstline-text          text in the panel; borders and quiet text are mixed from these two
 *   --firstline-link          links
 *   --firstline-radius        corner of the panel, e.g. 18px
 *   --firstline-font          font family
 *   --firstline-side          right or left
 *   --firstline-offset        distance from the window's edges, e.g. 20px
 *   --firstline-color-scheme  light, dark or `light dark` (as the system says, the default)
 *
 * Text from anyone becomes text nodes: nothing here parses markup, evaluates code or loads an image, so the page's policy
 * needs no more than script-src and connect-src for this origin. The body of this one function is not indented.
 */
// @ts-check
(() => {
"use strict";
const STRINGS = {}; // filled in by the server

const script = /** @type {HTMLScriptElement} */ (document.currentScript ?? document.querySelector("script[data-site]"));
if (!script || document.querySelector("firstline-widget")) return;

const site = script.dataset.site ?? "";
const base = (script.dataset.base ? new URL(script.dataset.base, location.href).href : new URL(script.src).origin)
  .replace(/\/+$/, "");
const LONGEST = 4000; // characters of a message
const REPLY_STALLED = 45_000; // milliseconds without a byte, heartbeats included
const narrow = matchMedia("(max-width: 480px), (max-height: 480px)"); // the same condition as in the style sheet
const touch = matchMedia("(pointer: coarse)");

/**
 * @typedef {{number: number, title: string, url: string}} Citation
 * @typedef {{id: string, outcome: string, text: string, language?: string, handoff?: string, ticket_number?: string,
 *   choices?: string[], suggestions?: {title: string, url: string}[], citations?: Citation[]}} Outcome
 * @typedef {{id: string, role: "learner" | "agent" | "system", text: string, node: HTMLElement,
 *   state: "queued" | "sending" | "sent" | "failed", accepted: boolean, partial: string, offline: boolean,
 *   outcome: Outcome | null, messageId: string, helpful: boolean | null, bubble: HTMLElement | null,
 *   author: string | null}} Exchange
 */

/* ---- language ---------------------------------------------------------------------------------------------------- */

/** @param {string | undefined} tag @returns {string | undefined} the language of ours that a tag such as zh-Hans asks for */
const spoken = (tag) => Object.keys(STRINGS).find((name) => name === tag?.toLowerCase().split(/[-_]/)[0]);

function wantedLocale() {
  if (script.dataset.locale) return spoken(script.dataset.locale) ?? "en";
  return [document.documentElement.lang, ...navigator.languages].map(spoken).find(Boolean);
}

let locale = wantedLocale();

/** @param {string} key @param {Record<string, string>} [values] */
const t = (key, values = {}) =>
  (STRINGS[locale ?? "en"]?.[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** @param {number} seconds */
function duration(seconds) {
  const [value, unit] = seconds < 100 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/**
 * An element: `el("button.quiet", {type: "button", onclick: f}, "text", node)`. Null children are left out.
 * @param {string} kind @param {Record<string, any>} [attributes] @param {...(Node | string | null | undefined)} children
 */
function el(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child != null) node.append(child);
  return node;
}

const button = (kind, onclick, ...children) => el(`button.${kind}`, { type: "button", onclick }, ...children);
const hidden = (text) => el("span.sr", {}, text);

const ICONS = {
  chat: "M20 11.5a7.5 7.5 0 0 1-7.5 7.5H4.5l1.6-3.2A7.5 7.5 0 1 1 20 11.5ZM9 11.5h.01M12.5 11.5h.01M16 11.5h.01",
  close: "m6 6 12 12M18 6 6 18",
  fresh: "M12 20h8M16.5 4.5a2.1 2.1 0 0 1 3 3L8 19l-4 1 1-4Z",
  send: "M12 19V5m-6 6 6-6 6 6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c.6-3.4 3.4-5 7-5s6.4 1.6 7 5",
  away: "M8 16 16 8m-6.5 0H16v6.5",
  yes: "M7 11v8H4v-8Zm0 0 4-7c1.5 0 2.3 1 2 2.600L12.5 10H18a2 2 0 0 1 2 2.300l-.8 5A2 2 0 0 1 17.2 19H7",
  no: "M7 13V5H4v8Zm0 0 4 7c1.5 0 2.3-1 2-2.600L12.5 14H18a2 2 0 0 0 2-2.300l-.8-5A2 2 0 0 0 17.2 5H7",
  check: "m5 12.5 4.5 4.500L19 7.5",
  spark: "M12 4c.8 4.6 3.4 7.2 8 8-4.6.8-7.2 3.4-8 8-.8-4.6-3.4-7.2-8-8 4.6-.8 7.2-3.4 8-8Z",
};

/** @param {keyof ICONS} name */
function icon(name) {
  const make = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const svg = make("svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = make("path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A link that opens in a new tab, or its bare text where the address is none we follow. */
function link(target, children, kind = "a", relative = /^\/help\//) {
  const url = safeUrl(target, relative);
  if (!url) return el("span", {}, ...children);
  return el(kind, { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children, hidden(` ${t("new_tab")}`));
}

/** @param {string} target @param {RegExp} relative which addresses of the API's own are allowed */
function safeUrl(target, relative) {
  try {
    const own = relative.test(target);
    const url = new URL(own ? base + target : target);
    if (own) return url.href.startsWith(base) && relative.test(url.href.slice(base.length)) ? url.href : null;
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/* ---- Markdown: paragraphs, bold, links, nested lists, pipe tables, headings; all else is text --------------------- */

const INLINE =
  /\\([!-/:-@[-`{-~])|(!\[[^\]]*\]\([^)]*\))|\*\*(.+?)\*\*|\[([^[\]]*)\]\(((?:[^()\s]|\([^()\s]*\))*)\)/gs;
const HEADING = /^ {0,3}#{1,6} +(.*)$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?: +(.*)|)$/;
const RULE = /^ *\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$/;

/** @param {string} source @param {boolean} [partial] whether more is still to come @returns {Node[]} */
function markdown(source, partial = false) {
  const text = partial ? closeTail(source) : source;
  return blocks(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), partial, 0);
}

/** Closes what the last line has only begun, so that no half-written mark is seen while the text streams in. */
function closeTail(source) {
  const at = source.lastIndexOf("\n") + 1;
  let tail = source.slice(at).replace(/!?\[([^\]]*)(?:\]\([^)]*)?$/, "$1");
  const open = (tail.match(/\*\*/g) ?? []).length % 2 === 1;
  if (open) tail = tail.endsWith("**") ? tail.slice(0, -2) : `${tail.replace(/\*$/, "")}**`;
  else if (/(^|[^*])\*$/.test(tail)) tail = tail.slice(0, -1);
  return source.slice(0, at) + tail;
}

/** @returns {Node[]} */
function blocks(lines, partial, depth) {
  if (depth > 6) return [el("p", {}, ...inline(lines.join("\n")))];
  const nodes = [];
  for (let at = 0; at < lines.length; ) {
    if (!lines[at].trim()) at++;
    else {
      const read = HEADING.test(lines[at]) ? heading : isTable(lines, at, partial) ? table
        : ITEM.test(lines[at]) ? list : paragraph;
      const [node, next] = read(lines, at, partial, depth);
      nodes.push(node);
      at = next;
    }
  }
  return nodes;
}

const heading = (lines, at) => [el("h3", {}, ...inline(HEADING.exec(lines[at])?.[1] ?? "")), at + 1];

function paragraph(lines, at, partial) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !interrupts(lines, end, partial)) end++;
  return [el("p", {}, ...inline(lines.slice(at, end).map((line) => line.trim()).join("\n"))), end];
}

function interrupts(lines, at, partial) {
  const item = ITEM.exec(lines[at]);
  if (item) return !/\d/.test(item[2]) || parseInt(item[2]) === 1;
  return HEADING.test(lines[at]) || isTable(lines, at, partial);
}

function isTable(lines, at, partial) {
  const next = lines[at + 1];
  if (!lines[at].includes("|")) return false;
  if (partial && at >= lines.length - 2 && lines[at].startsWith("|") && /^[\s|:-]*$/.test(next ?? "")) return true;
  return RULE.test(next ?? "");
}

const cells = (line) => line.trim().replace(/^\||(?<!\\)\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());

function table(lines, at) {
  const head = cells(lines[at]);
  let end = at + 2;
  const rows = [];
  for (; end < lines.length && lines[end].includes("|"); end++) {
    const row = cells(lines[end]);
    rows.push(el("tr", {}, ...head.map((_, column) => el("td", {}, ...inline(row[column] ?? "")))));
  }
  const top = el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, ...inline(cell))));
  const grid = el("table", {}, el("thead", {}, top), el("tbody", {}, ...rows));
  return [el("div.table", { tabindex: "0", role: "group", "aria-label": t("table") }, grid), end];
}

function list(lines, at, partial, depth) {
  const [, indent, first] = ITEM.exec(lines[at]) ?? [];
  const ordered = /\d/.test(first);
  const node = el(ordered ? "ol" : "ul", ordered && parseInt(first) !== 1 ? { start: String(parseInt(first)) } : {});
  const inside = indent.length + 2;
  while (at < lines.length) {
    const [, margin, marker, rest] = ITEM.exec(lines[at]) ?? [];
    if (marker === undefined || margin.length >= inside || /\d/.test(marker) !== ordered) break;
    const body = [rest ?? ""];
    for (at++; at < lines.length; at++) {
      const column = lines[at].search(/\S/);
      if (column < 0) body.push("");
      else if (column >= inside) body.push(lines[at].slice(Math.min(column, margin.length + marker.length + 1)));
      else if (body.at(-1) && !ITEM.test(lines[at]) && !interrupts(lines, at, partial)) body.push(lines[at].trim());
      else break;
    }
    const [start, ...others] = blocks(body, partial, depth + 1);
    const plain = start instanceof HTMLParagraphElement ? [...start.childNodes] : start ? [start] : [];
    node.append(el("li", {}, ...plain, ...others));
  }
  return [node, at];
}

/** @param {string} text @param {boolean} [links] @returns {(Node | string)[]} */
function inline(text, links = true) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, escaped, image, bold, label, target] = match;
    nodes.push(text.slice(at, match.index));
    at = (match.index ?? 0) + whole.length;
    if (escaped || image) nodes.push(escaped ?? image);
    else if (bold) nodes.push(el("strong", {}, ...inline(bold, links)));
    else if (links) nodes.push(link(target, inline(label, false)));
    else nodes.push(...inline(label, false));
  }
  return [...nodes, text.slice(at)].filter((node) => node !== "");
}

/* ---- the API ----------------------------------------------------------------------------------------------------- */

class Problem extends Error {
  /** @param {string} code of the API's, or `offline`, `broken`, `failed` @param {number} [wait] seconds */
  constructor(code, wait = 0) {
    super(code);
    this.code = code;
    this.wait = wait;
  }
}

const CODES = { 400: "bad_request", 401: "unauthorized", 403: "origin_not_allowed", 404: "not_found", 413: "too_large",
  422: "unprocessable", 429: "rate_limited", 503: "not_ready" };
const REJECTED = ["bad_request", "too_large", "unprocessable"];

/**
 * @param {string} method @param {string} path
 * @param {{body?: object, token?: string, signal?: AbortSignal, after?: string}} [options] after: the last event's id
 */
async function call(method, path, { body, token, signal, after } = {}) {
  const headers = new Headers(body ? { "Content-Type": "application/json" } : {});
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (after) headers.set("Last-Event-ID", after);
  const request = { method, headers, signal, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store" };
  const response = await fetch(base + path, /** @type {RequestInit} */ (request)).catch(() => null);
  if (!response) throw new Problem("offline");
  if (response.ok) return response;
  const wait = parseInt(response.headers.get("Retry-After") ?? "", 10) || 30;
  throw new Problem(CODES[response.status] ?? "failed", wait);
}

/** @returns {Promise<any>} */
async function callJson(method, path, options) {
  const response = await call(method, path, options);
  return response.json().catch(() => { throw new Problem("failed"); });
}

/** The server-sent events of a response; heartbeats are skipped. Throws `broken` when it stalls or is cut. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await nextPiece(reader);
    if (done) return;
    const parts = (buffer + value).split(/\r?\n\r?\n/);
    buffer = parts.pop() ?? "";
    for (const part of parts) {
      const event = readEvent(part);
      if (event) yield event;
    }
  }
}

async function nextPiece(reader) {
  let timer;
  const stalled = new Promise((_, reject) => { timer = setTimeout(reject, REPLY_STALLED); });
  try {
    return await Promise.race([reader.read(), stalled]);
  } catch {
    reader.cancel().catch(() => {});
    throw new Problem("broken");
  } finally {
    clearTimeout(timer);
  }
}

function readEvent(part) {
  const field = (name) => part.split(/\r?\n/).filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).replace(/^ /, "")).join("\n");
  if (!field("data")) return null;
  try {
    return { name: field("event"), id: field("id"), data: JSON.parse(field("data")) };
  } catch {
    throw new Problem("broken");
  }
}

/* ---- what is kept: the chat for the browser, what is not yet answered and whether the panel is open for the tab --- */

/** Learners who share a browser do not see each other's chat: a fingerprint of the signed subject is part of the name. */
function owner() {
  try {
    const [, claims] = (script.dataset.identityToken ?? "").split(".");
    const subject = JSON.parse(atob(claims.replace(/-/g, "+").replace(/_/g, "/"))).sub ?? "";
    return [...subject].reduce((hash, char) => Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619), 2166136261) >>> 0;
  } catch {
    return "";
  }
}

const place = `firstline:${site}:${owner()}`;

/** @param {"localStorage" | "sessionStorage"} kind where the browser forbids storage, things are kept in memory alone */
const drawer = (kind) => ({
  read() {
    try { return JSON.parse(window[kind].getItem(place) ?? "null"); } catch { return null; }
  },
  write(value) {
    try { window[kind].setItem(place, JSON.stringify(value)); } catch { /* full or forbidden */ }
  },
});
const kept = drawer("localStorage");
const tab = drawer("sessionStorage");

function uid() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* ---- state ------------------------------------------------------------------------------------------------------- */

/** @type {{id: string, token: string, contact?: boolean} | null} */
let conversation = null;
/** @type {typeof conversation} the one before `new chat`, until something is written in the new one */
let earlier = null;
/** @type {Promise<any> | null} */
let creating = null;
/** @type {Exchange[]} */
let exchanges = [];
/** @type {{number: string, status: string} | null} */
let ticket = null;
/** @type {{name: string | null} | null} who has joined the chat: then the assistant says nothing */
let person = null;
let email = "";
let profile = { name: "", suggestions: /** @type {string[]} */ ([]) };
let era = 0; // counts chats, so that what arrives for an earlier one is dropped
let stale = false; // what is shown may be behind what the server has
let sending = false;
let opened = false;
let waitUntil = 0;
/** @type {AbortController | null} */
let stream = null;

/** Other tabs hear of a change by what is written here, so it says how far the chat is; the same again wakes nobody. */
function save() {
  const turns = exchanges.filter(({ state }) => state === "sent").length;
  kept.write(conversation && { ...conversation, turns, ticket: ticket?.number });
  const pending = exchanges.filter((x) => x.role === "learner" && x.state !== "sent");
  tab.write({ opened, pending: pending.map(({ id, text, accepted }) => ({ id, text, accepted })) });
}

/** @param {Partial<Exchange>} given @returns {Exchange} */
const exchange = (given) => ({ id: uid(), role: "learner", text: "", state: "sent", accepted: false, partial: "",
  offline: false, outcome: null, messageId: "", helpful: null, bubble: null,
  author: null, ...given, node: el("div.exchange") });

function create() {
  if (!creating) {
    const promise = createNow(era).finally(() => { if (creating === promise) creating = null; });
    creating = promise;
  }
  return creating;
}

async function createNow(mine) {
  const body = { site, locale };
  const identity = script.dataset.identityToken;
  const post = (extra) => callJson("POST", "/v1/conversations", { body: { ...body, ...extra } });
  // An expired identity costs the learner the prefilled e-mail, never the chat.
  const data = await post(identity && { identity_token: identity })
    .catch((problem) => { if (identity && problem.code === "unauthorized") return post({}); throw problem; });
  if (mine !== era) throw new Problem("failed");
  conversation = { id: data.conversation_id, token: data.token };
  email = data.email ?? "";
  earlier = null;
  save();
}

/** Does something with the conversation, in a new one where the server no longer has it. */
async function withConversation(action) {
  const mine = era;
  if (stale) await restore();
  const fresh = !conversation;
  if (fresh) await create();
  try {
    return await action(conversation);
  } catch (problem) {
    if (fresh || mine !== era || !isGone(problem)) throw problem;
    forget("chat_ended");
    await create();
    return action(conversation);
  }
}

const isGone = (problem) => problem.code === "unauthorized" || problem.code === "not_found";

/** Leaves the conversation; what was not answered yet stays, for the next one. */
function forget(why) {
  conversation = ticket = person = null;
  stale = false;
  email = "";
  exchanges = exchanges.filter((x) => x.role === "learner" && x.state !== "sent");
  for (const x of exchanges) x.accepted = false;
  say(why);
  redraw();
  save();
}

/** Shows the conversation as the server has it, followed by what it does not have yet. */
async function restore() {
  if (conversation) {
    const mine = era;
    const { id, token } = conversation;
    const data = await callJson("GET", `/v1/conversations/${encodeURIComponent(id)}`, { token })
      .catch((problem) => { if (isGone(problem)) return null; throw problem; });
    if (mine !== era) return;
    if (!data) return forget("chat_ended");
    adopt(data);
  } else {
    exchanges = exchanges.filter((x) => x.state !== "sent");
    ticket = person = null;
  }
  stale = false;
  redraw();
  save();
}

function adopt(data) {
  const local = exchanges.filter((x) => x.role === "learner" && x.state !== "sent");
  exchanges = [];
  for (const turn of data.turns ?? []) addTurn(turn);
  for (const x of local) {
    const at = exchanges.findIndex(({ id }) => id === x.id);
    if (at < 0) exchanges.push(x);
    else if (!exchanges[at].outcome) exchanges[at] = Object.assign(x, { accepted: true });
  }
  ticket = data.ticket ?? null;
  person = data.person ?? null;
  email = data.email ?? "";
}

function addTurn(turn) {
  const last = exchanges.at(-1);
  if (turn.role === "bot" && last?.role === "learner" && !last.outcome) answer(last, turn);
  else if (turn.role === "bot") exchanges.push(answer(exchange({ id: turn.id }), turn));
  else {
    const { role, text, author } = turn;
    exchanges.push(exchange({ id: turn.client_message_id ?? turn.id, role, text, author: author ?? null }));
  }
}

function answer(x, { id, text, outcome, helpful }) {
  const given = { outcome: "chat", ...outcome, text: outcome?.text ?? text };
  return Object.assign(x, { outcome: given, messageId: id ?? given.id, helpful: helpful ?? null });
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/** @param {string} text @returns {boolean | void} whether it was taken */
function send(text) {
  if (!text.trim() || Date.now() < waitUntil) return false;
  if ([...text.trim()].length > LONGEST) return complain({ code: "too_large" });
  const x = exchange({ text: text.trim(), state: "queued" });
  exchanges.push(x);
  complain(null);
  say(null);
  redraw();
  follow(x);
  save();
  pump();
  return true;
}

/** Delivers what is queued, one after the other. */
async function pump() {
  if (sending) return;
  sending = true;
  for (let x; (x = exchanges.find(({ state }) => state === "queued")); ) await deliver(x, era);
  sending = false;
}

/** @param {Exchange} x @param {number} mine */
async function deliver(x, mine) {
  x.state = "sending";
  draw(x);
  const slow = setTimeout(() => { if (!person) announce(t("thinking")); }, 1500);
  try {
    const outcome = await withConversation((to) => askTwice(x, to));
    if (mine === era) finish(x, outcome);
  } catch (problem) {
    if (mine === era) fail(x, problem);
  } finally {
    clearTimeout(slow);
  }
}

/** A stream that was cut is asked for again at once: the server replays the stored reply. */
async function askTwice(x, to) {
  const mine = era;
  try {
    return await ask(x, to);
  } catch (problem) {
    if (problem.code !== "broken" || mine !== era) throw problem;
    return ask(x, to);
  }
}

async function ask(x, { id, token }) {
  x.partial = "";
  stream = new AbortController();
  const body = { text: x.text, client_message_id: x.id };
  const options = { body, token, signal: stream.signal };
  const response = await call("POST", `/v1/conversations/${encodeURIComponent(id)}/messages`, options);
  x.accepted = true;
  save();
  for await (const { name, data } of events(response)) {
    if (name === "delta") grow(x, data.text);
    else if (name === "outcome") return data;
    else if (name === "delivered") return null;
    else if (name === "error") throw new Problem(data.code, data.retry_after ?? 30);
  }
  throw new Problem("broken");
}

/** @param {Exchange} x @param {Outcome | null} outcome null: a person has it, and the assistant says nothing */
function finish(x, outcome) {
  if (!outcome) return handedOver(x);
  answer(x, { id: outcome.id, text: outcome.text, outcome, helpful: null });
  x.state = "sent";
  if (outcome.ticket_number) {
    ticket = { number: outcome.ticket_number, status: "Open" };
    contactForm = !conversation?.contact;
  }
  complain(null);
  redraw();
  save();
  const told = ticket && outcome.ticket_number ? t("ticket", { number: ticket.number }) : "";
  announce(`${x.bubble?.innerText ?? ""}\n${told}`.trim());
}

function handedOver(x) {
  Object.assign(x, { state: "sent", partial: "" });
  person ??= { name: null };
  complain(null);
  redraw();
  save();
}

/** What comes after a message that failed is not sent either: the order stays. */
function fail(x, problem) {
  for (const each of exchanges) {
    if (each.state === "sent") continue;
    Object.assign(each, { state: "failed", partial: "", offline: problem.code === "offline" });
  }
  complain(problem);
  redraw();
  save();
}

function retry(which = (x) => x.state === "failed") {
  if (Date.now() < waitUntil) return;
  for (const x of exchanges) if (which(x)) x.state = "queued";
  complain(null);
  redraw();
  pump();
}

function newChat() {
  if (!exchanges.length && !ticket) return rest();
  stream?.abort();
  creating = null;
  era++;
  earlier = conversation;
  conversation = ticket = person = null;
  exchanges = [];
  email = "";
  stale = false;
  complain(null);
  say("new_started");
  redraw();
  save();
  rest();
}

async function goBack() {
  era++;
  conversation = earlier;
  earlier = null;
  stale = true;
  say(null);
  save();
  await refresh();
  rest();
}

/* ---- what a person says ------------------------------------------------------------------------------------------ */

/** @type {AbortController | null} */
let listening = null;
let listeningTo = "";
let lastEvent = "";

/** Only a chat that a person may come into keeps a connection open, and only while it can be seen. */
const mayHear = () => !!conversation && document.visibilityState === "visible" &&
  (!!person || (!!ticket && ticket.status !== "Closed"));

function tune() {
  if (listening && (!mayHear() || listeningTo !== conversation?.id)) hangUp();
  if (!listening && mayHear()) listenIn(listening = new AbortController(), era);
}

function hangUp() {
  listening?.abort();
  listening = null;
}

/** @param {AbortController} mine @param {number} chat */
async function listenIn(mine, chat) {
  const { id, token } = /** @type {NonNullable<typeof conversation>} */ (conversation);
  listeningTo = id;
  lastEvent = "";
  for (let wait = 1; listening === mine && chat === era; wait = Math.min(2 * wait, 30)) {
    const options = { token, signal: mine.signal, after: lastEvent };
    try {
      const response = await call("GET", `/v1/conversations/${encodeURIComponent(id)}/events`, options);
      for await (const event of events(response)) {
        if (listening !== mine || chat !== era) return mine.abort();
        wait = 1;
        hear(event);
      }
    } catch (problem) {
      if (isGone(problem)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  }
}

function hear({ name, id, data }) {
  if (id) lastEvent = id;
  if (name === "message" && !exchanges.some((x) => x.id === data.id)) arrive(data);
  if (name === "state") adoptState(data);
}

function arrive(turn) {
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 300;
  addTurn(turn);
  const x = /** @type {Exchange} */ (exchanges.at(-1));
  redraw();
  if (near) follow(x);
  save();
  markUnread(!opened);
  announce(turn.role === "agent" ? `${called(turn.author)}: ${turn.text}` : turn.text);
}

function adoptState(data) {
  person = data.person;
  ticket = data.ticket ?? ticket;
  // Who is being talked to needs no form; one that was begun stays.
  const begun = [...panel.querySelectorAll("form.contact :is(input:not([type=radio]), textarea)")];
  if (person && !begun.some((control) => control === root.activeElement || control.value !== control.defaultValue)) {
    contactForm = false;
  }
  redraw();
  save();
}

/** @param {string | null | undefined} name */
const called = (name) => (name ? t("agent_named", { name }) : t("agent"));

/** @param {boolean} unread */
function markUnread(unread) {
  launcher.classList.toggle("unread", unread);
  launcher.setAttribute("aria-label", t(unread ? "launcher_unread" : "launcher"));
}

/* ---- a person ---------------------------------------------------------------------------------------------------- */

let connecting = false;
let contactForm = false; // whether the form is shown

/** Makes the ticket, or finds the one there is. Nothing is promised before its number is here. */
async function askForPerson() {
  if (connecting) return;
  connecting = true;
  complain(null);
  redraw();
  toEnd();
  try {
    await handOff({ client_request_id: uid() });
    contactForm = !conversation?.contact;
    connecting = false;
    redraw();
    panel.querySelector(".ticket h3")?.focus();
    follow({ node: desk });
  } catch (problem) {
    connecting = false;
    redraw();
    complain(problem);
  }
}

async function handOff(body) {
  const reply = await withConversation(({ id, token }) =>
    callJson("POST", `/v1/conversations/${encodeURIComponent(id)}/handoff`, { body, token }));
  const same = ticket?.number === reply.ticket_number && ticket?.status !== "Closed";
  if (!same) ticket = { number: reply.ticket_number, status: "Open" };
  tune();
}

/** @param {HTMLFormElement} form */
async function sendContact(form) {
  const { body, wrong } = readContact(form);
  if (wrong) return showWrong(form, wrong);
  const submit = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  submit.disabled = true;
  try {
    await handOff({ ...body, client_request_id: (form.dataset.request ??= uid()) });
    contactGiven(body);
  } catch (problem) {
    if (REJECTED.includes(problem.code)) showWrong(form, body.phone ? "phone" : "email");
    else complain(problem);
    submit.disabled = false;
  }
}

let contactSaid = ""; // what was told of the contact given in this page's life; not kept in the browser

function contactGiven(body) {
  if (conversation) conversation.contact = true;
  contactSaid = body.email ? t("ticket_email", body) : t(body.call_at ? "ticket_phone_at" : "ticket_phone",
    { phone: body.phone, time: new Date(body.call_at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" }) });
  contactForm = false;
  complain(null);
  redraw();
  save();
  panel.querySelector(".ticket h3")?.focus();
  announce(contactSaid);
}

/** @returns {{body: Record<string, string>, wrong: string | null}} */
function readContact(form) {
  const value = (name) => form.elements.namedItem(name).value.trim();
  const note = value("note") && { note: value("note") };
  if (value("by") === "email") {
    return { body: { email: value("email"), ...note }, wrong: /^\S+@\S+\.\S+$/.test(value("email")) ? null : "email" };
  }
  const digits = value("phone").replace(/\D/g, "").length;
  const at = value("call_at");
  const wrong = digits < 6 || digits > 15 ? "phone" : at && new Date(at).getTime() < Date.now() ? "call_at" : null;
  return { body: { phone: value("phone"), ...(at && { call_at: withOffset(at) }), ...note }, wrong };
}

/** A local time as ISO 8601 with its offset, so that whoever calls knows the learner's own hour. */
function withOffset(local) {
  const minutes = -new Date(local).getTimezoneOffset();
  const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  return `${local}:00${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

async function rate(x, helpful) {
  const before = x.helpful;
  x.helpful = helpful;
  drawRating(x);
  try {
    const body = { message_id: x.messageId, helpful, comment: null };
    const { id, token } = /** @type {NonNullable<typeof conversation>} */ (conversation);
    await call("POST", `/v1/conversations/${encodeURIComponent(id)}/feedback`, { body, token });
    announce(t(helpful ? "helpful_yes" : "helpful_no"));
  } catch (problem) {
    x.helpful = before;
    drawRating(x);
    complain(problem);
  }
}

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

/** @type {ShadowRoot} */ let root;
/** @type {HTMLElement} */ let host;
/** @type {HTMLElement} */ let panel;
/** @type {HTMLElement} */ let launcher;
/** @type {HTMLElement} */ let log;
/** @type {HTMLElement} */ let intro;
/** @type {HTMLElement} */ let notice;
/** @type {HTMLElement} */ let thread;
/** @type {HTMLElement} */ let desk;
/** @type {HTMLElement} */ let alertBox;
/** @type {HTMLElement} */ let status;
/** @type {HTMLElement} */ let head;
/** @type {HTMLTextAreaElement} */ let input;
/** @type {HTMLButtonElement} */ let sendButton;

/** Brings the page in line with the state; nodes whose look is the same are left alone, and keep their focus. */
function redraw() {
  exchanges.forEach(draw);
  const nodes = exchanges.map(({ node }) => node);
  for (const old of [...thread.children]) if (!nodes.includes(/** @type {HTMLElement} */ (old))) old.remove();
  nodes.forEach((node, at) => { if (thread.children[at] !== node) thread.insertBefore(node, thread.children[at] ?? null); });
  drawIntro();
  drawHead();
  drawDesk();
  scroll();
  tune();
}

function drawHead() {
  replace(head, JSON.stringify(person), () => [icon(person ? "person" : "spark")]);
  /** @type {HTMLElement} */ (panel.querySelector(".names p")).textContent = person ? called(person.name) : t("subtitle");
  input.placeholder = t(person ? "placeholder_person" : "placeholder");
}

const looks = new WeakMap();

/** Replaces a part's children when its look changed; a focus that would vanish with them goes to the composer. */
function replace(part, look, children) {
  if (looks.get(part) === look) return;
  looks.set(part, look);
  const focused = /** @type {HTMLElement | null} */ (root.activeElement);
  const within = part.contains(focused);
  part.replaceChildren(...children());
  if (within && part.contains(focused)) focused?.focus({ preventScroll: true });
  else if (within) rest();
}

function drawIntro() {
  const suggestions = exchanges.length || ticket ? [] : profile.suggestions;
  replace(intro, suggestions.join("\n"), () => {
    const greeting = el("div.bubble.bot", {}, el("p", {}, t("greeting")));
    const starters = suggestions.map((text) => button("chip", () => { if (send(text)) rest(); }, text));
    if (!starters.length) return [greeting];
    return [greeting, el("div.starters", { role: "group", "aria-label": t("starters") }, ...starters)];
  });
}

const hasOffer = (x) => x.outcome?.handoff === "offered" &&
  (!ticket || (ticket.status === "Closed" && x === exchanges.at(-1)));
const hasChoices = (x) => !!x.outcome?.choices?.length && x === exchanges.at(-1);

/** @param {Exchange} x */
function draw(x) {
  const look = JSON.stringify([x.state, x.accepted, !!x.partial, x.outcome?.text, hasOffer(x), hasChoices(x),
    x.state === "sending" && !!person]);
  replace(x.node, look, () => {
    x.bubble = null;
    if (x.role === "system") return [el("p.notice", {}, x.text)];
    if (x.role === "agent") {
      return [el("p.who", {}, called(x.author)), el("div.bubble.agent", {}, el("p.plain", {}, x.text))];
    }
    const mine = x.text ? [el("div.bubble.mine", {}, hidden(`${t("you")} `), el("p.plain", {}, x.text))] : [];
    return [...mine, ...progress(x), ...reply(x)];
  });
  if (x.outcome?.outcome === "answer") drawRating(x);
}

const waiting = (key) => el("div.thinking", {}, el("span.dots", {}, el("i"), el("i"), el("i")), t(key));

/** @param {Exchange} x */
function progress(x) {
  if (x.state === "queued") return [el("p.state", {}, t("queued"))];
  if (x.state === "sending" && !x.partial) return person ? [] : [waiting("thinking")];
  if (x.state !== "failed") return [];
  const again = button("retry", () => { retry(); rest(); });
  setTimeout(tick);
  return [el("p.state.failed", {}, t(x.accepted ? "no_reply" : "not_sent"), " ", again)];
}

/** @param {Exchange} x */
function reply(x) {
  if (!x.outcome && !x.partial) return [];
  const given = x.outcome;
  const nodes = given ? markdown(given.text) : markdown(x.partial, true);
  x.bubble = el("div.text", { lang: given?.language, "aria-busy": given ? null : "true" }, ...nodes);
  const bubble = el("div.bubble.bot", {}, hidden(`${t("assistant")} `), x.bubble);
  return given ? [bubble, ...extras(x, given)] : [bubble];
}

/** @param {Exchange} x @param {Outcome} given */
function extras(x, given) {
  const lang = given.language;
  const parts = [];
  if (given.citations?.length) parts.push(card(t("sources"), lang, given.citations));
  if (given.suggestions?.length) parts.push(card(t("articles"), lang, given.suggestions));
  if (hasOffer(x)) parts.push(button("main", askForPerson, icon("person"), t("offer")));
  if (hasChoices(x)) {
    const choices = (given.choices ?? []).map((text) => button("chip", () => { if (send(text)) rest(); }, text));
    parts.push(el("div.starters", { role: "group", "aria-label": t("choices"), lang }, ...choices));
  }
  if (given.outcome === "answer") parts.push(rating(x));
  return parts;
}

/** @param {string} title @param {string | undefined} lang @param {{number?: number, title: string, url: string}[]} items */
function card(title, lang, items) {
  const rows = items.map(({ number, title: text, url }) => {
    const children = [number ? el("span.number", {}, String(number)) : null, el("span.name", {}, text), icon("away")];
    return el("li", {}, link(url, children, "a.source", /^\/(?!\/)/));
  });
  return el("div.card", {}, el("p.label", {}, title), el("ol", { role: "list", lang }, ...rows));
}

/** @param {Exchange} x */
function rating(x) {
  const choice = (helpful, name) => button(`rate.${name}`, () => rate(x, helpful), icon(name), t(name));
  const group = { role: "group", "aria-label": t("helpful") };
  const ask = el("span.ask", {}, t("helpful"));
  return el("div.rating", group, ask, choice(true, "yes"), choice(false, "no"), el("div.after"));
}

/** @param {Exchange} x */
function drawRating(x) {
  x.node.querySelector(".rate.yes")?.setAttribute("aria-pressed", String(x.helpful === true));
  x.node.querySelector(".rate.no")?.setAttribute("aria-pressed", String(x.helpful === false));
  const after = x.node.querySelector(".after");
  if (x.helpful === null || !after) return after?.replaceChildren();
  const person = x.helpful ? null : button("quiet", askForPerson, icon("person"), t("person"));
  after.replaceChildren(el("p", {}, t(x.helpful ? "helpful_yes" : "helpful_no")), ...(person ? [person] : []));
}

const STATUSES = { "Open": "status_open", "In progress": "status_in_progress", "Closed": "status_closed" };

/** @type {HTMLFormElement | null} the form that is shown: what was typed into it outlives a change around it */
let contactNode = null;

function drawDesk() {
  if (!ticket || !contactForm) contactNode = null;
  const look = JSON.stringify([ticket, connecting, contactForm, conversation?.contact, contactSaid, !person]);
  replace(desk, look, () => {
    if (!ticket) return connecting ? [waiting("connecting")] : [];
    const closed = ticket.status === "Closed";
    const known = STATUSES[ticket.status];
    const title = el("h3", { tabindex: "-1" }, t("ticket", { number: ticket.number }));
    const pill = known ? el("span.pill", {}, t(known)) : null;
    const head = el("div.row", {}, el("span.badge", {}, icon("check")), title, pill);
    return [el("div.ticket", {}, head, ...(closed ? [el("p", {}, t("ticket_closed"))] : contactPart()))];
  });
}

function contactPart() {
  if (person && !contactForm) return [];
  const parts = [el("p", {}, t("ticket_next"))];
  if (contactForm) return [...parts, contactNode ??= form()];
  if (conversation?.contact) parts.push(el("p", {}, contactSaid || t("ticket_contact")));
  const show = () => { contactForm = true; redraw(); panel.querySelector("form.contact input")?.focus(); };
  return [...parts, button("quiet", show, t(conversation?.contact ? "change_contact" : "add_contact"))];
}

function form() {
  const choose = (value) => ({ type: "radio", name: "by", value, checked: value === "email",
    onchange: () => { node.dataset.by = value; } });
  const by = (value, name) => el("label.tab", {}, el("input", choose(value)), el("span", {}, t(name)));
  const onsubmit = (event) => { event.preventDefault(); sendContact(node); };
  const node = el("form.contact", { novalidate: true, "data-by": "email", onsubmit, oninput: () => showWrong(node, null) },
    el("fieldset", {}, el("legend", {}, t("reach")), el("div.tabs", {}, by("email", "by_email"), by("phone", "by_phone"))),
    field("email", { type: "email", autocomplete: "email", value: email }),
    field("phone", { type: "tel", autocomplete: "tel" }),
    field("call_at", { type: "datetime-local" }),
    field("note", null),
    el("button.main", { type: "submit" }, t("submit")));
  return node;
}

/** @param {string} name @param {Record<string, string> | null} attributes of an input; null for an area of text */
function field(name, attributes) {
  const common = { id: name, name, "aria-describedby": `${name}-wrong` };
  const control = attributes ? el("input", { ...common, ...attributes })
    : el("textarea", { ...common, rows: "2", maxlength: "2000" });
  const label = el("label", { for: name }, t(name));
  return el(`div.field.${name}`, {}, label, control, el("p.wrong", { id: `${name}-wrong`, role: "alert" }));
}

const WRONG = { email: "wrong_email", phone: "wrong_phone", call_at: "wrong_time" };

function showWrong(form, name) {
  form.dataset.request = uid(); // what is sent next is not what was sent before
  for (const each of Object.keys(WRONG)) {
    const control = form.elements.namedItem(each);
    control.setAttribute("aria-invalid", String(each === name));
    control.nextElementSibling.textContent = each === name ? t(WRONG[each]) : "";
    if (each === name) control.focus();
  }
}

const PROBLEMS = { offline: "error_offline", broken: "error_broken", rate_limited: "error_rate_limited",
  not_ready: "error_not_ready", bad_request: "error_rejected", too_large: "error_rejected",
  unprocessable: "error_rejected" };

/** @param {{code?: string, wait?: number} | null} problem null when all is well again */
function complain(problem) {
  alertBox.replaceChildren();
  if (!problem) return;
  const wait = problem.wait ?? 0;
  const limited = problem.code === "rate_limited";
  if (limited) waitUntil = Date.now() + wait * 1000;
  alertBox.append(el("p", {}, t(PROBLEMS[problem.code ?? ""] ?? "error_failed", { time: duration(wait) })));
  if (limited) tick();
}

let ticking;

/** Counts down on the buttons while the service asks us to wait. */
function tick() {
  clearTimeout(ticking);
  const left = Math.ceil((waitUntil - Date.now()) / 1000);
  for (const each of panel.querySelectorAll("button.retry")) {
    /** @type {HTMLButtonElement} */ (each).disabled = left > 0;
    each.textContent = left > 0 ? t("retry_in", { time: duration(left) }) : t("retry");
  }
  if (left > 0) ticking = setTimeout(tick, 500);
  else if (waitUntil) {
    waitUntil = 0;
    complain(null);
  }
  grown();
}

/** A quiet line above the chat. @param {string | null} why */
function say(why) {
  const back = why === "new_started" && earlier ? button("inline", goBack, t("back")) : null;
  notice.replaceChildren(...(why ? [el("p.notice", {}, t(why), back ? " " : null, back)] : []));
}

let forgetting;

/** Tells assistive technology once; the words go away later, so that they are not met a second time. */
function announce(text) {
  clearTimeout(forgetting);
  status.textContent = text;
  forgetting = setTimeout(() => { status.textContent = ""; }, 20_000);
}

let painting = 0;

/** @param {Exchange} x @param {string} piece */
function grow(x, piece) {
  x.partial += String(piece ?? "");
  if (!painting) painting = requestAnimationFrame(() => {
    painting = 0;
    if (x.outcome || !x.partial) return;
    if (x.bubble) x.bubble.replaceChildren(...markdown(x.partial, true));
    else draw(x);
    scroll();
  });
}

/* ---- scrolling, focus and size ----------------------------------------------------------------------------------- */

/** @type {{node: HTMLElement} | null} the question kept in view while its answer grows; null once the learner scrolls */
let followed = null;

function follow(x) {
  followed = x;
  scroll();
}

function scroll() {
  if (!followed?.node.isConnected) return;
  log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, followed.node.offsetTop - 16);
}

const toEnd = () => { log.scrollTop = log.scrollHeight; };

/** Where the focus rests: the composer, or on touch screens the panel, lest the keyboard cover what is to be read. */
const rest = () => (touch.matches ? panel : input).focus({ preventScroll: true });

function grown() {
  input.style.setProperty("height", "auto");
  input.style.setProperty("height", `${input.scrollHeight}px`);
  sendButton.disabled = !input.value.trim() || Date.now() < waitUntil;
}

/** On phones the panel covers what the on-screen keyboard leaves of the window. */
function fit() {
  const view = window.visualViewport;
  if (!view || view.scale > 1.05) return;
  panel.style.setProperty("--top", `${view.offsetTop}px`);
  panel.style.setProperty("--height", `${view.height}px`);
}

function open(focus = true) {
  opened = true;
  markUnread(false);
  panel.hidden = false;
  launcher.hidden = true;
  arrange();
  grown();
  save();
  toEnd();
  if (focus) rest();
  if (!profile.name) loadProfile().then(redraw, () => {});
  refresh();
}

function close() {
  opened = false;
  panel.hidden = true;
  launcher.hidden = false;
  save();
  launcher.focus();
}

function arrange() {
  const left = getComputedStyle(host).getPropertyValue("--firstline-side").trim() === "left";
  for (const part of [panel, launcher]) part.classList.toggle("left", left);
  panel.setAttribute("aria-modal", String(narrow.matches));
  fit();
}

/** Fetches the chat anew where what is shown may be behind, and asks for the replies that are still owed. */
async function refresh() {
  if (!stale || !opened || document.visibilityState !== "visible" || sending) return;
  try {
    await restore();
    toEnd();
    retry((x) => x.state === "failed" && x.accepted);
  } catch (problem) {
    complain(problem);
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const composing = event.isComposing || event.keyCode === 229; // Safari ends the composition before its last key
  if (event.key === "Escape" && !composing) close();
  if (event.key === "Tab" && narrow.matches) keepInside(event);
  if (event.key === "Enter" && event.target === input && !event.shiftKey && !composing) {
    event.preventDefault();
    sendTyped();
  }
}

/** @param {KeyboardEvent} event full screen, Tab goes round within the panel */
function keepInside(event) {
  const stops = [...panel.querySelectorAll("a[href], button:not(:disabled), input, textarea, [tabindex='0']")]
    .filter((stop) => stop.checkVisibility());
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (root.activeElement !== from && !(event.shiftKey && root.activeElement === panel)) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (to).focus();
}

function sendTyped() {
  if (send(input.value)) input.value = "";
  grown();
}

/* ---- the parts of the panel -------------------------------------------------------------------------------------- */

function header() {
  const title = profile.name ? t("title", { name: profile.name }) : t("title_plain");
  const tool = (name, key, onclick) =>
    el("button.tool", { type: "button", "aria-label": t(key), title: t(key), onclick }, icon(name));
  head = el("span.avatar");
  return el("div.head", {}, head,
    el("div.names", {}, el("h2", { id: "title" }, title), el("p", {}, t("subtitle"))),
    tool("fresh", "new_chat", newChat), tool("close", "close", close));
}

function composer() {
  input = /** @type {HTMLTextAreaElement} */ (el("textarea", { id: "input", rows: "1", enterkeyhint: "send",
    "aria-label": t("input"), placeholder: t("placeholder"), oninput: grown }));
  const name = t("send");
  sendButton = /** @type {HTMLButtonElement} */ (
    el("button.send", { type: "submit", "aria-label": name, title: name }, icon("send")));
  const onsubmit = (event) => { event.preventDefault(); sendTyped(); rest(); };
  return el("form.composer", { onsubmit }, input, sendButton);
}

function build() {
  host = el("firstline-widget", { lang: locale });
  root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS_TEXT);
  root.adoptedStyleSheets = [sheet];
  launcher = el("button.launcher", { type: "button", "aria-label": t("launcher"), "aria-haspopup": "dialog",
    onclick: () => open() }, icon("chat"));
  [intro, notice, thread, desk] = ["intro", "notices", "thread", "desk"].map((name) => el(`div.${name}`));
  // The log itself is silent: `status` says the finished answer once, not each piece of it.
  const silent = { role: "log", "aria-live": "off", "aria-label": t("log"), tabindex: "0" };
  log = el("div.log", silent, intro, notice, thread, desk);
  alertBox = el("div.alert", { role: "alert" });
  status = el("div.sr", { role: "status" });
  const foot = el("div.foot", {}, button("quiet", askForPerson, icon("person"), t("person")));
  const dialog = { role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: true, onkeydown: onKey };
  panel = el("section.panel", dialog, header(), log, alertBox, composer(), foot, status);
  root.append(el("div.root", { role: "complementary", "aria-label": t("title_plain") }, launcher, panel));
}

function listen() {
  // Shortcuts of the page are not for what is typed here.
  for (const name of ["keydown", "keyup", "keypress", "copy", "cut", "paste"]) {
    root.addEventListener(name, (event) => event.stopPropagation());
  }
  for (const name of ["wheel", "touchmove", "pointerdown"]) {
    log.addEventListener(name, () => { followed = null; }, { passive: true });
  }
  narrow.addEventListener("change", arrange);
  for (const name of ["resize", "scroll"]) window.visualViewport?.addEventListener(name, fit);
  addEventListener("offline", () => stream?.abort()); // else a stream without a connection would wait until it stalls
  addEventListener("online", () => { if (opened) retry((x) => x.state === "failed" && x.offline); });
  document.addEventListener("visibilitychange", () => { refresh(); tune(); });
  addEventListener("storage", (event) => {
    if (event.key !== place || sending) return;
    conversation = kept.read();
    stale = true;
    refresh();
  });
}

async function loadProfile() {
  const query = locale ? `?locale=${locale}` : "";
  const data = await callJson("GET", `/v1/sites/${encodeURIComponent(site)}${query}`);
  profile = { name: data.name ?? "", suggestions: data.suggestions ?? [] };
  return spoken(data.locale);
}

/** Whether the service is there but has nothing for this page; a refusal without CORS headers looks like being offline. */
async function isRefused({ code }) {
  if (code !== "offline") return code === "origin_not_allowed" || code === "not_found";
  const reached = fetch(`${base}/v1/sites/${encodeURIComponent(site)}`, { mode: "no-cors", credentials: "omit" });
  return reached.then(() => true, () => false);
}

async function start() {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const adoptLocale = (served) => { locale = served ?? locale ?? "en"; };
  const problem = await loadProfile().then(adoptLocale, (error) => error);
  if (problem && await isRefused(problem)) {
    return console.warn(`Firstline: site "${site}" is not set up for ${location.origin}; the help chat stays hidden.`);
  }
  locale ??= "en";
  conversation = kept.read();
  stale = !!conversation;
  const before = tab.read() ?? {};
  exchanges = (before.pending ?? []).map((given) => exchange({ ...given, state: "failed" }));
  build();
  listen();
  redraw();
  document.documentElement.append(host);
  arrange();
  if (before.opened && !narrow.matches) open(false);
}

const CSS_TEXT = `
:host {
  all: initial !important; position: fixed !important; inset: auto 0 0 auto !important; z-index: 2147483647 !important;
  display: block !important; direction: ltr !important; unicode-bidi: isolate !important;
  color-scheme: var(--firstline-color-scheme, light dark) !important;
}
@media print { :host { display: none !important; } }
.root {
  --accent: var(--firstline-accent, light-dark(#4338ca, #a5b4fc));
  --on-accent: var(--firstline-accent-text, oklch(from var(--accent) calc((.6 - l) * 1000) 0 0));
  --bg: var(--firstline-background, light-dark(#fff, #16171d));
  --fg: var(--firstline-text, light-dark(#1c1d26, #eceef5));
  --link: var(--firstline-link, light-dark(#3730a3, #c7d2fe));
  --wrong: light-dark(#b42318, #ffb4a9);
  --quiet: color-mix(in srgb, var(--fg) 70%, var(--bg));
  --edge: color-mix(in srgb, var(--fg) 52%, var(--bg));
  --line: color-mix(in srgb, var(--fg) 13%, var(--bg));
  --soft: color-mix(in srgb, var(--fg) 5%, var(--bg));
  --tint: color-mix(in srgb, var(--accent) 9%, var(--bg));
  --offset: var(--firstline-offset, 20px);
  font: 16px/1.5 var(--firstline-font, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "PingFang SC",
    "Microsoft YaHei", "Noto Sans CJK SC", sans-serif);
  color: var(--fg); text-align: left; -webkit-text-size-adjust: 100%; -webkit-font-smoothing: antialiased;
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, h3, p, ol, ul, fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
button, input, textarea { font: inherit; color: inherit; margin: 0; letter-spacing: inherit; }
button { cursor: pointer; background: none; border: 1px solid transparent; padding: 0; }
button:disabled { cursor: default; }
svg { width: 20px; height: 20px; flex: none; display: block; fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linecap: round; stroke-linejoin: round; }
a { color: var(--link); text-decoration: underline; text-underline-offset: 2px; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.panel:focus-visible, h3:focus-visible { outline: none; }
.sr { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }

.launcher { position: fixed; bottom: var(--offset); right: var(--offset); width: 60px; height: 60px; border-radius: 50%;
  display: grid; place-items: center; background: var(--accent); color: var(--on-accent);
  box-shadow: 0 1px 2px rgb(15 17 34 / .2), 0 10px 28px rgb(15 17 34 / .26); }
.launcher svg { width: 28px; height: 28px; }
.unread::after { content: ""; position: absolute; top: 2px; right: 2px; width: 14px; height: 14px; border-radius: 50%;
  background: var(--wrong); border: 2px solid var(--bg); }
.panel { position: fixed; bottom: var(--offset); right: var(--offset); width: 404px;
  max-width: calc(100vw - 2 * var(--offset));
  height: min(700px, calc(100vh - 2 * var(--offset))); display: flex; flex-direction: column; overflow: hidden;
  background: var(--bg); border: 1px solid var(--line); border-radius: var(--firstline-radius, 18px);
  box-shadow: 0 2px 6px rgb(15 17 34 / .08), 0 20px 56px rgb(15 17 34 / .22); }
.left { right: auto; left: var(--offset); }

.head { display: flex; align-items: center; gap: 4px; padding: 14px 12px 14px 16px;
  border-bottom: 1px solid var(--line);
  background: linear-gradient(var(--tint), var(--bg)); touch-action: none; }
.avatar { width: 38px; height: 38px; border-radius: 12px; display: grid; place-items: center; flex: none;
  margin-right: 8px;
  background: var(--accent); color: var(--on-accent); }
.names { flex: 1; min-width: 0; }
h2 { font-size: 17px; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap; }
.names p { font-size: 14px; line-height: 1.35; color: var(--quiet); }
.tool { width: 40px; height: 40px; border-radius: 10px; display: grid; place-items: center; color: var(--quiet); }
.tool:hover, .quiet:hover { background: var(--soft); color: var(--fg); }

.log { position: relative; flex: 1; min-height: 0; border-bottom: 1px solid var(--line); overflow: hidden auto;
  overscroll-behavior: contain; padding: 18px 16px 20px;
  display: flex; flex-direction: column; gap: 16px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.log:focus-visible { outline-offset: -3px; }
.intro, .thread, .exchange, .desk { display: flex; flex-direction: column; gap: 10px; }
.thread { gap: 20px; }
.notices:empty, .thread:empty, .desk:empty { display: none; }
.bubble { max-width: 100%; padding: 10px 14px; border-radius: 16px; overflow-wrap: anywhere; unicode-bidi: isolate; }
.mine { align-self: flex-end; max-width: 86%; background: var(--accent); color: var(--on-accent);
  border-bottom-right-radius: 5px; }
.agent { align-self: flex-start; background: var(--tint); border: 1px solid var(--edge); border-top-left-radius: 5px; }
.bot { align-self: flex-start; background: var(--soft); border-top-left-radius: 5px; }
.plain { white-space: pre-wrap; }
.who { font-size: 14px; color: var(--quiet); margin-bottom: -6px; }
.notice { font-size: 14px; color: var(--quiet); text-align: center; }
.inline { color: var(--link); text-decoration: underline; text-underline-offset: 2px; }
.text { display: flex; flex-direction: column; gap: 9px; }
.text h3 { font-size: 16px; font-weight: 650; }
.text ol, .text ul { padding-left: 22px; display: flex; flex-direction: column; gap: 5px; }
.text li > ol, .text li > ul { margin-top: 5px; }
.text li::marker { color: var(--quiet); font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; margin: 0 -4px; border: 1px solid var(--line); border-radius: 10px; background: var(--bg);
  overflow-wrap: normal; }
table { border-collapse: collapse; font-size: 15px; line-height: 1.4; width: 100%; }
th, td { padding: 7px 10px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); min-width: 72px; }
th { font-weight: 650; border-top: 0; background: var(--soft); }

.state { align-self: flex-end; font-size: 14px; color: var(--quiet); margin-top: -4px; }
.failed { color: var(--wrong); }
.retry { color: var(--link); font-weight: 600; text-decoration: underline; text-underline-offset: 2px; padding: 4px; }
.retry:disabled { color: var(--quiet); text-decoration: none; font-weight: 400; }
.thinking { display: flex; align-items: center; gap: 10px; color: var(--quiet); padding: 6px 4px; }
.dots { display: flex; gap: 4px; }
.dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--edge); }

.starters { display: flex; flex-direction: column; align-items: flex-end; gap: 8px; }
.chip { padding: 9px 14px; border: 1px solid color-mix(in srgb, var(--link) 45%, var(--bg)); border-radius: 16px;
  color: var(--link);
  text-align: left; background: var(--bg); overflow-wrap: anywhere; }
.chip:hover { background: var(--tint); border-color: var(--link); }
.card { border: 1px solid var(--line); border-radius: 14px; overflow: hidden; }
.label { padding: 9px 14px 3px; font-size: 14px; color: var(--quiet); }
.card ol { list-style: none; padding: 0 6px 6px; }
.source { display: flex; align-items: center; gap: 10px; padding: 8px; border-radius: 9px; text-decoration: none;
  line-height: 1.35; }
.source:hover { background: var(--soft); text-decoration: underline; }
.source:focus-visible { outline-offset: -2px; }
.source svg { width: 17px; height: 17px; color: var(--quiet); }
.name { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.number { min-width: 24px; height: 24px; border-radius: 8px; display: grid; place-items: center; font-size: 14px;
  font-weight: 600;
  background: var(--soft); color: var(--fg); }
.rating { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; font-size: 15px; color: var(--quiet); }
.ask { margin-right: 2px; }
.rate { display: flex; align-items: center; gap: 6px; padding: 4px 11px; min-height: 34px;
  border: 1px solid var(--line); border-radius: 999px;
  color: var(--fg); }
.rate svg { width: 17px; height: 17px; }
.rate:hover { border-color: var(--edge); }
.rate[aria-pressed=true] { background: var(--fg); color: var(--bg); border-color: var(--fg); }
.after { flex-basis: 100%; display: flex; flex-direction: column; align-items: flex-start; gap: 6px; }
.after:empty { display: none; }

.main { display: flex; align-items: center; justify-content: center; gap: 8px; min-height: 44px; padding: 9px 16px;
  border-radius: 12px;
  font-weight: 600; background: var(--accent); color: var(--on-accent); text-align: center; }
.main:hover, .send:not(:disabled):hover, .launcher:hover { background: color-mix(in srgb, var(--accent) 90%, var(--fg)); }
.main:disabled { opacity: .6; }
.quiet { display: flex; align-items: center; gap: 7px; min-height: 38px; padding: 6px 12px; border-radius: 10px;
  color: var(--fg);
  font-weight: 500; border-color: var(--line); }
.quiet svg { width: 18px; height: 18px; }

.ticket { display: flex; flex-direction: column; gap: 10px; padding: 16px; border: 1px solid var(--line);
  border-radius: 16px;
  background: linear-gradient(var(--tint), var(--bg) 96px); }
.row { display: flex; align-items: center; gap: 10px; }
.badge { width: 28px; height: 28px; border-radius: 50%; display: grid; place-items: center; flex: none;
  background: var(--accent);
  color: var(--on-accent); }
.badge svg { width: 18px; height: 18px; stroke-width: 2.4; }
.ticket h3 { flex: 1; font-size: 16px; line-height: 1.3; font-weight: 650; }
.pill { font-size: 14px; line-height: 1; padding: 5px 10px; border-radius: 999px; border: 1px solid var(--line);
  color: var(--quiet);
  background: var(--bg); white-space: nowrap; }
.ticket .quiet { align-self: flex-start; background: var(--bg); }
.contact { display: flex; flex-direction: column; gap: 12px; padding-top: 2px; }
legend { padding: 0; font-weight: 600; margin-bottom: 8px; }
.tabs { display: flex; gap: 4px; padding: 4px; border-radius: 12px;
  background: color-mix(in srgb, var(--fg) 8%, var(--bg)); }
.tab { flex: 1; position: relative; text-align: center; cursor: pointer; }
.tab input { position: absolute; z-index: 1; left: 4px; top: 4px; width: 4px; height: 4px; opacity: 0; }
.tab span { display: block; padding: 6px 8px; border-radius: 9px; border: 1px solid transparent; color: var(--quiet); }
.tab :checked + span { background: var(--bg); color: var(--fg); font-weight: 600; border-color: var(--edge); }
.tab :focus-visible + span { outline: 2px solid var(--link); outline-offset: 1px; }
[data-by=email] :is(.phone, .call_at), [data-by=phone] .email { display: none; }
.field { display: flex; flex-direction: column; gap: 5px; }
.field label { font-size: 15px; color: var(--quiet); }
.field :is(input, textarea) { width: 100%; min-height: 44px; padding: 9px 12px; border: 1px solid var(--edge);
  border-radius: 11px;
  background: var(--bg); resize: none; }
.field [aria-invalid=true] { border-color: var(--wrong); }
.wrong { color: var(--wrong); font-size: 15px; line-height: 1.4; }
.wrong:empty { display: none; }

.alert p { margin: 12px 12px 0; padding: 9px 13px; border-radius: 12px; font-size: 15px; line-height: 1.4;
  color: var(--wrong);
  background: color-mix(in srgb, var(--wrong) 9%, var(--bg)); }
.composer { display: flex; align-items: flex-end; gap: 6px; margin: 12px 12px 0; padding: 4px;
  border: 1px solid var(--edge);
  border-radius: 16px; background: var(--bg); }
.composer:focus-within { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
.composer textarea { flex: 1; min-width: 0; max-height: 132px; padding: 8px 4px 8px 11px; border: 0; background: none;
  outline: none;
  resize: none; overflow-y: auto; scrollbar-width: thin; display: block; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { width: 40px; height: 40px; border-radius: 12px; display: grid; place-items: center; flex: none;
  background: var(--accent);
  color: var(--on-accent); }
.send:disabled { background: var(--soft); color: var(--edge); }
.foot { display: flex; justify-content: center; padding: 6px 12px 8px; touch-action: none; }
.foot .quiet { border-color: transparent; color: var(--quiet); }

@media (max-width: 480px), (max-height: 480px) {
  .panel { inset: var(--top, 0) 0 auto 0; width: 100%; max-width: none; height: var(--height, 100vh); border: 0;
    border-radius: 0; }
  .foot { padding-bottom: max(8px, env(safe-area-inset-bottom)); }
  .tool { width: 44px; height: 44px; }
  .rate, .quiet { min-height: 44px; }
}
@media (forced-colors: active) {
  .rate[aria-pressed=true], .tab :checked + span { forced-color-adjust: none; background: Highlight;
    color: HighlightText; }
}
@media (prefers-reduced-motion: no-preference) {
  .panel { animation: rise .18s ease-out; }
  .launcher { transition: transform .15s; }
  .launcher:hover { transform: scale(1.05); }
  .dots i { animation: pulse 1.2s infinite ease-in-out; }
  .dots i:nth-child(2) { animation-delay: .15s; }
  .dots i:nth-child(3) { animation-delay: .3s; }
}
@keyframes rise { from { opacity: 0; transform: translateY(10px); } }
@keyframes pulse { 50% { opacity: .3; } }
`;

start();
})();
