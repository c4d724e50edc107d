#include "cache/question.hpp"

#include "base/error.hpp"
#include "cache/apart.hpp"
#include "chat/canonical.hpp"
#include "text/normalise.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <span>

namespace llm {
namespace {

/// Members that say nothing about what is asked. All others may be in a command's template.
constexpr std::array<std::string_view, 4> beside_the_question{"id", "cache", "response", "error"};
/// Members that canonical_bytes has.
constexpr std::array<std::string_view, 9> of_the_request{"prompt", "messages", "system",      "model",  "options",
                                                         "schema", "tools",    "attachments", "context"};

Message* last_user_turn(Request& request) {
    const auto it = std::find_if(request.messages.rbegin(), request.messages.rend(), [](const Message& m) { return m.role == Role::user; });
    return it == request.messages.rend() ? nullptr : &*it;
}

/// The turn's own parts: those behind them came from `attachments`, and their text is no part of the question.
std::span<Part> own_parts(const Record& record, Message& turn) {
    const std::size_t attached = record.has("attachments") ? record.get("attachments").size() : 0;
    return {turn.parts.data(), turn.parts.size() - std::min(attached, turn.parts.size())};
}

std::string joined_text(std::span<const Part> parts) {
    Message own;
    own.parts.assign(parts.begin(), parts.end());
    return own.text();
}

/// Takes the turn's own text out; where it stood among pictures and the like stays.
void blank(Message& turn, std::span<Part> own) {
    const auto is_text = [](const Part& p) { return p.kind == Part::Kind::text; };
    if (own.size() == turn.parts.size() && std::ranges::all_of(own, is_text)) return turn.parts.clear();
    for (Part& p : own)
        if (is_text(p)) p.text.assign(1, '\0');
}

/// Takes `text` out where it stands, so that what stands around it still tells questions apart.
void cut_out(std::span<Part> parts, std::string_view text) {
    for (Part& p : parts) {
        if (p.kind != Part::Kind::text) continue;
        for (std::size_t at = 0; !text.empty() && (at = p.text.find(text, at)) != std::string::npos; ++at) p.text.replace(at, text.size(), 1, '\0');
    }
}

/// The same of a member's JSON.
void cut_out(std::string& json, std::string_view text) {
    if (text.empty()) return;
    if (json.front() == '"' && unescape(json) == text) {
        json.assign(1, '\0');
        return;
    }
    const std::string quoted = quote(text);
    for (std::size_t at = 0; (at = json.find(quoted, at)) != std::string::npos; ++at) json.replace(at, quoted.size(), 1, '\0');
}

/// What tells a regular file's content: its SHA-256, beyond a piece that of the pieces' sums; nothing where it is no such file or cannot be
/// read. Files without a size (those of /proc) say nothing.
std::optional<std::string> sum_of_file(const std::string& path) {
    constexpr std::size_t piece_size = std::size_t{1} << 20;
    std::error_code ignored;
    if (path.empty() || !std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
    std::uintmax_t left = std::filesystem::file_size(path, ignored);
    std::ifstream in{path, std::ios::binary};
    std::string piece, sums;
    do {
        piece.resize(static_cast<std::size_t>(std::min<std::uintmax_t>(left, piece_size)));
        if (!in.read(piece.data(), static_cast<std::streamsize>(piece.size()))) return std::nullopt;
        left -= piece.size();
        if (sums.empty() && left == 0) return sha256_hex(piece);
        sums += sha256_hex(piece);
    } while (left > 0);
    return sha256_hex(sums);
}

void append(std::string& out, std::string_view name, std::string_view bytes) {
    out += fmt::format("{}:{}{}:", name.size(), name, bytes.size());
    out += bytes;
}

/// The files that a word of a command may name: FILE, --option=FILE, -oFILE, -abcFILE.
std::vector<std::string_view> files_in(std::string_view word) {
    std::vector<std::string_view> out{word};
    if (const std::size_t equals = word.find('='); equals != word.npos) out.push_back(word.substr(equals + 1));
    if (word.starts_with('-'))
        for (std::size_t at = 1; at + 1 < word.size() && std::isalnum(static_cast<unsigned char>(word[at])) != 0; ++at) out.push_back(word.substr(at + 1));
    return out;
}

/// What is in the files that a record names, as far as they can be read: the command will read them.
void append_attached_files(std::string& out, const Record& record) {
    const Json attached = record.get("attachments");
    if (!attached.is_array()) return;
    for (const Json& one : attached)
        if (const auto sum = sum_of_file(text_of(one, "path"))) append(out, "file", *sum);
}

}  // namespace

std::string command_meaning(const std::vector<std::string>& argv) {
    std::string out = "command ";
    for (const std::string& word : argv) {
        append(out, "word", word);
        for (const std::string_view file : files_in(word))
            if (const auto sum = sum_of_file(std::string{file})) append(out, "file", *sum);
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
    return options_.command.empty() ? of_request(record, options_.fingerprint) : of_command(record, options_.fingerprint);
}

void Questions::locate(const Record& record, Question& q) {
    if (!q.fingerprint.empty()) return;
    try {
        constexpr auto yes = QuestionOptions::Fingerprint::yes;
        Question located = options_.command.empty() ? of_request(record, yes) : of_command(record, yes);
        if (located.key == q.key) q = std::move(located);
    } catch (const Error&) {
        // It is found by its words alone.
    }
}

Question Questions::of_request(const Record& record, QuestionOptions::Fingerprint fingerprint) {
    Asking asking = form_.read(record);
    Question q;
    if (!asking.model.empty()) {
        const ResolvedModel& model = resolved(asking.model);
        apply_alias(asking, model);
        q.model = model.full_name();
    } else if (options_.space_is == QuestionOptions::Space::assumed) {
        throw Error(Fault::data, "no model is known here, so answers of different models would be mixed up; give -m NAME, or --namespace NAME to say that they may be");
    }
    q.without_context = form_.spec().context == RequestSpec::Context::left_out && record.has("context");
    q.key = CacheKey::of(options_.space, canonical_bytes(asking.request, q.model, canonical));
    if (fingerprint == QuestionOptions::Fingerprint::yes) {
        choose_text(record, q, asking.request);
        q.fingerprint += canonical_bytes(asking.request, q.model, canonical);
        q.fingerprint = sha256_hex(q.fingerprint).substr(0, 32);
    }
    return q;
}

std::string Questions::members_of(const Record& record, bool asks, const Question* but) const {
    std::vector<std::string_view> names;
    for (const MemberSpan& m : record.scanned().members)
        names.push_back(std::string_view{record.line()}.substr(m.key_begin, m.key_end - m.key_begin));
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const Template* used = but != nullptr ? form_.used_template() : nullptr;
    const bool has_context = form_.spec().context == RequestSpec::Context::given && !(form_.used_template() && form_.used_template()->names().contains("context"));
    const auto contains = [](const auto& list, std::string_view name) { return std::ranges::find(list, name) != list.end(); };
    std::string out;
    for (const std::string_view name : names) {
        if (contains(beside_the_question, name) || contains(options_.ignored, name)) continue;
        if (asks && contains(of_the_request, name) && (name != "context" || has_context)) continue;
        if (used != nullptr && contains(used->names(), name)) continue;
        std::string value{record.raw(name).value_or("null")};
        if (but != nullptr && but->text_chosen) cut_out(value, but->text);
        append(out, name, value);
        if (name == "attachments") append_attached_files(out, record);
    }
    return out;
}

/// Everything the command is given counts: its template may use any member.
Question Questions::of_command(const Record& record, QuestionOptions::Fingerprint fingerprint) {
    Question q;
    const bool asks = record.has("prompt") || record.has("messages");
    const bool located = fingerprint == QuestionOptions::Fingerprint::yes;
    std::string meaning = options_.command + members_of(record, asks, nullptr);
    Request request;
    if (asks) {
        Asking asking = form_.read(record);
        q.model = asking.model;
        meaning += canonical_bytes(asking.request, q.model, canonical);
        request = std::move(asking.request);
    } else if (located && !on_) {
        throw Error(Fault::data, "nothing to compare: the record has neither 'prompt' nor 'messages'; give the template to llm-cache, not to the command, "
                                 "or choose the text with --on");
    }
    q.key = CacheKey::of(options_.space, meaning);
    if (located) {
        choose_text(record, q, request);
        q.fingerprint += options_.command + members_of(record, asks, &q);
        if (asks) q.fingerprint += canonical_bytes(request, q.model, canonical);
        q.fingerprint = sha256_hex(q.fingerprint).substr(0, 32);
    }
    return q;
}

/// Leaves in `request` what is not the text, and in `fingerprint` what belongs to it besides.
void Questions::choose_text(const Record& record, Question& q, Request& request) {
    Message* turn = last_user_turn(request);
    if (turn == nullptr && !(on_ && request.messages.empty())) throw Error(Fault::data, "nothing to compare: the record has no user turn");
    const std::span<Part> parts = turn != nullptr ? own_parts(record, *turn) : std::span<Part>{};
    if (on_) {
        const auto chosen = on_->first(record.line());
        if (!chosen || *chosen == "null") throw Error(Fault::data, "--on gives nothing for this record");
        q.text = chosen->front() == '"' ? unescape(*chosen) : *chosen;
        cut_out(parts, q.text);
        q.text_chosen = true;
    } else if (const Template* used = form_.used_template()) {
        q.fingerprint = "template " + used->text() + '\n';
        bool first = true;
        for (const std::string& name : used->names()) {
            const auto value = record.raw(name);
            const std::string text = !value ? "" : value->front() == '"' ? unescape(*value) : std::string{*value};
            if (text.empty()) append(q.fingerprint, name, value ? "empty" : "absent");  // sections depend on it
            if (!value) continue;
            if (!first) q.text += field_mark;
            first = false;
            q.text += text;
        }
        q.text_chosen = true;
        blank(*turn, parts);
    } else {
        q.text = joined_text(parts);
        blank(*turn, parts);
    }
}

long samples_of(const Record& record, long wanted) {
    if (wanted <= 1) return 1;
    const auto options = record.raw("options");
    if (!options) return wanted;
    const Json t = member(read_json(*options), "temperature");
    return t.is_number() && t.get<double>() <= 0 ? 1 : wanted;
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
