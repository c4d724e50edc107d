"""llm-route train, calibrate and report: the same bytes each time, sound figures, clear words."""

import json
import xml.dom.minidom

from tools import cascade, equal, expect, jsonl, models, records, route, test

EASY = ["Where is the river", "Who painted the picture", "When was the king born"]
HARD = ["Balance the reaction of the acid", "Give the molar mass of the salt", "Name the catalyst of the reaction"]


def outcomes(start, end):
    rows = []
    for n in range(start, end):
        hard = n % 2 == 0
        rows.append(
            {
                "id": n,
                "subject": f"s{n // 2 % 6}",
                "prompt": "please " * (n * 7 % 6) + f"{(HARD if hard else EASY)[n // 2 % 3]} number {n}?",
                "weak": {"correct": not hard, "text": "3 + 4 = 8 and so th" if hard else "3 + 4 = 7. #### 7", "cost": 0.1},
                "strong": {"correct": True, "text": "It is so. #### 7", "cost": 1.0},
            }
        )
    return rows


def lines(result):
    return {one["name"]: one for one in map(json.loads, result.out.splitlines())}


@test
def training_twice_gives_the_same_bytes_and_helps_on_others(home):
    first, second = home.path / "a.json", home.path / "b.json"
    for path in (first, second):
        route(home, "train", "--output", path, "-q", stdin=jsonl(*outcomes(0, 200)))
    equal(first.read_bytes(), second.read_bytes())
    held_out = home.path / "held-out.jsonl"
    held_out.write_text(jsonl(*outcomes(1000, 1200)))
    report = route(home, "report", "--router", first, "--json", "--draws", "100", held_out)
    equal(report.err, b"", "nothing to warn of")
    found = lines(report)
    equal(sorted(found), ["best_single", "length", "oracle", "ours", "random"])
    for name, one in found.items():
        for figure in ("strong_for_95", "apgr", "cpt50", "cpt80", "aiq"):
            expect(one[figure]["low"] - 1e-9 <= one[figure]["value"] <= one[figure]["high"] + 1e-9, name, figure, one[figure])
    expect(found["ours"]["strong_for_95"]["value"] < 0.55, found["ours"])
    expect(found["ours"]["above_length"]["strong_for_95"]["high"] < 0, found["ours"])
    expect(found["oracle"]["apgr"]["value"] >= found["ours"]["apgr"]["value"] - 1e-9)


@test
def who_judges_a_router_by_what_it_was_trained_on_is_told(home):
    router, rows = home.path / "r.json", home.path / "rows.jsonl"
    rows.write_text(jsonl(*outcomes(0, 100)))
    route(home, "train", "--output", router, rows)
    report = route(home, "report", "--router", router, "--draws", "10", rows)
    expect("trained on about 100 %" in report.words, report.words)
    expect("STRATEGY" in report.text and "best_single" in report.text, report.text)


@test
def the_chart_is_an_svg_and_folds_train_by_themselves(home):
    svg = home.path / "chart.svg"
    rows = jsonl(*outcomes(0, 120))
    route(home, "report", "--folds", "3", "--draws", "10", "--svg", svg, stdin=rows)
    xml.dom.minidom.parse(str(svg))
    held = lines(route(home, "report", "--folds", "2", "--group", "subject", "--draws", "10", "--json", stdin=rows))
    equal(held["ours"]["n"], 120)
    both = lines(route(home, "report", "--folds", "2", "--answers", "--draws", "10", "--json", stdin=rows))
    equal(both["ours"]["plan"], "cascade")
    expect(abs(both["oracle"]["cost_for_95"]["value"]) > 0, both["oracle"])


@test
def a_threshold_asks_for_the_wanted_share_and_stands_in_the_file(home):
    router = home.path / "r.json"
    route(home, "train", "--output", router, "-q", stdin=jsonl(*outcomes(0, 200)))
    asked = jsonl(*[{"prompt": one["prompt"]} for one in outcomes(500, 700)])
    (chosen,) = map(json.loads, route(home, "calibrate", "--router", router, "--share", ".3", "--json", stdin=asked).out.splitlines())
    expect(0.25 <= chosen["share"] <= 0.3 + 1e-9, chosen)
    equal(json.loads(router.read_text())["threshold"], chosen["threshold"])
    before = router.read_bytes()
    rows = jsonl(*outcomes(500, 700))
    (dry,) = map(json.loads, route(home, "calibrate", "--router", router, "--quality", ".95", "--dry-run", "--json", stdin=rows).out.splitlines())
    equal(router.read_bytes(), before, "a dry run writes nothing")
    expect(dry["quality"] >= 0.95 and dry["reached"], dry)
    (poor,) = map(json.loads, route(home, "calibrate", "--router", router, "--cost", ".01", "--dry-run", "--json", stdin=rows, code=1).out.splitlines())
    equal(poor["reached"], False)


