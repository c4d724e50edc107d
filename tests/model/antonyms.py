#!/usr/bin/env python3
"""Writes the word tables of the lexical gate: lib/text/antonyms.inc, names.inc, irregular.inc and denials.inc.

    tests/model/antonyms.py /usr/share/wordnet lib/text       (needs Debian's libstemmer-dev)

The data are WordNet 3.0's (Debian's wordnet-base), Copyright 2006 by Princeton University, under the
WordNet licence, which allows use, copying, modification and distribution with its notice kept; the
notice is written into the tables.

antonyms: the pairs joined by a lexical antonym pointer in any part of speech, and what follows from
them: each word of the one synset against each of the other, and against the adjectives similar to it
(frivolous is opposed to serious, so playful is); never two words that share a synset or are similar
themselves, and no pair of rarities or one that a prefix tells (un-, in-, dis-). Single words only, as stems, plus the pairs that EXTRA adds (grammar and computing words that a dictionary of concepts lacks).
names: single words whose first sense is an instance (a city, a country, a person, a river) and that
are no common word, folded, and the words for peoples and languages.
irregular: forms that stemming does not bring home, with the stem of their base ("went go").
denials: adjectives of which one says that the other does not hold ("correct incorrect"), both ways round: direct antonyms that a prefix
makes, and COMPLEMENTS. No contraries (what is not hot need not be cold) and no verbs (not to bind is not to unbind).
"""
import ctypes
import pathlib
import re
import sys

snowball = ctypes.CDLL("libstemmer.so")
snowball.sb_stemmer_new.restype = ctypes.c_void_p
snowball.sb_stemmer_stem.restype = ctypes.c_char_p
snowball.sb_stemmer_stem.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
english = snowball.sb_stemmer_new(b"english", b"UTF_8")


def stem(word):
    return snowball.sb_stemmer_stem(english, word.encode(), len(word)).decode()


EXTRA = """
on off / in out / up down / before after / above below / over under / more less / most least / more fewer /
many few / much little / first last / enable disable / allow deny / allow forbid / allow block /
allow prevent / allow prohibit / permit forbid / permit prohibit / accept reject / accept decline /
accept refuse / approve reject / approve decline / approve deny / grant deny / grant revoke / add remove /
add delete / add subtract / create delete / create destroy / insert delete / insert remove /
install uninstall / buy sell / increase decrease / increase reduce / increase lower / raise lower /
raise reduce / grow shrink / rise fall / rise drop / gain lose / win lose / lock unlock / block unblock /
freeze unfreeze / activate deactivate / connect disconnect / open close / open shut / show hide /
import export / encrypt decrypt / encode decode / send receive / deposit withdraw / upload download /
debit credit / lend borrow / arrive leave / arrive depart / push pull / start stop / start end /
start finish / begin end / begin finish / begin stop / start terminate / continue stop / resume pause /
play pause / mute unmute / subscribe unsubscribe / follow unfollow / pin unpin / zip unzip /
compress decompress / compress extract / mount unmount / stay leave / stay go / minimum maximum / minimize maximize /
minimal maximal / min max / left right / north south / east west / northern southern / eastern western /
morning evening / day night / early late / earlier later / earliest latest / cheap expensive /
cheapest expensive / fast slow / high low / tall short / long short / old new / old young / hot cold /
big small / large small / rich poor / true false / right wrong / good bad / better worse / best worst /
safe dangerous / legal illegal / pass fail / succeed fail / success failure / remember forget /
keep delete / keep discard / save delete / save discard / save spend / agree disagree / like dislike /
love hate / input output / income expense / profit loss / ascend descend / ascending descending /
front back / inside outside / incoming outgoing / inbound outbound / public private / online offline /
married single / single double / read write / ask answer / question answer / teach learn / give take /
give receive / put take / come go / enter leave / enter exit / join leave / hire fire / sync unsync /
merge split / join split / attach detach / include exclude / lengthen shorten / widen narrow /
strengthen weaken / improve worsen / male female / man woman / boy girl / husband wife / father mother /
brother sister / son daughter / king queen / uncle aunt / he she / him her / his her / upgrade downgrade /
cause prevent / help hinder / lead follow / attack defend / employer employee / landlord tenant /
buyer seller / lender borrower / sender recipient / sender receiver / parent child / teacher student /
doctor patient / positive negative / active passive / strict lenient / manual automatic /
manually automatically / temporary permanent / temporarily permanently / partial complete /
partially completely / optional required / optional mandatory / required forbidden / full empty /
fill empty / present absent / presence absence / alive dead / awake asleep / visible hidden /
available unavailable / local remote / domestic foreign / domestic international / physical virtual /
near far / wet dry / light dark / light heavy / hard soft / hard easy / difficult easy / strong weak /
thick thin / wide narrow / deep shallow / loud quiet / clean dirty / sunrise sunset / dawn dusk /
plus minus / multiply divide / horizontal vertical / odd even / upper lower / uppercase lowercase /
prefix suffix / push pop / client server / find lose / sit stand / laugh cry / smile frown /
trust distrust / wake sleep / drop lift / sink float / sweet sour / sweet bitter / calm angry / happy sad /
happy angry / sharp blunt / sharp dull / rough smooth / tight loose / tighten loosen / cool warm /
cooler warmer / cool heat / freeze melt / freeze boil / summer winter / spring autumn / ancient modern /
guilty innocent / sick healthy / ill healthy / friend enemy / ally enemy / war peace / victory defeat /
birth death / born die / live die / beginning end / top bottom / maximum least / somewhat hardly /
usually rarely / often rarely / often seldom / frequently rarely / always rarely / always sometimes /
possible impossible / able unable / likely unlikely / same different / similar different / together apart /
together alone / toward away / into out / onto off / forward backward / forwards backwards / ahead behind /
clockwise counterclockwise / clockwise anticlockwise / odds evens / win defeat / hello goodbye / pros cons / pro con /
cause effect / agree refuse / front behind / extend shorten / expand collapse / expand shrink / eat avoid / adult child /
full free / lacking having / vegan vegetarian / grandfather grandmother / interviewer interviewee / trainer trainee /
payer payee / nephew niece / indent outdent / indoor outdoor / indoors outdoors / sooner later / sender addressee /
major minor / senior junior / host guest / bride groom / mum dad / mom dad / prince princess / actor actress /
grandson granddaughter / stepfather stepmother / lady gentleman / waiter waitress / source target / source destination /
origin destination / departure arrival / numerator denominator / dividend divisor / supply demand / asset liability /
landlord tenant / predecessor successor / ancestor descendant / previous next / ingress egress / opt-in opt-out /
encrypted plaintext / stop resume / block allow / hide reveal / promote demote / admit expel / wake sleep / exhale inhale /
ascending descending
"""

