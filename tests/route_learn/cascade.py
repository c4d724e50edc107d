"""llm-route cascade: who is asked, why it went on, what it cost."""

import json
import signal
import subprocess
import time

from tools import FaultServer, cascade, equal, expect, jsonl, models, near, records, route, test, tool, why


@test
def a_good_first_answer_ends_it_and_a_refusal_or_a_doubt_goes_on(home):
    models(home)
    paris, sorry, unsure, cut = cascade(home, "--accept", "no-hedge", prompts=["paris", "sorry", "x", "long"])
    equal(paris["response"]["text"], "It is Paris.")
    equal(paris["route"]["tier"], "cheap")
    equal(why(paris), ["good"])
    near(paris["response"]["cost"], 20e-6)
    equal(why(sorry), ["it refuses", "good"])
    equal(sorry["response"]["text"], "The answer is 42.")
    equal((sorry["route"]["model"], sorry["route"]["accepted"]), ("strong/y", True))
    near(sorry["response"]["cost"], 270e-6, "the sum of both")
    equal([step["tier"] for step in sorry["route"]["tried"]], ["cheap", "strong"])
    near(sum(step["cost"] for step in sorry["route"]["tried"]), 270e-6)
    equal(why(unsure), ["it hedges", "good"])
    equal(why(cut), ["the answer is cut off", "good"])


@test
def checks_compose_and_the_dear_ones_come_last(home):
    models(home)
    flags = ["--accept", "verify", "--judge", "strong/y=.8", "--accept", "regex:Paris|7", "--accept", "jq:.response.text | length < 100"]
    paris, other, json_ = cascade(home, *flags, prompts=["paris", "x", "json"])
    equal(paris["route"]["scores"], {"verify": 1.0, "judge": 0.9})
    near(paris["response"]["cost"], 20e-6 * 2 + 250e-6, "the judge is paid too")
    equal(why(other), ["the model itself does not stand by it", "good"])
    expect("judge" not in other["route"]["tried"][0]["scores"], "no judge where another check failed")
    equal(why(json_)[1], "good")


@test
def a_schema_in_the_request_is_held_without_being_named(home):
    models(home)
    good, bad = cascade(home, "--schema", "age int", prompts=["json", "paris"], code=3)
    equal(good["response"]["json"], {"age": 7})
    equal(why(bad), ["schema: the answer is no JSON"] * 2)
    equal(bad["error"]["fault"], "schema")
    expect("response" not in bad, bad)


@test
def samples_that_disagree_go_on_and_those_that_agree_are_taken(home):
    models(home)
    flip, same = cascade(home, "--samples", "4", "--agreement", ".6", "-j", "1", prompts=["flip", "same"])
    equal(flip["route"]["tier"], "strong")
    near(flip["route"]["tried"][0]["scores"]["agreement"], 0.25)
    near(flip["response"]["cost"], 4 * 20e-6 + 250e-6)
    equal(same["route"]["tier"], "cheap")
    near(same["route"]["scores"]["agreement"], 0.75)
    expect("7" in same["response"]["text"], same)


@test
def log_probabilities_say_how_sure_the_model_is(home):
    models(home)
    paris, other = cascade(home, "--accept", "logprob=.5", prompts=["paris", "x"])
    equal(paris["route"]["tier"], "cheap")
    expect(paris["route"]["scores"]["logprob"] > 0.98, paris)
    expect(why(other)[0].startswith("logprob 0.14 is below 0.5"), other)


@test
def a_tier_that_fails_is_passed_over_and_all_failing_is_the_last_one_s_fault(home):
    models(home)
    fail, broken = cascade(home, "--retries", "0", prompts=["fail", "broken"], code=3)
    equal(fail["response"]["text"], "The answer is 42.")
    equal(fail["route"]["tried"][0]["error"], {"fault": "provider", "status": 500})
    near(fail["response"]["cost"], 250e-6)
    equal(broken["error"]["fault"], "provider")
    equal(len(broken["route"]["tried"]), 2)


