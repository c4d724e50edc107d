"""Answers to questions asked in other words: what may be taken, what must not, and how doubts end."""


from tools import MODEL, cache, equal, expect, hit, jsonl, records, script, test

NEAR = "0.6"


def store(home, *records_, flags=("--semantic", NEAR)):
    looked = records(cache(home, "get", *flags, stdin=jsonl(*[{"model": MODEL, **r} for r in records_])))
    for one in looked:
        one["response"] = {"text": "answer to " + one.get("prompt", "it"), "finish": "stop"}
    cache(home, "put", stdin=jsonl(*looked))


def look(home, *flags, code=0, **record):
    (one,) = records(cache(home, "get", "--semantic", NEAR, *flags, stdin=jsonl({"model": MODEL, **record}), code=code))
    return one


@test
def a_paraphrase_is_a_hit_and_says_what_it_matched(home):
    store(home, {"prompt": "How do I reset my password?"})
    one = look(home, prompt="How can I reset my password")
    equal(one["cache"]["hit"], "semantic")
    equal(one["cache"]["matched"], "How do I reset my password?")
    expect(0.6 <= one["cache"]["score"] <= 1, one["cache"])
    equal(one["response"]["text"], "answer to How do I reset my password?")


@test
def without_semantic_only_the_same_words_count(home):
    store(home, {"prompt": "How do I reset my password?"})
    (one,) = records(cache(home, "get", stdin=jsonl({"model": MODEL, "prompt": "How can I reset my password"})))
    equal(hit(one), None)


@test
def the_gate_refuses_what_similarity_does_not_see(home):
    for stored, asked in (
        ("turn the lights on in the kitchen", "turn the lights off in the kitchen"),
        ("how many people live in Norway in 2019", "how many people live in Norway in 2020"),
        ("is it safe to eat raw salmon", "is it not safe to eat raw salmon"),
        ("convert 5 km to miles", "convert 5 kg to miles"),
        ("flights from Paris to London", "flights from London to Paris"),
    ):
        store(home, {"prompt": stored})
        one = look(home, prompt=asked)
        equal(hit(one), None, asked)
        equal(one["cache"]["matched"], stored)
        expect(one["cache"]["refused"], one["cache"])
    (numbers,) = records(cache(home, "stats", "--json"))
    equal(numbers["refused"], 5)


@test
def all_but_the_question_must_be_equal(home):
    store(home, {"prompt": "How do I reset my password?", "system": "You speak for the bank."})
    near = {"prompt": "How can I reset my password"}
    equal(hit(look(home, **near)), None)
    equal(hit(look(home, **near, system="You speak for the shop.")), None)
    equal(hit(look(home, **near, system="You speak for the bank.", options={"temperature": 0.5})), None)
    equal(hit(look(home, "--namespace", "other", **near, system="You speak for the bank.")), None)
    equal(hit(look(home, **near, system="You speak for the bank.")), "semantic")


@test
def the_history_must_be_equal_too(home):
    def turns(first, last):
        return {"messages": [{"role": "user", "content": first}, {"role": "assistant", "content": "ok"}, {"role": "user", "content": last}]}

    store(home, turns("I use Linux", "How do I reset my password?"))
    equal(hit(look(home, **turns("I use Windows", "How can I reset my password"))), None)
    equal(hit(look(home, **turns("I use Linux", "How can I reset my password"))), "semantic")


@test
def of_a_template_only_the_inserted_text_is_compared(home):
    form = "Answer the customer kindly and in one sentence, please: {{text}}"
    flags = ("--semantic", NEAR, "-t", form)
    store(home, {"text": "How do I reset my password?"}, flags=flags)
    (one,) = records(cache(home, "get", *flags, stdin=jsonl({"model": MODEL, "text": "Where is my parcel?"})))
    equal(hit(one), None, "the template's words do not make them alike")
    (one,) = records(cache(home, "get", *flags, stdin=jsonl({"model": MODEL, "text": "How can I reset my password"})))
    equal(one["cache"]["matched"], "How do I reset my password?")
    other = ("--semantic", NEAR, "-t", "Answer rudely: {{text}}")
    (one,) = records(cache(home, "get", *other, stdin=jsonl({"model": MODEL, "text": "How can I reset my password"})))
    equal(hit(one), None, "another template")


