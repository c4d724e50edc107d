#include "pace/budget.hpp"

#include <algorithm>
#include <string_view>

namespace llm {
namespace {

constexpr long around_request = 1024;   // what providers put before tools, schemas and system prompts
constexpr long around_message = 64;     // roles and separators
constexpr long medium = 65'536;         // images of the largest size cost less, however few bytes they have; and what lies behind an address is not known
constexpr long page = 5'000;            // of a PDF: its text and its picture (Anthropic, "PDF support": 1,500 to 3,000 tokens of text, and an image)
constexpr long pages = 100;             // as many as providers take, where they cannot be counted

long in_body(const Json& body, std::initializer_list<std::string_view> names) {
    long most = 0;
    for (const std::string_view name : names)
        if (const Json& n = member(body, name); n.is_number_integer()) most = std::max(most, n.get<long>());
    return most;
}

long size_of(const Json& j) { return j.is_null() ? 0 : static_cast<long>(dump(j).size()); }

/// By the words that open a page, unless they may be hidden in compressed objects.
long pages_of(std::string_view pdf) {
    if (pdf.find("/ObjStm") != pdf.npos) return pages;
    long n = 0;
    for (std::size_t at = pdf.find("/Type"); at != pdf.npos; at = pdf.find("/Type", at + 1)) {
        const std::size_t name = pdf.find_first_not_of(" \r\n\t", at + 5);
        if (name != pdf.npos && pdf.substr(name, 5) == "/Page" && pdf.substr(name + 5, 1) != "s") ++n;
    }
    return n > 0 ? n : pages;
}

long worst_medium(const Attachment& a) { return a.type == "application/pdf" && a.url.empty() ? std::max(medium, page * pages_of(a.data)) : medium; }

}  // namespace

long worst_input(const Request& request) {
    long n = around_request + size_of(request.tools) + size_of(request.schema) + size_of(request.tool_choice) + size_of(request.options.body);
    for (const Message& m : request.messages) {
        const Json turn = to_json(m);
        n += around_message + static_cast<long>(dump(turn).size());
        for (const Part& part : m.parts)
            if (part.kind == Part::Kind::media) n += worst_medium(part.media);
    }
    return n;
}

std::optional<long> worst_output(const Options& options) {
    const Json& body = options.body;
    // the body's word is the last one, wherever the protocol has it
    long most = std::max({in_body(body, {"max_tokens", "max_completion_tokens", "max_output_tokens"}), in_body(member(body, "generationConfig"), {"maxOutputTokens"}),
                          in_body(member(body, "options"), {"num_predict"})});
    if (options.max_tokens) most = std::max(most, *options.max_tokens);
    if (most <= 0) return std::nullopt;
    return most * std::max({1L, in_body(body, {"n", "best_of"}), in_body(member(body, "generationConfig"), {"candidateCount"})});
}

std::optional<Nano> worst_cost(const Price& price, long input, long output) {
    const auto dearest = [](const Rates& r, double& in, double& out) {
        if (!r.input || !r.output) return false;
        in = std::max({in, *r.input, r.cached.value_or(0), r.cache_write.value_or(0)});
        out = std::max(out, *r.output);
        return true;
    };
    double in = 0, out = 0;
    if (!dearest(price, in, out)) return std::nullopt;
    for (const Price::Step& step : price.steps)
        if (input > step.above && !dearest(step, in, out)) return std::nullopt;
    return nano((in * static_cast<double>(input) + out * static_cast<double>(output)) / 1e6);
}

}  // namespace llm
