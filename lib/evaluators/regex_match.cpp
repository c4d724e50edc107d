#include "evaluators/regex_match.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace llm {
namespace {

constexpr std::uint32_t most_steps = 10'000'000;
constexpr std::uint32_t most_heap = 64 * 1024;  // KiB

std::string message_of(int code) {
    PCRE2_UCHAR text[200];
    return pcre2_get_error_message(code, text, sizeof text) < 0 ? fmt::format("error {}", code) : reinterpret_cast<const char*>(text);
}

}  // namespace

struct Regex::State {
    std::string pattern;
    pcre2_code* code = nullptr;
    pcre2_match_context* limits = nullptr;
    ~State() {
        pcre2_code_free(code);
        pcre2_match_context_free(limits);
    }
};

Regex::Regex(std::string_view pattern, std::string_view flags) : state_(std::make_unique<State>()) {
    state_->pattern = pattern;
    std::uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF;
    for (const char f : flags) {
        if (f == 'i') options |= PCRE2_CASELESS;
        else if (f == 'm') options |= PCRE2_MULTILINE;
        else if (f == 's') options |= PCRE2_DOTALL;
        else if (f == 'x') options |= PCRE2_EXTENDED;
        else if (f != 'g' && f != 'u' && f != 'y') throw Error(Fault::config, "regex: no flag '{}'; there are i, m, s, u, x", f);
    }
    int error = 0;
    PCRE2_SIZE at = 0;
    state_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options, &error, &at, nullptr);
    if (state_->code == nullptr)
        throw Error(Fault::config, "regex: '{}' cannot be read at byte {}: {}", truncate_utf8(pattern, 120), at + 1, message_of(error));
    pcre2_jit_compile(state_->code, PCRE2_JIT_COMPLETE);  // slower without, right all the same
    state_->limits = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(state_->limits, most_steps);
    pcre2_set_heap_limit(state_->limits, most_heap);
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::run(std::string_view given, unsigned options) const {
    std::string mended;
    std::string_view text = given;
    if (!is_utf8(given)) text = mended = sanitise_utf8(given);
    pcre2_match_data* found = pcre2_match_data_create(1, nullptr);
    const auto match = [&](unsigned more) {
        return pcre2_match(state_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, options | more | PCRE2_NO_UTF_CHECK, found, state_->limits);
    };
    int code = match(0);
    if (code == PCRE2_ERROR_JIT_STACKLIMIT) code = match(PCRE2_NO_JIT);  // the interpreter keeps its state on the heap
    pcre2_match_data_free(found);
    if (code >= 0) return true;
    if (code == PCRE2_ERROR_NOMATCH) return false;
    throw Error(Fault::data, "regex: '{}' cannot be decided on a text of {} bytes: {}", truncate_utf8(state_->pattern, 120), text.size(), message_of(code));
}

bool Regex::matches(std::string_view text) const { return run(text, 0); }
bool Regex::matches_whole(std::string_view text) const { return run(text, PCRE2_ANCHORED | PCRE2_ENDANCHORED); }

}  // namespace llm
