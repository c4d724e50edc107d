#include "cache/agree.hpp"

#include "base/utf8.hpp"
#include "chat/canonical_json.hpp"
#include "text/gate.hpp"
#include "text/normalise.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t short_text = 8;            // words
constexpr std::size_t compared = 16 * 1024;      // bytes of a text that are embedded or judged

Json read(std::string_view response) { return read_json(response); }

/// What was called with what; the ids are made up anew each time.
Json calls_of(const Json& response) {
    Json out = Json::array();
    for (const Json& call : member(response, "tool_calls")) {
        Json one = call;
        if (one.is_object()) one.erase("id");
        out.push_back(std::move(one));
    }
    return out;
}

std::string plain(std::string_view text) {
    std::string out;
    for (const char c : fold(text)) {
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            out += c;
        }
    }
    while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
    return out;
}

bool is_short(std::string_view text) { return static_cast<std::size_t>(std::ranges::count(plain(text), ' ')) + 1 < short_text; }

double cosine(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) sum += double{a[i]} * double{b[i]};
    return sum;
}

/// The order of members does not count.
bool equal_json(const Json& a, const Json& b) {
    std::string left, right;
    append_canonical_json(left, a);
    append_canonical_json(right, b);
    return left == right;
}

bool is_json(const Json& response) { return !member(response, "json").is_null() || !calls_of(response).empty(); }

}  // namespace

bool equal_answers(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const Json left = read(a), right = read(b);
    if (!left.is_object() || !right.is_object()) return false;
    if (!equal_json(calls_of(left), calls_of(right))) return false;
    if (const Json &x = member(left, "json"), &y = member(right, "json"); !x.is_null() || !y.is_null()) return equal_json(x, y);
    return plain(text_of(left, "text")) == plain(text_of(right, "text"));
}

Task<bool> answers_agree(Semantic& embedder, const AgreeOptions& options, std::string question, std::string a, std::string b) {
    if (equal_answers(a, b)) co_return true;
    const Json left = read(a), right = read(b);
    const std::string x{truncate_utf8(text_of(left, "text"), compared)}, y{truncate_utf8(text_of(right, "text"), compared)};
    if (x.empty() || y.empty()) co_return false;
    try {
        if (options.judge) {
            const bool same = co_await options.judge(question, x, y);
            co_return same;
        }
        if (options.alike > 1 || is_json(left) || is_json(right)) co_return false;
        if (is_short(x) || is_short(y)) co_return false;
        if (differs(x, y)) co_return false;
        const Vector first = co_await embedder.vector_of(x);
        const Vector second = co_await embedder.vector_of(y);
        co_return cosine(first, second) >= options.alike;
    } catch (const Error&) {
        co_return false;
    }
}

}  // namespace llm
