#include "evaluators/overlap.hpp"

#include "support/catch.hpp"

#include <array>
#include <fstream>
#include <random>
#include <sstream>

using namespace llm;

namespace {

Tokens words(std::string_view text) { return cut(text, Cutting::white_space); }

constexpr double precise = 1e-9;

const std::string hyp1 = "It is a guide to action which ensures that the military always obeys the commands of the party";
const std::string hyp2 = "It is to insure the troops forever hearing the activity guidebook that party direct";
const std::string ref1 = "It is a guide to action that ensures that the military will forever heed Party commands";
const std::string ref2 = "It is the guiding principle which guarantees the military forces always being under the command of the Party";
const std::string ref3 = "It is the practical guide for the army always to heed the directions of the party";
const std::string hyp4 = "he read the book because he was interested in world history";
const std::string ref4 = "he was interested in world history because he read the book";

struct ScoredText {
    std::vector<std::string> references;
    std::string answer;
    double bleu, gleu, meteor;
};

// NLTK 3.8 (Debian's python3-nltk): sentence_bleu with SmoothingFunction().method4, sentence_gleu, single_meteor_score with a WordNet that knows no
// synonyms (the best of the references). Sentences of nltk/translate/*_score.py's own examples; 0.4118, 0.5046, 0.4394 and 0.6944 stand there too.
const std::vector<ScoredText> nltk{
    {{ref1}, hyp1, 0.411803763569, 0.439393939394, 0.694444444444},
    {{ref1, ref2, ref3}, hyp1, 0.504566684006, 0.439393939394, 0.694444444444},
    {{ref1, ref2, ref3}, hyp2, 0.050586660656, 0.120689655172, 0.303539137174},
    {{ref1}, hyp2, 0.047076192212, 0.120689655172, 0.303539137174},
    {{ref4}, hyp4, 0.740082804492, 0.789473684211, 0.975957926371},
    {{"the cat is on the mat"}, "the the the the", 0.044022686634, 0.111111111111, 0.172413793103},
    {{"hello"}, "hello", 1, 1, 0.5},
    {{"a b c"}, "a b c", 0.575719730127, 1, 0.981481481481},
    {{"a b c d"}, "a x c", 0.061775419278, 0.2, 0.256410256410},
};

}  // namespace

TEST_CASE("overlap: BLEU, GLEU and METEOR are NLTK's") {
    for (const ScoredText& v : nltk) {
        std::vector<Tokens> references;
        double best = 0;
        for (const std::string& r : v.references) {
            references.push_back(words(r));
            best = std::max(best, meteor(words(r), words(v.answer)));
        }
        INFO(v.answer << " against " << v.references.size());
        CHECK(bleu(references, words(v.answer), {}) == Approx(v.bleu).margin(precise));
        CHECK(gleu(references, words(v.answer)) == Approx(v.gleu).margin(precise));
        CHECK(best == Approx(v.meteor).margin(precise));
    }
}

TEST_CASE("overlap: without smoothing a missing 4-gram is a BLEU of 0") {
    const std::vector<Tokens> references{words(ref1)};
    BleuOptions none;
    none.smoothing = BleuOptions::Smoothing::none;
    CHECK(bleu(references, words(hyp1), none) == Approx(0.411803763569).margin(precise));
    CHECK(bleu(references, words(hyp2), none) == 0);
}

TEST_CASE("overlap: sentence BLEU is sacrebleu's, for each smoothing and way to cut") {
    // sacrebleu test/test_sentence_bleu.py, which gives three decimals of a percentage.
    const std::string reference = "producţia de zahăr brut se exprimă în zahăr alb;";
    const std::string answer = "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;";
    using enum BleuOptions::Smoothing;
    struct Row {
        BleuOptions::Smoothing smoothing;
        double value;
        Cutting cutting;
        double score;
    };
    const std::array rows{Row{exp, 0, Cutting::mteval13a, 8.493},     Row{none, 0, Cutting::mteval13a, 0},       Row{floor, 0, Cutting::mteval13a, 4.51688},
                          Row{floor, .1, Cutting::mteval13a, 4.51688}, Row{floor, .5, Cutting::mteval13a, 10.10}, Row{add_k, 0, Cutting::mteval13a, 14.882},
                          Row{add_k, 1, Cutting::mteval13a, 14.882},   Row{add_k, 2, Cutting::mteval13a, 21.389}, Row{exp, 0, Cutting::white_space, 7.347},
                          Row{exp, 0, Cutting::international, 8.493},  Row{exp, 0, Cutting::characters, 40.8759}};
    for (const Row& row : rows) {
        BleuOptions o;
        o.smoothing = row.smoothing;
        o.value = row.value;
        o.effective_order = true;
        const std::vector<Tokens> references{cut(reference, row.cutting)};
        INFO("smoothing " << static_cast<int>(row.smoothing) << " value " << row.value << " cutting " << static_cast<int>(row.cutting));
        CHECK(100 * bleu(references, cut(answer, row.cutting), o) == Approx(row.score).margin(1e-3));
    }
    BleuOptions o;
    o.smoothing = exp;
    o.effective_order = true;
    const std::vector<Tokens> lower{cut(lowered(reference), Cutting::characters)};
    CHECK(100 * bleu(lower, cut(lowered(answer), Cutting::characters), o) == Approx(42.0267).margin(1e-3));
    const std::vector<Tokens> unlike{cut("okay thanks", Cutting::mteval13a)};
    CHECK(bleu(unlike, cut("this is a cat", Cutting::mteval13a), o) == 0);
}

