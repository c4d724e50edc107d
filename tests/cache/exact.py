"""The exact cache: what is the same request, what is stored, how long, for whom."""

import json
import time

from tools import MODEL, cache, entries, equal, expect, get, hit, jsonl, put, records, test


@test
def an_answer_that_was_put_is_found_byte_for_byte(home):
    answer = '{"text":"é\\u00e9",  "cost":1.10,"finish":"stop"}'
    (one,) = get(home, "q")
    equal(one["cache"]["hit"], None)
    line = json.dumps(one)[:-1] + ', "response":' + answer + "}\n"
    equal(cache(home, "put", stdin=line).text, line, "put changes nothing")
    found = cache(home, "get", stdin=jsonl({"prompt": "q", "model": MODEL})).text
    expect(answer in found, found)
    expect('"hit":"exact"' in found, found)


@test
def member_order_unicode_form_and_trailing_space_do_not_matter(home):
    put(home, prompt="caf\u00e9", options={"temperature": 1, "max_tokens": 9})
    given = '{"options":{"max_tokens":9.0,"temperature":1e0},"model":"%s","prompt":"cafe\u0301 \\n"}\n' % MODEL
    (one,) = records(cache(home, "get", stdin=given))
    equal(hit(one), "exact")


@test
def whatever_changes_the_answer_changes_the_key(home):
    put(home, prompt="q")
    for change in (
        {"prompt": "Q"},
        {"system": "be brief"},
        {"options": {"temperature": 0.5}},
        {"schema": {"type": "object"}},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
        {"model": "builtin/other"},
        {"context": [{"text": "a passage"}]},
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}, {"role": "user", "content": "q"}]},
    ):
        given = {"prompt": "q", "model": MODEL, **change}
        if "messages" in change:
            del given["prompt"]
        (one,) = records(cache(home, "get", stdin=jsonl(given)))
        equal(hit(one), None, change)
    equal(hit(get(home, "q")[0]), "exact")


@test
def namespaces_are_apart(home):
    put(home, "--namespace=a", prompt="q")
    equal(hit(get(home, "q")[0]), None)
    equal(hit(get(home, "q", flags=["--namespace=b"])[0]), None)
    equal(hit(get(home, "q", flags=["--namespace=a"])[0]), "exact")


@test
def without_a_model_a_namespace_must_be_given(home):
    (one,) = records(cache(home, "get", stdin='{"prompt":"q"}\n', code=3))
    equal(one["error"]["fault"], "data")
    expect("--namespace" in one["error"]["message"], one)
    (one,) = records(cache(home, "get", "--namespace", "any", stdin='{"prompt":"q"}\n'))
    equal(hit(one), None)


@test
def an_alias_is_the_model_it_stands_for(home):
    home.config(f'[model]\nfast = "{MODEL}"')
    put(home, prompt="q")
    (one,) = records(cache(home, "get", "-m", "fast", stdin='{"prompt":"q"}\n'))
    equal(hit(one), "exact")


@test
def cut_off_empty_and_refused_answers_are_not_stored(home):
    for response in (
        {"text": "half an", "finish": "length"},
        {"text": "", "finish": "stop"},
        {"text": "I cannot", "finish": "refusal"},
        {"text": "I cannot", "finish": "content_filter"},
        {"text": "odd", "finish": "something_new"},
    ):
        put(home, response=response)
        equal(entries(home), [], response)
    put(home, "--refusals", response={"text": "I cannot", "finish": "refusal"})
    equal(len(entries(home)), 1)
    put(home, "--refusals", prompt="other", response={"text": "half an", "finish": "length"})
    equal(len(entries(home)), 1)
    put(home, prompt="calls", response={"text": "", "tool_calls": [{"id": "1"}], "finish": "tool_calls"})
    equal(len(entries(home)), 2)


