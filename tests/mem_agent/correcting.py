"""llm-mem correct and corrections."""

import json

from tools import equal, expect, jsonl, mem, records, test


def recalled(home, question):
    (record,) = records(mem(home, "recall", "-k", "3", stdin=jsonl({"prompt": question})))
    return [p["text"] for p in record["context"]]


@test
def a_correction_counts_at_once_and_undo_takes_it_back(home):
    mem(home, "add", stdin=jsonl({"text": "The harbour opens at nine.", "id": "h"}))
    mem(home, "correct", "1", "The harbour opens at seven.", "--question", "When does the harbour open?", "--why", "asked the master")
    equal(recalled(home, "harbour opens"), ["The harbour opens at seven."])
    (one,) = records(mem(home, "corrections"))
    equal([one[k] for k in ("passage", "before", "after", "why", "question")],
          [1, "The harbour opens at nine.", "The harbour opens at seven.", "asked the master", "When does the harbour open?"])
    mem(home, "undo")
    equal(recalled(home, "harbour opens"), ["The harbour opens at nine."])
    mem(home, "corrections", code=1)


@test
def corrections_are_lessons(home):
    mem(home, "add", stdin=jsonl({"text": "It opens at nine."}, {"text": "No question was asked."}))
    mem(home, "correct", "1", "It opens at seven.", "--question", "When does it open?")
    mem(home, "correct", "2", "Nobody asked.")
    ask, right, wrong = {"role": "user", "content": "When does it open?"}, {"role": "assistant", "content": "It opens at seven."}, {"role": "assistant", "content": "It opens at nine."}
    result = mem(home, "corrections", "--as", "sft")
    equal(records(result), [{"messages": [ask, right]}])
    expect("1 without a question" in result.words, result.words)
    equal(records(mem(home, "corrections", "--as", "preferences")), [{"prompt": [ask], "chosen": [right], "rejected": [wrong]}])
    (case,) = records(mem(home, "corrections", "--as", "eval"))
    equal([case["prompt"], case["reference"]], ["When does it open?", "It opens at seven."])
    equal(len(records(mem(home, "corrections"))), 2)


@test
def what_cannot_be_corrected_is_said(home):
    mem(home, "add", stdin=jsonl({"text": "Right."}))
    expect("already" in mem(home, "correct", "1", "Right.", code=2).words)
    expect("no passage 9" in mem(home, "correct", "9", "x", code=2).words)