TEST_CASE("overlap: chrF is sacrebleu's") {
    // sacrebleu test/test_chrf.py: test_sentence_level_chrf (epsilon smoothing, beta 2), eight decimals of a percentage.
    struct Row {
        std::string answer, reference;
        double score;
    };
    const std::array rows{
        Row{"Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.", "Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.", 39.14078509},
        Row{"Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři.", "A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři.", 31.22557079},
        Row{"Lapali po dechu, jejich životy skončily dřív, než skutečně začaly.",
            "Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli.", 57.15704367}};
    for (const Row& r : rows) {
        ChrfOptions o;
        o.epsilon = true;
        CHECK(100 * chrf(r.reference, r.answer, o) == Approx(r.score).margin(1e-6));
    }
    // test_cases_effective_order and test_cases (beta 3).
    ChrfOptions plain;
    plain.beta = 3;
    CHECK(chrf("a", "a", plain) == Approx(1));
    CHECK(chrf("reference", "", plain) == 0);
    CHECK(chrf("abc", "a b c", plain) == Approx(1));
    CHECK(100 * chrf("ab", "aa", plain) == Approx(25));
    ChrfOptions epsilon = plain;
    epsilon.epsilon = true;
    CHECK(100 * chrf("ab", "aa", epsilon) == Approx(8.3333).margin(1e-4));
    CHECK(100 * chrf("a", "a", epsilon) == Approx(16.6667).margin(1e-4));
    CHECK(100 * chrf("risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists .",
                     " risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .", epsilon) == Approx(63.361730).margin(1e-4));
    CHECK(100 * chrf("Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.",
                     " Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. ", epsilon) == Approx(64.1302698).margin(1e-5));
    ChrfOptions spaced = plain;
    spaced.white_space = true;
    CHECK(100 * chrf("Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.",
                     "Die Beziehung zwischen Obama und Netanjahu ist nicht gerade freundlich.", spaced) == Approx(67.3481606).margin(1e-5));
}

TEST_CASE("overlap: ROUGE is google-research's") {
    // google-research rouge/rouge_scorer_test.py: testRouge1, testRouge1Empty, testRouge2, and the L case of its kin.
    const Tokens target = cut("testing one two", Cutting::rouge);
    const Overlap one = rouge_n(target, cut("testing", Cutting::rouge), 1);
    CHECK(one.precision == Approx(1));
    CHECK(one.recall == Approx(1.0 / 3));
    CHECK(one.f1 == Approx(.5));
    CHECK(rouge_n(target, cut("", Cutting::rouge), 1).f1 == 0);
    const Overlap two = rouge_n(target, cut("testing one", Cutting::rouge), 2);
    CHECK(two.precision == Approx(1));
    CHECK(two.recall == Approx(.5));
    CHECK(two.f1 == Approx(2.0 / 3));
    CHECK(rouge_l(target, cut("testing two", Cutting::rouge)).f1 == Approx(.8));
    CHECK(rouge_l(words("1 2 3 4 5"), words("2 5 3 4")).recall == Approx(.6));  // a subsequence of 3
}

TEST_CASE("overlap: texts are cut as the references cut them") {
    // NLTK 3.8's NISTTokenizer.
    CHECK(cut("Good muffins cost $3.88 in New York.", Cutting::nist) == Tokens{"Good", "muffins", "cost", "$", "3.88", "in", "New", "York", "."});
    CHECK(cut("Wait... what?! It's 5-6, i.e. 1,250.5 (approx.) & more.", Cutting::nist) ==
          Tokens{"Wait", ".", ".", ".", "what", "?", "!", "It's", "5", "-", "6", ",", "i", ".", "e", ".", "1,250.5", "(", "approx", ".", ")", "&", "more", "."});
    CHECK(cut("a.b,c 3.x x.3 -5 10-20 a-b", Cutting::nist) == Tokens{"a", ".", "b", ",", "c", "3", ".", "x", "x", ".", "3", "-5", "10", "-", "20", "a-b"});
    CHECK(cut("&lt;b&gt; AT&amp;T", Cutting::mteval13a) == Tokens{"<", "b", ">", "AT", "&", "T"});
    CHECK(cut("Rakuten, Inc. (楽天株式会社)", Cutting::nist) == Tokens{"Rakuten", ",", "Inc", ".", "(", "楽天株式会社", ")"});
    CHECK(cut("日 本", Cutting::characters) == Tokens{"日", "本"});
    CHECK(cut("The Cat-Sat, 3rd!", Cutting::rouge) == Tokens{"the", "cat", "sat", "3rd"});
    CHECK(cut("Größe zählt", Cutting::rouge).size() == 2);
    CHECK_THROWS_WITH(cutting_named("spm"), contains("nist, 13a"));
}

