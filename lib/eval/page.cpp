#include "eval/page.hpp"

namespace llm {

const std::string_view page_before_head = R"page(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>llm-eval</title>
<style>
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --warn: #9a6700; --soft: #8881; --mark: #ffd33d66; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --warn: #d29922; --mark: #bb800966; } }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; height: 100vh; display: flex; flex-direction: column; }
header { padding: 10px 14px 6px; border-bottom: 1px solid var(--line); }
h1 { font-size: 17px; margin: 0 0 6px; }
#sums { display: flex; flex-wrap: wrap; gap: 6px 18px; font-variant-numeric: tabular-nums; }
#sums b { font-weight: 600; }
#bar { display: flex; flex-wrap: wrap; gap: 8px; padding: 8px 14px; border-bottom: 1px solid var(--line); align-items: center; }
#bar input[type=search] { flex: 1 1 220px; }
#bar input, #bar select { font: inherit; padding: 3px 6px; }
main { flex: 1; display: flex; min-height: 0; }
#list { flex: 1 1 55%; overflow: auto; position: relative; min-width: 320px; }
#heads, .row { display: grid; grid-template-columns: 5.5em minmax(9em, 2fr) minmax(4em, .7fr) minmax(6em, 1fr) 4.5em 5em minmax(8em, 3fr); gap: 8px; padding: 0 14px; align-items: center; }
#heads { position: sticky; top: 0; background: Canvas; z-index: 1; height: 30px; border-bottom: 1px solid var(--line); }
#heads button { all: unset; cursor: pointer; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#heads button:focus-visible, .row:focus-visible { outline: 2px solid Highlight; }
#space { position: relative; }
.row { position: absolute; left: 0; right: 0; height: 28px; cursor: pointer; border-bottom: 1px solid var(--soft); }
.row > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row:hover, .row[aria-selected=true] { background: var(--soft); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.pass, .fixed { color: var(--good); } .fail, .regressed { color: var(--bad); } .error { color: var(--warn); }
#detail { flex: 1 1 45%; overflow: auto; border-left: 1px solid var(--line); padding: 10px 14px; min-width: 280px; }
#detail h2 { font-size: 15px; margin: 0 0 8px; } #detail h3 { font-size: 12px; margin: 12px 0 4px; opacity: .75; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 12px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 8px; background: var(--soft); border-radius: 4px; font: 12.5px/1.45 ui-monospace, monospace; max-height: 60vh; overflow: auto; }
mark { background: var(--mark); color: inherit; }
ul { margin: 4px 0; padding-left: 18px; }
#none { padding: 20px 14px; opacity: .7; }
</style>
</head>
<body>
<header><h1 id="title">llm-eval</h1><div id="sums"></div></header>
<div id="bar">
<input type="search" id="text" placeholder="Search cases, prompts, answers, reasons" aria-label="Search">
<select id="outcome" aria-label="Outcome"><option value="">all outcomes</option><option value="pass">passed</option><option value="fail">failed</option><option value="error">errors</option></select>
<select id="prompt" aria-label="Prompt"></select>
<select id="model" aria-label="Model"></select>
<select id="run" aria-label="Run"></select>
<select id="change" aria-label="Change"><option value="">all changes</option><option value="regressed">regressed</option><option value="fixed">fixed</option><option value="other">another answer</option></select>
<span id="count" aria-live="polite"></span>
</div>
<main>
<div id="list" tabindex="0"><div id="heads"></div><div id="space" role="listbox" aria-label="Cases"></div><div id="none" hidden>Nothing matches.</div></div>
<div id="detail"><p>Choose a case.</p></div>
</main>
<script type="application/json" id="head">)page";

const std::string_view page_before_rows = R"page(</script>
<script type="text/plain" id="rows">
)page";