@test
def answers_expire(home):
    put(home, "--ttl", "300ms")
    equal(hit(get(home, "q")[0]), "exact")
    time.sleep(0.4)
    equal(hit(get(home, "q")[0]), None)
    expect("would remove 1 entries" in cache(home, "prune").text)
    equal(len(entries(home)), 1, "shown first")
    cache(home, "prune", "--yes")
    equal(entries(home), [])


@test
def an_answer_may_be_too_old_for_a_look_up(home):
    put(home)
    time.sleep(0.1)
    equal(hit(get(home, "q", flags=["--max-age", "50ms"])[0]), None)
    equal(hit(get(home, "q", flags=["--max-age", "1h"])[0]), "exact")


@test
def failures_are_kept_only_with_negative_ttl(home):
    (one,) = get(home, "q")
    one["error"] = {"tool": "llm-ask", "fault": "refused", "message": "no", "status": 400}
    cache(home, "put", stdin=jsonl(one), code=3)
    equal(hit(get(home, "q")[0]), None)
    cache(home, "put", "--negative-ttl", "1m", stdin=jsonl(one), code=3)
    (again,) = get(home, "q", code=3)
    equal(again["error"]["status"], 400)
    equal(hit(again), "exact")
    one["error"]["fault"] = "budget"
    one["cache"]["key"] = "00" * 32
    cache(home, "put", "--negative-ttl", "1m", stdin=jsonl(one), code=6)
    equal(len(entries(home)), 1, "a spent budget is no answer")


@test
def a_failure_never_displaces_an_answer(home):
    put(home)
    (one,) = get(home, "q")
    one["cache"]["hit"] = None
    del one["response"]
    one["error"] = {"fault": "refused", "message": "no"}
    cache(home, "put", "--negative-ttl", "1m", stdin=jsonl(one), code=3)
    equal(hit(get(home, "q")[0]), "exact")


@test
def samples_are_gathered_and_then_drawn(home):
    warm = {"options": {"temperature": 1}}
    for n in range(3):
        (one,) = get(home, "q", flags=["--samples", "3"], **warm)
        equal(hit(one), None, n)
        one["response"] = {"text": f"answer {n}", "finish": "stop"}
        cache(home, "put", "--samples", "3", stdin=jsonl(one))
    given = jsonl(*[{"prompt": "q", "model": MODEL, **warm}] * 60)
    seen = {one["response"]["text"] for one in records(cache(home, "get", "--samples", "3", stdin=given))}
    equal(seen, {"answer 0", "answer 1", "answer 2"})
    cold = {"options": {"temperature": 0}}
    for n in range(2):
        (one,) = get(home, "cold", **cold)
        one["response"] = {"text": f"answer {n}", "finish": "stop"}
        one["cache"]["hit"] = None
        cache(home, "put", "--samples", "3", stdin=jsonl(one))
    equal(len(entries(home)), 4, "three and one")


@test
def a_changed_request_is_not_stored_under_the_old_key(home):
    (one,) = get(home, "q")
    one["cache"]["key"] = None
    one["response"] = {"text": "other", "finish": "stop"}
    cache(home, "put", stdin=jsonl(one))
    equal(entries(home), [])


@test
def put_without_get_makes_the_key_itself(home):
    line = jsonl({"prompt": "q", "model": MODEL, "response": {"text": "a", "finish": "stop"}})
    equal(cache(home, "put", stdin=line).text, line)
    equal(hit(get(home, "q")[0]), "exact")


@test
def a_key_that_is_none_is_a_data_error(home):
    (one,) = records(cache(home, "put", stdin=jsonl({"prompt": "q", "cache": {"hit": None, "key": "xyz"}, "response": {"text": "a"}}), code=3))
    equal(one["error"]["fault"], "data")