TEST_CASE("overlap: stems are those of NLTK's Porter stemmer") {
    // NLTK 3.8, PorterStemmer().stem.
    const std::array<std::array<std::string, 2>, 30> known{{{"caresses", "caress"}, {"ponies", "poni"},     {"ties", "tie"},         {"cats", "cat"},         {"feed", "feed"},
                                                            {"agreed", "agre"},     {"plastered", "plaster"}, {"motoring", "motor"},   {"sing", "sing"},        {"hopping", "hop"},
                                                            {"falling", "fall"},    {"failing", "fail"},    {"filing", "file"},      {"happy", "happi"},      {"enjoy", "enjoy"},
                                                            {"relational", "relat"}, {"conditional", "condit"}, {"vietnamization", "vietnam"}, {"callousness", "callous"}, {"electrical", "electr"},
                                                            {"adjustment", "adjust"}, {"adoption", "adopt"},  {"probate", "probat"},   {"controlling", "control"}, {"dying", "die"},
                                                            {"skies", "sky"},       {"geologi", "geolog"},  {"news", "news"},        {"died", "die"},         {"is", "is"}}};
    for (const auto& [word, stem] : known) CHECK(porter_stem(word) == stem);
    // The whole of a list, where one was made: `word<TAB>stem` lines.
    if (const char* path = std::getenv("LLM_STEMS")) {
        std::ifstream file{path};
        std::string word, stem;
        long wrong = 0, n = 0;
        while (std::getline(file, word, '\t') && std::getline(file, stem)) {
            ++n;
            wrong += porter_stem(word) == stem ? 0 : 1;
            if (porter_stem(word) != stem) WARN(word << " is " << porter_stem(word) << ", not " << stem);
        }
        CHECK(n > 0);
        CHECK(wrong == 0);
    }
}

TEST_CASE("overlap: every metric lies between 0 and 1, is 1 for the same text, and does not mind Unicode") {
    std::mt19937 chance{7};
    const std::array<std::string, 12> pieces{"cat", "Cats", "sat", "日本", "é", "e\xCC\x81", "🙂", "3.5", ",", "the", "\xFF\xFE", "running"};
    const auto text = [&] {
        std::string out;
        for (std::size_t n = chance() % 9; n > 0; --n) out += pieces[chance() % pieces.size()] + (chance() % 4 == 0 ? "" : " ");
        return out;
    };
    const auto fine = [](double v) { return v >= 0 && v <= 1 + 1e-12; };
    for (int round = 0; round < 400; ++round) {
        const std::string a = text(), b = text();
        INFO("'" << a << "' and '" << b << "'");
        for (const Cutting cutting : {Cutting::nist, Cutting::mteval13a, Cutting::international, Cutting::characters, Cutting::white_space, Cutting::rouge}) {
            const Tokens x = cut(a, cutting), y = cut(b, cutting);
            const std::vector<Tokens> references{y};
            for (const auto smoothing : {BleuOptions::Smoothing::nltk4, BleuOptions::Smoothing::exp, BleuOptions::Smoothing::floor, BleuOptions::Smoothing::add_k}) {
                BleuOptions o;
                o.smoothing = smoothing;
                o.effective_order = round % 2 == 0;
                REQUIRE(fine(bleu(references, x, o)));
            }
            REQUIRE(fine(gleu(references, x)));
            REQUIRE(fine(meteor(y, x)));
            REQUIRE(gleu(references, x) == Approx(gleu(std::vector<Tokens>{x}, y)).margin(1e-12));
            for (std::size_t n = 1; n <= 5; ++n) {
                const Overlap o = rouge_n(y, x, n), back = rouge_n(x, y, n);
                REQUIRE((fine(o.precision) && fine(o.recall) && fine(o.f1)));
                REQUIRE(o.f1 == Approx(back.f1).margin(1e-12));
                REQUIRE(o.precision == Approx(back.recall).margin(1e-12));
            }
            REQUIRE(rouge_l(y, x).f1 == Approx(rouge_l(x, y).f1).margin(1e-12));
            if (!x.empty()) {
                REQUIRE(gleu(std::vector<Tokens>{x}, x) == Approx(1));
                REQUIRE(rouge_l(x, x).f1 == Approx(1));
            }
        }
        REQUIRE(fine(chrf(a, b)));
        if (!cut(a, Cutting::characters).empty()) REQUIRE(chrf(a, a) == Approx(1));
        ChrfOptions words_too;
        words_too.word_order = 2;
        REQUIRE(fine(chrf(a, b, words_too)));
    }
}
