#include "providers/question.hpp"

#include "base/ascii.hpp"
#include "text/sentences.hpp"

#include <algorithm>

namespace llm {
namespace {

using Paragraphs = std::vector<std::string>;

bool is_markup(std::string_view line) {
    return line.starts_with("```") || (line.size() > 2 && line.front() == '<' && line.back() == '>');
}

/// "[12] Text" without its number.
std::string_view without_number(std::string_view text) {
    if (!text.starts_with('[')) return text;
    const std::size_t end = text.find_first_not_of("0123456789", 1);
    return end != text.npos && end > 1 && text[end] == ']' ? trimmed(text.substr(end + 1)) : text;
}

Paragraphs paragraphs_of(std::string_view text) {
    Paragraphs all;
    std::string now;
    const auto end_paragraph = [&] {
        if (const auto said = without_number(trimmed(now)); !said.empty()) all.emplace_back(said);
        now.clear();
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (trimmed(line).empty() || is_markup(trimmed(line))) {
            end_paragraph();
        } else {
            now += line;
            now += '\n';
        }
    }
    end_paragraph();
    return all;
}

bool asks(std::string_view text) {
    for (const std::string_view mark : {"?", "？", "؟"})
        if (text.ends_with(mark)) return true;
    return false;
}

std::string take_question(Paragraphs& from) {
    if (from.empty()) return {};
    const bool at_end = from.size() > 1 && asks(from.back());
    const auto taken = at_end ? from.end() - 1 : from.begin();
    std::string question = std::move(*taken);
    from.erase(taken);
    return question;
}

/// A question among statements.
void divide_sentences(UserQuestion& q) {
    std::string question, rest;
    for (const Span span : split_sentences(q.text)) {
        const std::string_view sentence = span.of(q.text);
        std::string& to = asks(sentence) ? question : rest;
        if (!to.empty()) to += ' ';
        to += sentence;
    }
    if (question.empty() || rest.empty()) return;
    q.text = std::move(question);
    q.passages.push_back(std::move(rest));
}

void add(std::vector<std::string>& to, Paragraphs more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

bool is_text(const Attachment& a) {
    if (!a.url.empty()) return false;
    if (a.type.starts_with("text/")) return true;
    for (const std::string_view kind : {"json", "xml", "yaml", "toml", "csv", "javascript", "x-ndjson"})
        if (a.type.starts_with("application/") && a.type.find(kind) != std::string::npos) return true;
    return false;
}

UserQuestion question_of(const Request& request) {
    UserQuestion q;
    const auto last = std::find_if(request.messages.rbegin(), request.messages.rend(),
                                   [](const Message& m) { return m.role == Role::user; });
    const Message* asking = last == request.messages.rend() ? nullptr : &*last;
    for (const Message& turn : request.messages) {
        for (const Part& part : turn.parts)
            if (part.kind == Part::Kind::media && is_text(part.media)) add(q.passages, paragraphs_of(part.media.data));
        if (turn.role == Role::assistant || turn.role == Role::system) continue;
        Paragraphs said = paragraphs_of(turn.text());
        if (&turn == asking) q.text = take_question(said);
        add(q.passages, std::move(said));
    }
    if (q.passages.empty()) divide_sentences(q);
    if (q.passages.empty()) q.passages = paragraphs_of(request.system());
    return q;
}

}  // namespace llm
