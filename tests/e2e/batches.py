"""--batch submit, status, collect, cancel and rm against batch APIs of OpenAI and Anthropic."""

import os
import random
import signal
import sqlite3
import subprocess

import harness
from harness import KEY, Running, ask, equal, expect, for_each, jsonl, records, test, until

THREE = ("openai", "openai-responses", "anthropic")
QUICK = '[batch]\npoll = "20ms"\n'
PRICE = '[model."p/any"]\ninput = 1000\noutput = 1000\nbatch_price = 0.5\n'


def given(count, **more):
    return jsonl(*({"id": n, "prompt": f"p{n}", **more} for n in range(count)))


def submit(home, *arguments, stdin, **more):
    return ask(home, "--batch", "submit", "-m", "p/any", *arguments, stdin=stdin, **more)


def collect(home, *arguments, **more):
    return ask(home, "--batch", "collect", *arguments, **more)


def listed(home, *arguments):
    return records(ask(home, "--batch", "status", "--json", *arguments))


def posts(w, tagged, end):
    return [one for one in w.requests(tagged) if one["method"] == "POST" and one["path"].partition("?")[0].endswith(end)]


def created(w, tagged):
    return len(posts(w, tagged, "/batches"))


def spent(home):
    rows = records(ask(home, "--budget-status", "--json"))
    return next(row for row in rows if row["kind"] == "day")["spent"]


def a_minute_passes(home):
    with sqlite3.connect(store_of(home)) as db:
        db.execute("UPDATE part SET over = over - 60000000")


def store_of(home):
    return next(path for path, _ in home.files() if path.name == "batch.db")


def without_times(record):
    response = record.get("response", {})
    for name in ("ms", "first_ms", "cost", "attempts"):
        response.pop(name, None)
    return record


@for_each(*THREE)
def records_come_back_as_the_direct_way_gives_them(w, protocol):
    """In the order of the input, though results come in another; the same members; half the price."""
    lines = given(7) + '{"id": "x", "prompt": "1.10", "kept": 1.10}\nno record\n{"id": "old", "response": {"text": "had"}}\n{"id": "bad"}\n'
    with w.at("batch", protocol) as (home, tagged), w.home() as direct:
        home.config(PRICE + QUICK)
        sent = submit(home, "-s", "Be brief.", stdin=lines, code=3)
        expect("11 records: 8 asked in 1 batch, 2 failed" in sent.words, sent.words)
        back = collect(home, sent.text.strip(), "--wait", "60s", code=3)
        direct.provider("p", protocol, w.faults.url("echo", protocol))
        direct.config(PRICE)
        plain = ask(direct, "-m", "p/any", "-s", "Be brief.", stdin=lines, code=3)
        half, whole = records(back), records(plain)
        for one, other in zip(half[:8], whole[:8]):
            expect(abs(one["response"]["cost"] * 2 - other["response"]["cost"]) < 1e-9, one)
        equal([without_times(one) for one in half], [without_times(one) for one in whole])
        expect(b'"kept": 1.10' in back.out, "bytes are kept")
        equal(created(w, tagged), 1)
        journal = records(ask(home, "--log", "list", "--json"))
        equal(len(journal), 8)
        expect("8 answered" in back.words and "2 failed" in back.words, back.words)


@test
def a_batch_is_collected_once_and_given_out_as_often_as_asked(w):
    with w.at("batch") as (home, tagged):
        home.config(QUICK)
        one = submit(home, stdin=given(3)).text.strip()
        first = collect(home, "--wait", "60s")
        equal([r["response"]["text"] for r in records(first)], ["p0", "p1", "p2"])
        before = len(w.requests(tagged))
        equal(collect(home, one).out, first.out, "from the store")
        equal(len(w.requests(tagged)), before, "the provider is not asked again")
        equal(len(records(ask(home, "--log", "list", "--json"))), 3)
        equal(listed(home)[0]["state"], "collected")
        none = collect(home, code=2)
        expect("no batch that waits" in none.words, none.words)


@test
def what_has_not_ended_is_to_be_tried_later(w):
    with w.at("batch:looks-3") as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(2))
        early = collect(home, code=5)
        equal(early.out, b"")
        expect("has not ended: 0 of 2 requests done" in early.words, early.words)
        row = listed(home)[0]
        equal((row["state"], row["records"], row["asked"]), ("running", 2, 2))
        expect("note" not in row, row)
        equal(len(records(collect(home))), 2)


