#include "route/subject.hpp"

#include "ask/attachment.hpp"
#include "base/error.hpp"
#include "route/jq_value.hpp"
#include "text/tokens.hpp"

#include <algorithm>

namespace llm {
namespace {

/// The text of a JSON string: a piece of it where nothing is escaped, else put into `kept`.
std::string_view plain(std::string_view raw, std::string& kept) {
    if (raw.find('\\') == std::string_view::npos) return raw.substr(1, raw.size() - 2);
    kept = unescape(raw);
    return kept;
}

constexpr long tokens_of_a_turn = 4;  // as llm-ask estimates them

}  // namespace

const std::vector<Message>& Subject::messages() {
    if (!messages_) messages_ = record_.has("messages") ? messages_of(record_.get("messages")) : std::vector<Message>{};
    return *messages_;
}

std::string_view Subject::text() {
    if (text_) return *text_;
    if (on_) {
        const auto given = on_->text(record_);
        kept_ = given.value_or("");
        text_ = kept_;
    } else if (const auto prompt = record_.raw("prompt")) {
        if (prompt->front() != '"') throw Error(Fault::data, "'prompt' must be a text");
        text_ = plain(*prompt, kept_);
    } else if (record_.has("messages")) {
        const auto& turns = messages();
        const auto last = std::find_if(turns.rbegin(), turns.rend(), [](const Message& m) { return m.role == Role::user; });
        kept_ = last == turns.rend() ? std::string{} : last->text();
        text_ = kept_;
    } else {
        throw Error(Fault::data, "nothing to route: the record has neither 'prompt' nor 'messages'; make one with -t, for instance -t '{{{{text}}}}'");
    }
    return *text_;
}

long Subject::tokens() {
    if (tokens_) return *tokens_;
    std::size_t n = 0;
    std::string kept;
    for (const std::string_view name : {"prompt", "system"})
        if (const auto raw = record_.raw(name)) n += raw->front() == '"' ? estimate_tokens(plain(*raw, kept)) + tokens_of_a_turn : 0;
    if (record_.has("messages"))
        for (const Message& m : messages()) n += estimate_tokens(m.text()) + tokens_of_a_turn;
    for (const std::string_view name : {"context", "tools", "schema"})
        if (const auto raw = record_.raw(name)) n += estimate_tokens(*raw);
    tokens_ = static_cast<long>(n);
    return *tokens_;
}

Language Subject::language() {
    if (!language_) language_ = guess_language(text());
    return *language_;
}

const std::vector<std::string>& Subject::attachments() {
    if (attachments_) return *attachments_;
    attachments_.emplace();
    if (record_.has("attachments"))
        for (const Json& a : record_.get("attachments")) {
            const std::string type = text_of(a, "type");
            const std::string name = text_of(a, "path", text_of(a, "url"));
            attachments_->push_back(type.empty() ? mime_type(name, {}) : type);
        }
    if (record_.has("messages") && record_.raw("messages")->find("\"type\"") != std::string_view::npos)
        for (const Message& m : messages())
            for (const Part& p : m.parts)
                if (p.kind == Part::Kind::media) attachments_->push_back(p.media.type);
    return *attachments_;
}

bool Subject::has_image() {
    return std::ranges::any_of(attachments(), [](const std::string& type) { return type.starts_with("image"); });
}

}  // namespace llm