# Of two such, one holds and the other does not; good and bad are said so.
COMPLEMENTS = """
true false / right wrong / good bad / open closed / same different / alive dead / awake asleep / present absent / possible impossible /
able unable / guilty innocent / real fake / online offline / male female / married single / allowed forbidden / required optional /
normal abnormal / mobile immobile / mortal immortal / moral immoral / legal illegal / visible invisible
"""

LONGEST_LITERAL = 60000

NOTICE = """// Written by tests/model/antonyms.py from WordNet 3.0 (Debian's wordnet-base).
// WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved.
// THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR
// WARRANTIES, EXPRESS OR IMPLIED. BY WAY OF EXAMPLE, BUT NOT LIMITATION, PRINCETON UNIVERSITY MAKES NO
// REPRESENTATIONS OR WARRANTIES OF MERCHANT-ABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE
// OF THE LICENSED SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT INFRINGE ANY THIRD PARTY PATENTS,
// COPYRIGHTS, TRADEMARKS OR OTHER RIGHTS. The name of Princeton University or Princeton may not be used in
// advertising or publicity pertaining to distribution of the software and/or database. Title to copyright
// in this software, database and any associated documentation shall at all times remain with Princeton
// University and LICENSEE agrees to preserve same.
"""


def synsets(folder, part):
    """Offset -> (words, pointers); a pointer is (symbol, target offset, part, source word, target word)."""
    found = {}
    for line in (folder / f"data.{part}").read_text().splitlines():
        if line.startswith("  "):
            continue
        fields = line.split("|")[0].split()
        count = int(fields[3], 16)
        words = [re.sub(r"\(\w+\)$", "", fields[4 + 2 * i]) for i in range(count)]
        at = 4 + 2 * count
        pointers = []
        for i in range(int(fields[at])):
            symbol, target, pos, which = fields[at + 1 + 4 * i: at + 5 + 4 * i]
            pointers.append((symbol, target, pos, int(which[:2], 16), int(which[2:], 16)))
        found[fields[0]] = (words, pointers)
    return found


def first_senses(folder, part):
    senses = {}
    for line in (folder / f"index.{part}").read_text().splitlines():
        if line.startswith("  "):
            continue
        fields = line.split()
        senses[fields[0]] = fields[6 + int(fields[3]):]
    return senses


def tagged(folder, part):
    """Words that occur in the corpus WordNet was checked with, so no rarities."""
    found = set()
    for line in (folder / f"index.{part}").read_text().splitlines():
        if line.startswith("  "):
            continue
        fields = line.split()
        if int(fields[5 + int(fields[3])]) > 0:
            found.add(fields[0])
    return found


def by_prefix(longer, shorter):
    """What lib/text/polarity.cpp knows by rule."""
    return len(shorter) >= 3 and re.fullmatch(r"(un|in|im|il|ir|dis|non|de|mis|anti|counter|under|over)" + re.escape(shorter),
                                              longer) is not None


def by_denial(longer, shorter):
    return len(shorter) >= 3 and re.fullmatch(r"(un|in|im|il|ir|dis|non)" + re.escape(shorter), longer) is not None


def negative(word):
    return re.match(r"(un|in|im|il|ir|dis|non)", word) is not None or word.endswith("less")