@test
def status_tells_the_parts_of_one_batch(w):
    with w.at("batch:hold") as (home, tagged):
        name = submit(home, stdin=given(1) + given(2, model="p/other")).text.strip()
        parts = listed(home, name)
        equal([(p["part"], p["model"], p["state"], p["status"], p["requests"]) for p in parts],
              [(1, "p/any", "sent", "in_progress", 1), (2, "p/other", "sent", "in_progress", 2)])
        equal(len({p["batch"] for p in parts}), 2)
        wrong = ask(home, "--batch", "status", name[:-1] + "?", code=2)
        expect("did you mean " + name in wrong.words, wrong.words)
        table = ask(home, "--batch", "status").text
        expect("RECORDS" in table and name in table, table)


@for_each("openai", "anthropic")
def single_requests_that_fail_are_error_records_and_can_be_asked_directly(w, protocol):
    with w.at("batch:some-fail", protocol) as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(6))
        back = collect(home, "--wait", "60s", code=3)
        out = records(back)
        equal(["error" in one for one in out], [False, False, True] * 2)
        equal((out[2]["error"]["fault"], out[2]["error"]["tool"]), ("refused", "llm-ask"))
        expect("This prompt is not allowed." in out[2]["error"]["message"], out[2])
        again = ask(home, "-m", "p/any", "--retry-failed", stdin=back.out)
        equal([one["response"]["text"] for one in records(again)], [f"p{n}" for n in range(6)])


@for_each("openai", "anthropic")
def what_expired_says_so_and_what_was_answered_is_kept(w, protocol):
    with w.at("batch:expire", protocol) as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(4))
        out = records(collect(home, "--wait", "60s", code=3))
        equal([one.get("error", {}).get("fault") for one in out], [None, "timeout", None, "timeout"])
        expect("expired" in out[1]["error"]["message"], out[1])


@test
def a_request_without_result_is_no_lost_record(w):
    with w.at("batch:one-lost") as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(3))
        out = records(collect(home, "--wait", "60s", code=3))
        equal([one.get("error", {}).get("fault") for one in out], [None, "provider", None])


@test
def a_batch_for_which_there_is_no_room_is_sent_again(w):
    with w.at("batch:turned-down") as (home, tagged):
        home.config(PRICE + QUICK)
        home.config("[budget]\nday = 1000\n")
        name = submit(home, stdin=given(2)).text.strip()
        worst = spent(home)
        expect(worst > 0, "charged at worst")
        later = collect(home, code=5)
        expect("1 to be sent again" in later.words and "Enqueued token limit" in later.words, later.words)
        row, part = listed(home)[0], listed(home, name)[0]
        equal((row["state"], row["note"], part["state"]), ("waiting", "1 part to be sent again", "waiting"))
        expect("Enqueued token limit" in part["note"], part)
        equal(spent(home), worst, "it is still to be paid")
        collect(home, code=5)
        equal(created(w, tagged), 1, "not before a minute has passed")
        a_minute_passes(home)
        equal(len(records(collect(home, "--wait", "60s"))), 2)
        equal(created(w, tagged), 2)
        equal(len(posts(w, tagged, "/files")), 1)
        expect(spent(home) < worst / 2, spent(home))


@test
def what_waits_is_said_to_be_given_up_where_nobody_could_be_asked(w):
    with w.at("batch:turned-down") as (home, tagged):
        home.config(PRICE + QUICK)
        home.config("[budget]\nday = 1000\n")
        name = submit(home, stdin=given(2)).text.strip()
        collect(home, code=5)
        waits = ask(home, "--batch", "submit", name, code=2)
        expect("waits to be sent again" in waits.words and f"--batch collect {name}" in waits.words, waits.words)
        before = home.config_file.read_text()
        home.config_file.write_text(before.replace(w.faults.url(tagged, "openai"), "http://127.0.0.1:1/v1"))
        failed = ask(home, "--batch", "cancel", name, "--retries", 0, code=5)
        expect("is given up" in failed.words and f"--batch collect {name}" in failed.words, failed.words)
        row, part = listed(home)[0], listed(home, name)[0]
        equal((row["state"], row["note"]), ("being cancelled", "1 part to be given up when the provider can be asked"))
        equal(part["note"], "to be given up when the provider can be asked")
        waits = ask(home, "--batch", "submit", name, code=2)
        expect("to be given up" in waits.words and "is sent" not in waits.words, waits.words)
        home.config_file.write_text(before)
        equal([one["error"]["fault"] for one in records(collect(home, code=3))], ["refused"] * 2)
        equal((spent(home), created(w, tagged)), (0, 1))


