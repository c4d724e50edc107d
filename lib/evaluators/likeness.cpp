/// bleu, gleu, rouge, meteor, chrf, f1: how much of a reference's wording an answer has.
#include "base/error.hpp"
#include "evaluators/overlap.hpp"
#include "evaluators/parameters.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::string_view likeness_reference = "text or [text, …]; else the record's reference";
constexpr std::array likeness_types{
    EvaluatorType{"bleu", likeness_reference, "at least, .5",
                  "sentence BLEU as NLTK counts (method 4, NIST tokens); config {style: sacrebleu} for sacrebleu's; {smoothing, "
                  "tokenize, lowercase}"},
    EvaluatorType{"gleu", likeness_reference, "at least, .5",
                  "the smaller of precision and recall over 1- to 4-grams; config {tokenize, lowercase}"},
    EvaluatorType{"rouge-n", likeness_reference, "F1 at least, .75",
                  "n-grams in common; config {n: 1 to 5, measure: f1, precision or recall}"},
    EvaluatorType{"rouge-1", likeness_reference, "F1 at least, .5", "words in common"},
    EvaluatorType{"rouge-2", likeness_reference, "F1 at least, .5", "pairs of words in common"},
    EvaluatorType{"rouge-3", likeness_reference, "F1 at least, .5", "3-grams in common"},
    EvaluatorType{"rouge-4", likeness_reference, "F1 at least, .5", "4-grams in common"},
    EvaluatorType{"rouge-5", likeness_reference, "F1 at least, .5", "5-grams in common"},
    EvaluatorType{"rouge-l", likeness_reference, "F1 at least, .5", "longest common subsequence of words"},
    EvaluatorType{
        "meteor", likeness_reference, "at least, .5",
        "words matched exactly and by stem, in order; no synonyms (METEOR's exact and stem stages); config {alpha, beta, gamma}"},
    EvaluatorType{"chrf", likeness_reference, "at least, .5",
                  "character n-grams in common, 0 to 1; config {char_order: 6, word_order: 0 (2 is chrF++), beta: 2}"},
    EvaluatorType{"f1", likeness_reference, "at least, .5", "words in common, without punctuation and articles"},
};

/// The best of the references.
template <typename F>
std::unique_ptr<Evaluator> best_of(const CheckSpec& spec, double threshold, std::string name, F score) {
    return local_evaluator([spec, threshold, name = std::move(name), score, references = References(spec)](const Case& c) {
        double best = 0;
        for (const std::string& r : references.of(c)) best = std::max(best, score(r, c.answer));
        return scored(spec, best, threshold, name);
    });
}

struct TokenCutter {
    Cutting cutting;
    Flag lower;
    Tokens operator()(std::string_view text) const {
        return cut(lower == Flag::yes ? lowered(text) : std::string{text}, cutting);
    }
};

TokenCutter cutter_of(const CheckSpec& spec, std::string_view otherwise) {
    return {cutting_named(text_setting(spec, "tokenize", otherwise)), flag_setting(spec, "lowercase", Flag::no)};
}

std::vector<Tokens> cut_all(const TokenCutter& cutter, const std::vector<std::string>& texts) {
    std::vector<Tokens> out;
    for (const std::string& t : texts)
        if (Tokens tokens = cutter(t); !tokens.empty()) out.push_back(std::move(tokens));
    return out;
}

BleuOptions bleu_options(const CheckSpec& spec, bool sacrebleu) {
    using enum BleuOptions::Smoothing;
    BleuOptions o;
    const std::string smoothing = text_setting(spec, "smoothing", sacrebleu ? "exp" : "method4");
    if (smoothing == "method4")
        o.smoothing = nltk4;
    else if (smoothing == "none")
        o.smoothing = none;
    else if (smoothing == "exp")
        o.smoothing = exp;
    else if (smoothing == "floor")
        o.smoothing = floor;
    else if (smoothing == "add-k")
        o.smoothing = add_k;
    else
        throw Error(Fault::config, "{}: no smoothing '{}'; there are method4, none, exp, floor, add-k", spec.full_type(),
                    smoothing);
    o.effective_order = o.smoothing != nltk4 && sacrebleu;
    o.value = number_setting(spec, "smoothing_value", 0);
    return o;
}

std::unique_ptr<Evaluator> bleu_evaluator(const CheckSpec& spec) {
    const std::string style = text_setting(spec, "style", "nltk");
    if (style != "nltk" && style != "sacrebleu")
        throw Error(Fault::config, "{}: no style '{}'; there are nltk, sacrebleu", spec.full_type(), style);
    const bool sacrebleu = style == "sacrebleu";
    return local_evaluator([spec, options = bleu_options(spec, sacrebleu), cutter = cutter_of(spec, sacrebleu ? "13a" : "nist"),
                            references = References(spec)](const Case& c) {
        return scored(spec, bleu(cut_all(cutter, references.of(c)), cutter(c.answer), options), .5, "BLEU");
    });
}

