"""Calls to embedders: the limits and budgets of all calls hold for them, and a memory does without a server that is away."""

import json

from breaker import closed_port
from budget import spent
from harness import KEY, ask, equal, expect, for_each, jsonl, sound, test, url
from pace import in_parallel, most_within


def mem(home, *arguments, stdin=None, code=0, env=None):
    result = home.run("llm-mem", *arguments, stdin=stdin, env=env, timeout=120)
    sound(result.err, result.out)
    expect(code is None or result.code == code, f"exit code {result.code}, wanted {code}", result.words, result.text)
    return result


def moved(home, w, scenario):
    """The provider `p` answers elsewhere from now on."""
    home.config_file.write_text("")
    home.provider("p", "openai", url(w, scenario))
    home.config('[mem]\nembedder = "p/any"\n')


def away(home):
    home.config_file.write_text("")
    home.provider("p", "openai", f"http://127.0.0.1:{closed_port()}/v1")
    home.config('[mem]\nembedder = "p/any"\n')


def without_vector(home):
    return sum(one["without_vector"] for one in map(json.loads, mem(home, "stats", "--json").text.splitlines()))


@for_each("openai", "gemini", "ollama")
def a_memory_is_searched_by_the_vectors_of_a_server(w, protocol):
    with w.at("ok", protocol) as (home, tagged):
        home.config('[mem]\nembedder = "p/any"\n')
        mem(home, "add", "--text", "water the plants")
        mem(home, "add", "--text", "call the dentist")
        (one, *_) = map(json.loads, mem(home, "search", "--by", "vectors", "--json", "wet the pots").text.splitlines())
        equal(one["text"], "water the plants")
        equal(w.count(tagged), 3)
        equal({r["headers"].get("authorization", "Bearer " + r["headers"].get("x-goog-api-key", "")) for r in w.requests(tagged)}, {f"Bearer {KEY}"})


@test
def thirty_two_processes_keep_one_limit_of_embeddings(w):
    with w.at("ok", rpm=600) as (home, tagged):

        def run(n):
            for text in ("one", "two"):
                mem(home, "-q", "add", "--store", f"{n}.db", "--embedder", "p/any", "--text", f"{text} {n}")

        in_parallel(32, run)
        at = sorted(one["at"] for one in w.requests(tagged))
        equal(len(at), 64)
        expect(at[-1] - at[0] >= 54 * 0.1015 - 0.15, f"64 calls in {at[-1] - at[0]:.2f} s")
        expect(most_within(at, 1.0) <= 10 + 11, f"{most_within(at, 1.0)} calls in one second")


@test
def the_days_budget_holds_for_thirty_two_processes_that_embed(w):
    with w.at("ok") as (home, tagged):
        home.config('[model."p/any"]\ninput = 100\n[budget]\nday = 2\n')  # dollars a million

        def run(n):
            # two thousand words of two bytes: $0.20, and about $0.51 at worst
            mem(home, "add", "--store", f"{n}.db", "--embedder", "p/any", "--chunk", "whole", "--text", "a " * 1999 + str(n))

        in_parallel(32, run)
        calls = w.count(tagged)
        expect(calls >= 7, calls)
        expect(abs(spent(home) - 0.2 * calls) < 1e-6, spent(home), calls)
        expect(2 - 0.52 < spent(home) <= 2, spent(home))
        kept = [mem(home, "ls", "--store", f"{n}.db", "--json").text for n in range(32)]
        expect(all(kept), "every text is kept")


@test
def calls_to_embedders_stand_in_the_journal(w):
    with w.at("ok") as (home, tagged):
        home.config('[mem]\nembedder = "p/any"\n[model."p/any"]\ninput = 100\n')
        mem(home, "add", "--text", "a secret of four words")
        (one,) = map(json.loads, ask(home, "--log", "list", "--json").text.splitlines())
        equal((one["tool"], one["model"], one["input"]), ("llm-mem", "p/any", 5))
        expect(abs(one["cost"] - 5e-4) < 1e-9, one)
        (whole,) = map(json.loads, ask(home, "--log", "show", str(one["id"]), "--json").text.splitlines())
        equal(whole["gen_ai_operation_name"], "embeddings")
        expect("secret" not in json.dumps(whole), whole)


@test
def a_search_goes_on_by_words_while_the_embedder_is_away_and_says_so_once(w):
    with w.at("ok") as (home, tagged):
        moved(home, w, tagged)
        mem(home, "add", "--text", "water the plants")
        away(home)
        result = mem(home, "search", "--json", "plants")
        equal(json.loads(result.text)["text"], "water the plants")
        equal(json.loads(result.text)["score"], 1.0, "as if words alone had been asked for")
        equal(result.words.count("words alone"), 1, result.words)
        given = jsonl(*({"id": n, "prompt": "what about the plants?"} for n in range(30)))
        result = mem(home, "recall", stdin=given)
        equal([len(json.loads(line)["context"]) for line in result.text.splitlines()], [1] * 30)
        equal(result.words.count("words alone"), 1, result.words)
        equal(mem(home, "recall", "-q", stdin=given).words, "")
        result = mem(home, "search", "--by", "vectors", "plants", code=5)
        expect("p" in result.words, result.words)
        mem(home, "search", "--by", "words", "plants")
        # a wrong configuration is told as ever
        mem(home, "search", "--embedder", "nobody/any", "plants", code=2)
        moved(home, w, w.tagged("401"))
        mem(home, "search", "plants", code=4)


@test
def what_is_added_while_the_embedder_is_away_is_kept_and_embedded_later(w):
    with w.at("ok") as (home, tagged):
        away(home)
        result = mem(home, "add", "--text", "water the plants")
        expect("1 passage" in result.words and "no vector yet" in result.words, result.words)
        records = jsonl(*({"id": n, "text": f"number {n}"} for n in range(300)))
        result = mem(home, "add", stdin=records)
        equal(len(result.text.splitlines()), 300)
        expect("301 passages" in result.words, result.words)
        equal(without_vector(home), 301)
        equal(json.loads(mem(home, "search", "--json", "-q", "plants", code=None).text or "{}").get("text", "water the plants"), "water the plants")
        moved(home, w, tagged)
        mem(home, "add", "--text", "call the dentist")
        equal(without_vector(home), 0)
        equal(w.count(tagged), 2, "302 texts in batches of 256")
        found = json.loads(mem(home, "search", "--by", "vectors", "--json", "-k", "1", "wet the pots").text)
        equal(found["text"], "water the plants")


@test
def vectors_are_not_let_go_of_for_an_embedder_that_is_away(w):
    with w.at("ok") as (home, tagged):
        moved(home, w, tagged)
        mem(home, "add", "--text", "water the plants")
        away(home)
        mem(home, "verify", "--reembed", code=5)
        moved(home, w, tagged)
        equal(without_vector(home), 0)
        expect("water" in mem(home, "search", "--by", "vectors", "wet the pots").text)


@test
def a_text_that_the_embedder_refuses_holds_up_no_other(w):
    with w.at("400-for:unsayable") as (home, tagged):
        home.config('[mem]\nembedder = "p/any"\n')
        records = jsonl(*({"id": n, "text": f"number {n}" + (" unsayable" if n == 17 else "")} for n in range(40)))
        result = mem(home, "add", stdin=records)
        expect("1 passage" in result.words and "unsayable" in result.words, result.words)
        equal(without_vector(home), 1)