@for_each("openai", "anthropic")
def cancelling_keeps_what_is_answered(w, protocol):
    with w.at("batch:hold", protocol) as (home, tagged):
        home.config(QUICK)
        name = submit(home, stdin=given(3)).text.strip()
        ask(home, "--batch", "cancel", name)
        equal(len(posts(w, tagged, "/cancel")), 1)
        out = records(collect(home, name, "--wait", "60s", code=3))
        equal(out[0]["response"]["text"], "p0")
        equal([one["error"]["fault"] for one in out[1:]], ["refused"] * 2)
        expect("cancelled" in out[1]["error"]["message"], out[1])


@for_each("openai", "anthropic")
def a_creation_whose_answer_is_lost_is_found_and_not_paid_twice(w, protocol):
    with w.at("batch:lost-create", protocol) as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(3))
        equal(created(w, tagged), 1)
        equal([one["response"]["text"] for one in records(collect(home, "--wait", "60s"))], ["p0", "p1", "p2"])


@for_each("openai", "anthropic")
def a_creation_that_did_not_happen_is_tried_again(w, protocol):
    for words in ("no-create", "busy"):
        with w.at(f"batch:{words}", protocol) as (home, tagged):
            home.config(QUICK)
            submit(home, stdin=given(2))
            equal(created(w, tagged), 2)
            equal(len(posts(w, tagged, "/files")), 1 if protocol == "openai" else 0, "the file is there already")
            equal(len(records(collect(home, "--wait", "60s"))), 2)


@for_each("openai", "anthropic")
def a_creation_that_is_lost_while_the_list_is_refused_is_not_paid_twice(w, protocol):
    with w.at("batch:lost-create+list-refused", protocol) as (home, tagged):
        home.config(PRICE + QUICK + "[budget]\nday = 1000\n")
        failed = submit(home, "--retries", 1, stdin=given(2), code=5)
        expect("could not be seen" in failed.words, failed.words)
        name = failed.text.strip()
        equal([p["state"] for p in listed(home, name)], ["sending"])
        worst = spent(home)
        expect(worst > 0, "it stays charged")
        equal(submit(home, stdin=given(2)).text.strip(), name)
        equal((created(w, tagged), spent(home)), (1, worst))
        equal(len(records(collect(home, "--wait", "60s"))), 2)


@test
def a_creation_that_is_lost_where_nothing_is_listed_is_sent_again_by_nobody_but_its_user(w):
    with w.at("batch:lost-create+no-list") as (home, tagged):
        home.config(QUICK)
        for _ in range(2):
            failed = submit(home, stdin=given(2), code=5)
            expect("lists no batches" in failed.words and "--batch cancel" in failed.words, failed.words)
        equal(created(w, tagged), 1)
        name = listed(home)[0]["batch"]
        ask(home, "--batch", "rm", name, "--yes", code=2)
        ask(home, "--batch", "cancel", name)
        equal([one["error"]["fault"] for one in records(collect(home, name, code=3))], ["provider"] * 2)
        again = submit(home, stdin=given(2)).text.strip()
        expect(again != name and created(w, tagged) == 2, again)


@for_each("openai", "anthropic")
def an_id_that_reached_nobody_is_given_by_the_same_command(w, protocol):
    with w.at("batch", protocol) as (home, tagged):
        home.config(QUICK)

        def run(out, err):
            with open(out, "wb") as one, open(err, "wb") as other:
                done = subprocess.run([harness.homes.tool("llm-ask"), "--batch", "submit", "-m", "p/any"], input=given(2).encode(), stdout=one, stderr=other, env=home.env, cwd=home.path, timeout=60)
            return done.returncode

        equal(run("/dev/full", "/dev/null"), 5)
        with Running(home, "--batch", "submit", "-m", "p/any") as closed:
            closed.process.stdout.close()
            closed.write(given(2))
            closed.end_input()
            equal(closed.process.wait(60), 0)
            closed.process.stdout = None
        again = submit(home, stdin=given(2))
        expect("of these same records" in again.words, again.words)
        equal((created(w, tagged), len(listed(home))), (1, 1))
        equal(again.text.strip(), listed(home)[0]["batch"])
        expect(submit(home, stdin=given(2)).text != again.text, "who has the id may want it twice")
        equal(created(w, tagged), 2)
        (home.path / "id").touch()
        equal(run(home.path / "id", "/dev/full"), 0, "words that nobody can read cost nothing")
        equal((home.path / "id").read_text().strip(), listed(home)[-1]["batch"])
        equal(created(w, tagged), 3)


