// Fits lib/text/token_weights.hpp: what a piece of text costs in tokens, by length and script.
//
//   npm install gpt-tokenizer            (in a scratch folder, MIT; brings the o200k and cl100k vocabularies)
//   node tests/model/tokens.mjs samples.jsonl parts-program scratch-folder > lib/text/token_weights.hpp
//
// samples.jsonl: {class, text} a line, any mix of prose, chat, code and languages; each class weighs
// the same. parts-program reads those lines and prints {parts: [...]} for each, from token_parts().
// Odd samples are held out for the report on stderr; the weights written come from all of them.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';

const [samplesFile, partsProgram, scratch] = process.argv.slice(2);
const require = createRequire(path.resolve(scratch, 'package.json'));
const o200k = require('gpt-tokenizer/cjs/encoding/o200k_base');
const cl100k = require('gpt-tokenizer/cjs/encoding/cl100k_base');

const text = fs.readFileSync(samplesFile, 'utf8');
const samples = text.trim().split('\n').map(JSON.parse);
const parts = execFileSync(partsProgram, { input: text, maxBuffer: 1 << 30 }).toString().trim().split('\n')
  .map((line) => JSON.parse(line).parts);
const wanted = samples.map((s) => o200k.encode(s.text).length);
const older = samples.map((s) => cl100k.encode(s.text).length);

const names = fs.readFileSync(new URL('../../lib/text/tokens.hpp', import.meta.url), 'utf8')
  .match(/enum class TokenPart[^{]*{([^}]*)}/)[1].replace(/\/\/.*/g, '')
  .split(',').map((n) => n.trim()).filter((n) => n && !n.includes('='));

const ofClass = {};
for (const s of samples) ofClass[s.class] = (ofClass[s.class] || 0) + 1;

// Non-negative least squares on relative errors by coordinate descent, with a light pull to 1 for
// pieces and .3 for letters; an ASCII word never counts below .9.
function fit(use) {
  const n = names.length;
  const gram = Array.from({ length: n }, () => new Float64Array(n));
  const right = new Float64Array(n);
  samples.forEach((s, i) => {
    if (!use(i)) return;
    const weight = 1 / Math.sqrt(ofClass[s.class]);
    const row = parts[i].map((x) => (x / wanted[i]) * weight);
    for (let a = 0; a < n; a++) {
      if (!row[a]) continue;
      right[a] += row[a] * weight;
      for (let b = 0; b < n; b++) gram[a][b] += row[a] * row[b];
    }
  });
  const pull = 0.02;
  names.forEach((name, a) => {
    const prior = /^word\d|mark$|digits|line|capitals$|long_word/.test(name) ? 1 : /han|kana|hangul$/.test(name) ? 0.9 : 0.3;
    gram[a][a] += pull;
    right[a] += pull * prior;
  });
  const w = new Float64Array(n).fill(0.5);
  for (let round = 0, moved = 1; round < 20000 && moved > 1e-9; round++) {
    moved = 0;
    for (let a = 0; a < n; a++) {
      let g = right[a];
      for (let b = 0; b < n; b++) if (b !== a) g -= gram[a][b] * w[b];
      const v = Math.max(/^word\d/.test(names[a]) ? 0.9 : 0, g / gram[a][a]);
      moved = Math.max(moved, Math.abs(v - w[a]));
      w[a] = v;
    }
  }
  return w;
}

function report(w, use) {
  const classes = {};
  samples.forEach((s, i) => {
    if (!use(i)) return;
    const estimate = parts[i].reduce((sum, x, k) => sum + x * w[k], 0);
    const c = (classes[s.class] ??= { n: 0, error: 0, estimate: 0, wanted: 0, older: 0 });
    c.n++;
    c.error += Math.abs(estimate - wanted[i]) / wanted[i];
    c.estimate += estimate;
    c.wanted += wanted[i];
    c.older += older[i];
  });
  for (const [name, c] of Object.entries(classes))
    console.error(`${name.padEnd(12)} mean error ${((100 * c.error) / c.n).toFixed(1)} %, ` +
      `total / o200k ${(c.estimate / c.wanted).toFixed(2)}, total / cl100k ${(c.estimate / c.older).toFixed(2)}`);
  const all = Object.values(classes);
  console.error(`mean over classes ${((100 * all.reduce((s, c) => s + c.error / c.n, 0)) / all.length).toFixed(1)} %`);
}

report(fit((i) => i % 2 === 0), (i) => i % 2 === 1);
const weights = fit(() => true);
console.log(`/// Written by tests/model/tokens.mjs; tokens a piece, in the order of TokenPart.
#pragma once

#include "text/tokens.hpp"

namespace llm {

inline constexpr TokenParts token_weights{
${names.map((name, i) => `    ${weights[i].toFixed(3)},  // ${name}`).join('\n')}
};

}  // namespace llm`);