@test
def a_scorer_of_answers_decides_in_a_cascade(home):
    models(home)
    scorer = home.path / "s.json"
    rows = []
    for n in range(120):
        good = n % 2 == 0
        rows.append(
            {
                "prompt": f"Where is place number {n}, paris?" if good else f"What is thing number {n}?",
                "weak": {"correct": good, "text": "It is Paris." if good else "I'm not sure, maybe 7."},
                "strong": {"correct": True},
            }
        )
    route(home, "train", "--answers", "--output", scorer, "-q", stdin=jsonl(*rows))
    refused = home.run("llm-route", "cascade", "--tiers", "cheap,strong", "--scorer", scorer, stdin=jsonl({"prompt": "x"}))
    expect(b"llm-route calibrate" in refused.out + refused.err, refused.out, refused.err)
    route(home, "calibrate", "--router", scorer, "--quality", ".99", stdin=jsonl(*rows))
    paris, other = cascade(home, "--scorer", scorer, prompts=["Where is place number 500, paris?", "What is thing number 501?"])
    equal((paris["route"]["tier"], other["route"]["tier"]), ("cheap", "strong"))
    expect(paris["route"]["scores"]["scorer"] < other["route"]["tried"][0]["scores"]["scorer"], paris, other)
    prompts_only = home.path / "p.json"
    route(home, "train", "--output", prompts_only, "-q", stdin=jsonl(*rows))
    bad = home.run("llm-route", "cascade", "--tiers", "cheap,strong", "--scorer", f"{prompts_only}=.5", stdin=jsonl({"prompt": "x"}))
    expect(b"--answers" in bad.out + bad.err, bad.out)


@test
def the_journal_and_verdicts_make_outcomes(home):
    models(home)
    prompts = [f"Tell me about {'paris' if n % 2 else 'thing'} number {n}" for n in range(40)]
    cascade(home, "--accept", "no-hedge", prompts=prompts)
    verdicts = []
    for n in range(40):
        verdicts.append({"id": n, "model": "cheap", "eval": {"pass": bool(n % 2), "score": n % 2}})
        if n % 2 == 0:
            verdicts.append({"id": n, "model": "strong/y", "eval": {"pass": True, "score": 1}})
    router = home.path / "r.json"
    flags = ["--from-log", "--weak", "cheap", "--strong", "strong", "--since", "1h"]
    said = route(home, "train", *flags, "--answers", "--output", router, stdin=jsonl(*verdicts))
    expect("learnt from 40 outcomes" in said.words and "20 records have no outcome of the strong model" in said.words, said.words)
    report = route(home, "report", *flags, "--router", router, "--json", "--draws", "10", stdin=jsonl(*verdicts))
    expect("trained on" in report.words, report.words)
    equal(lines(report)["ours"]["n"], 40)
    missing = route(home, "train", *flags, "--output", router, stdin=jsonl({"id": "nobody", "model": "cheap", "eval": {"pass": True}}), code=4)
    expect("'nobody'" in missing.words, missing.words)


@test
def bad_input_is_named_by_line_and_remedy(home):
    router = home.path / "r.json"
    for text, flags, word, code in (
        (jsonl({"prompt": "x"}), [], "line 1", 4),
        (jsonl(*outcomes(0, 10)), [], "too few", 4),
        ("not json\n", [], "line 1", 4),
        (jsonl(*outcomes(0, 40)), ["--weak", "a"], "go together", 2),
        (jsonl(*[{**one, "weak": {"correct": True}} for one in outcomes(0, 40)]), ["--answers"], "weak.text", 4),
    ):
        out = route(home, "train", "--output", router, *flags, stdin=text, code=code)
        expect(word in out.words, word, out.words)
    expect(not router.exists(), "nothing was written")
    route(home, "train", stdin=jsonl(*outcomes(0, 40)), code=2)
    route(home, "report", "--folds", "1", stdin=jsonl(*outcomes(0, 40)), code=2)
    route(home, "calibrate", "--router", router, "--share", ".5", stdin=b"", code=2)
    router.write_text("{}")
    out = route(home, "report", "--router", router, stdin=jsonl(*outcomes(0, 40)), code=4)
    expect("r.json" in out.words and "llm-route train" in out.words, out.words)
