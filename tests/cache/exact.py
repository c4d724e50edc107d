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