@test
def each_value_of_a_template_has_its_own_counterpart(home):
    flights = ("--semantic", NEAR, "-t", "Flights from {{a}} to {{b}}")
    store(home, {"a": "Paris", "b": "London"}, flags=flights)
    (one,) = records(cache(home, "get", *flights, stdin=jsonl({"model": MODEL, "a": "London", "b": "Paris"})))
    equal((hit(one), one["cache"]["matched"]), (None, "Paris\nLondon"), "the same words, the other way round")
    asked = ("--semantic", NEAR, "-t", "Answer as a {{role}}: {{text}}")
    store(home, {"role": "teacher", "text": "How do I reset my password?"}, flags=asked)
    for role, wanted in (("lawyer", None), ("Teacher", "semantic")):
        (one,) = records(cache(home, "get", *asked, stdin=jsonl({"model": MODEL, "role": role, "text": "How can I reset my password"})))
        equal(hit(one), wanted, role)
    near = {one["question"]: one["verdict"] for one in records(cache(home, "why", "Teacher\nHow can I reset my password", "--json"))}
    equal(near["teacher\nHow do I reset my password?"], "hit", "a line a value")
    expect("teacher\nHow do I reset my password?" in [one["question"] for one in records(cache(home, "ls", "--json"))])


@test
def which_members_a_template_found_must_be_the_same(home):
    flights = ("--semantic", NEAR, "-t", "Flights{{#from}} from {{from}}{{/from}}{{#to}} to {{to}}{{/to}}")
    store(home, {"from": "London"}, flags=flights)
    for asked, wanted in (({"to": "London"}, None), ({"to": "London", "from": None}, None), ({"from": "london"}, "semantic")):
        (one,) = records(cache(home, "get", *flights, stdin=jsonl({"model": MODEL, **asked})))
        equal(hit(one), wanted, asked)


@test
def attached_text_belongs_to_all_else_and_not_to_the_question(home):
    note = home.path / "d.txt"
    note.write_text("signed by Ann")
    for flags, member in ((("--semantic", NEAR), "prompt"), (("--semantic", NEAR, "-t", "Answer: {{a}}"), "a"), (("--semantic", NEAR, "--on", ".a"), "a")):
        ask, reworded = "How do I reset my password?", "How can I reset my password"
        note.write_text("signed by Ann")

        def asking(question):
            return {member: question, "prompt": question} if member == "prompt" or "--on" in flags else {member: question}

        def found(question, *more):
            (one,) = records(cache(home, "get", *flags, *more, stdin=jsonl({"model": MODEL, **asking(question)})))
            return hit(one)

        store(home, {**asking(ask), "attachments": [{"path": str(note)}]}, flags=flags)

        equal(found(reworded, "-a", str(note)), "semantic", flags)
        equal(found(reworded), None, "without the file")
        note.write_text("signed by Bob")
        equal(found(reworded, "-a", str(note)), None, "another content")
    equal({one["question"] for one in records(cache(home, "ls", "--json"))}, {"How do I reset my password?"})


@test
def where_a_text_stands_among_pictures_counts(home):
    def turns(question, *shape):
        image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
        return {"messages": [{"role": "user", "content": [{"type": "text", "text": question} if part == "text" else image for part in shape]}]}

    store(home, turns("How do I reset my password?", "text", "image", "image"))
    equal(hit(look(home, **turns("How can I reset my password", "image", "text", "image"))), None)
    equal(hit(look(home, **turns("How can I reset my password", "text", "image", "image"))), "semantic")


@test
def a_text_that_was_made_of_the_turn_leaves_the_turn_to_be_equal(home):
    flags = ("--semantic", NEAR, "--on", ".q | ascii_downcase")
    store(home, {"q": "How do I reset my Password?", "prompt": "For Ann: How do I reset my Password?"}, flags=flags)
    asked = {"q": "How can I reset my Password?", "prompt": "For Bob: How can I reset my Password?"}
    (one,) = records(cache(home, "get", *flags, stdin=jsonl({"model": MODEL, **asked})))
    equal(hit(one), None)


@test
def what_a_long_text_says_beside_the_question_hides_nothing(home):
    text = " ".join(f"On day {n} the ship lay at anchor and Ann wrote to Bob that all was well." for n in range(40))
    store(home, {"prompt": f"{text} What did Ann write?"})
    for question in ("Why did Ann write?", "What did Bob write?", "Translate this.", "What did Ann not write?"):
        equal(hit(look(home, prompt=f"{text} {question}")), None, question)
    equal(hit(look(home, prompt=f"{text} Tell me what Ann wrote.")), "semantic")


