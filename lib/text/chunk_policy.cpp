#include "base/error.hpp"
#include "base/ascii.hpp"
#include "text/chunk.hpp"
#include "text/lines.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace llm {
namespace {

struct Kind {
    std::string_view name;
    Chunking how;
    std::size_t arguments;
    std::size_t tokens;
};
constexpr std::array<Kind, 6> kinds{{{"turn", Chunking::turn, 0, 200},
                                     {"sentence", Chunking::sentence, 0, 200},
                                     {"paragraph", Chunking::paragraph, 2, 200},
                                     {"heading", Chunking::heading, 1, 400},
                                     {"whole", Chunking::whole, 0, 200},
                                     {"code", Chunking::code, 1, 400}}};
constexpr std::array<std::string_view, 6> kind_names{"turn",    "sentence", "paragraph",
                                                     "heading", "whole",    "code"};

constexpr std::size_t least_tokens = 8, most_tokens = 100'000, most_overlap = 50;

std::size_t number(std::string_view what, std::string_view digits, std::size_t least, std::size_t most,
                   std::string_view whole) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value < least || value > most)
        throw Error(Fault::usage, "--chunk '{}': {} is '{}'; give a whole number from {} to {}", whole, what,
                    digits, least, most);
    return value;
}

}  // namespace

ChunkPolicy parse_chunk_policy(std::string_view given) {
    const std::string_view whole = trimmed(given);
    const std::size_t open = std::min(whole.find('('), whole.size());
    const std::string_view name = trimmed(whole.substr(0, open));
    const auto* const kind = std::ranges::find(kinds, name, &Kind::name);
    if (kind == kinds.end()) {
        const std::string near = nearest(name, kind_names);
        throw Error(Fault::usage,
                    "--chunk '{}': no such way to chunk{}; there are turn, sentence, paragraph(N, overlap), "
                    "heading(N), whole and code(N)",
                    given, near.empty() ? "" : "; did you mean '" + near + "'?");
    }
    ChunkPolicy policy{kind->how, kind->tokens, 0};
    if (open == whole.size()) return policy;
    if (kind->arguments == 0) throw Error(Fault::usage, "--chunk '{}': '{}' takes no number", given, name);
    if (!whole.ends_with(')'))
        throw Error(Fault::usage, "--chunk '{}': the bracket is not closed; write '{}(200)'", given, name);

    const std::string_view inside = whole.substr(open + 1, whole.size() - open - 2);
    const std::size_t comma = inside.find(',');
    policy.tokens =
        number("the size in tokens", trimmed(inside.substr(0, comma)), least_tokens, most_tokens, given);
    if (comma == std::string_view::npos) return policy;
    if (kind->arguments < 2) throw Error(Fault::usage, "--chunk '{}': '{}' takes one number", given, name);
    policy.overlap =
        number("the overlap in sentences", trimmed(inside.substr(comma + 1)), 0, most_overlap, given);
    return policy;
}

std::string spelling(const ChunkPolicy& policy) {
    const auto* const kind = std::ranges::find(kinds, policy.how, &Kind::how);
    if (kind->arguments == 0) return std::string(kind->name);
    if (kind->arguments == 1) return fmt::format("{}({})", kind->name, policy.tokens);
    return fmt::format("{}({}, {})", kind->name, policy.tokens, policy.overlap);
}

}  // namespace llm