@test
def bounds_hold_and_the_least_used_goes_first(home):
    for evict in ("lru", "lfu"):
        space = f"--namespace={evict}"
        for n in range(10):
            put(home, space, "--max-entries", "10", "--evict", evict, prompt=f"q{n}")
        for _ in range(2):
            get(home, "q0", flags=[space])
        for n in range(10, 15):
            put(home, space, "--max-entries", "10", "--evict", evict, prompt=f"q{n}")
        left = {one["question"] for one in entries(home, space)}
        expect(len(left) <= 10, left)
        expect("q0" in left and "q1" not in left, evict, left)
    put(home, "--namespace=b", "--max-bytes", "2KiB", prompt="x" * 900)
    put(home, "--namespace=b", "--max-bytes", "2KiB", prompt="y" * 900)
    equal([one["question"][0] for one in entries(home, "--namespace=b")], ["y"])


@test
def an_answer_that_no_bound_has_room_for_displaces_none(home):
    for n in range(3):
        put(home, "--max-bytes", "4KiB", prompt=f"q{n}")
    (one,) = get(home, "large")
    one["response"] = {"text": "y" * 8000, "finish": "stop"}
    result = cache(home, "put", "--max-bytes", "4KiB", "--explain", stdin=jsonl(one))
    equal(records(result)[0]["response"], one["response"])
    expect("larger than --max-bytes" in result.words, result.words)
    equal(sorted(one["question"] for one in entries(home)), ["q0", "q1", "q2"])
    cache(home, "put", "--max-bytes", "100", stdin=jsonl(one))
    equal(entries(home), [], "though nothing was added, the bound holds")


@test
def a_new_answer_outlives_its_own_put(home):
    for n in range(20):
        put(home, prompt=f"q{n}")
    get(home, *[f"q{n}" for n in range(20)])
    for n in range(10):
        put(home, "--max-entries", "20", "--evict", "lfu", prompt=f"new{n}")
        equal(hit(get(home, f"new{n}")[0]), "exact", n)
    many = [{"prompt": f"many{n}", "model": MODEL, "response": {"text": "a", "finish": "stop"}} for n in range(50)]
    cache(home, "put", "--max-entries", "20", "--evict", "lfu", stdin=jsonl(*many))
    equal(len(entries(home)), 20)
    cache(home, "verify")


@test
def an_answer_belongs_to_the_namespace_of_its_look_up(home):
    (one,) = get(home, "q")
    one["response"] = {"text": "a", "finish": "stop"}
    result = cache(home, "put", "--namespace", "n", stdin=jsonl(one, one))
    equal(result.words.count("namespace default"), 1, result.words)
    equal([one["namespace"] for one in entries(home)], ["default"])
    equal(hit(get(home, "q")[0]), "exact")
    one["cache"] = {"hit": None}
    cache(home, "put", "--namespace", "n", stdin=jsonl(one))
    equal(hit(get(home, "q", flags=["--namespace=n"])[0]), "exact", "without a key it is the put's own")


@test
def the_cheap_goes_first_where_cost_decides(home):
    for n in range(6):
        put(home, "--max-entries", "5", "--evict", "cost", prompt=f"q{n}", response={"text": "a", "finish": "stop", "cost": 10.0 - n})
    left = {one["question"] for one in entries(home)}
    expect("q0" in left and "q5" not in left, left)


@test
def a_flush_forgets_at_once_and_shows_first(home):
    put(home, prompt="a")
    put(home, "--namespace=n", prompt="b")
    cache(home, "prune", "--flush")
    equal(hit(get(home, "a")[0]), "exact", "only shown")
    cache(home, "prune", "--flush", "--namespace", "n", "--yes")
    equal(hit(get(home, "a")[0]), "exact", "another namespace")
    equal(hit(get(home, "b", flags=["--namespace=n"])[0]), None)
    put(home, "--namespace=n", prompt="b")
    equal(hit(get(home, "b", flags=["--namespace=n"])[0]), "exact", "stored anew")
    cache(home, "prune", "--flush", "--yes")
    equal(hit(get(home, "a")[0]), None)