@test
def what_stands_around_the_chosen_text_must_be_equal(home):
    def given(question, customer):
        return {"q": question, "prompt": f"For {customer}: {question}"}

    flags = ("--semantic", NEAR, "--on", ".q")
    store(home, given("How do I reset my password?", "Ann"), flags=flags)
    for customer, wanted in (("Bob", None), ("Ann", "semantic")):
        (one,) = records(cache(home, "get", *flags, stdin=jsonl({"model": MODEL, **given("How can I reset my password", customer)})))
        equal(hit(one), wanted, customer)


@test
def expired_flushed_and_removed_entries_are_not_matched(home):
    near = {"prompt": "How can I reset my password"}
    store(home, {"prompt": "How do I reset my password?"})
    cache(home, "prune", "--flush", "--yes")
    equal(hit(look(home, **near)), None)
    store(home, {"prompt": "How do I reset my password?"})
    equal(hit(look(home, **near)), "semantic")
    equal(hit(look(home, "--max-age", "1ms", **near)), None)
    cache(home, "prune", "--all", "--yes")
    equal(hit(look(home, **near)), None)
    cache(home, "verify")


@test
def run_finds_by_similarity_too(home):
    child = script(home, "c.py", "for l in sys.stdin: r = json.loads(l); r['response'] = {'text': r['prompt'].upper()}; print(json.dumps(r), flush=True)\n")
    flags = ("run", "--semantic", NEAR, "--", child)
    cache(home, *flags, stdin='{"prompt":"How do I reset my password?"}\n')
    (one,) = records(cache(home, *flags, stdin='{"prompt":"How can I reset my password"}\n'))
    equal((hit(one), one["response"]["text"]), ("semantic", "HOW DO I RESET MY PASSWORD?"))


@test
def a_judge_has_the_last_word_and_a_doubt_is_a_miss(home):
    for name, says in (("yes", "same"), ("no", "Different."), ("odd", "perhaps")):
        judge = script(
            home, f"{name}.py", f"for l in sys.stdin: print(json.dumps({{'text': {says!r}}}), flush=True)\n"
        )
        home.config(f'[provider.{name}]\nprotocol = "command"\ncommand = ["{judge}"]')
    store(home, {"prompt": "How do I reset my password?"})
    near = {"prompt": "How can I reset my password"}
    equal(hit(look(home, "--verify", "yes/x", **near)), "semantic")
    refused = look(home, "--verify", "no/x", **near)
    equal((hit(refused), refused["cache"]["refused"]), (None, "judge"))
    doubt = look(home, "--verify", "odd/x", **near)
    equal(hit(doubt), None)
    expect("perhaps" in doubt["cache"]["refused"], doubt)


@test
def the_similarity_flags_need_semantic(home):
    for flags in (("--on", ".q"), ("--verify", MODEL), ("--no-gate",)):
        cache(home, "get", *flags, stdin="", code=2)


@test
def a_broken_index_is_made_good_from_the_store(home):
    store(home, *[{"prompt": f"question number {n} about topic {n * 7}"} for n in range(30)])
    for path in (home.path / "cache").rglob("*"):
        if "index" in str(path) and path.is_file():
            path.write_bytes(b"damaged")
    equal(hit(look(home, prompt="question number 3 about topic 21 please")), "semantic")


@test
def samples_of_the_question_itself_are_no_hit_by_similarity(home):
    warm = {"prompt": "How do I reset my password?", "options": {"temperature": 1}}
    for n in range(3):
        one = look(home, "--samples", "3", **warm)
        equal(hit(one), None, n)
        one["response"] = {"text": f"answer {n}", "finish": "stop"}
        cache(home, "put", "--samples", "3", stdin=jsonl(one))
    equal(hit(look(home, "--samples", "3", **warm)), "exact")
    equal(hit(look(home, "--samples", "3", **{**warm, "prompt": "How can I reset my password"})), "semantic")


@test
def an_answer_that_was_wrong_is_not_given_again(home):
    store(home, {"prompt": "How do I reset my password?"})
    near = {"prompt": "How can I reset my password"}
    wrong = look(home, **near)
    equal(hit(wrong), "semantic")
    cache(home, "outcome", wrong["cache"]["key"], "wrong")
    equal(hit(look(home, **near)), None)
    equal(hit(look(home, prompt="How could I reset my password")), None, "nor for other questions, where it was wrong more often than right")
    cache(home, "outcome", wrong["cache"]["key"], "right")
    equal(hit(look(home, **near)), "semantic", "a later word counts")


