"""llm-mem pack: the flow of MemGPT's queue."""

import json
import random

from tools import assistant, equal, expect, jsonl, mem, model, records, rows, test, user


def history(n, words=14):
    turns = []
    for i in range(n):
        turns += [user(f"Question {i}: where is item{i} kept, " + "very " * words + "dear?"), assistant(f"Item{i} is in room {i}.")]
    return turns


def pack(home, *given, flags=()):
    return records(mem(home, "pack", *flags, stdin=jsonl(*given)))


@test
def what_fits_is_left_byte_for_byte(home):
    line = '{"id":1,  "n": 1.10, "messages": [{"role":"user","content":"hi"}] }\n'
    equal(mem(home, "pack", stdin=line).out.decode(), line)
    line = '{"prompt": "x" , "z":{ }}\n'
    equal(mem(home, "pack", stdin=line).out.decode(), line)


@test
def a_long_conversation_is_summarised_and_every_turn_is_kept(home):
    turns = history(40) + [user("And now?")]
    (packed,) = pack(home, {"conversation": "c", "system": "Be brief.", "messages": turns}, flags=("--budget", "500"))
    expect(packed["system"].startswith("Be brief.\n\n<memory conversation=\"c\" through="), packed["system"])
    expect("<summary>" in packed["system"])
    expect(len(packed["messages"]) < 30)
    equal(packed["messages"], turns[-len(packed["messages"]):], "the end is verbatim")
    equal(packed["messages"][0]["role"], "user")
    kept = rows(home, "select message from turns where conversation = 'c' order by ordinal")
    equal([json.loads(row["message"]) for row in kept], turns)


@test
def above_three_quarters_the_model_is_told(home):
    answers = {}
    for n in range(4, 24):
        (packed,) = pack(home, {"conversation": f"c{n}", "messages": history(n)}, flags=("--budget", "600", "--explain"))
        answers[n] = "fills" if "<note>" in json.dumps(packed) else "summary" if "<summary>" in json.dumps(packed) else "quiet"
    order = [answers[n] for n in sorted(answers)]
    equal(sorted(set(order), key=order.index)[:3], ["quiet", "fills", "summary"], "first quiet, then the note, then a summary")


@test
def the_note_names_the_functions_only_where_the_model_has_them(home):
    turns = history(8)
    (plain,) = pack(home, {"conversation": "a", "messages": turns}, flags=("--budget", "340"))
    tools = json.loads(mem(home, "tools", "--print", "--only", "core_memory_append").out)
    cost = len(json.dumps(tools)) // 4
    notes = []
    for budget in range(340, 340 + 4 * cost, 60):
        (able,) = pack(home, {"conversation": "a", "messages": turns, "tools": tools}, flags=("--budget", str(max(budget, 420))))
        notes += [able] if "<note>" in json.dumps(able) else []
    expect(notes and all("archival_memory_insert" in json.dumps(one) for one in notes))
    expect("archival_memory_insert" not in json.dumps(plain))


@test
def the_same_growing_conversation_gives_the_same_contexts_again(home):
    steps = [{"conversation": "g", "messages": history(n) + [user("next?")]} for n in range(1, 40, 3)]
    first = mem(home, "pack", "--budget", "400", stdin=jsonl(*steps)).out
    count = rows(home, "select count(*) n from turns")
    summaries = rows(home, "select count(*) n from summary")
    equal(mem(home, "pack", "--budget", "400", stdin=jsonl(*steps)).out, first)
    equal(mem(home, "pack", "--budget", "400", stdin=jsonl(steps[5])).out, first.splitlines(True)[5], "an older state too")
    equal(rows(home, "select count(*) n from turns"), count)
    equal(rows(home, "select count(*) n from summary"), summaries)


