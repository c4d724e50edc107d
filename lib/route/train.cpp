#include "route/train.hpp"

#include "ask/form.hpp"
#include "base/error.hpp"
#include "record/scan.hpp"
#include "route/scorer.hpp"
#include "route/splits.hpp"
#include "text/tokens.hpp"

#include <algorithm>
#include <utility>

namespace llm {
namespace {

std::string prompt_of(const Record& record) {
    static const Form form{RequestSpec{}};
    return question_text(form.read(record).request);
}

std::string id_of(const Record& record) {
    const auto id = record.id();
    if (!id) return {};
    return id->front() == '"' ? unescape(*id) : std::string{*id};
}

std::optional<double> number(const Json& j) { return j.is_number() ? std::optional{j.get<double>()} : std::nullopt; }

std::optional<double> quality_of_eval(const Json& eval) {
    if (const auto score = number(member(eval, "score"))) return std::clamp(*score, 0.0, 1.0);
    const Json& pass = member(eval, "pass");
    if (pass.is_boolean()) return pass.get<bool>() ? 1.0 : 0.0;
    return {};
}

std::string group_of(const Record& record, const std::string& member_name) {
    const Json value = record.get(member_name);
    if (value.is_null())
        throw Error(Fault::data, "the record has no member '{}' to group by", member_name);
    return value.is_string() ? value.get<std::string>() : dump(value);
}

}  // namespace

OutcomeReader::OutcomeReader(Options options) : options_(std::move(options)) {}

OutcomeReader::Half OutcomeReader::half_of(const Json& given, std::string_view side) {
    Half out;
    if (given.is_null()) return out;
    if (!given.is_object()) throw Error(Fault::data, "'{}' is no object; write {{\"correct\": true or false, \"text\": …}}", side);
    if (const Json& correct = member(given, "correct"); correct.is_boolean()) {
        out.quality = correct.get<bool>() ? 1 : 0;
    } else if (!correct.is_null()) {
        throw Error(Fault::data, "'{}.correct' is {}, not true or false; use 'score' for a number from 0 to 1", side, dump(correct));
    } else if (const auto score = number(member(given, "score"))) {
        if (*score < 0 || *score > 1) throw Error(Fault::data, "'{}.score' is {}, not 0 to 1; call it 'rating' where it is on a scale of its own", side, *score);
        out.quality = score;
    } else if (const auto rating = number(member(given, "rating"))) {
        out.rating = rating;
        least_rating_ = std::min(least_rating_.value_or(*rating), *rating);
        largest_rating_ = std::max(largest_rating_.value_or(*rating), *rating);
    }
    out.text = text_of(given, "text");
    out.cost = number(member(given, "cost"));
    const auto tokens = number(member(member(given, "usage"), "output"));
    out.tokens = tokens ? static_cast<std::size_t>(std::max(0.0, *tokens)) : estimate_tokens(out.text);
    return out;
}

std::optional<Side> OutcomeReader::side_of(const Record& record) const {
    if (!options_.side_of) return {};
    const Json response = record.get("response");
    if (const std::string provider = text_of(response, "provider"), model = text_of(response, "model"); !provider.empty() && !model.empty()) {
        const std::string full = model.starts_with(provider + "/") ? model : provider + "/" + model;
        if (const auto side = options_.side_of(full)) return side;
    }
    if (const auto model = record.text("model"))
        if (const auto side = options_.side_of(*model)) return side;
    const std::string routed = text_of(record.get("route"), "model");
    return routed.empty() ? std::nullopt : options_.side_of(routed);
}

void OutcomeReader::add_verdict(const Record& record) {
    const std::string id = id_of(record);
    if (id.empty()) throw Error(Fault::data, "a record with 'eval' wants an 'id', by which the models' outcomes are joined");
    const auto side = side_of(record);
    if (!side) throw Error(Fault::data, "it is not told whose answer this is; give --weak and --strong the names that stand in 'model' or 'response'");
    const auto quality = quality_of_eval(record.get("eval"));
    if (!quality) throw Error(Fault::data, "'eval' has neither 'score' nor 'pass'");
    const bool own = record.has("prompt") || record.has("messages");
    const Json response = record.get("response");
    std::optional<LoggedAnswer> logged;
    if (options_.logged && (!own || response.is_null())) logged = options_.logged(id, *side);
    if (!own && !logged) throw Error(Fault::data, "neither the record nor the journal has the prompt of '{}'; give --from-log, or records with their prompts", id);

    const auto [at, fresh] = by_id_.try_emplace(id, drafts_.size());
    if (fresh) drafts_.emplace_back();
    Draft& draft = drafts_[at->second];
    if (draft.prompt.empty()) draft.prompt = own ? prompt_of(record) : logged->prompt;
    if (draft.group.empty() && !options_.group.empty()) draft.group = group_of(record, options_.group);
    Half& half = *side == Side::weak ? draft.weak : draft.strong;
    half.quality = quality;
    half.text = response.is_null() && logged ? logged->answer : text_of(response, "text");
    half.cost = response.is_null() && logged ? logged->cost : number(member(response, "cost"));
    half.tokens = estimate_tokens(half.text);
}

void OutcomeReader::add(const Record& record) {
    const bool pair = record.has("weak") || record.has("strong");
    if (!pair && record.has("eval")) return add_verdict(record);
    if (!pair && options_.need == Options::Need::outcomes)
        throw Error(Fault::data, "the record tells no outcome; it wants 'weak' and 'strong' with 'correct', 'score' or 'rating', or 'eval' with 'id' and 'model'");
    Draft draft;
    draft.prompt = prompt_of(record);
    if (!options_.group.empty()) draft.group = group_of(record, options_.group);
    draft.weak = half_of(record.get("weak"), "weak");
    draft.strong = half_of(record.get("strong"), "strong");
    drafts_.push_back(std::move(draft));
}

std::vector<OutcomeRow> OutcomeReader::take() {
    if (least_rating_ && *least_rating_ == *largest_rating_)
        throw Error(Fault::data, "all ratings are {}; there is nothing to learn from them", *least_rating_);
    double sum = 0;
    std::size_t known = 0;
    for (Draft& d : drafts_) {
        for (Half* half : {&d.weak, &d.strong})
            if (half->rating) half->quality = (*half->rating - *least_rating_) / (*largest_rating_ - *least_rating_);
        if (!d.strong.quality) continue;
        sum += *d.strong.quality;
        ++known;
    }
    const double usual = known == 0 ? 1 : sum / static_cast<double>(known);
    std::vector<OutcomeRow> out;
    for (Draft& d : drafts_) {
        if (options_.need == Options::Need::outcomes && !d.weak.quality) {
            ++incomplete_;
            continue;
        }
        if (!d.strong.quality && d.weak.quality) ++assumed_;
        OutcomeRow row;
        row.outcome = {std::move(d.prompt), std::move(d.weak.text), d.weak.quality.value_or(0), d.strong.quality.value_or(usual)};
        row.group = std::move(d.group);
        row.weak_cost = d.weak.cost;
        row.strong_cost = d.strong.cost;
        row.weak_tokens = d.weak.tokens;
        row.strong_tokens = d.strong.tokens;
        out.push_back(std::move(row));
    }
    drafts_.clear();
    by_id_.clear();
    return out;
}

std::vector<Outcome> outcomes_of(std::span<const OutcomeRow> rows) {
    std::vector<Outcome> out;
    for (const OutcomeRow& row : rows) out.push_back(row.outcome);
    return out;
}

std::vector<double> scores_kept_out(std::span<const OutcomeRow> rows, std::size_t folds, Apart apart, std::uint64_t seed, const LearnOptions& options,
                                    const BuiltinEmbedder& embedder) {
    std::vector<std::size_t> fold;
    if (apart == Apart::prompts) {
        for (const OutcomeRow& row : rows) fold.push_back(fold_of(row.outcome.prompt, folds, seed));
    } else {
        std::vector<std::string> groups;
        for (const OutcomeRow& row : rows) groups.push_back(row.group);
        fold = folds_by_group(groups, folds, seed);
    }
    LearnOptions uncalibrated = options;  // their order is all that is judged, and calibrating fits each router four times
    uncalibrated.calibration_folds = 0;
    std::vector<double> scores(rows.size());
    for (std::size_t f = 0; f < folds; ++f) {
        std::vector<Outcome> kept;
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (fold[i] != f) kept.push_back(rows[i].outcome);
        if (kept.size() == rows.size()) continue;
        const Router router = Router::train(kept, embedder, uncalibrated);
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (fold[i] == f) scores[i] = router.score(rows[i].outcome.prompt, rows[i].outcome.answer) - router.typical();
    }
    return scores;
}

std::vector<Scored> scored_rows(std::span<const OutcomeRow> rows, std::span<const double> scores, const CostModel& costs) {
    const bool recorded = std::all_of(rows.begin(), rows.end(), [](const OutcomeRow& r) { return r.weak_cost && r.strong_cost; });
    const bool by_token = costs.weak_per_token && costs.strong_per_token;
    std::vector<Scored> out;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const OutcomeRow& row = rows[i];
        Scored s{scores[i], row.outcome.weak, row.outcome.strong, 0, 1};
        if (by_token) {
            s.weak_cost = *costs.weak_per_token * static_cast<double>(row.weak_tokens);
            s.strong_cost = *costs.strong_per_token * static_cast<double>(row.strong_tokens);
        } else if (recorded) {
            s.weak_cost = *row.weak_cost;
            s.strong_cost = *row.strong_cost;
        }
        out.push_back(s);
    }
    return out;
}

}  // namespace llm