@test
def deltas_of_an_answer_that_did_not_pass_are_taken_back(home):
    models(home)
    out = route(home, "cascade", "--tiers", "cheap,strong", "--stream", stdin=jsonl({"id": 1, "prompt": "sorry"}))
    lines = [json.loads(line) for line in out.out.splitlines()]
    deltas = [one["delta"] for one in lines[:-1]]
    gone = deltas.index(None)
    equal("".join(deltas[:gone]).strip(), "I'm sorry, but I can't help with that.")
    equal("".join(deltas[gone + 1 :]).strip(), lines[-1]["response"]["text"])
    first = route(home, "cascade", "--tiers", "cheap,strong", "--stream", stdin=jsonl({"id": 1, "prompt": "paris"}))
    expect(b"null" not in first.out.rsplit(b"\n", 2)[0], "nothing is taken back where the first answer is final")
    text = route(home, "cascade", "--tiers", "cheap,strong", "--stream", "--raw", stdin=jsonl({"prompt": "sorry"}, {"prompt": "paris"}))
    equal(text.text, "The answer is 42.\nIt is Paris.\n", "text has no deltas")


@test
def a_record_may_begin_higher_or_name_a_model_of_its_own(home):
    models(home)
    strong = cascade(home, prompts=["sorry"], model="strong")[0]
    equal([step["tier"] for step in strong["route"]["tried"]], ["strong"])
    full = cascade(home, prompts=["sorry"], model="strong/y")[0]
    equal([step["tier"] for step in full["route"]["tried"]], ["strong"])
    echo = cascade(home, prompts=["sorry"], model="builtin/echo")[0]
    equal((echo["response"]["text"], echo["route"]["model"]), ("sorry", "builtin/echo"))
    again = cascade(home, "--override", prompts=["sorry"], model="builtin/echo")[0]
    equal(again["response"]["text"], "The answer is 42.")


@test
def a_record_s_budget_keeps_the_dear_tier_from_being_asked_and_the_exit_code_says_so(home):
    models(home)
    kept = cascade(home, "--record-budget", "0.0001", "-o", "max_tokens", "20", prompts=["sorry"], code=6)[0]
    near(kept["response"]["cost"], 20e-6)
    equal(kept["route"]["accepted"], False)
    expect("--record-budget $0.0001 does not cover strong" in kept["route"]["reason"], kept["route"])
    failed = cascade(home, "--record-budget", "0.0001", "--unaccepted", "fail", "-o", "max_tokens", "20", prompts=["sorry"], code=6)[0]
    equal(failed["error"]["fault"], "refused")
    equal(len(failed["route"]["tried"]), 1)
    expect("response" not in failed, failed)


@test
def the_run_s_budget_ends_it_with_6_and_unpriced_models_are_refused(home):
    models(home)
    out = cascade(home, "--budget", "0.0015", "-o", "max_tokens", "5", "-j", "1", prompts=["paris"] * 60, code=6)
    expect("response" in out[0], out[0])
    equal(out[-1], {"id": 59, "prompt": "paris"}, "what does not fit is left for another day")
    spent = sum(one["response"]["cost"] for one in out if "response" in one)
    expect(spent <= 0.0015 + 1e-12, spent)
    bad = route(home, "cascade", "--tiers", "cheap,replay/none", "--record-budget", "1", stdin=jsonl({"prompt": "x"}), code=2)
    expect("price" in bad.words, bad.words)


@test
def the_deadline_holds_over_all_tiers_together(home):
    models(home)
    with FaultServer() as faults:
        home.provider("slow", "openai", faults.url("silence", "openai"))
        began = time.monotonic()
        out = records(route(home, "cascade", "--tiers", "slow/m,strong", "--deadline", "1", "--retries", "0", stdin=jsonl({"prompt": "x"}), code=3))
        expect(time.monotonic() - began < 20, "it waited past the deadline")
    equal(out[0]["error"]["fault"], "timeout")
    equal(out[0]["route"]["tried"][0]["error"]["fault"], "timeout")
    equal(len(out[0]["route"]["tried"]), 1, "no tier is asked past the deadline")