@for_each(("openai", "half"), ("openai", "page"), ("anthropic", "half"), ("anthropic", "page"))
def results_that_come_incomplete_are_fetched_again(w, protocol, how):
    with w.at(f"batch:{how}-results", protocol) as (home, tagged):
        home.config(QUICK)
        name = submit(home, stdin=given(6)).text.strip()
        early = collect(home, code=5)
        expect("came incomplete" in early.words and "fetched again" in early.words, early.words)
        equal(early.out, b"")
        row = listed(home, name)[0]
        expect(row["state"] == "ended" and "came incomplete" in row["note"], row)
        equal([one["response"]["text"] for one in records(collect(home))], [f"p{n}" for n in range(6)])
        equal(len(records(ask(home, "--log", "list", "--json"))), 6)


@for_each("openai", "anthropic")
def a_cancel_that_was_not_taken_leaves_it_running(w, protocol):
    with w.at("batch:hold+cancel-refused", protocol) as (home, tagged):
        home.config(QUICK)
        name = submit(home, stdin=given(2)).text.strip()
        ask(home, "--batch", "cancel", name, "--retries", 0, code=5)
        equal(listed(home)[0]["state"], "running")
        refused = ask(home, "--batch", "rm", name, "--yes", code=2)
        expect("has not taken the wish" in refused.words and f"--batch cancel {name}" in refused.words, refused.words)
        submit(home, "--wait", "50ms", stdin=given(2), code=5)
        equal(created(w, tagged), 1)
        ask(home, "--batch", "cancel", name)
        ask(home, "--batch", "rm", name, "--yes")
        equal(listed(home), [])
        equal(len(posts(w, tagged, "/cancel")), 2)


@test
def a_batch_of_a_provider_that_is_configured_no_more_is_not_forgotten_while_it_may_run(w):
    with w.at("batch:hold") as (home, tagged):
        home.config(QUICK)
        name = submit(home, stdin=given(2)).text.strip()
        before = home.config_file.read_text()
        home.config_file.write_text(before.replace("provider.p]", "provider.other]"))
        ask(home, "--batch", "cancel", name, code=2)
        ask(home, "--batch", "rm", name, "--yes", code=2)
        with sqlite3.connect(store_of(home)) as db:
            db.execute("UPDATE part SET tried = tried - 49 * 3600000000")
        ask(home, "--batch", "rm", name, "--yes")
        equal(listed(home), [])


@for_each("openai", "anthropic")
def a_server_that_tells_the_key_is_not_repeated(w, protocol):
    for words in ("some-fail+one-lost", "turned-down")[: 2 if protocol == "openai" else 1]:
        with w.at(f"batch:{words}+echo-key", protocol) as (home, tagged):
            home.config(QUICK)
            name = submit(home, stdin=given(4)).text.strip()
            said = ask(home, "--batch", "status", name, "--retries", 0, code=None)
            expect("neither id nor status" in said.words and "***" in said.words, said.words)
            said = ask(home, "--batch", "status", name)
            expect("odd ***" in said.words + said.text, said.words)
            out = [collect(home, name, code=None) for _ in range(6)]
            shown = ask(home, "--batch", "status", name).text + out[-1].text + "".join(one.words for one in out)
            expect("***" in shown, shown)
            expect(all(KEY[:9].encode() not in data for _, data in home.files()) and KEY[:9] not in shown, "nor a piece of it")


@for_each("openai", "anthropic")
def results_that_break_off_are_fetched_again(w, protocol):
    with w.at("batch:cut-results", protocol) as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(500))
        out = records(collect(home, "--wait", "60s"))
        equal([one["response"]["text"] for one in out], [f"p{n}" for n in range(500)])
        equal(len(records(ask(home, "--log", "list", "--json", "--limit", 0))), 500, "each journalled once")


