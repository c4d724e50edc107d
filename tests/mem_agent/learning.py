"""llm-mem learn and review, with scripted models."""

import json

from tools import assistant, equal, expect, jsonl, mem, model, records, rows, test, tool, user

# Learns each "FACT: …" of a numbered turn; a new fact on the same subject (its first word) supersedes the stored one.
LEARNER = r"""
import re
def answer(r):
    text = r['messages'][-1]['content']
    if text.startswith('New facts:'):
        new, old = [[line.split('] ', 1)[1] for line in part.splitlines() if line.startswith('[')] for part in text.split('Stored facts:')]
        assert not re.search(r'[0-9a-f]{8}-', text)
        out = []
        for i, fact in enumerate(new, 1):
            same = [j for j, one in enumerate(old, 1) if one.split()[0] == fact.split()[0]]
            out.append({'fact': i, 'action': 'supersede' if same else 'add', **({'memory': same[0]} if same else {})})
        return json.dumps({'decisions': out})
    facts = []
    for number, said in re.findall(r'^\[(\d+)\] (.*)$', text, re.M):
        facts += [{'text': f.strip(), 'turn': int(number)} for f in re.findall(r'FACT: ([^.]*\.)', said)]
    return json.dumps({'facts': facts})
"""


def learn(home, *given, flags=(), code=0):
    return mem(home, "learn", "-m", "script/x", *flags, stdin=jsonl(*given), code=code)


def facts(home):
    return [row["text"] for row in rows(home, "select text from passages where until is null order by id")]


@test
def facts_are_stored_with_their_turn_and_records_pass_as_they_came(home):
    model(home, LEARNER)
    given = {"id": "r1", "prompt": "Hello. FACT: Anna lives in Bern.", "response": {"text": "FACT: Anna has a cat."}}
    result = learn(home, given)
    equal(records(result), [given])
    equal(facts(home), ["Anna lives in Bern.", "Anna has a cat."])
    sources = [row["source"] for row in rows(home, "select source from passages order by id")]
    equal(sources, ["r1, turn 1", "r1, turn 2"])
    learn(home, given)
    equal(len(facts(home)), 2, "a turn is read once")


@test
def a_newer_fact_supersedes_and_the_old_one_is_history(home):
    model(home, LEARNER)
    learn(home, {"id": 1, "prompt": "FACT: Anna lives in Bern."})
    learn(home, {"id": 2, "prompt": "FACT: Anna lives in Rome."})
    equal(facts(home), ["Anna lives in Rome."])
    old = rows(home, "select text, until from passages where until is not null")
    equal([row["text"] for row in old], ["Anna lives in Bern."])
    (found,) = records(mem(home, "recall", "-k", "5", stdin=jsonl({"prompt": "where does Anna live"})))
    equal([p["text"] for p in found["context"]], ["Anna lives in Rome."])
    mem(home, "undo")
    equal(facts(home), ["Anna lives in Bern."])


@test
def the_very_same_fact_is_nothing_new(home):
    model(home, LEARNER)
    learn(home, {"id": 1, "prompt": "FACT: Anna lives in Bern."})
    learn(home, {"id": 2, "prompt": "Again: FACT: Anna lives in Bern."})
    equal(facts(home), ["Anna lives in Bern."])
    equal(rows(home, "select count(*) n from passages"), [{"n": 1}])


@test
def recalled_text_is_never_learned(home):
    model(home, LEARNER)
    recalled = "FACT: The boiler was serviced in May."
    learn(home,
          {"id": 1, "prompt": "When was the boiler serviced?", "context": [{"id": "1", "text": recalled, "score": 1}],
           "response": {"text": "As noted: FACT: The boiler was serviced in May. FACT: Anna asked."}},
          {"id": 2, "messages": [user("x"), {"role": "assistant", "content": None, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "archival_memory_search", "arguments": "{}"}}]},
                                 {"role": "tool", "tool_call_id": "a", "content": "FACT: Seven dwarfs live here."}, assistant("FACT: Seven dwarfs live here.")]},
          {"id": 3, "messages": [user("<passages note=\"quoted data\">\nFACT: The moon is cheese.\n</passages>"), user("hm")], "response": {"text": "FACT: The moon is cheese."}})
    equal(facts(home), ["Anna asked."])


