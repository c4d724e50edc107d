#include "route/classify.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "text/tokens.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t longest_text = 2000;  // tokens

bool blank_or_quote(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' || c == '\'' || c == '`' || c == '*' || c == '.'; }

std::string_view bare(std::string_view s) {
    while (!s.empty() && blank_or_quote(s.front())) s.remove_prefix(1);
    while (!s.empty() && blank_or_quote(s.back())) s.remove_suffix(1);
    return s;
}

bool same(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string named_in_json(std::string_view answer) {
    const Json j = read_json(answer);
    if (!j.is_object() || j.size() != 1 || !j.front().is_string()) return {};
    return j.front().get<std::string>();
}

}  // namespace

Request sorting_request(const ClassifierRule& rule, std::string_view text) {
    std::string system = rule.instruction.empty() ? "You sort requests so that each reaches whoever can serve it. Do not serve the request; say which of these labels fits it best."
                                                  : rule.instruction;
    system += "\n\nLabels:\n";
    for (const auto& l : rule.labels) system += l.about.empty() ? fmt::format("- {}\n", l.label) : fmt::format("- {}: {}\n", l.label, l.about);
    system += "\nAnswer with the label and nothing else.";
    Request request;
    request.messages.push_back(Message::of(Role::system, std::move(system)));
    request.messages.push_back(Message::of(Role::user, std::string{within_tokens(text, longest_text)}));
    if (!rule.options.is_null()) request.options = options_of(rule.options);
    return request;
}

const ClassifierRule::Label* label_in(const ClassifierRule& rule, std::string_view answer) {
    std::string said{bare(answer)};
    if (said.starts_with('{')) said = named_in_json(said);
    if (const std::size_t colon = said.find(':'); colon != std::string::npos && same(bare(std::string_view{said}.substr(0, colon)), "label")) said = said.substr(colon + 1);
    const std::string_view word = bare(said);
    for (const auto& l : rule.labels)
        if (same(word, l.label)) return &l;
    return nullptr;
}

Task<Sorted> sort_by_model(Caller& caller, const ResolvedModel& model, const ClassifierRule& rule, std::string text) {
    Sorted sorted;
    try {
        Request request = sorting_request(rule, text);
        CallSink sink;
        CallContext context;
        const Answer answer = co_await caller.call(model, std::move(request), std::move(sink), std::move(context));
        sorted.cost = answer.cost;
        sorted.label = label_in(rule, answer.completion.text);
        sorted.why = fmt::format("{} says '{}'", model.full_name(), truncate_utf8(answer.completion.text, 60));
        if (!sorted.label) sorted.why += ", which is none of its labels";
    } catch (const Error& e) {
        sorted.why = fmt::format("{} gave no answer: {}", model.full_name(), e.what());
    }
    co_return sorted;
}

}  // namespace llm
