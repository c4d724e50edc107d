// The report page's script, tried without a browser: page.mjs PAGE.html (written by llm-eval --html)
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import vm from "node:vm";

const html = readFileSync(process.argv[2], "utf8");
const script = html.slice(html.lastIndexOf("<script>") + 8, html.lastIndexOf("</script>"));
const Page = vm.runInNewContext(script + "\nPage");
const same = (a, b) => assert.deepEqual(JSON.parse(JSON.stringify(a)), b);

const begin = html.indexOf('id="rows">\n') + 11;
const rows = Page.parse(html.slice(begin, html.indexOf("</script>", begin)));
assert.ok(rows.length > 0, "the page has rows");
assert.ok(rows.every(r => ["pass", "fail", "error", "none"].includes(r.o)), "each row has an outcome");
assert.ok(!/(src|href)\s*=\s*["']?http/.test(html), "nothing comes from outside");

// two runs are joined by case
const two = [{ r: 0, c: "a", o: "pass", a: "x" }, { r: 0, c: "b", o: "fail", a: "x" }, { r: 1, c: "a", o: "fail", a: "y", m: "new" }, { r: 1, c: "b", o: "pass", a: "x", m: "new" }];
Page.join(two, 2);
assert.equal(two[0].change, "regressed");
assert.equal(two[3].change, "fixed");
assert.equal(two[2].other, two[0]);

// filter, search, sort
const many = Array.from({ length: 20000 }, (_, i) => ({ r: 0, c: `case-${i}`, p: i % 2 ? "p1" : "p2", m: "m", o: i % 10 ? "pass" : "fail", s: (i * 7919 % 1000) / 1000, ms: i, q: "What is number " + i + "?", a: "It is ".repeat(20) + i, k: [["contains", true, 1, ""]] }));
assert.equal(Page.filter(many, { outcome: "fail" }).length, 2000);
assert.equal(Page.filter(many, { prompt: "p1", text: "NUMBER 19777?" }).length, 1);
const sorted = Page.sort(many, "s", true);
assert.equal(sorted[0].s, 0.999);
assert.equal(Page.sort(many, "c", false)[10].c, "case-10");

// only what is seen is drawn, wherever one scrolls to
for (const top of [0, 28 * 10000, 28 * 19990]) {
  const [first, last] = Page.slice(20000, top, 800);
  assert.ok(last - first <= 60 && first * 28 <= Math.max(top, 280) && last * 28 >= Math.min(top + 800, 20000 * 28), `slice at ${top}`);
}

// words that differ
const [x, y] = Page.diff("the quick brown fox jumps", "the slow brown fox jumps!");
same(x.filter(p => p[1]).map(p => p[0]), ["quick"]);
same(y.filter(p => p[1]).map(p => p[0]), ["slow", "!"]);
assert.equal(x.map(p => p[0]).join(""), "the quick brown fox jumps");
same(Page.wilson(81, 263).map(v => Math.round(v * 1e4)), [2553, 3662]);
console.log("the page's script works");