@test
def tags_select(home):
    put(home, "--tag", "draft", "--tag", "de", prompt="a")
    put(home, "--tag", "final", prompt="b")
    put(home, prompt="c")
    equal([one["question"] for one in entries(home, "--tag", "draft")], ["a"])
    equal(sorted(one["question"] for one in entries(home, "--tag", "de", "--tag", "final")), ["a", "b"])
    cache(home, "prune", "--tag", "draft", "--yes")
    equal(sorted(one["question"] for one in entries(home)), ["b", "c"])


@test
def rm_shows_first_and_then_removes(home):
    put(home, prompt="a")
    (one,) = entries(home)
    expect("would remove 1" in cache(home, "rm", one["key"][:8]).text)
    equal(len(entries(home)), 1)
    cache(home, "rm", one["key"][:8], "--yes")
    equal(entries(home), [])
    cache(home, "rm", "abcdef", code=1)
    cache(home, "rm", "xyz", code=2)


@test
def export_and_import_carry_everything(home):
    put(home, "--tag", "t", "--ttl", "1h", prompt="a", response={"text": "é", "finish": "stop", "cost": 0.25})
    put(home, "--namespace=n", prompt="b")
    out = cache(home, "export").out
    before = [{k: v for k, v in one.items() if k not in ("hits", "used")} for one in entries(home)]
    cache(home, "prune", "--all", "--yes")
    equal(entries(home), [])
    cache(home, "import", stdin=out)
    after = [{k: v for k, v in one.items() if k not in ("hits", "used")} for one in entries(home)]
    key = lambda one: one["key"]  # noqa: E731
    equal(sorted(after, key=key), sorted(before, key=key))
    equal(hit(get(home, "a")[0]), "exact")
    equal(get(home, "b", flags=["--namespace=n"])[0]["cache"]["hit"], "exact")
    equal([one["question"] for one in entries(home, "--tag", "t")], ["a"])
    cache(home, "import", stdin='{"prompt":"x"}\n', code=3)


@test
def stats_count_what_happened(home):
    put(home, prompt="a", response={"text": "x", "finish": "stop", "cost": 0.5})
    get(home, "a", "a", "b")
    (one,) = records(cache(home, "stats", "--json"))
    equal((one["entries"], one["exact"], one["missed"], one["saved"]), (1, 2, 2, 1.0))
    expect(one["hit_rate_low"] < 0.5 < one["hit_rate_high"], one)
    equal(cache(home, "verify").code, 0)


@test
def what_has_an_answer_or_an_error_passes_untouched(home):
    lines = '{"prompt":"q", "response":{"text":"had"} , "n":1.10}\n{"prompt":"q","error":{"fault":"io","message":"x"}}\n'
    equal(cache(home, "get", "-m", MODEL, stdin=lines, code=3).text, lines)


@test
def the_store_is_private(home):
    put(home)
    (path,) = (home.path / "cache").rglob("cache.db")
    equal(path.stat().st_mode & 0o777, 0o600)
    equal(path.parent.stat().st_mode & 0o777, 0o700)


@test
def a_store_of_a_newer_release_is_refused(home):
    import sqlite3

    put(home)
    (path,) = (home.path / "cache").rglob("cache.db")
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO migration VALUES ('cache/9999_future', 0)")
    result = home.run("llm-cache", "get", stdin=jsonl({"prompt": "q", "model": MODEL}))
    equal(result.code, 2)
    expect("newer release" in result.words, result.words)


@test
def at_temperature_0_one_answer_is_enough(home):
    cold = {"options": {"temperature": 0}}
    (one,) = get(home, "q", flags=["--samples", "3"], **cold)
    one["response"] = {"text": "a", "finish": "stop"}
    cache(home, "put", "--samples", "3", stdin=jsonl(one))
    equal(hit(get(home, "q", flags=["--samples", "3"], **cold)[0]), "exact")


