#include "embedders/wordpiece.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "record/scan.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace llm {
namespace {

std::string_view raw_of(const Scan& s, std::string_view text, std::string_view name) {
    const MemberSpan* m = find(s, text, name);
    return m == nullptr ? std::string_view{} : text.substr(m->value_begin, m->value_end - m->value_begin);
}

bool is_space(char32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ZS; }

bool is_control(char32_t c) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CO;
}

/// ASCII's symbols count too.
bool is_punctuation(char32_t c) {
    if (c < 128) return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool is_chinese(char32_t c) {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

/// The letter without its marks: of its canonical decomposition what is no mark.
void append_stripped(std::string& to, char32_t c) {
    std::array<utf8proc_int32_t, 32> parts{};
    int boundary = 0;
    const auto n = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &boundary);
    if (n <= 0 || static_cast<std::size_t>(n) > parts.size()) return append_utf8(to, c);
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
        if (utf8proc_category(parts[i]) != UTF8PROC_CATEGORY_MN) append_utf8(to, static_cast<char32_t>(parts[i]));
}

}  // namespace

WordPiece::WordPiece(const std::filesystem::path& path) : file_(path), path_(path.string()) {
    const std::string_view all = file_.bytes();
    Scan s;
    scan(all, s);
    if (s.kind != Scan::Kind::object) throw Error(Fault::config, "{} is no tokenizer: it is no JSON object", path_);
    read_normalizer(raw_of(s, all, "normalizer"));
    read_vocabulary(raw_of(s, all, "model"));
}

void WordPiece::read_normalizer(std::string_view json) {
    const Json n = read_json(json);
    const std::string type = text_of(n, "type");
    if (type != "BertNormalizer") throw Error(Fault::config, "{}: the normaliser '{}' is not known here; BertNormalizer is", path_, type);
    if (member(n, "lowercase") == false) case_ = Case::kept;
    if (member(n, "handle_chinese_chars") == false) chinese_ = Chinese::kept;
    const Json& strip = member(n, "strip_accents");  // null: as the case says
    accents_ = strip.is_boolean() ? (strip.get<bool>() ? Accents::stripped : Accents::kept) : case_ == Case::lowered ? Accents::stripped : Accents::kept;
}

void WordPiece::read_vocabulary(std::string_view json) {
    Scan model, vocabulary;
    scan(json, model);
    const std::string type = unescape(raw_of(model, json, "type"));
    const std::string_view words = raw_of(model, json, "vocab");
    scan(words, vocabulary);
    if (vocabulary.kind != Scan::Kind::object || (!type.empty() && type != "WordPiece"))
        throw Error(Fault::config, "{}: the model '{}' is not known here; WordPiece is", path_, type);
    if (const auto prefix = raw_of(model, json, "continuing_subword_prefix"); prefix.starts_with('"')) prefix_ = unescape(prefix);
    if (const auto longest = raw_of(model, json, "max_input_chars_per_word"); !longest.empty()) std::from_chars(longest.data(), longest.data() + longest.size(), longest_word_);
    vocabulary_.reserve(vocabulary.members.size());
    unescaped_.reserve(vocabulary.members.size());  // so that views into it stay
    for (const MemberSpan& m : vocabulary.members) {
        std::string_view piece = words.substr(m.key_begin, m.key_end - m.key_begin);
        const std::string_view number = words.substr(m.value_begin, m.value_end - m.value_begin);
        std::uint32_t id = 0;
        if (std::from_chars(number.data(), number.data() + number.size(), id).ec != std::errc{}) throw Error(Fault::config, "{}: the piece {} has no number", path_, piece);
        if (piece.find('\\') != std::string_view::npos) piece = unescaped_.emplace_back(unescape(piece));
        vocabulary_.emplace(piece, id);
        size_ = std::max(size_, std::size_t{id} + 1);
    }
    const std::string unknown = unescape(raw_of(model, json, "unk_token"));
    if (const auto it = vocabulary_.find(unknown); it != vocabulary_.end()) unknown_ = it->second;
}

std::vector<std::string> WordPiece::words(std::string_view text) const {
    std::vector<std::string> out;
    bool open = false;
    const auto word = [&]() -> std::string& {
        if (!open) out.emplace_back();
        open = true;
        return out.back();
    };
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint p = decode_utf8(text, at);
        at += p.size;
        char32_t c = p.value;
        if (is_space(c)) {
            open = false;
        } else if (c == 0 || c == replacement_character || is_control(c)) {
            continue;
        } else if (is_punctuation(c) || (chinese_ == Chinese::spaced && is_chinese(c))) {
            open = false;
            append_utf8(word(), c);
            open = false;
        } else if (accents_ == Accents::stripped) {
            std::string plain;
            append_stripped(plain, c);
            for (std::size_t i = 0; i < plain.size();) {
                const CodePoint part = decode_utf8(plain, i);
                i += part.size;
                c = part.value;
                if (case_ == Case::lowered) c = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
                append_utf8(word(), c);
            }
        } else {
            if (case_ == Case::lowered) c = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
            append_utf8(word(), c);
        }
    }
    return out;
}

/// The longest piece first, then the longest of what is left.
void WordPiece::add_pieces(const std::string& word, std::vector<std::uint32_t>& to) const {
    if (count_code_points(word) > longest_word_) return;
    const std::size_t before = to.size();
    std::string piece;
    for (std::size_t begin = 0; begin < word.size();) {
        std::size_t end = word.size();
        for (; end > begin; end = utf8_border(word, end - 1)) {
            piece.assign(begin == 0 ? "" : prefix_).append(word, begin, end - begin);
            const auto it = vocabulary_.find(piece);
            if (it == vocabulary_.end()) continue;
            to.push_back(it->second);
            break;
        }
        if (end <= begin) {
            to.resize(before);
            return;
        }
        begin = end;
    }
}

std::vector<std::uint32_t> WordPiece::pieces(std::string_view text, std::size_t most) const {
    std::vector<std::uint32_t> out;
    for (const std::string& word : words(text)) {
        add_pieces(word, out);
        if (out.size() >= most) break;
    }
    if (unknown_) std::erase(out, *unknown_);
    if (out.size() > most) out.resize(most);
    return out;
}

}  // namespace llm
