#include "text/pattern.hpp"

#include "base/error.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

namespace llm {
namespace {

constexpr std::uint32_t most_steps = 5'000'000;

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string words_for(int code) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(code, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

template <auto free_it>
struct Freed {
    template <typename T>
    void operator()(T* p) const {
        free_it(p);
    }
};

}  // namespace

struct Pattern::Compiled {
    std::unique_ptr<pcre2_code, Freed<pcre2_code_free>> code;
    std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>> match;
    std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>> limits;
};

Pattern::Pattern(std::string_view pattern) : source_(pattern), compiled_(std::make_unique<Compiled>()) {
    int code = 0;
    PCRE2_SIZE at = 0;
    compiled_->code.reset(pcre2_compile(units(source_), source_.size(), PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &code, &at, nullptr));
    if (!compiled_->code)
        throw Error(Fault::config, "'{}' is no regular expression: {} at character {}", source_, words_for(code), at + 1);
    pcre2_jit_compile(compiled_->code.get(), PCRE2_JIT_COMPLETE);  // where it cannot, matching interprets
    compiled_->match.reset(pcre2_match_data_create_from_pattern(compiled_->code.get(), nullptr));
    compiled_->limits.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(compiled_->limits.get(), most_steps);
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

std::optional<std::string_view> Pattern::first_in(std::string_view text) const {
    const auto match = [&](std::uint32_t options) {
        return pcre2_match(compiled_->code.get(), units(text), text.size(), 0, options, compiled_->match.get(), compiled_->limits.get());
    };
    int found = match(0);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) found = match(PCRE2_NO_JIT);  // the interpreter keeps its state on the heap
    if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
    if (found < 0)
        throw Error(Fault::data, "the regular expression '{}' gave up on a text of {} bytes: {}; write it without nested repetitions", source_,
                    text.size(), words_for(found));
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(compiled_->match.get());
    return text.substr(ends[0], ends[1] - ends[0]);
}

bool Pattern::found_in(std::string_view text) const { return first_in(text).has_value(); }

}  // namespace llm
