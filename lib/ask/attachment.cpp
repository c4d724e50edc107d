#include "ask/attachment.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace llm {
namespace {

constexpr std::uintmax_t size_limit = 64 << 20;

struct Magic {
    std::string_view bytes;
    std::string_view type;
};
constexpr std::array<Magic, 7> magics{{{"\x89PNG\r\n\x1a\n", "image/png"},
                                       {"\xff\xd8\xff", "image/jpeg"},
                                       {"GIF8", "image/gif"},
                                       {"%PDF-", "application/pdf"},
                                       {"ID3", "audio/mpeg"},
                                       {"OggS", "audio/ogg"},
                                       {"fLaC", "audio/flac"}}};
struct Ending {
    std::string_view ending, type;
};
constexpr std::array<Ending, 20> endings{{{".png", "image/png"},        {".jpg", "image/jpeg"},       {".jpeg", "image/jpeg"},
                                          {".gif", "image/gif"},        {".webp", "image/webp"},      {".pdf", "application/pdf"},
                                          {".mp3", "audio/mpeg"},       {".wav", "audio/wav"},        {".ogg", "audio/ogg"},
                                          {".mp4", "video/mp4"},        {".txt", "text/plain"},       {".md", "text/markdown"},
                                          {".csv", "text/csv"},         {".html", "text/html"},       {".htm", "text/html"},
                                          {".json", "application/json"}, {".jsonl", "application/jsonl"}, {".xml", "application/xml"},
                                          {".yaml", "application/yaml"}, {".yml", "application/yaml"}}};

bool is_text_type(std::string_view type) {
    return type.starts_with("text/") || type == "application/json" || type == "application/jsonl" || type == "application/xml" ||
           type == "application/yaml";
}

std::string by_ending(std::string_view name) {
    std::string lower{name};
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& e : endings)
        if (lower.ends_with(e.ending)) return std::string{e.type};
    return {};
}

std::string content_of(const std::string& path, std::string_view where) {
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (!std::filesystem::exists(status)) throw Error(Fault::data, "{}: no file {}", where, path);
    if (std::filesystem::is_directory(status)) throw Error(Fault::data, "{}: {} is a folder; name the files in it", where, path);
    if (const auto size = std::filesystem::file_size(path, code); !code && size > size_limit)
        throw Error(Fault::data, "{}: {} has {} MiB, more than the {} MiB that can be sent", where, path, size >> 20, size_limit >> 20);
    std::ifstream file{path, std::ios::binary};
    if (!file) throw Error(Fault::data, "{}: cannot read {}: {}", where, path, std::strerror(errno));
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

std::string mime_type(std::string_view name, std::string_view content) {
    for (const auto& m : magics)
        if (content.starts_with(m.bytes)) return std::string{m.type};
    if (content.starts_with("RIFF") && content.size() > 12) {
        if (content.substr(8, 4) == "WEBP") return "image/webp";
        if (content.substr(8, 4) == "WAVE") return "audio/wav";
    }
    if (const std::string type = by_ending(name); !type.empty()) return type;
    return is_utf8(content) && content.find('\0') == std::string_view::npos ? "text/plain" : "application/octet-stream";
}

Part attachment_part(const Json& member_, std::string_view where) {
    if (!member_.is_object()) throw Error(Fault::data, "{} must be an object with path, url or data, not {}", where, truncate_utf8(dump(member_), 40));
    Attachment a;
    a.type = text_of(member_, "type");
    const std::string path = text_of(member_, "path");
    const std::string url = text_of(member_, "url");
    const Json& data = member(member_, "data");
    if ((!path.empty() ? 1 : 0) + (!url.empty() ? 1 : 0) + (data.is_string() ? 1 : 0) != 1)
        throw Error(Fault::data, "{} needs exactly one of path, url and data (base64)", where);
    a.name = text_of(member_, "name");
    if (!path.empty()) {
        a.data = content_of(path, where);
        if (a.name.empty()) a.name = std::filesystem::path{path}.filename().string();
    } else if (!url.empty()) {
        a.url = url;
        if (a.type.empty()) a.type = by_ending(url.substr(0, url.find_first_of("?#")));
        if (a.type.empty()) a.type = "image/*";
        return {Part::Kind::media, {}, std::move(a)};
    } else {
        auto bytes = from_base64(data.get_ref<const std::string&>());
        if (!bytes) throw Error(Fault::data, "{}: data is no base64; encode it, for instance with base64 -w0", where);
        a.data = std::move(*bytes);
    }
    if (a.type.empty()) a.type = mime_type(a.name, a.data);
    if (is_text_type(a.type) && is_utf8(a.data)) {
        std::string text = a.name.empty() ? std::string{} : fmt::format("<file name=\"{}\">\n", a.name);
        text += a.data;
        if (!a.name.empty()) text += text.ends_with('\n') ? "</file>" : "\n</file>";
        return {Part::Kind::text, std::move(text), {}};
    }
    return {Part::Kind::media, {}, std::move(a)};
}

Json attachment_member(std::string_view what) {
    if (what.starts_with("http://") || what.starts_with("https://")) return {{"url", what}};
    return {{"path", what}};
}

}  // namespace llm