@test
def an_answer_that_was_wrong_once_is_given_to_others_as_long_as_it_is_right_as_often(home):
    store(home, {"prompt": "How do I reset my password?"})
    first, second = look(home, prompt="How can I reset my password"), look(home, prompt="How could I reset my password")
    cache(home, "outcome", first["cache"]["key"], "right")
    cache(home, "outcome", second["cache"]["key"], "wrong")
    equal(hit(look(home, prompt="How can I reset my password")), "semantic")
    equal(hit(look(home, prompt="How could I reset my password")), None)
    equal(hit(look(home, prompt="How do we reset my password")), "semantic")


@test
def what_was_stored_without_similarity_is_found_by_it_once_it_was_looked_up_so(home):
    store(home, {"prompt": "How do I reset my password?"}, flags=())
    near = {"prompt": "How can I reset my password"}
    equal(hit(look(home, **near)), None)
    equal(hit(look(home, prompt="How do I reset my password?")), "exact")
    equal(hit(look(home, **near)), "semantic")


@test
def what_was_stored_without_similarity_is_found_by_it_after_verify_reembed(home):
    store(home, {"prompt": "How do I reset my password?"}, {"prompt": "Where is my parcel?", "system": "You speak for the post."}, flags=())
    expect("2 vectors" in cache(home, "verify", "--reembed").text)
    equal(hit(look(home, prompt="How can I reset my password")), "semantic")
    equal(hit(look(home, prompt="Where is my parcel", system="You speak for the post.")), "semantic")
    expect("0 vectors" in cache(home, "verify", "--reembed").text)
    cache(home, "verify")


@test
def a_file_of_questions_and_answers_is_known_beforehand(home):
    lines = [{"prompt": "How do I reset my password?", "model": MODEL, "response": {"text": "So."}}, {"prompt": "Where is my parcel?", "model": MODEL, "response": {"text": "There."}}]
    cache(home, "put", "--semantic", stdin=jsonl(*lines))
    one = look(home, prompt="How can I reset my password")
    equal((hit(one), one["response"]["text"]), ("semantic", "So."))


@test
def why_shows_what_is_near_and_what_would_become_of_it(home):
    store(home, {"prompt": "turn the lights on in the kitchen"}, {"prompt": "turn on the lights in the kitchen please", "system": "s"}, {"prompt": "where is my parcel"})
    wrong = look(home, prompt="please turn on the lights in the kitchen", system="s")
    equal(hit(wrong), "semantic")
    rows = records(cache(home, "why", "turn the lights off in the kitchen", "--json", "--semantic", "0.6"))
    equal(rows[0]["question"], "turn the lights on in the kitchen")
    expect("antonym" in rows[0]["verdict"], rows[0])
    equal(rows[-1]["verdict"], "below 0.60")
    near = {one["question"]: one["verdict"] for one in records(cache(home, "why", "turn on the lights in the kitchen", "--json", "--semantic", "0.6"))}
    equal(near["turn on the lights in the kitchen please"], "hit")
    near = {one["question"]: one["verdict"] for one in records(cache(home, "why", "turn the lights on in the bedroom", "--json", "--semantic", "0.6"))}
    expect("kitchen" in near["turn the lights on in the kitchen"], "the gate of a look-up, word to word", near)
    cache(home, "outcome", wrong["cache"]["key"], "wrong")
    near = {one["question"]: one["verdict"] for one in records(cache(home, "why", "turn on the lights in the kitchen", "--json", "--semantic", "0.6"))}
    equal(near["turn on the lights in the kitchen please"], "was wrong more often than right")
    equal(len(records(cache(home, "why", "lights", "--json", "--limit", "1"))), 1)
    expect("VERDICT" in cache(home, "why", "lights").text)
    cache(home, "why", "lights", "--namespace", "other", code=1)


@test
def no_threshold_is_told_from_pairs_that_are_all_the_same(home):
    pairs = [{"a": f"how do i pay bill {n}", "b": f"how do i pay bill {n}", "same": True} for n in range(800)]
    result = cache(home, "calibrate", stdin=jsonl(*pairs), code=1)
    expect('"same": false' in result.text, result.text.splitlines()[-1])
    different = [{"a": f"how do i pay bill {n}", "b": f"where is parcel {n} of {n + 5}", "same": False} for n in range(400)]
    expect("--semantic" in cache(home, "calibrate", stdin=jsonl(*pairs, *different)).text)
    result = cache(home, "calibrate", str(home.path), code=2)
    expect("is a folder" in result.words, result.words)