@test
def a_provider_that_is_silent_is_said_to_be_and_its_last_word_stands(w):
    with w.at("batch:silent") as (home, tagged):
        submit(home, stdin=given(1))
        result = ask(home, "--batch", "status", "--json", "--retries", 0, code=5)
        expect("503" in result.words or "unavailable" in result.words, result.words)
        equal(records(result)[0]["state"], "running")
        equal(records(result)[0]["note"], "could not be asked: as last heard")
        failed = collect(home, "--retries", 0, code=5)
        equal(failed.out, b"")


@test
def the_worst_case_is_charged_when_it_is_sent_and_corrected_when_it_is_known(w):
    with w.at("batch") as (home, tagged):
        home.config(PRICE + QUICK + "[budget]\nday = 5\n")
        lines = given(4, options={"max_tokens": 100})
        submit(home, stdin=lines)
        worst = spent(home)
        expect(worst > 4 * 100 / 1e6 * 1000 / 2, worst)
        out = records(collect(home, "--wait", "60s"))
        cost = sum(one["response"]["cost"] for one in out)
        expect(0 < cost < worst and abs(spent(home) - cost) < 1e-6, spent(home), cost)
        expect("max_tokens" in str(posts(w, tagged, "/files")[0]["raw"]), "an answer's length is bounded")


@test
def what_does_not_fit_the_budget_is_not_sent_at_all(w):
    with w.at("batch") as (home, tagged):
        home.config(PRICE)
        lines = given(4, options={"max_tokens": 100})
        result = submit(home, "--budget", 0.1, stdin=lines, code=6)
        equal(result.out, b"")
        expect("nothing was submitted" in result.words and "is not kept" in result.words, result.words)
        equal(w.count(tagged), 0)
        equal(listed(home), [])
        submit(home, "--budget", 5, stdin=lines)


@test
def a_provider_without_batches_is_said_before_anything_is_done(w):
    with w.at("echo", "ollama") as (home, tagged):
        result = submit(home, stdin=given(2), code=2)
        expect("no batch API" in result.words, result.words)
        equal(listed(home), [])
    with w.at("batch") as (home, tagged):
        for flags in (["--stream"], ["--resume", "f"], ["--cid", "c"], ["--record", "c"]):
            equal(submit(home, *flags, stdin=given(1), code=2).out, b"")
        none = submit(home, stdin="\n", code=1)
        expect("nothing was submitted" in none.words and none.out == b"", none.words)
        plan = records(submit(home, "--dry-run", stdin=given(3)))[0]
        equal((plan["asked"], plan["parts"]), (3, [{"model": "p/any", "requests": 3}]))
        equal(w.count(tagged), 0)


@test
def flags_and_schemas_hold_for_the_answers(w):
    with w.at("batch") as (home, tagged):
        home.config(QUICK)
        (home.path / "task.md").write_text("```\n{{word}}\n```\nand more")
        lines = jsonl({"word": "one"}, {"word": "two"})
        name = submit(home, "-t", "task.md", "-x", stdin=lines).text.strip()
        equal([one["response"]["text"].strip() for one in records(collect(home, name, "--wait", "60s"))], ["one", "two"])
        equal(collect(home, name, "-r").out.split(), [b"one", b"two"])
        name = submit(home, "--schema", "n int", stdin=jsonl({"prompt": '{"n": 1}'}, {"prompt": "none"})).text.strip()
        out = records(collect(home, name, "--wait", "60s", code=3))
        equal(out[0]["response"]["json"], {"n": 1})
        equal(out[1]["error"]["fault"], "schema")


@test
def a_submission_that_failed_goes_on_by_its_id(w):
    with w.home() as home:
        tagged = w.tagged("batch")
        home.provider("p", "openai", "http://127.0.0.1:1/v1")
        home.config(QUICK)
        failed = submit(home, "--retries", 0, stdin=given(3), code=5)
        name = listed(home)[0]["batch"]
        expect(f"--batch submit {name}" in failed.words, failed.words)
        equal(listed(home)[0]["state"], "not all sent")
        expect(f"--batch submit {name}" in collect(home, code=5).words)
        home.config_file.write_text(home.config_file.read_text().replace("http://127.0.0.1:1/v1", w.faults.url(tagged, "openai")))
        equal(ask(home, "--batch", "submit", name).text.strip(), name)
        equal(len(records(collect(home, name, "--wait", "60s"))), 3)
        again = ask(home, "--batch", "submit", name, code=2)
        expect("is sent" in again.words, again.words)


