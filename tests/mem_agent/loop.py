"""llm-mem tools and apply: a model that keeps its own memory, and what happens when it calls nonsense or is killed."""

import json
import os
import random
import signal
import subprocess
import time

from tools import equal, expect, jsonl, loop, mem, model, records, rows, test, tool, user

TALKER = """
def answer(r):
    results = [m for m in r['messages'] if m['role'] == 'tool']
    if not results:
        return {'tool_calls': [call('core_memory_append', label='human', content='Likes tea.'), call('archival_memory_insert', content='The kettle is red.')]}
    if len(results) == 2:
        return {'tool_calls': [call('archival_memory_search', query='kettle')]}
    return 'Found: ' + json.loads(results[-1]['content'])['results'][0]['text']
"""


@test
def the_functions_are_in_the_openai_shape_and_added_once(home):
    tools = json.loads(mem(home, "tools", "--print").out)
    equal([t["function"]["name"] for t in tools], ["core_memory_append", "core_memory_replace", "archival_memory_insert", "archival_memory_replace",
                                                   "archival_memory_search", "conversation_search"])
    for one in tools:
        equal(one["type"], "function")
        properties = one["function"]["parameters"]["properties"]
        expect("request_heartbeat" in properties and set(one["function"]["parameters"]["required"]) < set(properties))
    own = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    given = jsonl({"prompt": "x", "tools": [own]})
    once = mem(home, "tools", stdin=given).out
    equal(json.loads(once)["tools"], [own, *tools])
    equal(mem(home, "tools", stdin=once).out, once)


@test
def a_model_writes_and_finds_its_own_memory(home):
    model(home, TALKER)
    (done,) = loop(home, {"id": 1, "prompt": "hello"})
    equal(done["response"]["text"], "Found: The kettle is red.")
    equal([t["role"] for t in done["messages"]], ["user", "assistant", "tool", "tool", "assistant", "tool"])
    expect("Likes tea." in records(mem(home, "core", "show", "human", "--json"))[0]["text"])


@test
def results_stand_in_the_order_of_the_calls_and_errors_are_for_the_model(home):
    calls = [{"id": "a", "type": "function", "function": {"name": "core_memory_append", "arguments": '{"label": "nobody", "content": "x"}'}},
             {"id": "b", "type": "function", "function": {"name": "core_memory_apend", "arguments": "{}"}},
             {"id": "c", "type": "function", "function": {"name": "archival_memory_insert", "arguments": "{not json"}},
             {"id": "d", "type": "function", "function": {"name": "archival_memory_search", "arguments": {"query": 7}}},
             {"id": "e", "type": "function", "function": {"name": "core_memory_replace", "arguments": {"label": "human", "old_content": "zz", "new_content": ""}}},
             {"id": "f", "type": "function", "function": {"name": "archival_memory_replace", "arguments": {"id": 99, "content": "y"}}},
             {"function": {}},
             {"id": "g", "type": "function", "function": {"name": "archival_memory_insert", "arguments": {"content": "good"}}}]
    (done,) = records(mem(home, "apply", stdin=jsonl({"prompt": "q", "response": {"text": "", "tool_calls": calls}})))
    expect("response" not in done and "prompt" not in done, done)
    results = [t for t in done["messages"] if t["role"] == "tool"]
    equal([t["tool_call_id"] for t in results], ["a", "b", "c", "d", "e", "f", "call_7", "g"])
    said = [json.loads(t["content"]) for t in results]
    equal([s["status"] for s in said], ["failed"] * 7 + ["ok"])
    expect("human, persona" in said[0]["message"], said[0])
    expect("core_memory_append" in said[1]["message"], said[1])
    equal([c["id"] for c in done["messages"][1]["tool_calls"]], [t["tool_call_id"] for t in results])


@test
def without_heartbeat_the_text_is_the_answer(home):
    call = {"id": "a", "type": "function", "function": {"name": "archival_memory_insert", "arguments": '{"content": "x"}'}}
    (done,) = records(mem(home, "apply", stdin=jsonl({"prompt": "q", "response": {"text": "Noted.", "tool_calls": [call]}})))
    equal(done["response"], {"text": "Noted."})
    equal([t["role"] for t in done["messages"]], ["user", "assistant", "tool"])
    call["function"]["arguments"] = '{"content": "y", "request_heartbeat": true}'
    (done,) = records(mem(home, "apply", stdin=jsonl({"prompt": "q", "response": {"text": "Noted.", "tool_calls": [call]}})))
    expect("response" not in done, "the model asked to go on")


@test
def the_same_record_again_does_nothing_twice(home):
    call = {"id": "a", "type": "function", "function": {"name": "core_memory_append", "arguments": '{"label": "human", "content": "once"}'}}
    given = jsonl({"id": 5, "prompt": "q", "response": {"text": "", "tool_calls": [call]}})
    first = mem(home, "apply", stdin=given).out
    equal(mem(home, "apply", stdin=given).out, first)
    equal(records(mem(home, "core", "show", "human", "--json"))[0]["text"], "once")
    other = given.replace('"id": 5', '"id": 6')
    mem(home, "apply", stdin=other)
    equal(records(mem(home, "core", "show", "human", "--json"))[0]["text"], "once\nonce")


@test
def a_model_that_never_ends_is_stopped(home):
    model(home, "def answer(r):\n    return {'tool_calls': [call('conversation_search', query='x')]}")
    (done,) = loop(home, {"id": 1, "prompt": "hello"}, flags=("--steps", "3"), code=3)
    equal(done["error"]["fault"], "refused")
    expect("3 steps" in done["error"]["message"])