def write(path, lines, what):
    with open(path, "w") as out:
        out.write(NOTICE)
        out.write(f"// {what}\n")
        row, size = "", 0
        for line in lines:
            if len(row) + len(line) > 100:
                out.write(f'"{row}"')
                size += len(row)
                row = ""
                # No literal above what every compiler must take; a comma begins the next part.
                out.write(",\n" if size > LONGEST_LITERAL else "\n")
                size = 0 if size > LONGEST_LITERAL else size
            row += line + "\\n"
        out.write(f'"{row}"\n')


def main():
    folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    data = {part: synsets(folder, part) for part in ("noun", "verb", "adj", "adv")}
    single = re.compile(r"^[a-z]+$")

    pairs = set()

    def add(a, b):
        if not (single.match(a) and single.match(b)):
            return
        a, b = stem(a), stem(b)
        if a != b and len(a) > 1 and len(b) > 1 and not by_prefix(a, b) and not by_prefix(b, a):
            pairs.add((min(a, b), max(a, b)))

    spoken = set()
    for part in data:
        spoken |= tagged(folder, part)
    alike = set()
    for found in data.values():
        for words, pointers in found.values():
            near = [w for symbol, offset, *_ in pointers if symbol == "&" for w in found[offset][0]]
            stems = [stem(w.lower()) for w in words + near]
            alike |= {(min(a, b), max(a, b)) for a in stems for b in stems}

    for found in data.values():
        def circle(offset):
            words, pointers = found[offset]
            similar = [w for symbol, near, *_ in pointers if symbol == "&" for w in found[near][0]]
            return [w.lower() for w in words], [w.lower() for w in similar]

        for offset, (words, pointers) in found.items():
            for symbol, other, _, source, to in pointers:
                if symbol != "!" or other not in found:
                    continue
                add(words[source - 1].lower(), found[other][0][to - 1].lower())
                heads, _ = circle(offset)
                opposed, similar = circle(other)
                for a in heads:
                    for b in opposed + similar:
                        if a in spoken and (b in spoken or b in opposed or negative(b)) and (min(stem(a), stem(b)), max(stem(a), stem(b))) not in alike:
                            add(a, b)
    for pair in EXTRA.replace("\n", " ").split("/"):
        a, b = pair.split()
        add(a, b)
    lines = sorted(f"{a} {b}" for a, b in pairs)
    write(target / "antonyms.inc", lines, "Pairs of stems that mean opposites, sorted by their bytes, each pair once.")

    denials = {}
    for offset, (words, pointers) in sorted(data["adj"].items()):
        for symbol, other, part, source, to in pointers:
            if symbol != "!" or other not in data["adj"]:
                continue
            word, opposite = words[source - 1].lower(), data["adj"][other][0][to - 1].lower()
            if single.match(word) and single.match(opposite) and by_denial(opposite, word):
                denials.setdefault(word, opposite)
                denials.setdefault(opposite, word)
    for pair in COMPLEMENTS.replace("\n", " ").split("/"):
        word, opposite = pair.split()
        denials |= {word: opposite, opposite: word}
    write(target / "denials.inc", sorted(f"{a} {b}" for a, b in denials.items()), "Adjectives and what says that they do not hold.")

    forms = {}
    bases = set(first_senses(folder, "verb")) | set(first_senses(folder, "noun"))
    for part in ("verb", "noun"):
        for line in (folder / f"{part}.exc").read_text().splitlines():
            form, base = line.split()[:2]
            # an adjective made of a verb ("a broken card") comes home to it; what is a verb or a noun itself ("ground", "might") stays
            if single.match(form) and base in spoken and stem(form) != stem(base) and (form not in spoken or form not in bases):
                forms.setdefault(form, stem(base))
    forms.update({form: stem(base) for form, base in
                  (pair.split() for pair in "left leave/felt feel/lost lose/found find/fell fall/rose rise/saw see/given give/chosen choose/spoke speak".split("/"))})
    write(target / "irregular.inc", sorted(f"{f} {b}" for f, b in forms.items()), "Irregular forms and the stem of their base.")

    common = set()
    for part in ("verb", "adj", "adv"):
        common |= set(first_senses(folder, part))
    names = set()
    for lemma, senses in first_senses(folder, "noun").items():
        if not single.match(lemma) or len(lemma) < 4 or lemma in common:
            continue
        words, pointers = data["noun"][senses[0]]
        instance = any(p[0] == "@i" for p in pointers)
        written = next((w for w in words if w.lower() == lemma), "")
        if instance and written[:1].isupper():
            names.add(lemma)
    for words, pointers in data["adj"].values():
        for w in words:
            if re.match(r"^[A-Z][a-z]{3,}$", w) and any(p[0] in ("\\", "+") for p in pointers):
                names.add(w.lower())
    write(target / "names.inc", sorted(names), "Names of places, peoples and persons, folded, sorted by their bytes.")
    print(len(lines), "pairs,", len(names), "names")


main()
