"""In chains: what is added is recalled, by whom and when it should be."""

import json
import os
import sqlite3
import subprocess

from tools import Unavailable, equal, expect, jsonl, mem, passages, records, sound, store_file, test

FACTS = [
    {"id": "a", "text": "Anna lives in Rome.", "source": "talk", "time": "2020-01-01T00:00Z", "tags": ["home"]},
    {"id": "b", "text": "Bert keeps bees in his garden.", "source": "talk", "time": "2021-01-01T00:00Z", "tags": ["hobby"], "mood": "proud"},
    {"id": "c", "text": "The bees are fed with sugar in winter.", "source": "book", "time": "2022-01-01T00:00Z"},
]


def _ask(home, question, *flags):
    (record,) = records(mem(home, "recall", *flags, stdin=jsonl({"prompt": question})))
    return record["context"]


@test
def records_pass_on_as_they_came(home):
    text = '{"text":"x 1.10", "n": 1.10, "id":7}\n'
    equal(mem(home, "add", stdin=text).text, text)


@test
def what_was_added_is_recalled_with_its_source(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    context = _ask(home, "Who has bees?", "-k", "2")
    equal([one["ref"] for one in context], ["b", "c"])
    equal(context[0]["source"], "talk")
    expect(0 < context[1]["score"] <= context[0]["score"] <= 1)


@test
def what_stands_in_context_already_stays(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    given = {"prompt": "Who has bees?", "context": [{"id": 1, "text": "t", "score": 1, "source": "s"}]}
    (record,) = records(mem(home, "recall", "-k", "1", stdin=jsonl(given)))
    equal([one["source"] for one in record["context"]], ["s", "talk"])


@test
def filters_work_inside_the_search(home):
    mem(home, "add", stdin=jsonl(*FACTS, *[{"text": f"Bees, bees, bees: {n}"} for n in range(300)]))
    for flags in (["--tag", "hobby"], ["--source", "ta*"], ["--filter", '.mood == "proud"'], ["--after", "2020-06-01", "--before", "2021-06-01"]):
        equal([one["ref"] for one in _ask(home, "bees", "-k", "5", *flags)][:1], ["b"], flags)
    mem(home, "add", "--namespace", "other", "--text", "Bees elsewhere.")
    equal([one["text"] for one in _ask(home, "bees", "--namespace", "other")], ["Bees elsewhere."])


@test
def what_held_then_is_found_as_of_then(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    with sqlite3.connect(store_file(home)) as db:
        expect(db.execute("SELECT count(*) FROM passages WHERE until IS NULL").fetchone()[0] == 3)
    equal(_ask(home, "Where does Anna live?", "--as-of", "2019-01-01"), [])
    equal([one["ref"] for one in _ask(home, "Where does Anna live?", "--as-of", "2020-06-01")], ["a"])


@test
def tokens_bound_all_passages_together(home):
    mem(home, "add", stdin=jsonl(*[{"text": f"The garden has {n} roses, and each of them is red as can be."} for n in range(30)]))
    few = _ask(home, "roses", "-k", "30", "--tokens", "60")
    expect(1 <= len(few) <= 4, len(few))


@test
def neighbours_come_on_request(home):
    text = "Ann: Where is the key?\nBob: Under the mat.\nAnn: Thanks!\n"
    mem(home, "add", "-", "--chunk", "turn", stdin=text)
    (one,) = _ask(home, "Where is the key?", "-k", "1", "--around", "1")
    expect("Under the mat" in one["text"], one)


@test
def a_pinned_passage_is_recalled_whatever_is_asked(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    mem(home, "pin", "a")
    equal(_ask(home, "bees", "-k", "2")[0]["ref"], "a")
    mem(home, "pin", "a", "--off")
    equal(_ask(home, "bees", "-k", "2")[0]["ref"], "b")


@test
def old_facts_fade_with_a_half_life(home):
    mem(home, "add", stdin=jsonl({"id": "old", "text": "The bus leaves at nine.", "time": "2001-01-01"}, {"id": "new", "text": "The bus leaves at ten past nine.", "time": "now"}))
    equal(_ask(home, "when does the bus leave at nine", "--half-life", "30d")[0]["ref"], "new")


@test
def the_same_text_from_two_places_is_found_once(home):
    for name in ("one.txt", "two.txt"):
        (home.path / name).write_text("The lighthouse keeper paints at night.\n")
    mem(home, "add", "one.txt", "two.txt")
    (found,) = records(mem(home, "search", "--json", "lighthouse keeper"))
    equal([found["source"], *found["also"]], ["one.txt", "two.txt"])


@test
def nothing_found_is_1(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    equal(mem(home, "search", "xylophone", code=1).out, b"")


@test
def files_folders_and_what_is_in_them(home):
    notes = home.path / "notes"
    (notes / ".git").mkdir(parents=True)
    (notes / ".git" / "hidden.txt").write_text("hidden words")
    (notes / "a.md").write_text("# Ferns\n\nWater them on Mondays.\n\n# Moss\n\nLeave it alone.\n")
    (notes / "p.html").write_text("<!doctype html><title>Owls</title><p>Owls hunt at night.</p><script>no()</script>")
    (notes / "f.py").write_text("import os\n\n\ndef twice(x):\n    return 2 * x\n\n\ndef thrice(x):\n    return 3 * x\n")
    (notes / "b.bin").write_bytes(bytes(range(256)) * 8)
    text = mem(home, "add", "notes").text
    expect("3 texts" in text and "1 files that are no text" in text, text)
    by_source = {}
    for one in passages(home):
        by_source.setdefault(one["source"], []).append(one)
    equal(sorted(by_source), ["notes/a.md", "notes/f.py", "notes/p.html"])
    equal([one["parent"] for one in by_source["notes/a.md"]], ["Ferns", "Moss"])
    equal(by_source["notes/a.md"][1]["line"], 5)
    expect("def thrice(x)" in [one.get("parent") for one in by_source["notes/f.py"]])
    expect("Owls hunt at night." in by_source["notes/p.html"][0]["text"] and "no()" not in by_source["notes/p.html"][0]["text"])
    (notes / "a.md").write_text("# Ferns\n\nWater them on Fridays.\n\n# Moss\n\nLeave it alone.\n")
    expect("1 passages added, " in mem(home, "add", "notes").text)
    sound(home)


@test
def a_pdf_is_read_by_pdftotext(home):
    if not any(os.access(os.path.join(folder, "pdftotext"), os.X_OK) for folder in home.env["PATH"].split(":")):
        raise Unavailable("there is no pdftotext")
    stream = b"BT /F1 12 Tf 72 700 Td (The heron stands still.) Tj ET"
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
             b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
             b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, at = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(b"%010d 00000 n \n" % one for one in at)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, xref)
    (home.path / "h.pdf").write_bytes(out)
    mem(home, "add", "h.pdf")
    equal([one["text"] for one in passages(home)], ["The heron stands still."])


@test
def every_change_can_be_seen_and_taken_back(home):
    mem(home, "add", stdin=jsonl(*FACTS), env={"LLMUTILS_WHO": "carla"})
    before = mem(home, "export").out
    mem(home, "edit", "a", "--text", "Anna lives in Oslo.", "--why", "she moved")
    mem(home, "edit", "b", env={"EDITOR": "sed -i s/bees/wasps/"})
    mem(home, "tag", "c", "--add", "x")
    mem(home, "mv", "c", "--to", "books")
    expect("would remove 1 passage" in mem(home, "rm", "a").text)
    mem(home, "rm", "a", "--yes")
    equal([one["text"] for one in passages(home, "--namespace", "default")], ["Bert keeps wasps in his garden."])
    versions = records(mem(home, "history", "1", "--json"))
    equal([(one["change"]["verb"], one["alive"]) for one in versions], [("add", True), ("edit", True), ("rm", False)])
    equal(versions[0]["change"]["who"], "carla")
    equal(versions[1]["change"]["why"], "she moved")
    expect("-Anna lives in Rome.\n+Anna lives in Oslo.\n" in mem(home, "diff", "1", "1", str(versions[1]["version"])).text)
    for _ in range(5):
        mem(home, "undo")
    equal(mem(home, "export").out, before)
    sound(home)


@test
def export_and_import_carry_everything(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    mem(home, "pin", "a")
    exported = mem(home, "export").out
    mem(home, "import", "--store", "copy.db", stdin=exported)
    equal(mem(home, "export", "--store", "copy.db").out, exported)
    mem(home, "import", "--store", "copy.db", stdin=exported)
    equal(len(records(mem(home, "history", "--json", "--store", "copy.db"))), 1)


@test
def any_sqlite_tool_reads_the_views(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    with sqlite3.connect(f"file:{store_file(home)}?mode=ro", uri=True) as db:
        equal(db.execute("SELECT source FROM passages WHERE text LIKE '%sugar%'").fetchall(), [("book",)])
    equal(records(mem(home, "sql", "--json", "select count(*) as n from versions")), [{"n": 3}])
    mem(home, "sql", "delete from passage", code=2)
    mem(home, "sql", "selec", code=2)
    equal(len(passages(home)), 3)


@test
def another_embedder_is_refused_until_vectors_are_made_anew(home):
    mem(home, "add", stdin=jsonl(*FACTS))
    with sqlite3.connect(store_file(home)) as db:
        db.execute("UPDATE trait SET value = 'other' WHERE name = 'embedder'")
    expect("--reembed" in mem(home, "search", "bees", code=2).words)
    mem(home, "verify", "--reembed")
    mem(home, "search", "bees")
    sound(home)