@test
def many_records_keep_their_order_and_failures_stay_their_own(home):
    model(home, """
def answer(r):
    text = next(m['content'] for m in r['messages'] if m['role'] == 'user')
    if 'bad' in text: return {'error': {'fault': 'refused', 'message': 'no'}}
    n = len([m for m in r['messages'] if m['role'] == 'tool'])
    wanted = int(text.split()[1])
    if n < wanted: return {'tool_calls': [call('archival_memory_insert', content=f'{text} {n}', request_heartbeat=True)]}
    return f'{text} done'
""")
    given = [{"id": i, "prompt": "bad" if i == 7 else f"steps {i % 4} of {i}"} for i in range(16)]
    done = loop(home, *given, asker=("-q", "--no-log", "-j", "4", "-m", "script/x"), code=3)
    equal([r["id"] for r in done], list(range(16)))
    for r in done:
        if r["id"] == 7:
            equal(r["error"]["fault"], "refused")
        else:
            equal(r["response"]["text"], f"steps {r['id'] % 4} of {r['id']} done")


@test
def nested_keys_are_followed_one_to_four_hops(home):
    """MemGPT's nested key-value look-up (arXiv 2310.08560, 3.2.2): a value may be the next key. The script sees only what its searches give."""
    chance = random.Random(3)
    keys = ["%08x" % chance.getrandbits(32) for _ in range(60)]
    pairs, chains, free = {}, {}, iter(keys)
    for hops in (1, 2, 3, 4):
        chain = [next(free) for _ in range(hops + 1)]
        pairs.update(zip(chain, chain[1:]))
        chains[hops] = chain
    rest = list(free)
    pairs.update(zip(rest[::2], rest[1::2]))
    order = list(pairs.items())
    chance.shuffle(order)
    mem(home, "add", stdin=jsonl(*[{"text": f"key {k} has the value {v}", "id": k} for k, v in order]))
    model(home, """
def answer(r):
    key = r['messages'][-1]['content'].split()[-1] if r['messages'][-1]['role'] == 'user' else None
    results = [m for m in r['messages'] if m['role'] == 'tool']
    asked = [json.loads(c['function']['arguments'])['query'] for m in r['messages'] for c in m.get('tool_calls') or []]
    if key: return {'tool_calls': [call('archival_memory_search', query=key)]}
    for one in json.loads(results[-1]['content'])['results']:
        words = one['text'].split()
        if words[1] == asked[-1]: return {'tool_calls': [call('archival_memory_search', query=words[-1])]}
    return asked[-1]
""")
    done = loop(home, *[{"id": hops, "prompt": f"follow the values from key {chain[0]}"} for hops, chain in chains.items()])
    equal({r["id"]: r["response"]["text"] for r in done}, {hops: chain[-1] for hops, chain in chains.items()})
    equal([len([t for t in r["messages"] if t["role"] == "tool"]) for r in done], [2, 3, 4, 5])


@test
def killed_at_work_nothing_is_lost_or_doubled(home):
    model(home, """
def answer(r):
    text = next(m['content'] for m in r['messages'] if m['role'] == 'user')
    n = len([m for m in r['messages'] if m['role'] == 'tool'])
    if n < 3: return {'tool_calls': [call('core_memory_append', label='human', content=f'{text}.{n}', request_heartbeat=True)]}
    return 'done'
""")
    mem(home, "core", "set", "human", "--characters", "100000")
    given = mem(home, "tools", stdin=jsonl(*[{"id": i, "prompt": f"r{i}"} for i in range(12)])).out
    command = [str(tool("llm-mem")), "apply", "--until-done", "--", str(tool("llm-ask")), "-q", "--no-log", "-m", "script/x"]
    for done_before in (1, 4, 8):
        p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=home.env, start_new_session=True)
        p.stdin.write(given)
        p.stdin.flush()
        for _ in range(done_before):
            expect(p.stdout.readline(), "a record comes")
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
        p.stdout.close()
        try:
            p.stdin.close()
        except BrokenPipeError:
            pass
    done = records(mem(home, *command[1:], stdin=given))
    equal([r["response"]["text"] for r in done], ["done"] * 12)
    lines = records(mem(home, "core", "show", "human", "--json"))[0]["text"].splitlines()
    equal(sorted(lines), sorted(f"r{i}.{n}" for i in range(12) for n in range(3)))
    for i in range(12):
        equal([line for line in lines if line.startswith(f"r{i}.")], [f"r{i}.{n}" for n in range(3)])


@test
def a_command_that_ends_early_fails_its_records_only_once(home):
    (done,) = records(mem(home, "apply", "--until-done", "--", "true", stdin=jsonl({"id": 1, "prompt": "x"}), code=3))
    equal(done["error"]["fault"], "provider")
    expect("'true'" in done["error"]["message"], done["error"])


@test
def earlier_conversations_are_searched(home):
    mem(home, "pack", stdin=jsonl({"conversation": "old", "messages": [user("My bicycle is called Rosinante."), {"role": "assistant", "content": "A fine name."}]}))
    model(home, """
def answer(r):
    results = [m for m in r['messages'] if m['role'] == 'tool']
    if not results: return {'tool_calls': [call('conversation_search', query='bicycle')]}
    return json.loads(results[0]['content'])['results'][0]['text']
""")
    (done,) = loop(home, {"prompt": "What is my bicycle called?"})
    equal(done["response"]["text"], "My bicycle is called Rosinante.")