@for_each(("openai", 3), ("anthropic", 1))
def what_is_forgotten_is_shown_first_and_goes_at_the_provider_too(w, protocol, left):
    with w.at("batch:hold", protocol) as (home, tagged):
        home.config(QUICK)
        name = submit(home, stdin=given(2)).text.strip()
        running = ask(home, "--batch", "rm", name, "--yes", code=2)
        expect(f"--batch cancel {name}" in running.words and "is paid" in running.words, running.words)
        equal(len(listed(home)), 1)
        ask(home, "--batch", "cancel", name)
        equal(listed(home)[0]["state"], "ended")
        collect(home, name, "--wait", "60s", code=3)
        expect("would be forgotten" in ask(home, "--batch", "rm", name).words)
        equal(len(listed(home)), 1)
        ask(home, "--batch", "rm", name, "--yes")
        equal(listed(home), [])
        equal(sum(one["method"] == "DELETE" for one in w.requests(tagged)), left)
        equal(oct(store_of(home).stat().st_mode & 0o777), "0o600")


@for_each("openai", "anthropic")
def killed_at_any_instant_nothing_is_lost_or_sent_twice(w, protocol):
    """SIGKILL at random instants of submit and collect; then the same by hand until it is done."""
    chance = random.Random(7)
    for turn in range(6):
        with w.at("batch", protocol) as (home, tagged):
            home.config(QUICK)
            lines = given(400)
            with Running(home, "--batch", "submit", "-m", "p/any") as run:
                run.write(lines)
                run.end_input()
                goal = turn % 3
                if goal:
                    until(lambda: len(w.requests(tagged)) >= goal or run.process.poll() is not None, "it is being sent")
                run.signal(signal.SIGKILL)
                run.process.wait(60)
            jobs = listed(home)
            if not jobs or jobs[0]["state"] == "being read":
                equal(created(w, tagged), 0, "nothing is sent before all is read")
                submit(home, stdin=lines)
            elif jobs[0]["state"] == "not all sent":
                ask(home, "--batch", "submit", jobs[0]["batch"])
            equal(created(w, tagged), 1, turn)
            equal(len(listed(home)), 1)
            with Running(home, "--batch", "collect", "--wait", "60s") as run:
                until(lambda: any("content" in one["path"] or "results" in one["path"] for one in w.requests(tagged)) or chance.random() < .2, "it is fetched")
                run.signal(signal.SIGKILL)
                run.process.wait(60)
            out = records(collect(home, listed(home)[0]["batch"], "--wait", "60s"))
            equal([one["response"]["text"] for one in out], [f"p{n}" for n in range(400)])


@test
def two_collectors_do_not_meet(w):
    with w.at("batch:hold") as (home, tagged):
        home.config(QUICK)
        name = submit(home, stdin=given(2)).text.strip()
        with sqlite3.connect(store_of(home)) as db:
            start = open("/proc/self/stat").read().rpartition(")")[2].split()[19]
            boot = open("/proc/sys/kernel/random/boot_id").read().strip()
            db.execute("UPDATE job SET pid = ?, started = ?, boot = ?", (os.getpid(), int(start), boot))
        busy = collect(home, name, code=5)
        expect(f"process {os.getpid()} is at work" in busy.words, busy.words)


@test
def two_collectors_that_wait_both_get_the_records(w):
    with w.at("batch:looks-20") as (home, tagged):
        home.config(QUICK)
        name = submit(home, stdin=given(3)).text.strip()
        with Running(home, "--batch", "collect", name, "--wait", "60s") as one, Running(home, "--batch", "collect", name, "--wait", "60s") as two:
            both = [run.rest() for run in (one, two)]
        equal([code for code, _ in both], [0, 0])
        equal(both[0][1], both[1][1])
        equal(both[0][1].count(b"response"), 3)
        equal(len(records(ask(home, "--log", "list", "--json"))), 3)


@for_each("openai", "anthropic")
def submitting_and_waiting_is_one_command(w, protocol):
    """What comes out is records and nothing else; the id is told on stderr."""
    with w.at("batch:looks-3", protocol) as (home, tagged):
        home.config(QUICK)
        result = submit(home, "--wait", "60s", stdin=given(3) + "no record\n", code=3)
        out = records(result)
        equal([one["response"]["text"] for one in out[:3]], ["p0", "p1", "p2"])
        equal(out[3]["error"]["fault"], "data")
        equal(len(out), 4)
        name = listed(home)[0]["batch"]
        expect(name in result.words, result.words)
        texts = ask(home, "--batch", "collect", name, "-r", code=3)
        equal(texts.out.split(), [b"p0", b"p1", b"p2"])
    with w.at("batch:hold", protocol) as (home, tagged):
        home.config(QUICK)
        result = submit(home, "--wait", "50ms", stdin=given(1), code=5)
        equal(result.out, b"")
        expect(f"--batch collect {listed(home)[0]['batch']}" in result.words, result.words)