@test
def pack_never_loses_a_turn(home):
    """Property: whatever mixture of whole histories, packed ones, prompts and repetitions is given, the store's path is the whole conversation."""
    chance = random.Random(7)
    for case in range(3):
        name, said, shown = f"p{case}", [], None
        budget = str(chance.choice([220, 400, 3000]))
        for i in range(10):
            question = f"Question {case}.{i} " + "word " * chance.randrange(1, 25)
            way = chance.choice(["whole", "packed", "prompt"])
            if way == "prompt":
                given = {"conversation": name, "prompt": question}
            elif way == "packed" and shown:
                given = {**shown, "messages": shown["messages"] + [user(question)]}
                given.pop("response", None)
            else:
                given = {"conversation": name, "messages": said + [user(question)]}
            said.append(user(question))
            (packed,) = pack(home, given, flags=("--budget", budget))
            if chance.random() < 0.3:
                equal(pack(home, given, flags=("--budget", budget)), [packed], "given again")
            if "messages" not in packed:
                packed["messages"] = [user(packed.pop("prompt"))]
            answer = f"Answer {case}.{i} " + "text " * chance.randrange(1, 25)
            packed["response"] = {"text": answer}
            equal(pack(home, packed, flags=("--budget", budget)), [packed], "an answered record is stored and left alone")
            said.append(assistant(answer))
            shown = {**packed, "messages": packed["messages"] + [assistant(answer)]}
            kept = rows(home, f"select message from turns where conversation = '{name}' order by ordinal, id")
            equal([json.loads(row["message"]) for row in kept], said, f"case {case}, step {i}, {way}")


@test
def tool_calls_stay_with_their_results(home):
    turns = []
    for i in range(20):
        call = {"id": f"c{i}", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        turns += [user(f"q{i} " + "pad " * 20), {"role": "assistant", "content": None, "tool_calls": [call]},
                  {"role": "tool", "tool_call_id": f"c{i}", "content": "r" * 40}, assistant(f"a{i}")]
    (packed,) = pack(home, {"conversation": "t", "messages": turns + [user("end")]}, flags=("--budget", "400"))
    shown = [t for t in packed["messages"] if t["role"] != "system"]
    equal(shown[0]["role"], "user")
    for i, turn in enumerate(shown):
        if turn["role"] == "tool":
            equal(shown[i - 1]["tool_calls"][0]["id"], turn["tool_call_id"])


@test
def a_model_summarises_piece_by_piece(home):
    model(home, "def answer(r):\n    text = r['messages'][-1]['content']\n    assert len(text) < 4000, len(text)\n    return 'SUMMARY of ' + str(text.count('Question'))")
    turns = history(120) + [user("now?")]
    (packed,) = pack(home, {"conversation": "m", "messages": turns}, flags=("--budget", "700", "--summarise", "script/x"))
    expect("SUMMARY of" in packed["messages"][0]["content"], packed["messages"][0])


@test
def what_cannot_fit_is_an_error_that_says_how_much(home):
    result = mem(home, "pack", "--budget", "100", stdin=jsonl({"conversation": "e", "prompt": "word " * 400}), code=3)
    error = records(result)[0]["error"]
    equal(error["fault"], "data")
    expect("--budget" in error["message"], error)
    equal(rows(home, "select count(*) n from turns"), [{"n": 1}], "it is kept all the same")


@test
def passages_beyond_their_share_are_left_out_worst_first(home):
    context = [{"id": str(i), "text": f"passage {i} " + "word " * 40, "score": 1 / (i + 1)} for i in range(20)]
    (packed,) = pack(home, {"conversation": "k", "prompt": "q", "context": context}, flags=("--budget", "800"))
    expect(1 <= len(packed["context"]) < 6, len(packed["context"]))
    equal(packed["context"], context[: len(packed["context"])])


@test
def core_blocks_stand_in_the_system_text_and_can_be_undone(home):
    mem(home, "core", "set", "human", "Her name is Anna.")
    (packed,) = pack(home, {"conversation": "b", "prompt": "hi"})
    expect("Her name is Anna." in packed["messages"][0]["content"], packed)
    mem(home, "core", "set", "human", "Her name is Berta.")
    (again,) = pack(home, packed)
    expect("Berta" in again["messages"][0]["content"] and "Anna" not in again["messages"][0]["content"], again)
    equal([t["content"] for t in again["messages"][1:]], ["hi"])
    mem(home, "undo")
    equal(records(mem(home, "core", "show", "human", "--json"))[0]["text"], "Her name is Anna.")
    equal(mem(home, "core", "set", "human", "x" * 2001, code=4).code, 4)