const std::string_view page_end = R"page(</script>
<script>
"use strict";
const Page = {
  rowHeight: 28,
  parse(text) {
    const rows = [];
    let at = 0;
    while (at < text.length) {
      let end = text.indexOf("\n", at);
      if (end < 0) end = text.length;
      if (end > at + 1) rows.push(JSON.parse(text.slice(at, end)));
      at = end + 1;
    }
    return rows;
  },
  key: r => r.c + "\u001f" + (r.n || 1),
  /* In pages of two runs each row learns what became of it: rows are joined by case, repetition, and prompt and model where both runs have the same. */
  join(rows, runs) {
    if (runs < 2) return;
    const names = field => [0, 1].map(run => [...new Set(rows.filter(r => r.r === run).map(r => r[field] || ""))].sort().join("\u001f"));
    const same = field => { const [a, b] = names(field); return a === b; };
    const prompts = same("p"), models = same("m");
    const key = r => Page.key(r) + "\u001f" + (prompts ? r.p || "" : "") + "\u001f" + (models ? r.m || "" : "");
    const before = new Map();
    for (const r of rows) if (r.r === 0) before.set(key(r), r);
    for (const r of rows) {
      if (r.r !== 1) continue;
      const other = before.get(key(r));
      if (!other) continue;
      r.other = other;
      other.other = r;
      r.change = other.change = other.o === "pass" && r.o === "fail" ? "regressed" : other.o === "fail" && r.o === "pass" ? "fixed" : other.a !== r.a ? "other" : "";
    }
  },
  search: r => r.search || (r.search = [r.c, r.d, r.p, r.m, r.q, r.a, r.e, r.v ? JSON.stringify(r.v) : "", (r.k || []).map(k => k[0] + " " + k[3]).join(" ")].join(" ").toLowerCase()),
  filter(rows, f) {
    const words = (f.text || "").toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter(r => (!f.outcome || r.o === f.outcome) && (!f.prompt || (r.p || "") === f.prompt) && (!f.model || (r.m || "") === f.model)
      && (f.run === undefined || f.run === "" || r.r === Number(f.run)) && (!f.change || r.change === f.change) && words.every(w => Page.search(r).includes(w)));
  },
  sort(rows, field, down) {
    const of = { o: r => ({ error: 0, fail: 1, none: 2, pass: 3 })[r.o], c: r => r.c, p: r => r.p || "", m: r => r.m || "", s: r => r.s === undefined ? -1 : r.s, ms: r => r.ms || 0, a: r => r.a || "" }[field];
    const compare = (x, y) => typeof x === "number" ? x - y : x.localeCompare(y, undefined, { numeric: true });
    const keyed = rows.map((r, i) => [of(r), i, r]);
    keyed.sort((x, y) => (down ? -1 : 1) * compare(x[0], y[0]) || x[1] - y[1]);
    return keyed.map(k => k[2]);
  },
  /* Which rows are to be drawn: a few more than are seen. */
  slice(count, top, height) {
    const first = Math.max(0, Math.floor(top / Page.rowHeight) - 10);
    return [first, Math.min(count, Math.ceil((top + height) / Page.rowHeight) + 10)];
  },
  /* Pieces [text, changed] of both texts, by the longest common subsequence of words. */
  diff(a, b) {
    const split = t => t.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) || [];
    const x = split(a), y = split(b);
    let start = 0, xe = x.length, ye = y.length;
    while (start < xe && start < ye && x[start] === y[start]) ++start;
    while (xe > start && ye > start && x[xe - 1] === y[ye - 1]) --xe, --ye;
    const n = xe - start, m = ye - start;
    const keptX = new Set(), keptY = new Set();
    if (n * m <= 4e6) {
      const table = new Uint32Array((n + 1) * (m + 1));
      for (let i = n - 1; i >= 0; --i)
        for (let j = m - 1; j >= 0; --j)
          table[i * (m + 1) + j] = x[start + i] === y[start + j] ? table[(i + 1) * (m + 1) + j + 1] + 1 : Math.max(table[(i + 1) * (m + 1) + j], table[i * (m + 1) + j + 1]);
      for (let i = 0, j = 0; i < n && j < m;) {
        if (x[start + i] === y[start + j]) keptX.add(start + i++), keptY.add(start + j++);
        else if (table[(i + 1) * (m + 1) + j] >= table[i * (m + 1) + j + 1]) ++i;
        else ++j;
      }
    }
    const pieces = (words, end, kept) => {
      const out = [];
      words.forEach((w, i) => {
        const changed = i >= start && i < end && !kept.has(i);
        if (out.length && out[out.length - 1][1] === changed) out[out.length - 1][0] += w;
        else out.push([w, changed]);
      });
      return out;
    };
    return [pieces(x, xe, keptX), pieces(y, ye, keptY)];
  },
  /* Wilson's interval at 95 %. */
  wilson(k, n) {
    if (!n) return [0, 1];
    const z = 1.959963984540054, p = k / n, d = 1 + z * z / n, mid = (p + z * z / (2 * n)) / d, half = z / d * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return [Math.max(0, mid - half), Math.min(1, mid + half)];
  },
  sums(rows) {
    const cells = new Map();
    for (const r of rows) {
      const key = [r.r, r.p || "", r.m || ""].join("\u001f");
      let c = cells.get(key);
      if (!c) cells.set(key, c = { run: r.r, prompt: r.p || "", model: r.m || "", pass: 0, judged: 0, errors: 0, score: 0 });
      if (r.o === "pass") ++c.pass;
      if (r.o === "pass" || r.o === "fail") ++c.judged, c.score += r.s || 0;
      if (r.o === "error") ++c.errors;
    }
    return [...cells.values()];
  },
};
if (typeof document !== "undefined") {
  const $ = id => document.getElementById(id);
  const head = JSON.parse($("head").textContent);
  const rows = Page.parse($("rows").textContent);
  $("rows").remove();
  Page.join(rows, head.runs.length);
  const words = { pass: "passed", fail: "failed", error: "error", none: "not judged" };
  const make = (tag, text, cls) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; return e; };
  document.title = $("title").textContent = head.title;
  const percent = v => (v * 100).toFixed(1) + "%";
  for (const c of Page.sums(rows)) {
    const [low, high] = Page.wilson(c.pass, c.judged);
    const name = [head.runs.length > 1 ? head.runs[c.run] : "", c.prompt, c.model].filter(Boolean).join(" · ");
    const box = make("div");
    if (name) box.append(name + ": ");
    box.append(make("b", c.judged ? percent(c.pass / c.judged) : "–"), c.judged ? ` (${percent(low)} to ${percent(high)}) of ${c.judged}` : "", c.errors ? `, ${c.errors} errors` : "");
    $("sums").append(box);
  }
  const fill = (id, values, all) => {
    const select = $(id);
    select.append(new Option(all, ""));
    for (const [value, text] of values) select.append(new Option(text, value));
    if (values.length < 2) select.hidden = true;
  };
  const distinct = field => [...new Set(rows.map(r => r[field] || ""))].sort().map(v => [v, v || "(none)"]);
  fill("prompt", distinct("p"), "all prompts");
  fill("model", distinct("m"), "all models");
  fill("run", head.runs.map((name, i) => [String(i), name]), "both runs");
  if (head.runs.length < 2) $("change").hidden = true;
  let sorted = null, down = false, shown = [], selected = null;
  const columns = [["o", "Outcome"], ["c", "Case"], ["p", "Prompt"], ["m", "Model"], ["s", "Score"], ["ms", "ms"], ["a", "Answer"]];
  for (const [field, title] of columns) {
    const b = make("button", title);
    b.type = "button";
    b.onclick = () => {
      if (sorted === field && down) sorted = null, down = false;
      else down = sorted === field, sorted = field;
      for (const other of $("heads").children) other.textContent = other.textContent.replace(/ [▲▼]$/, "");
      if (sorted) b.textContent = title + (down ? " ▼" : " ▲");
      refresh();
    };
    $("heads").append(b);
  }
  const draw = () => {
    const list = $("list"), space = $("space");
    const [first, last] = Page.slice(shown.length, list.scrollTop, list.clientHeight);
    const nodes = [];
    for (let i = first; i < last; ++i) {
      const r = shown[i], row = make("div", undefined, "row");
      row.style.top = i * Page.rowHeight + "px";
      row.tabIndex = 0;
      row.dataset.index = i;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", r === selected);
      row.append(make("span", r.change === "regressed" || r.change === "fixed" ? r.change : words[r.o], r.change === "regressed" ? "regressed" : r.o),
        make("span", (r.d || r.c) + (r.n ? " #" + r.n : "")), make("span", r.p || ""), make("span", (head.runs.length > 1 ? head.runs[r.r] + " " : "") + (r.m || "")),
        make("span", r.s === undefined ? "" : r.s.toFixed(2), "number"), make("span", r.ms === undefined ? "" : Math.round(r.ms), "number"), make("span", (r.e || r.a || "").slice(0, 300)));
      nodes.push(row);
    }
    space.replaceChildren(...nodes);
  };
  const refresh = () => {
    const f = {};
    for (const id of ["text", "outcome", "prompt", "model", "run", "change"]) f[id] = $(id).value;
    shown = Page.filter(rows, f);
    if (sorted) shown = Page.sort(shown, sorted, down);
    $("count").textContent = `${shown.length} of ${rows.length}`;
    $("space").style.height = shown.length * Page.rowHeight + "px";
    $("none").hidden = shown.length > 0;
    $("list").scrollTop = 0;
    draw();
  };
  const side = (r, pieces) => {
    const box = make("div");
    box.append(make("h3", [head.runs.length > 1 ? head.runs[r.r] : "", r.p, r.m, r.n ? "#" + r.n : ""].filter(Boolean).join(" · ") || "answer"));
    const line = make("div", words[r.o], r.o);
    if (r.s !== undefined) line.append(`, score ${r.s.toFixed(3)}`);
    if (r.ms !== undefined) line.append(`, ${Math.round(r.ms)} ms`);
    if (r.$ !== undefined) line.append(`, $${r.$.toPrecision(3)}`);
    box.append(line);
    const text = make("pre");
    if (pieces) for (const [t, changed] of pieces) text.append(changed ? make("mark", t) : t);
    else text.textContent = r.e || r.a || "";
    box.append(text);
    if (r.k && r.k.length) {
      const list = make("ul");
      for (const [name, pass, score, reason] of r.k) list.append(make("li", `${name}: ${score.toFixed(2)}${reason ? " – " + reason : ""}`, pass ? "pass" : "fail"));
      box.append(list);
    }
    return box;
  };
  const show = r => {
    selected = r;
    const d = $("detail");
    d.replaceChildren(make("h2", r.d ? `${r.d} (${r.c})` : r.c));
    if (r.q) d.append(make("h3", "prompt"), make("pre", r.q));
    const sides = make("div", undefined, "sides");
    if (r.other) {
      const a = r.r === 0 ? r : r.other, b = r.r === 0 ? r.other : r;
      const [x, y] = Page.diff(a.a || "", b.a || "");
      sides.append(side(a, a.e ? null : x), side(b, b.e ? null : y));
    } else {
      for (const one of rows.filter(o => o.c === r.c && o.r === r.r).slice(0, 24)) sides.append(side(one));
    }
    d.append(make("h3", "answers"), sides);
    if (r.other && r.other.q !== r.q) d.append(make("h3", "the other run's prompt"), make("pre", r.other.q || ""));
    if (r.v) d.append(make("h3", "variables"), make("pre", JSON.stringify(r.v, null, 2)));
    d.scrollTop = 0;
    draw();
  };
  let waiting = 0;
  $("list").addEventListener("scroll", () => { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; draw(); }); });
  addEventListener("resize", draw);
  $("space").addEventListener("click", e => { const row = e.target.closest(".row"); if (row) show(shown[row.dataset.index]); });
  $("list").addEventListener("keydown", e => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step && e.key !== "Enter") return;
    e.preventDefault();
    let i = shown.indexOf(selected);
    if (e.key === "Enter" && e.target.dataset && e.target.dataset.index) i = Number(e.target.dataset.index);
    else i = Math.min(shown.length - 1, Math.max(0, i + step));
    if (!(i >= 0 && shown[i])) return;
    const list = $("list"), top = i * Page.rowHeight;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + 2 * Page.rowHeight + 30 > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight + 2 * Page.rowHeight + 30;
    show(shown[i]);
    list.focus();
  });
  let later;
  $("text").addEventListener("input", () => { clearTimeout(later); later = setTimeout(refresh, 120); });
  for (const id of ["outcome", "prompt", "model", "run", "change"]) $(id).addEventListener("change", refresh);
  refresh();
  document.documentElement.dataset.ready = "yes";
}
</script>
</body>
</html>
)page";

}  // namespace llm
