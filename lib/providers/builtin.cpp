/// Answers without a language model, the same every time, at no cost.
///
///     extract  the sentences that answer the question best (text/extract.hpp), one space between them; "" where no
///              sentence has a word of the question. Not understanding, only looking up.
///     summary  the sentences that carry most of the text, in about max_tokens tokens (150 where not given)
///     echo     the last user turn
///
/// What is the question and what the text to look in is told in providers/question.hpp. `max_tokens` (estimated, text/tokens.hpp) and
/// `stop` are honoured; nothing is sampled, so temperature, seed and the like hold for nothing. What would need a
/// model is refused: schemas (but for echo: the caller checks what it says), a forced tool call, log-probabilities, reasoning,
/// pictures and sounds. Usage is absent: no tokens are billed. `model` is "builtin/extract" and so on, so that nobody takes it for more.
#include "base/utf8.hpp"
#include "providers/local.hpp"
#include "providers/question.hpp"
#include "text/extract.hpp"
#include "text/tokens.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array<std::string_view, 3> models{"extract", "summary", "echo"};
constexpr std::size_t summary_tokens = 150;

std::string extract(const Request& request) {
    const UserQuestion asked = question_of(request);
    const std::vector<std::string_view> passages(asked.passages.begin(), asked.passages.end());
    ExtractLimits limits;
    limits.tokens = static_cast<std::size_t>(request.options.max_tokens.value_or(0));
    std::string answer;
    for (const Extracted& found : best_sentences(asked.text, passages, limits)) {
        if (!answer.empty()) answer += ' ';
        answer += found.span.of(passages[found.passage]);
    }
    return answer;
}

/// Of what the user gave, without what was asked about it; system turns tell a model what to do and are not to be summarised.
std::string summarise(const Request& request) {
    Request given = request;
    std::erase_if(given.messages, [](const Message& m) { return m.role == Role::system; });
    const UserQuestion asked = question_of(given);
    std::string all;
    for (const std::string& passage : asked.passages) {
        if (!all.empty()) all += "\n\n";
        all += passage;
    }
    const auto most = request.options.max_tokens ? static_cast<std::size_t>(*request.options.max_tokens) : summary_tokens;
    return summary(all.empty() ? asked.text : all, most);
}

std::string echo(const Request& request) {
    const auto turn = std::find_if(request.messages.rbegin(), request.messages.rend(),
                                   [](const Message& m) { return m.role == Role::user; });
    return turn == request.messages.rend() ? std::string{} : turn->text();
}

bool is_unreadable(const Part& part) {
    return part.kind == Part::Kind::media && !is_text(part.media);
}

void refuse_what_needs_a_model(const Request& r) {
    const auto refuse = [&r](std::string_view what) {
        throw Error(Fault::refused, "builtin/{} is no language model: it cannot honour {}", r.model, what);
    };
    if (!r.schema.is_null() && r.model != "echo") refuse("a schema");
    if (r.tool_choice == "required" || r.tool_choice.is_object()) refuse("a forced tool call");
    if (r.options.logprobs) refuse("`logprobs`");
    if (!r.options.reasoning.empty() && r.options.reasoning != "none") refuse("`reasoning`");
    if (!r.options.body.empty()) refuse("`body`");
    for (const Message& turn : r.messages)
        if (r.model != "echo" && std::ranges::any_of(turn.parts, is_unreadable)) refuse("attachments that are no text");
}

/// Cuts at the first stop text and at the most tokens; what finish to report.
std::string cut(std::string& text, const Options& options) {
    std::size_t end = text.size();
    for (const std::string& stop : options.stop)
        if (!stop.empty()) end = std::min(end, text.find(stop));
    text.resize(std::min(end, text.size()));
    if (!options.max_tokens) return "stop";
    const std::size_t within = within_tokens(text, static_cast<std::size_t>(*options.max_tokens)).size();
    if (within == text.size()) return "stop";
    text.resize(within);
    return "length";
}

class BuiltinProvider : public Provider {
public:
    Transport transport() const override { return Transport::local; }

    Completion answer(const Request& request, const DeltaSink& sink) const override {
        if (std::ranges::find(models, request.model) == models.end()) {
            const std::string near = nearest(request.model, models);
            throw Error(Fault::refused, "no model 'builtin/{}'; {}", request.model,
                        near.empty() ? fmt::format("there are {}", fmt::join(models, ", "))
                                     : fmt::format("did you mean 'builtin/{}'?", near));
        }
        refuse_what_needs_a_model(request);
        Completion completion;
        completion.text = sanitise_utf8(request.model == "extract"   ? extract(request)
                                        : request.model == "summary" ? summarise(request)
                                                                     : echo(request));
        completion.finish = cut(completion.text, request.options);
        completion.model = fmt::format("builtin/{}", request.model);
        stream_words(request, completion.text, sink);
        return completion;
    }
};

}  // namespace

extern const ProviderEntry provider_builtin{
    .name = "builtin",
    .about = "no language model at all: extract and summary pick sentences, echo says the prompt again",
    .base_url = "",
    .key_env = "",
    .make = [](const Endpoint&) -> std::unique_ptr<Provider> { return std::make_unique<BuiltinProvider>(); }};

}  // namespace llm
