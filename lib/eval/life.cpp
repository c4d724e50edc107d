#include "eval/life.hpp"

#include "base/error.hpp"
#include "chat/otel.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace llm {
namespace {

/// Text, or the text of the last message of a list.
std::string said(const Json& j) {
    if (j.is_string()) return j.get<std::string>();
    if (j.is_array() && !j.empty()) return text_of(j.back(), "content");
    if (const Json& text = member(j, "text"); text.is_string()) return text.get<std::string>();
    if (const Json& json = member(j, "json"); !json.is_null()) return dump(json);
    return {};
}

std::string right_answer(const Json& record) {
    for (const char* name : {"correction", "preferred", "preferred_output"})
        if (std::string text = said(member(record, name)); !text.empty()) return text;
    throw Error(Fault::data, "there is no right answer: 'correction' (or 'preferred', 'preferred_output') is missing");
}

constexpr std::array<std::pair<const char*, const char*>, 7> options{{{"gen_ai_request_max_tokens", "max_tokens"},
                                                                      {"gen_ai_request_temperature", "temperature"},
                                                                      {"gen_ai_request_top_p", "top_p"},
                                                                      {"gen_ai_request_top_k", "top_k"},
                                                                      {"gen_ai_request_frequency_penalty", "frequency_penalty"},
                                                                      {"gen_ai_request_presence_penalty", "presence_penalty"},
                                                                      {"gen_ai_request_seed", "seed"}}};

Json not_again(const std::string& wrong) { return Json::array({Json{{"type", "not-equals"}, {"value", wrong}}}); }

}  // namespace

Json case_of_call(const Json& shown) {
    Json made{{"id", fmt::format("call-{}", member(shown, "id").is_null() ? 0 : member(shown, "id").get<std::int64_t>())}};
    const Json& system = member(shown, "gen_ai_system_instructions");
    Json turns = Json::array();
    for (const Message& m : messages_of_otel(system.is_null() ? "" : dump(system), dump(member(shown, "gen_ai_input_messages")), [](const std::string&) { return std::nullopt; }))
        turns.push_back(to_json(m));
    made["messages"] = std::move(turns);
    for (const auto& [theirs, ours] : options)
        if (const Json& value = member(shown, theirs); !value.is_null()) made["options"][ours] = value;
    if (const Json& stop = member(shown, "gen_ai_request_stop_sequences"); !stop.is_null()) made["options"]["stop"] = stop;
    if (const Json& output = member(shown, "gen_ai_output_messages"); !output.is_null()) {
        const Completion answer = completion_of_otel(dump(output));
        if (!answer.text.empty()) made["reference"] = answer.text;
    }
    Json about{{"time", member(shown, "time")}, {"model", text_of(shown, "gen_ai_provider_name") + "/" + text_of(shown, "gen_ai_request_model")}};
    if (const std::string record = text_of(shown, "record_id"); !record.empty()) about["record"] = record;
    made["metadata"] = std::move(about);
    return made;
}

Json corrected(Json made, const Json& correction) {
    const std::string wrong = text_of(made, "reference");
    const std::string right = right_answer(correction);
    made["reference"] = right;
    if (!wrong.empty() && wrong != right) made["expect"] = not_again(wrong);
    return made;
}

Json case_of_correction(const Json& record) {
    Json made = Json::object();
    if (!member(record, "id").is_null()) made["id"] = record["id"];
    for (const char* name : {"prompt", "messages", "system", "options", "context"})
        if (!member(record, name).is_null()) made[name] = record[name];
    if (const Json& input = member(member(record, "input"), "messages"); !input.is_null() && !made.contains("messages")) made["messages"] = input;
    if (made.contains("system")) {  // a case has no system prompt of its own: it is a turn
        Json turns = Json::array({Json{{"role", "system"}, {"content", made["system"]}}});
        if (made.contains("messages"))
            for (const Json& turn : made["messages"]) turns.push_back(turn);
        else if (made.contains("prompt")) turns.push_back(Json{{"role", "user"}, {"content", made["prompt"]}});
        made.erase("system");
        made.erase("prompt");
        made["messages"] = std::move(turns);
    }
    if (!made.contains("prompt") && !made.contains("messages")) throw Error(Fault::data, "there is nothing that was asked: neither 'prompt' nor 'messages'");
    const std::string right = right_answer(record);
    made["reference"] = right;
    std::string wrong = said(member(record, "non_preferred_output"));
    if (wrong.empty()) wrong = said(member(record, "response"));
    if (!wrong.empty() && wrong != right) made["expect"] = not_again(wrong);
    return made;
}

Reviewable reviewable(const Record& record, const Result& r, const std::string& metric) {
    Reviewable c;
    c.line = record.line();
    c.group = r.group();
    c.judged = r.judged();
    c.passed = r.outcome == Result::Outcome::passed;
    c.score = r.score;
    double low = 1, high = 0;
    for (const ResultCheck& check : r.checks) {
        low = std::min(low, check.score);
        high = std::max(high, check.score);
        if (check.name == metric) c.score = check.score;
    }
    if (!metric.empty()) c.judged = c.judged && std::ranges::any_of(r.checks, [&](const ResultCheck& k) { return k.name == metric; });
    if (r.checks.size() > 1) c.spread = high - low;
    return c;
}

std::vector<std::size_t> pick(const std::vector<Reviewable>& all, Pick how, std::size_t count, std::uint64_t seed) {
    std::map<std::string_view, std::pair<int, int>> groups;  // passed, judged
    if (how == Pick::disagreement)
        for (const Reviewable& c : all)
            if (c.judged) {
                auto& [passed, judged] = groups[c.group];
                passed += c.passed ? 1 : 0;
                ++judged;
            }
    std::mt19937_64 chance{seed};
    std::vector<std::pair<double, std::size_t>> ranked;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double luck = static_cast<double>(chance() >> 11);
        const Reviewable& c = all[i];
        if (!c.judged) continue;
        double rank = luck;
        if (how == Pick::lowest) rank = -c.score;
        if (how == Pick::disagreement) {
            const auto [passed, judged] = groups[c.group];
            const double p = static_cast<double>(passed) / judged;
            rank = std::max(c.spread, 4 * p * (1 - p));
        }
        ranked.emplace_back(rank, i);
    }
    std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) { return a.first > b.first; });
    if (ranked.size() > count) ranked.resize(count);
    std::vector<std::size_t> places;
    for (const auto& [rank, i] : ranked) places.push_back(i);
    std::ranges::sort(places);
    return places;
}

}  // namespace llm