std::unique_ptr<Evaluator> gleu_evaluator(const CheckSpec& spec) {
    return local_evaluator([spec, cutter = cutter_of(spec, "nist"), references = References(spec)](const Case& c) {
        return scored(spec, gleu(cut_all(cutter, references.of(c)), cutter(c.answer)), .5, "GLEU");
    });
}

std::unique_ptr<Evaluator> rouge_evaluator(const CheckSpec& spec) {
    const bool lcs = spec.type == "rouge-l";
    const double n = spec.type == "rouge-n" ? number_setting(spec, "n", 1) : lcs ? 1 : spec.type.back() - '0';
    if (n < 1 || n > 9 || n != static_cast<double>(static_cast<int>(n)))
        throw Error(Fault::config, "{}: `n` is {}; it is 1 to 9", spec.full_type(), n);
    const std::string measure = text_setting(spec, "measure", "f1");
    if (measure != "f1" && measure != "precision" && measure != "recall")
        throw Error(Fault::config, "{}: `measure` is '{}'; it is f1, precision or recall", spec.full_type(), measure);
    const std::string name = lcs ? "ROUGE-L" : fmt::format("ROUGE-{}", n);
    return local_evaluator([=, references = References(spec)](const Case& c) {
        const Tokens answer = cut(c.answer, Cutting::rouge);
        const auto value = [&](const Overlap& o) {
            return measure == "f1" ? o.f1 : measure == "recall" ? o.recall : o.precision;
        };
        Overlap best;
        for (const std::string& r : references.of(c)) {
            const Tokens tokens = cut(r, Cutting::rouge);
            const Overlap o = lcs ? rouge_l(tokens, answer) : rouge_n(tokens, answer, static_cast<std::size_t>(n));
            if (value(o) >= value(best)) best = o;
        }
        Verdict v = scored(spec, value(best), spec.type == "rouge-n" ? .75 : .5, measure == "f1" ? name : name + " " + measure);
        v.details = {{"precision", best.precision}, {"recall", best.recall}, {"f1", best.f1}};
        return v;
    });
}

std::unique_ptr<Evaluator> meteor_evaluator(const CheckSpec& spec) {
    const MeteorOptions o{number_setting(spec, "alpha", .9), number_setting(spec, "beta", 3), number_setting(spec, "gamma", .5)};
    return best_of(spec, .5, "METEOR (exact and stem)",
                   [o, cutter = cutter_of(spec, "nist")](const std::string& r, const std::string& a) {
                       return meteor(cutter(r), cutter(a), o);
                   });
}

std::unique_ptr<Evaluator> chrf_evaluator(const CheckSpec& spec) {
    ChrfOptions o;
    const auto order = [&](std::string_view name, double otherwise) {
        const double n = number_setting(spec, name, otherwise);
        if (n < 0 || n > 20) throw Error(Fault::config, "{}: `{}` is {}; it is 0 to 20", spec.full_type(), name, n);
        return static_cast<std::size_t>(n);
    };
    o.char_order = order("char_order", 6);
    o.word_order = order("word_order", 0);
    o.beta = number_setting(spec, "beta", 2);
    const Flag lower = flag_setting(spec, "lowercase", Flag::no);
    return best_of(spec, .5, o.word_order > 0 ? "chrF++" : "chrF", [o, lower](const std::string& r, const std::string& a) {
        return lower == Flag::yes ? chrf(lowered(r), lowered(a), o) : chrf(r, a, o);
    });
}

/// As SQuAD's script and Azure's F1 have it: lower case, ASCII punctuation and articles dropped.
Tokens f1_words(std::string_view text) {
    std::string bare;
    for (const char c : lowered(text))
        if (std::string_view{"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}.find(c) == std::string_view::npos) bare += c;
    Tokens out = cut(bare, Cutting::white_space);
    std::erase_if(out, [](const std::string& w) { return w == "a" || w == "an" || w == "the"; });
    return out;
}

std::unique_ptr<Evaluator> f1_evaluator(const CheckSpec& spec) {
    return best_of(spec, .5, "F1",
                   [](const std::string& r, const std::string& a) { return rouge_n(f1_words(r), f1_words(a), 1).f1; });
}

}  // namespace

extern const EvaluatorEntry evaluator_likeness{"likeness", "wording in common with a reference", likeness_types,
                                               [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
                                                   if (spec.type == "bleu") return bleu_evaluator(spec);
                                                   if (spec.type == "gleu") return gleu_evaluator(spec);
                                                   if (spec.type == "meteor") return meteor_evaluator(spec);
                                                   if (spec.type == "chrf") return chrf_evaluator(spec);
                                                   return spec.type == "f1" ? f1_evaluator(spec) : rouge_evaluator(spec);
                                               }};

}  // namespace llm