@test
def numbers_that_point_nowhere_harm_nothing(home):
    model(home, """
def answer(r):
    if r['messages'][-1]['content'].startswith('New facts:'):
        return json.dumps({'decisions': [{'fact': 1, 'action': 'supersede', 'memory': 99}, {'fact': 42, 'action': 'nothing'}]})
    return json.dumps({'facts': [{'text': 'Anna likes tea.', 'turn': 1}, {'text': 'Invented.', 'turn': 9}]})
""")
    mem(home, "add", stdin=jsonl({"text": "Anna likes coffee."}))
    learn(home, {"id": 1, "prompt": "I like tea"})
    equal(sorted(facts(home)), ["Anna likes coffee.", "Anna likes tea."])


@test
def an_answer_that_breaks_the_schema_fails_the_record_and_learns_nothing(home):
    model(home, "def answer(r):\n    return 'no json'")
    (record,) = records(learn(home, {"id": 1, "prompt": "x"}, code=3))
    equal(record["error"]["fault"], "schema")
    model(home, LEARNER)
    learn(home, {"id": 1, "prompt": "x FACT: Read after all."})
    equal(facts(home), ["Read after all."])


@test
def kept_conversations_are_learned_from(home):
    model(home, LEARNER)
    mem(home, "pack", stdin=jsonl({"conversation": "c", "messages": [user("FACT: Anna sails."), assistant("Nice.")]}))
    result = mem(home, "learn", "-m", "script/x", "--from-turns", "--json")
    equal(json.loads(result.out), {"turns": 2, "added": 1, "superseded": 0, "known": 0, "proposed": 0, "dropped": 0})
    equal(json.loads(mem(home, "learn", "-m", "script/x", "--from-turns", "--json").out)["turns"], 0)
    equal([row["source"] for row in rows(home, "select source from passages")], ["c, turn 1"])


@test
def the_journal_of_calls_is_learned_from_but_for_our_own(home):
    model(home, LEARNER)
    home.run("llm-ask", "-q", "-m", "builtin/echo", stdin=jsonl({"id": 1, "prompt": "FACT: Anna rows."}))
    for turns in (2, 0):
        result = mem(home, "learn", "-m", "script/x", "--from-log", "--since", "yesterday", "--json")
        equal(json.loads(result.out)["turns"], turns)
    equal(facts(home), ["Anna rows."])


@test
def proposals_wait_for_a_person(home):
    model(home, LEARNER)
    mem(home, "add", stdin=jsonl({"text": "Anna lives in Bern."}))
    learn(home, {"id": 1, "prompt": "FACT: Anna lives in Rome. FACT: Ben lives in Oslo. FACT: Carl snores."}, flags=("--review",))
    equal(facts(home), ["Anna lives in Bern."])
    waiting = records(mem(home, "review", "--list", "--json"))
    equal([(p["id"], p["action"], p["text"], p.get("old")) for p in waiting],
          [(1, "supersede", "Anna lives in Rome.", "Anna lives in Bern."), (2, "add", "Ben lives in Oslo.", None), (3, "add", "Carl snores.", None)])
    mem(home, "review", "accept", "1")
    equal(facts(home), ["Anna lives in Rome."])
    mem(home, "review", "accept", "2", "--text", "Ben lives in Bergen.")
    mem(home, "review", "reject", "3")
    equal(facts(home), ["Anna lives in Rome.", "Ben lives in Bergen."])
    mem(home, "review", "--list", code=1)
    mem(home, "review", "accept", "3", code=2)


@test
def review_walks_through_the_queue(home):
    model(home, LEARNER)
    learn(home, {"id": 1, "prompt": "FACT: A is one. FACT: B is two. FACT: C is three. FACT: D is four."}, flags=("--review",))
    mem(home, "review", stdin="a\ne B is twelve.\nr\nwhat\ns\n")
    equal(facts(home), ["A is one.", "B is twelve."])
    equal([p["text"] for p in records(mem(home, "review", "--list", "--json"))], ["D is four."])
