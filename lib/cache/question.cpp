#include "cache/question.hpp"

#include "base/error.hpp"
#include "chat/canonical.hpp"
#include "text/normalise.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace llm {
namespace {

/// Members that say nothing about what is asked.
constexpr std::array<std::string_view, 10> beside_the_question{"id",    "cache",     "response", "error", "raw",
                                                               "eval",  "expect",    "reference", "route", "guard"};
/// Members that canonical_bytes has.
constexpr std::array<std::string_view, 9> of_the_request{"prompt", "messages", "system",      "model",  "options",
                                                         "schema", "tools",    "attachments", "context"};

Message* last_user_turn(Request& request) {
    const auto it = std::find_if(request.messages.rbegin(), request.messages.rend(), [](const Message& m) { return m.role == Role::user; });
    return it == request.messages.rend() ? nullptr : &*it;
}

/// Takes the turn's text out; pictures and the like stay.
void blank(Message& turn) {
    std::erase_if(turn.parts, [](const Part& p) { return p.kind == Part::Kind::text; });
}

/// Takes `text` out of the turn where it stands, so that what stands around it still tells questions apart. Where it does not stand there, the whole turn does.
void cut_out(Message& turn, std::string_view text) {
    for (Part& p : turn.parts) {
        if (p.kind != Part::Kind::text) continue;
        for (std::size_t at = 0; !text.empty() && (at = p.text.find(text, at)) != std::string::npos; ++at) p.text.replace(at, text.size(), 1, '\0');
    }
}

void append(std::string& out, std::string_view name, std::string_view bytes) {
    out += fmt::format("{}:{}{}:", name.size(), name, bytes.size());
    out += bytes;
}

}  // namespace

std::string command_meaning(const std::vector<std::string>& argv) {
    std::string out = "command ";
    for (const std::string& word : argv) {
        append(out, "word", word);
        const std::size_t equals = word.find('=');
        const std::string file = word.starts_with("-") && equals != std::string::npos ? word.substr(equals + 1) : word;
        std::error_code ignored;
        if (file.empty() || !std::filesystem::is_regular_file(file, ignored)) continue;
        std::ifstream in{file, std::ios::binary};
        const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        append(out, "file", sha256_hex(bytes));
    }
    return out;
}

Questions::Questions(const Form& form, const Models& models, QuestionOptions options)
    : form_(form), models_(models), options_(std::move(options)) {
    if (!options_.on.empty()) on_.emplace(options_.on);
}

const ResolvedModel& Questions::resolved(const std::string& asked) {
    auto& slot = resolved_[asked];
    if (!slot) slot = std::make_unique<ResolvedModel>(models_.resolve(asked));
    return *slot;
}

Question Questions::of(Record& record) {
    form_.write_into(record);
    if (!options_.command.empty()) return of_command(record);
    Asking asking = form_.read(record);
    Question q;
    if (!asking.model.empty()) {
        const ResolvedModel& model = resolved(asking.model);
        apply_alias(asking, model);
        q.model = model.full_name();
    } else if (options_.space_is == QuestionOptions::Space::assumed) {
        throw Error(Fault::data, "no model is known here, so answers of different models would be mixed up; give -m NAME, or --namespace NAME to say that they may be");
    }
    q.key = CacheKey::of(options_.space, canonical_bytes(asking.request, q.model, canonical));
    if (options_.fingerprint == QuestionOptions::Fingerprint::yes) {
        choose_text(record, q, asking.request);
        q.fingerprint += canonical_bytes(asking.request, q.model, canonical);
        q.fingerprint = sha256_hex(q.fingerprint).substr(0, 32);
    }
    return q;
}

/// Everything the command is given counts: its template may use any member.
Question Questions::of_command(const Record& record) {
    Question q;
    const bool asks = record.has("prompt") || record.has("messages");
    std::vector<std::string_view> names;
    for (const MemberSpan& m : record.scanned().members)
        names.push_back(std::string_view{record.line()}.substr(m.key_begin, m.key_end - m.key_begin));
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::string rest;
    for (const std::string_view name : names) {
        if (std::ranges::find(beside_the_question, name) != beside_the_question.end()) continue;
        if (asks && std::ranges::find(of_the_request, name) != of_the_request.end()) continue;
        append(rest, name, record.raw(name).value_or("null"));
    }
    std::string meaning = options_.command + rest;
    if (!asks) {
        q.key = CacheKey::of(options_.space, meaning);
        if (options_.fingerprint == QuestionOptions::Fingerprint::yes)
            throw Error(Fault::data, "nothing to compare: the record has neither 'prompt' nor 'messages'; give the template to llm-cache, not to the command");
        return q;
    }
    Asking asking = form_.read(record);
    q.model = asking.model;
    q.key = CacheKey::of(options_.space, meaning + canonical_bytes(asking.request, q.model, canonical));
    if (options_.fingerprint == QuestionOptions::Fingerprint::yes) {
        choose_text(record, q, asking.request);
        q.fingerprint += meaning + canonical_bytes(asking.request, q.model, canonical);
        q.fingerprint = sha256_hex(q.fingerprint).substr(0, 32);
    }
    return q;
}

/// Leaves in `request` what is not the text, and in `fingerprint` what belongs to it besides.
void Questions::choose_text(const Record& record, Question& q, Request& request) {
    Message* turn = last_user_turn(request);
    if (turn == nullptr) throw Error(Fault::data, "nothing to compare: the record has no user turn");
    if (on_) {
        const auto chosen = on_->first(record.line());
        if (!chosen || *chosen == "null") throw Error(Fault::data, "--on gives nothing for this record");
        q.text = chosen->front() == '"' ? unescape(*chosen) : *chosen;
        cut_out(*turn, q.text);
        q.text_chosen = true;
    } else if (const Template* used = form_.used_template()) {
        bool first = true;
        for (const std::string& name : used->names()) {
            const auto value = record.raw(name);
            if (!value) continue;
            if (!first) q.text += field_mark;
            first = false;
            q.text += value->front() == '"' ? unescape(*value) : std::string{*value};
        }
        q.text_chosen = true;
        q.fingerprint = "template " + used->text() + '\n';
        blank(*turn);
    } else {
        q.text = turn->text();
        blank(*turn);
    }
}

std::string without_marks(std::string text) {
    std::ranges::replace(text, field_mark, '\n');
    return text;
}

std::string question_text(const Record& record) {
    if (const auto prompt = record.raw("prompt")) return prompt->front() == '"' ? unescape(*prompt) : std::string{};
    if (!record.has("messages")) return {};
    const Json turns = record.get("messages");
    for (auto it = turns.rbegin(); it != turns.rend(); ++it)
        if (text_of(*it, "role") == "user") return message_of(*it, "messages").text();
    return {};
}

}  // namespace llm