@test
def what_is_no_answer_is_not_stored(home):
    for response in ({"text": " \n"}, {"text": "\u00a0\u3000"}, {"text": 5}, {"text": ["a"]}, {"tool_calls": {}}, {"text": "", "tool_calls": [ ]}):
        cache(home, "put", stdin=jsonl({"prompt": "q", "model": MODEL, "response": response}), code=None)
        equal(entries(home), [], response)
    put(home, response={"text": " a", "finish": "stop"})
    equal(len(entries(home)), 1)


@test
def a_store_of_a_newer_release_lets_answers_pass(home):
    import sqlite3

    put(home)
    (path,) = (home.path / "cache").rglob("cache.db")
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO migration VALUES ('cache/9999_future', 0)")
    lines = '{"prompt":"a", "response":{"text":"x"}}\n{"prompt":"b", "response":{"text":"y"}}\n'
    result = cache(home, "put", stdin=lines, code=2)
    equal(result.text, lines)
    equal(result.words.count("newer release"), 1, result.words)


@test
def nothing_can_be_kept_in_no_bytes(home):
    result = cache(home, "put", "--max-bytes", "0", code=2)
    expect("--max-bytes" in result.words, result.words)


def answer(home, prompt, text, *flags, **members):
    """Puts it whether or not something is there."""
    cache(home, "put", *flags, stdin=jsonl({"prompt": prompt, "model": MODEL, "response": {"text": text, "finish": "stop"}, **members}))


@test
def exported_imported_and_exported_again_it_is_the_same(home):
    put(home, "--tag", "t", "--tag", "a", "--ttl", "1h", prompt="a \"quoted\" é\n", response={"text": "é", "finish": "stop", "cost": 0.25})
    put(home, "--namespace=n", prompt="b")
    for n in range(3):
        answer(home, "warm", f"answer {n}", "--samples", "3", options={"temperature": 1})
    near = ("--semantic", "0.6")
    (one,) = records(cache(home, "get", *near, stdin=jsonl({"prompt": "How do I reset my password?", "model": MODEL, "system": "You speak for the bank."})))
    cache(home, "put", stdin=jsonl({**one, "response": {"text": "So.", "finish": "stop"}}))
    first = cache(home, "export").out
    equal(len(first.splitlines()), 6)
    other = ("--store", str(home.path / "other.db"))
    cache(home, "import", *other, stdin=first)
    equal(cache(home, "export", *other).out, first)
    cache(home, "import", *other, stdin=first)
    equal(cache(home, "export", *other).out, first, "again, it changes nothing")
    cache(home, "verify", *other)
    (found,) = records(cache(home, "get", *near, *other, stdin=jsonl({"prompt": "How can I reset my password", "model": MODEL, "system": "You speak for the bank."})))
    equal(hit(found), "semantic")
    equal(hit(get(home, "warm", flags=["--samples", "3", *other], options={"temperature": 1})[0]), "exact")


@test
def an_import_never_replaces_what_is_newer_nor_takes_what_put_would_not(home):
    answer(home, "a", "older")
    older = cache(home, "export").out
    answer(home, "a", "newer")
    cache(home, "import", stdin=older)
    equal(get(home, "a")[0]["response"]["text"], "newer")
    cache(home, "prune", "--flush", "--yes")
    cache(home, "import", stdin=older)
    equal(get(home, "a")[0]["response"]["text"], "older", "what cannot be found any more gives way")
    line = json.loads(older)
    for response in ({"text": "half an", "finish": "length"}, {"text": "", "finish": "stop"}, {"text": 5}):
        (one,) = records(cache(home, "import", stdin=jsonl({**line, "response": response}), code=3))
        equal(one["error"]["fault"], "data", response)
    (one,) = records(cache(home, "import", "--namespace", "other", stdin=older, code=3))
    expect("namespace default" in one["error"]["message"], one)


