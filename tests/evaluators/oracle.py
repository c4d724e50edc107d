#!/usr/bin/python3
"""BLEU, GLEU, METEOR (without WordNet) and stems of llm-eval against NLTK itself, on random sentences.

    tests/evaluators/oracle.py --build build [--pairs 300] [--seed 1]

Needs Debian's python3-nltk; without it nothing is compared and the exit code is 0.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

try:
    import nltk.corpus

    class Classes:  # NLTK's tokeniser asks for Unicode's classes as it loads; the western rules used here do not look at them
        def chars(self, name):
            return {"Number": "0123456789", "Punctuation": ".,", "Symbol": "$+"}[name]

    nltk.corpus.perluniprops = Classes()
    from nltk.tokenize.nist import NISTTokenizer
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
    from nltk.translate.gleu_score import sentence_gleu
    from nltk.translate.meteor_score import single_meteor_score
except ImportError:
    print("oracle: python3-nltk is not installed; nothing compared")
    sys.exit(0)

WORDS = ("the The a of to in running runs ran cats cat policies policy generalization happily happy relational conditional 3.5 1,000 "
         "x-ray e.g. don't (yes) \"no\" $5 50% AT&T a/b end. stop, hopping agreed dying news geology").split()


class NoSynonyms:
    def synsets(self, word):
        return []


def sentence(chance):
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 14)))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", required=True)
    options.add_argument("--pairs", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance = random.Random(given.seed)
    pairs = [(sentence(chance), [sentence(chance) for _ in range(chance.randint(1, 3))]) for _ in range(given.pairs)]
    checks = ["bleu", "gleu", "meteor"]
    lines = "".join(json.dumps({"id": i, "response": {"text": answer}, "expect": [{"type": t, "value": references, "threshold": 0} for t in checks]}) + "\n"
                    for i, (answer, references) in enumerate(pairs))
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_STATE_HOME=home)
        ours = subprocess.run([os.path.join(given.build, "tools/llm-eval")], input=lines, capture_output=True, text=True, env=environment).stdout
    cut, smooth = NISTTokenizer().tokenize, SmoothingFunction().method4
    worst, n = 0.0, 0
    for (answer, references), line in zip(pairs, ours.splitlines(), strict=True):
        hypothesis, cuts = cut(answer), [cut(r) for r in references]
        theirs = {"bleu": float(sentence_bleu(cuts, hypothesis, smoothing_function=smooth)), "gleu": sentence_gleu(cuts, hypothesis),
                  "meteor": max(single_meteor_score(r, hypothesis, wordnet=NoSynonyms()) for r in cuts)}
        for check in json.loads(line)["eval"]["checks"]:
            off = abs(check["value"] - theirs[check["type"]])
            worst, n = max(worst, off), n + 1
            if off > 1e-6:
                print(f"oracle: {check['type']} of {answer!r} against {references!r} is {check['value']}, NLTK has {theirs[check['type']]}")
    print(f"oracle: {n} values, the worst is {worst:.2g} off")
    return 1 if worst > 1e-6 or n == 0 else 0


sys.exit(main())
