"""Input that is broken or strange: an error record or exact passage, and the next line served (BARS.md)."""

import json
import resource

from harness import ask, equal, expect, for_each, jsonl, records, test

GOOD = b'{"id":"good","prompt":"still here"}\n'


def served(result, code=3):
    """The records; the last must be the good one, answered."""
    equal(result.code, code, result.words)
    out = [json.loads(line) for line in result.out.splitlines()]
    equal(out[-1].get("response", {}).get("text"), "still here", "the next line is served")
    return out[:-1]


def give(w, line, code=3, *arguments):
    with w.home() as home:
        result = ask(home, "-m", "builtin/echo", *arguments, stdin=line + GOOD, code=None)
        return served(result, code)


NO_RECORD = (
    (b"hello\n", "not JSON"),
    (b'{"prompt": "x"\n', "cut off"),
    (b"{'prompt': 'x'}\n", "single quotes"),
    (b'{"prompt": "x",}\n', "a comma too many"),
    (b'{"prompt": "x"} {"prompt": "y"}\n', "two on a line"),
    (b'{"prompt": nan}\n', "nan"),
    (b'{"prompt": 01}\n', "leading zero"),
    (b'{"prompt": "a\tb"}\n', "a bare tab in a string"),
    (b'{"prompt": "\\x41"}\n', "an unknown escape"),
    (b'{"prompt": "\\u12G4"}\n', "broken hexadecimal"),
    (b"[1, 2, 3]\n", "a list"),
    (b'"text"\n', "a text"),
    (b"17\n", "a number"),
    (b"null\n", "null"),
    (b'{"prompt": "\xff\xfe"}\n', "invalid UTF-8"),
    (b'{"prompt": "\xed\xa0\x80"}\n', "a surrogate in UTF-8"),
    (b'{"prompt": "\xc0\xaf"}\n', "an overlong sequence"),
    (b'{"prompt": "a\x00b"}\n', "a NUL byte in a string"),
    (b'\x00{"prompt": "x"}\n', "a NUL byte before"),
    (b"\x00\x00\x00\n", "only NUL bytes"),
    (b"[" * 100_000 + b"]" * 100_000 + b"\n", "100,000 nested arrays"),
    (b'{"prompt": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "100,000 arrays in a member"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n", "100,000 nested objects"),
    (b"[" * 1_000_000 + b"\n", "a million open brackets"),
)


@for_each(*[(title, line) for line, title in NO_RECORD])
def a_line_that_is_no_record_becomes_an_error_with_the_line(w, title, line):
    (one,) = give(w, line)
    equal(one["error"]["fault"], "data")
    equal((one["error"]["line"], one["error"]["tool"]), (1, "llm-ask"))
    expect(isinstance(one["raw"], str), "what it was is kept")
    text = line.rstrip(b"\n").decode(errors="replace")
    if len(text) < 1000 and "\ufffd" not in text:
        equal(one["raw"], text)
    else:
        expect(text[:2].strip("\ufffd") in one["raw"], "at least its beginning")


WRONG = (
    ("prompt", 7),
    ("prompt", ["a"]),
    ("system", {}),
    ("messages", "hello"),
    ("messages", {"role": "user"}),
    ("messages", [7]),
    ("messages", [{"role": "wizard", "content": "x"}]),
    ("messages", [{"content": "x"}]),
    ("messages", [{"role": "user", "content": 7}]),
    ("messages", []),
    ("model", 7),
    ("options", []),
    ("options", {"temperature": "hot"}),
    ("options", {"max_tokens": -1}),
    ("options", {"max_tokens": 1e300}),
    ("options", {"temprature": 1}),
    ("schema", 7),
    ("schema", {"type": "nonsense"}),
    ("tools", {}),
    ("attachments", {}),
    ("attachments", ["a.png"]),
    ("attachments", [{"path": "no-such-file"}]),
    ("attachments", [{"data": "!!!"}]),
    ("context", {}),
    ("context", [7]),
    ("id", {}),
    ("id", [1]),
    ("response", "text"),
    ("response", {"answer": 1}),
    ("error", "boom"),
    ("error", {"fault": "no such fault"}),
    ("error", {"code": 7}),
    ("cache", 1),
    ("route", "x"),
)


@for_each(*[(f"{name} {json.dumps(value)}", name, value) for name, value in WRONG])
def a_member_of_a_wrong_shape_is_named(w, _, name, value):
    record = {"prompt": "x", name: value}
    if name == "messages":
        del record["prompt"]
    (one,) = give(w, jsonl(record).encode())
    equal(one["error"]["fault"], "data" if one["error"]["fault"] != "refused" else "refused", one)
    expect(one["error"]["message"], one)
    if "raw" not in one:
        equal(one.get(name), value, "it stays as it was")
        words = ("'" + name, name, *(value if isinstance(value, dict) else ()))
        expect(any(word in one["error"]["message"] for word in words), "the member is named", one["error"]["message"])


@test
def wrap_is_the_cure_for_members_of_ones_own(w):
    with w.home() as home:
        logs = b'{"error": "boom", "response": 7, "n": 1.10}\n'
        result = ask(home, "--wrap", "data", "-t", "{{data.error}}", "-m", "builtin/echo", stdin=logs)
        (one,) = records(result)
        equal(one["response"]["text"], "boom")
        expect(result.out.startswith(b'{"data":{"error": "boom", "response": 7, "n": 1.10}'), result.out)


@test
def a_lone_surrogate_is_carried_and_asked_as_a_replacement(w):
    with w.home() as home:
        line = b'{"id":1,"note":"\\ud800 stays","prompt":"a\\udc00b"}\n'
        result = ask(home, "-m", "builtin/echo", stdin=line, code=None)
        expect(result.out.startswith(line[:-2].rstrip(b"}")), "as it came", result.out)
        one = json.loads(result.out)
        expect("error" in one or one["response"]["text"] == "a\ufffdb", one)
        line = line.replace(b'"prompt"', b'"response":{"text":"t"},"prompt"')
        equal(ask(home, "-m", "builtin/echo", stdin=line).out, line)


@for_each(
    ("duplicate keys", b'{"x":1,"x":2,"prompt":"a","x":3}'),
    ("huge numbers", b'{"n":123456789012345678901234567890,"m":1e400,"k":-0.0,"e":1E+2,"prompt":"a"}'),
    ("many digits", b'{"n":1.10,"m":0.1000000000000000000000001,"prompt":"a"}'),
    ("spaces", b'{ "a" : 1 ,\t"prompt" : "a" , "b" : [ 1 , 2 ]  }'),
    ("escapes", b'{"caf\\u00e9":"\\u0041\\/\\n","prompt":"a"}'),
    ("an escaped NUL", b'{"n":"\\u0000","prompt":"a"}'),
    ("emoji and right-to-left", '{"n":"🌍 שלום\u2028","prompt":"a"}'.encode()),
    ("an empty key", b'{"":1,"prompt":"a"}'),
    ("999 levels", b'{"d":' + b"[" * 998 + b"]" * 998 + b',"prompt":"a"}'),
)
def what_is_strange_but_right_is_carried_byte_for_byte(w, _, line):
    with w.home() as home:
        result = ask(home, "-m", "builtin/echo", stdin=line + b"\n")
        head = line[: line.rindex(b'"a"') + 3] if line.endswith(b'"prompt":"a"}') else line.rstrip(b" }")
        expect(result.out.startswith(head), "what it was stands first", result.out[:300])
        expect(b'"response":{' in result.out, result.out[-300:])
        passing = line[:1] + b'"response":{"text":"t"},' + line[1:] + b"\n"
        equal(ask(home, "-m", "builtin/echo", stdin=passing).out, passing)
        if len(line) < 500:  # libjq reads 256 levels
            equal(ask(home, "-m", "builtin/echo", "--when", "false", stdin=line + b"\n").out, line + b"\n")


@test
def a_byte_order_mark_carriage_returns_and_a_missing_last_newline(w):
    with w.home() as home:
        given = b'\xef\xbb\xbf{"id":1,"prompt":"a"}\r\n{"id":2,"prompt":"b"}\r\n\r\n  \n{"id":3,"prompt":"c"}'
        result = ask(home, "-m", "builtin/echo", stdin=given)
        equal([one["response"]["text"] for one in records(result)], ["a", "b", "c"])
        expect(result.out.endswith(b"\n"), "each record is a line")


@test
def an_empty_input_is_no_records(w):
    with w.home() as home:
        for given in (b"", b"\n", b"\n\n\n", b"\xef\xbb\xbf"):
            equal(ask(home, "-m", "builtin/echo", stdin=given).out, b"")


@test
def a_line_of_sixty_four_mebibytes_is_served_and_a_longer_one_refused(w):
    with w.home() as home:
        most = 64 * 1024 * 1024
        fits = b'{"id":1,"prompt":"x","filler":"' + b"a" * (most - 33) + b'"}'
        equal(len(fits), most)
        longer = b'{"id":2,"prompt":"x","filler":"' + b"a" * most + b'"}'
        given = fits + b"\n" + longer + b"\n" + GOOD
        result = ask(home, "-m", "builtin/echo", "--jobs", 1, stdin=given, code=3, timeout=300)
        first, second, third = result.out.splitlines()
        expect(first.startswith(fits[:-1]) and b'"response":{"text":"x"' in first[-300:], first[-300:])
        error = json.loads(second)
        equal((error["error"]["fault"], error["error"]["line"]), ("data", 2))
        expect(error["raw"].startswith('{"id":2,"prompt":"x"') and len(error["raw"]) < 1_000_000, "its beginning")
        equal(json.loads(third)["response"]["text"], "still here")


@test
def a_line_without_end_does_not_fill_the_memory(w):
    with w.home() as home:
        limit = 1 << 30
        result = ask(
            home, "-m", "builtin/echo", stdin=b"x" * (300 * 1024 * 1024) + b"\n" + GOOD, code=3, timeout=300
        )
        served(result)
        expect(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < limit, "bounded")


@test
def lines_that_are_no_utf8_are_refused_as_prompts_too(w):
    with w.home() as home:
        result = ask(home, "--lines", "-m", "builtin/echo", stdin=b"caf\xe9\nfine\n", code=3)
        bad, good = records(result)
        equal(bad["error"]["fault"], "data")
        equal(good["response"]["text"], "fine")


@test
def a_prompt_that_is_no_utf8_is_refused(w):
    with w.home() as home:
        result = ask(home, "-m", "builtin/echo", "-", stdin=b"caf\xe9", code=None)
        expect(result.code == 4 or result.text, result.code)
        result.out.decode()


@test
def broken_lines_pass_the_next_tool_as_errors_and_keep_their_raw(w):
    with w.home() as home:
        first = ask(home, "-m", "builtin/echo", stdin=b"broken\n", code=3)
        second = ask(home, "-m", "builtin/echo", stdin=first.out, code=3)
        equal(second.out, first.out)
        third = ask(home, "-m", "builtin/echo", "--retry-failed", stdin=first.out, code=3)
        equal(third.out, first.out, "what is no record cannot be tried again")