@test
def plain_questions_and_answers_can_be_imported(home):
    lines = jsonl({"prompt": "How do I reset my password?", "model": MODEL, "response": {"text": "So."}})
    cache(home, "import", stdin=lines)
    equal(get(home, "How do I reset my password?")[0]["response"]["text"], "So.")
    cache(home, "import", "--semantic", "--namespace", "n", stdin=lines)
    equal(hit(get(home, "How can I reset my password", flags=["--semantic", "0.6", "--namespace", "n"])[0]), "semantic")
    equal(hit(get(home, "How can I reset my password", flags=["--semantic", "0.6"])[0]), None)


@test
def what_has_expired_is_exported_where_it_is_asked_for(home):
    put(home, "--ttl", "1ms", prompt="gone")
    put(home, prompt="there")
    time.sleep(0.01)
    equal([one["prompt"] for one in records(cache(home, "export"))], ["there"])
    equal([one["prompt"] for one in records(cache(home, "export", "--expired"))], ["gone"])


@test
def rm_asks_for_enough_of_a_key(home):
    for prompt in ("a", "b", "c"):
        put(home, prompt=prompt)
    keys = [one["key"] for one in entries(home)]
    for bad in (["rm", ""], ["rm", "", "--yes"], ["show", ""], ["rm", keys[0][:5], "--yes"]):
        cache(home, *bad, code=2)
    equal(len(entries(home)), 3)
    expect("would remove 1 " in cache(home, "rm", keys[0][:8], keys[0][:9], keys[0]).text, "each is counted once")
    result = cache(home, "rm", keys[0], "ff" * 32, "--yes", code=1)
    expect("no key begins with ffff" in result.words, result.words)
    equal([one["key"] for one in entries(home)], keys[1:])
    import sqlite3

    (path,) = (home.path / "cache").rglob("cache.db")
    with sqlite3.connect(path) as db:  # a second key with the same beginning
        db.execute("UPDATE entry SET key = ?, hash = 7 WHERE hex(key) = ?", (bytes.fromhex(keys[1][:20] + "0" * 44), keys[2].upper()))
    result = cache(home, "rm", keys[1][:12], "--yes", code=2)
    expect("several keys" in result.words, result.words)
    equal(len(entries(home)), 2)


@test
def what_would_go_is_shown(home):
    for n in range(25):
        put(home, "--tag", "t", prompt=f"question {n}\nin two lines")
    lines = cache(home, "prune", "--tag", "t").text.splitlines()
    expect("question 24 in two lines" in lines[0] and "question 5 " in lines[19], lines)
    equal(lines[20], "and 5 more")
    expect(lines[21].startswith("would remove 25 entries"), lines)
    rows = records(cache(home, "prune", "--tag", "t", "--json"))
    equal(len([one for one in rows if "question" in one]), 25)
    equal(rows[-1]["would_remove"], 25)
    equal(len(entries(home)), 25)


@test
def a_flush_takes_no_other_selection_and_needs_a_namespace_that_is_there(home):
    put(home)
    for other in (["--tag", "t"], ["--older", "1h"], ["--model", MODEL], ["--all"], ["--expired"]):
        cache(home, "prune", "--flush", *other, "--yes", code=2)
    result = cache(home, "prune", "--flush", "--namespace", "nosuch", "--yes", code=1)
    expect("no namespace nosuch" in result.text, result.text)
    equal(hit(get(home, "q")[0]), "exact")


@test
def a_namespace_alone_is_pruned_of_what_has_expired(home):
    put(home, "--namespace=n", "--ttl", "1ms", prompt="gone")
    put(home, "--namespace=n", prompt="there")
    time.sleep(0.01)
    cache(home, "prune", "--namespace", "n", "--yes")
    equal([one["question"] for one in entries(home)], ["there"])
    cache(home, "prune", "--namespace", "n", "--all", "--yes")
    equal(entries(home), [])