@test
def a_server_that_refuses_hands_over_to_the_next_tier(home):
    models(home)
    with FaultServer() as faults:
        home.provider("down", "openai", faults.url("500", "openai"))
        out = records(route(home, "cascade", "--tiers", "down/m,strong", "--retries", "0", stdin=jsonl({"prompt": "x"})))
    equal(out[0]["response"]["text"], "The answer is 42.")
    equal(out[0]["route"]["tried"][0]["error"]["status"], 500)


@test
def what_a_cassette_kept_is_played_without_calls(home):
    models(home)
    tape = home.path / "tape.jsonl"
    given = jsonl({"prompt": "sorry"}, {"prompt": "paris"})
    live = records(route(home, "cascade", "--tiers", "cheap,strong", "--record", tape, stdin=given))
    (home.path / "model.py").unlink()
    played = records(route(home, "cascade", "--tiers", "cheap,strong", "--replay", tape, stdin=given))
    equal([one["response"]["text"] for one in played], [one["response"]["text"] for one in live])
    equal([one["route"]["tier"] for one in played], ["strong", "cheap"])


@test
def answered_and_failed_records_pass_as_they_came(home):
    models(home)
    given = '{"id":1,"prompt":"x","response":{"text":"a"},"n":1.10}\n{"id":2,"error":{"tool":"llm-ask","fault":"auth","message":"m"}}\n'
    out = route(home, "cascade", "--tiers", "cheap,strong", stdin=given, code=3)
    equal(out.text, given)


@test
def bad_flags_are_refused_before_anything_is_asked(home):
    models(home)
    for flags, word in (
        (["--tiers", "cheap,nosuch"], "nosuch"),
        (["--tiers", ""], "--tiers"),
        (["--agreement", ".6"], "--samples"),
        (["--accept", "jugde:x"], "did you mean 'judge'"),
        (["--judge", "nosuch/"], "nosuch"),
        (["-m", "cheap"], "--tiers"),
    ):
        out = route(home, "cascade", *(["--tiers", "cheap,strong"] if "--tiers" not in flags else []), *flags, stdin=jsonl({"prompt": "x"}), code=2)
        expect(word in out.words, flags, out.words)
        equal(out.out, b"")


@test
def every_call_is_in_the_journal_under_the_record_s_id(home):
    models(home)
    cascade(home, "--accept", "verify", prompts=["sorry", "x"])
    calls = [json.loads(line) for line in home.run("llm-ask", "--log", "list", "--json").out.splitlines()]
    named = sorted((call["record"], call["model"]) for call in calls)
    equal(named, [("0", "strong/y"), ("0", "weak/x"), ("1", "strong/y"), ("1", "weak/x"), ("1#judge", "weak/x")])
    equal({call["tool"] for call in calls}, {"llm-route"})


@test
def a_signal_lets_the_call_in_flight_end_and_begins_no_other(home):
    models(home)
    slow = home.path / "slow.py"
    slow.write_text(
        "import json, os, sys, time\nfor line in sys.stdin:\n open(os.environ['HOME'] + '/began', 'w').close()\n"
        " while not os.path.exists(os.environ['HOME'] + '/go'): time.sleep(.01)\n"
        " print(json.dumps({'text': 'I am unable to', 'usage': {'input': 1, 'output': 1}}), flush=True)\n"
    )
    home.config(f'[provider.slow]\nprotocol = "command"\ncommand = ["python3", "{slow}"]')
    process = subprocess.Popen(
        [tool("llm-route"), "cascade", "--tiers", "slow/m,strong"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=home.env
    )
    try:
        process.stdin.write(jsonl({"prompt": "x"}).encode())
        process.stdin.flush()
        end = time.monotonic() + 30
        while not (home.path / "began").exists():
            expect(time.monotonic() < end, "the call did not begin")
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        (home.path / "go").touch()
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    equal(process.returncode, 130)
    (one,) = map(json.loads, out.splitlines())
    equal([step["tier"] for step in one["route"]["tried"]], ["slow/m"])
    equal(one["route"]["reason"], "interrupted")