@for_each("openai", "anthropic")
def a_signal_amid_sending_leaves_the_id_and_the_same_command_goes_on(w, protocol):
    with w.at("batch:hang-create", protocol) as (home, tagged):
        home.config(QUICK)
        for number in (signal.SIGTERM, signal.SIGINT):
            with Running(home, "--batch", "submit", "-m", "p/any") as run:
                run.write(given(3))
                run.end_input()
                until(lambda: created(w, tagged) == 1, "it is being created")
                if number == signal.SIGTERM:
                    run.signal(number)
                code, out = run.rest()
                name = listed(home)[0]["batch"]
                if number == signal.SIGTERM:
                    equal(code, 128 + signal.SIGTERM)
                    expect(f"--batch submit {name}" in run.words and "is kept" in run.words, run.words)
                else:
                    equal(code, 0)
                    expect("of these same records" in run.words, run.words)
                equal(out.decode().strip(), name)
        equal(created(w, tagged), 1, "it is found, and not paid twice")
        equal(len(listed(home)), 1)
        equal(len(records(collect(home, "--wait", "60s"))), 3)


@test
def who_submits_and_waits_can_be_killed_and_begun_again(w):
    with w.at("batch:hold") as (home, tagged):
        home.config(QUICK)
        with Running(home, "--batch", "submit", "--wait", "60s", "-m", "p/any") as run:
            run.write(given(2))
            run.end_input()
            until(lambda: any(one["method"] == "GET" for one in w.requests(tagged)), "it waits")
            run.signal(signal.SIGTERM)
            equal(run.rest(), (128 + signal.SIGTERM, b""))
            name = listed(home)[0]["batch"]
            expect(f"--batch collect {name}" in run.words, run.words)
        ask(home, "--batch", "submit", name, code=2)
        with Running(home, "--batch", "submit", "--wait", "60s", "-m", "p/any") as run:
            run.write(given(2))
            run.end_input()
            until(lambda: "was not collected" in run.words, "it goes on")
            run.signal(signal.SIGKILL)
            run.process.wait(60)
        equal(created(w, tagged), 1)


@test
def other_records_or_flags_are_another_batch(w):
    with w.home() as home:
        home.provider("p", "openai", "http://127.0.0.1:1/v1")
        submit(home, "--retries", 0, stdin=given(3), code=5)
        submit(home, "--retries", 0, "-x", stdin=given(3), code=5)
        submit(home, "--retries", 0, "-s", "Be brief.", stdin=given(3), code=5)
        submit(home, "--retries", 0, stdin=given(4), code=5)
        equal(len(listed(home)), 4)
        again = submit(home, "--retries", 0, stdin=given(3), code=5)
        equal(len(listed(home)), 4)
        equal(again.text.strip(), listed(home)[0]["batch"])


@test
def what_is_sent_in_part_has_an_id_and_the_rest_follows(w):
    with w.at("batch:two-refused") as (home, tagged):
        home.config(QUICK)
        lines = given(1) + given(1, model="p/other") + given(1, model="p/third")
        result = submit(home, stdin=lines, code=4)
        name = result.text.strip()
        equal([p["state"] for p in listed(home, name)], ["ended", "ready", "ready"])
        expect("This one is not liked." in result.words and f"--batch submit {name}" in result.words, result.words)
        for _ in range(2):
            ask(home, "--batch", "submit", name, code=4)
        equal(ask(home, "--batch", "submit", name).text.strip(), name)
        equal(len(records(collect(home, "--wait", "60s"))), 3)


@test
def a_slow_reader_of_input_holds_up_nobody(w):
    with w.at("batch") as (home, tagged):
        home.config(QUICK)
        with Running(home, "--batch", "submit", "-m", "p/any") as slow:
            slow.write(given(2))
            until(lambda: any(row["state"] == "being read" for row in listed(home)), "it has begun to read")
            submit(home, "--wait", "60s", stdin=given(3), timeout=20)
            slow.write(given(1))
            slow.end_input()
            code, out = slow.rest()
            equal(code, 0)
        equal(len(records(collect(home, out.decode().strip(), "--wait", "60s"))), 3)