@test
def what_was_pruned_gives_its_space_back(home):
    given = jsonl(*[{"prompt": f"q{n}", "model": MODEL, "response": {"text": f"{n} " + "x" * 2000, "finish": "stop"}} for n in range(2000)])
    cache(home, "put", "--semantic", stdin=given)
    (path,) = (home.path / "cache").rglob("cache.db")
    full = path.stat().st_size
    expect(full > 4_000_000, full)
    cache(home, "prune", "--all", "--yes")
    expect(path.stat().st_size < full / 10, path.stat().st_size, full)
    import sqlite3

    with sqlite3.connect(path) as db:
        equal(db.execute("SELECT count(*) FROM vector_set").fetchone(), (0,), "sets without vectors go")


@test
def the_bound_on_bytes_counts_vectors(home):
    for n in range(200):  # each in a set of its own
        cache(home, "put", "--semantic", "--max-bytes", "200KiB", stdin=jsonl({"prompt": f"q{n}", "system": f"s{n}", "model": MODEL, "response": {"text": "a", "finish": "stop"}}))
    (row,) = records(cache(home, "stats", "--json"))
    expect(row["entries"] < 150 and row["bytes"] <= 200 << 10, row)
    (path,) = (home.path / "cache").rglob("cache.db")
    expect(path.stat().st_size < 5 * (200 << 10), path.stat().st_size)
    cache(home, "verify")


@test
def leases_that_ran_out_are_forgotten(home):
    import sqlite3

    get(home, *[f"q{n}" for n in range(20)], flags=["--lease", "1ms"])
    time.sleep(0.01)
    put(home)
    get(home, "q")
    (path,) = (home.path / "cache").rglob("cache.db")
    with sqlite3.connect(path) as db:
        equal(db.execute("SELECT count(*) FROM lease").fetchone(), (0,))


@test
def what_is_given_may_live_on(home):
    put(home, "--ttl", "1h", prompt="a")
    put(home, "--ttl", "1h", prompt="b")
    put(home, prompt="ever")
    before = {one["question"]: one["expires"] for one in entries(home)}
    get(home, "a", "ever", flags=["--touch", "2h"])
    get(home, "b", flags=["--touch", "1m"])
    after = {one["question"]: one["expires"] for one in entries(home)}
    expect(after["a"] > before["a"], after)
    equal((after["b"], after["ever"]), (before["b"], None), "never less")


@test
def a_cache_that_is_not_there_yet_is_as_an_empty_one(home):
    for words in (("ls",), ("ls", "--json"), ("stats",), ("show", "abcdef"), ("why", "x")):
        result = cache(home, *words, code=1)
        expect("nothing is stored yet" in result.words, words, result.words)
    equal(list((home.path / "cache").rglob("cache.db")), [], "looking makes none")
    expect("no key begins with abcd" in cache(home, "rm", "abcd", "--yes", code=1).words)
    expect("cannot open" in cache(home, "export", "--store", str(home.path / "none.db"), code=5).words)
    put(home)
    expect("no key begins with" in cache(home, "show", "0000000000000000", code=1).words)
    (one,) = entries(home)
    expect("6 digits" in cache(home, "rm", one["key"][:4], "--yes", code=2).words)
    expect(cache(home, "prune", "--flush").text.startswith("nothing stored so far would be found any more"))


@test
def values_out_of_bounds_are_said_to_be(home):
    for words in (("get", "--semantic", "1.5"), ("verify", "--recall", "98")):
        result = cache(home, *words, code=2)
        expect("is more than 1" in result.words, result.words)
    expect("[0.92]" in cache(home, "put", "--help").text)


@test
def an_outcome_of_a_question_that_is_not_known_ends_with_1(home):
    put(home)
    cache(home, "outcome", "abcdef", "right", code=1)
    cache(home, "outcome", stdin=jsonl({"prompt": "q", "cache": {"hit": "semantic", "key": "0" * 64}, "verdict": True}))