@for_each("openai", "anthropic")
def a_server_that_says_nothing_is_given_up_in_the_time_given(w, protocol):
    with w.at("batch:hang", protocol) as (home, tagged):
        home.config(QUICK)
        for _ in range(3):
            submit(home, stdin=given(1))
        looks = len(w.requests(tagged))
        result = ask(home, "--batch", "status", "--json", "--timeout", "200ms", code=5, timeout=60)
        equal([row["note"] for row in records(result)], ["could not be asked: as last heard"] * 3)
        equal(len(w.requests(tagged)) - looks, 1, "and not asked for each")
        for verb in ("collect", "cancel"):
            failed = ask(home, "--batch", verb, listed_without_asking(home), "--timeout", "200ms", code=5, timeout=60)
            expect("did not answer in the time given" in failed.words or verb == "cancel", failed.words)


def listed_without_asking(home):
    with sqlite3.connect(store_of(home)) as db:
        return db.execute("SELECT id FROM job ORDER BY id").fetchone()[0]


@test
def results_that_are_gone_are_errors_that_say_what_to_do(w):
    with w.at("batch:results-gone") as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(2))
        out = records(collect(home, "--wait", "60s", code=3))
        equal([one["error"]["fault"] for one in out], ["provider"] * 2)
        expect("--retry-failed" in out[0]["error"]["message"], out[0])


@test
def states_in_capitals_are_understood(w):
    with w.at("batch:in-capitals+looks-2") as (home, tagged):
        home.config(QUICK)
        submit(home, stdin=given(2))
        equal(len(records(collect(home, "--wait", "60s"))), 2)


@test
def a_submission_out_of_the_journal_stays_out_of_it(w):
    with w.at("batch") as (home, tagged):
        home.config(QUICK)
        name = submit(home, "-n", stdin=given(2)).text.strip()
        equal(len(records(collect(home, name, "--wait", "60s"))), 2)
        equal(records(ask(home, "--log", "list", "--json", code=1)), [])


@test
def charges_of_open_batches_are_shown(w):
    with w.at("batch") as (home, tagged):
        home.config(PRICE + QUICK + "[budget]\nday = 50\n")
        name = submit(home, stdin=given(2)).text.strip()
        row = next(row for row in records(ask(home, "--budget-status", "--json")) if row["kind"] == "charge")
        expect(name in row["name"] and row["spent"] == spent(home) and row["model"] == "p/any", row)
        collect(home, "--wait", "60s")
        expect(all(row["kind"] != "charge" for row in records(ask(home, "--budget-status", "--json"))))


@test
def a_budget_counts_for_a_batch_that_was_read_without_one(w):
    with w.home() as home:
        tagged = w.tagged("batch")
        home.provider("p", "openai", "http://127.0.0.1:1/v1")
        home.config(PRICE + QUICK)
        name = submit(home, "--retries", 0, stdin=given(2), code=5).text.strip()
        home.config_file.write_text(home.config_file.read_text().replace("http://127.0.0.1:1/v1", w.faults.url(tagged, "openai")))
        refused = ask(home, "--batch", "submit", name, "--budget", 0.01, code=6)
        expect(f"--batch submit {name}" in refused.words, refused.words)
        equal(w.count(tagged), 0)
        ask(home, "--batch", "submit", name, "--budget", 100)


@test
def the_key_is_nowhere_in_the_store(w):
    with w.at("batch:hold") as (home, tagged):
        submit(home, stdin=given(2))
        expect(any(path.name.startswith("batch.db") for path, _ in home.files()))
        expect(all(KEY.encode() not in data for _, data in home.files()))


@test
def aimock_takes_and_gives_back_a_batch(w):
    """Somebody else's idea of OpenAI's API."""
    with w.home() as home:
        home.provider("p", "openai", w.aimock.url("openai"))
        home.config(QUICK)
        submit(home, stdin=given(5))
        out = records(collect(home, "--wait", "60s"))
        equal([(one["id"], one["response"]["text"]) for one in out], [(n, "Mock batch completion") for n in range(5)])
        name = submit(home, stdin=given(2)).text.strip()
        ask(home, "--batch", "cancel", name)
