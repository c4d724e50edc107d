#include "chat/message.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace llm {
namespace {

constexpr std::array<std::string_view, 4> role_names{"system", "user", "assistant", "tool"};

struct Suffix {
    std::string_view suffix, type;
};
constexpr std::array<Suffix, 9> suffixes{{{".png", "image/png"},
                                          {".jpg", "image/jpeg"},
                                          {".jpeg", "image/jpeg"},
                                          {".webp", "image/webp"},
                                          {".gif", "image/gif"},
                                          {".pdf", "application/pdf"},
                                          {".txt", "text/plain"},
                                          {".mp3", "audio/mpeg"},
                                          {".wav", "audio/wav"}}};

std::string type_by_name(std::string_view name, std::string_view otherwise) {
    name = name.substr(0, name.find_first_of("?#"));
    std::string lower{name};
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    for (const auto& [suffix, type] : suffixes)
        if (lower.ends_with(suffix)) return std::string{type};
    return std::string{otherwise};
}

std::string short_json(const Json& j) {
    const std::string whole = dump(j);
    return whole.size() <= 60 ? whole : std::string{truncate_utf8(whole, 57)} + "...";
}

const std::string& string_at(const Json& object, std::string_view key, const std::string& where) {
    const Json& j = member(object, key);
    if (!j.is_string()) throw Error(Fault::data, "{}.{} must be a string, not {}", where, key, short_json(j));
    return j.get_ref<const std::string&>();
}

// `data:image/png;base64,…`, the only form of RFC 2397 that the chat APIs use.
void decode_data_url(std::string_view url, Attachment& to, const std::string& where) {
    const std::size_t comma = url.find(',');
    if (comma == url.npos) throw Error(Fault::data, "{}: the data: URL has no comma", where);
    std::string_view head = url.substr(5, comma - 5);
    if (!head.ends_with(";base64")) throw Error(Fault::data, "{}: the data: URL must be base64", where);
    head.remove_suffix(7);
    if (!head.empty()) to.type = head.substr(0, head.find(';'));
    auto bytes = from_base64(url.substr(comma + 1));
    if (!bytes) throw Error(Fault::data, "{}: the data: URL is no valid base64", where);
    if (bytes->empty()) throw Error(Fault::data, "{}: the data: URL is empty", where);
    to.data = std::move(*bytes);
}

void take_address(const std::string& url, Attachment& to, std::string_view otherwise, const std::string& where) {
    if (url.starts_with("data:")) {
        decode_data_url(url, to, where);
        if (to.type.empty()) to.type = otherwise;
    } else if (url.starts_with("https://") || url.starts_with("http://")) {
        to.url = url;
        to.type = type_by_name(url, otherwise);
    } else {
        throw Error(Fault::data, "{} must be a data: or http(s) URL, not '{}'; for a file use `attachments`", where,
                    truncate_utf8(url, 60));
    }
}

Attachment image_of(const Json& image, const std::string& where) {
    Attachment a;
    take_address(image.is_string() ? image.get_ref<const std::string&>() : string_at(image, "url", where), a, "image/*",
                 where);
    a.detail = text_of(image, "detail");
    return a;
}

Attachment audio_of(const Json& audio, const std::string& where) {
    Attachment a;
    const std::string& format = string_at(audio, "format", where);
    a.type = format == "mp3" ? "audio/mpeg" : "audio/" + format;
    auto bytes = from_base64(string_at(audio, "data", where));
    if (!bytes || bytes->empty()) throw Error(Fault::data, "{}.data is no valid base64", where);
    a.data = std::move(*bytes);
    return a;
}

Attachment file_of(const Json& file, const std::string& where) {
    Attachment a;
    a.name = text_of(file, "filename");
    if (member(file, "file_id").is_string())
        throw Error(Fault::data, "{}.file_id names an upload at one provider; give file_data", where);
    if (const Json& url = member(file, "file_url"); url.is_string()) {
        take_address(url.get_ref<const std::string&>(), a, "application/octet-stream", where + ".file_url");
        return a;
    }
    const std::string& data = string_at(file, "file_data", where);
    a.type = type_by_name(a.name, "application/octet-stream");
    if (data.starts_with("data:")) {
        decode_data_url(data, a, where + ".file_data");
        return a;
    }
    auto bytes = from_base64(data);
    if (!bytes || bytes->empty()) throw Error(Fault::data, "{}.file_data is no valid base64", where);
    a.data = std::move(*bytes);
    return a;
}

Part part_of(const Json& part, const std::string& where) {
    Part p;
    const std::string& type = string_at(part, "type", where);
    if (type == "text" || type == "refusal") {
        p.text = string_at(part, type, where);
        return p;
    }
    p.kind = Part::Kind::media;
    if (type == "image_url")
        p.media = image_of(member(part, "image_url"), where + ".image_url");
    else if (type == "input_audio")
        p.media = audio_of(member(part, "input_audio"), where + ".input_audio");
    else if (type == "file")
        p.media = file_of(member(part, "file"), where + ".file");
    else
        throw Error(Fault::data, "{}.type '{}' is unknown; there are text, image_url, input_audio, file", where,
                    truncate_utf8(type, 40));
    return p;
}

Json tool_calls_of(const Json& calls, const std::string& where) {
    if (!calls.is_array()) throw Error(Fault::data, "{} must be a list, not {}", where, short_json(calls));
    Json out = Json::array();
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const std::string at = fmt::format("{}[{}]", where, i);
        const Json& function = member(calls[i], "function");
        if (!function.is_object())
            throw Error(Fault::data, "{} must be {{\"id\", \"type\": \"function\", \"function\": {{…}}}}, not {}", at,
                        short_json(calls[i]));
        const Json& given = member(function, "arguments");
        if (!given.is_string() && !given.is_object())
            throw Error(Fault::data, "{}.function.arguments must be a string of JSON, not {}", at, short_json(given));
        out.push_back({{"id", string_at(calls[i], "id", at)},
                       {"type", "function"},
                       {"function",
                        {{"name", string_at(function, "name", at + ".function")},
                         {"arguments", given.is_string() ? given.get<std::string>() : dump(given)}}}});
    }
    return out.empty() ? Json{} : out;
}

Role role_of(const std::string& text, const std::string& where) {
    if (text == "developer") return Role::system;
    for (std::size_t i = 0; i < role_names.size(); ++i)
        if (text == role_names[i]) return static_cast<Role>(i);
    throw Error(Fault::data, "{}.role '{}' is unknown; there are system, user, assistant, tool", where,
                truncate_utf8(text, 40));
}

std::string data_url(const Attachment& a) { return "data:" + a.type + ";base64," + to_base64(a.data); }

Json media_json(const Attachment& a) {
    if (a.type.starts_with("image/")) {
        Json image{{"url", a.url.empty() ? data_url(a) : a.url}};
        if (!a.detail.empty()) image["detail"] = a.detail;
        return {{"type", "image_url"}, {"image_url", std::move(image)}};
    }
    if (a.url.empty() && a.type.starts_with("audio/")) {
        const std::string format = a.type == "audio/mpeg" ? "mp3" : a.type.substr(6);
        return {{"type", "input_audio"}, {"input_audio", {{"data", to_base64(a.data)}, {"format", format}}}};
    }
    Json file = Json::object();
    if (!a.name.empty()) file["filename"] = a.name;
    file[a.url.empty() ? "file_data" : "file_url"] = a.url.empty() ? data_url(a) : a.url;
    return {{"type", "file"}, {"file", std::move(file)}};
}

}  // namespace

std::string_view name(Role r) noexcept { return role_names[static_cast<std::size_t>(r)]; }

std::string Message::text() const {
    std::string out;
    for (const Part& p : parts)
        if (p.kind == Part::Kind::text) out += p.text;
    return out;
}

Message Message::of(Role role, std::string text) {
    Message m;
    m.role = role;
    m.parts.emplace_back().text = std::move(text);
    return m;
}

Message message_of(const Json& turn, std::string_view place) {
    const std::string where{place};
    if (!turn.is_object()) throw Error(Fault::data, "{} must be an object with role and content, not {}", where, short_json(turn));
    Message m;
    m.role = role_of(string_at(turn, "role", where), where);
    if (!member(turn, "function_call").is_null())
        throw Error(Fault::data, "{}.function_call is the old form; write tool_calls", where);
    if (const Json& calls = member(turn, "tool_calls"); !calls.is_null()) {
        if (m.role != Role::assistant)
            throw Error(Fault::data, "{}.tool_calls belongs to an assistant turn, not {}", where, name(m.role));
        m.tool_calls = tool_calls_of(calls, where + ".tool_calls");
    }
    const Json& content = member(turn, "content");
    if (content.is_string()) {
        m.parts.emplace_back().text = content.get_ref<const std::string&>();
    } else if (content.is_array()) {
        m.parts.reserve(content.size());
        for (std::size_t i = 0; i < content.size(); ++i)
            m.parts.push_back(part_of(content[i], fmt::format("{}.content[{}]", where, i)));
    } else if (!content.is_null() || (m.role != Role::assistant || m.tool_calls.is_null())) {
        throw Error(Fault::data, "{}.content must be a string or a list of parts, not {}", where, short_json(content));
    }
    if (m.role == Role::tool) {
        m.tool_call_id = string_at(turn, "tool_call_id", where);
        if (m.tool_call_id.empty()) throw Error(Fault::data, "{}.tool_call_id is empty", where);
    }
    m.name = text_of(turn, "name");
    m.provider = member(turn, "provider");
    return m;
}

std::vector<Message> messages_of(const Json& messages) {
    if (!messages.is_array()) throw Error(Fault::data, "messages must be a list of turns, not {}", short_json(messages));
    if (messages.empty()) throw Error(Fault::data, "messages is empty; there must be a turn");
    std::vector<Message> out;
    out.reserve(messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) out.push_back(message_of(messages[i], fmt::format("messages[{}]", i)));
    return out;
}

Json to_json(const Message& m) {
    Json out{{"role", name(m.role)}};
    if (!m.name.empty()) out["name"] = m.name;
    if (!m.tool_call_id.empty()) out["tool_call_id"] = m.tool_call_id;
    if (m.parts.size() == 1 && m.parts[0].kind == Part::Kind::text) {
        out["content"] = m.parts[0].text;
    } else if (m.parts.empty()) {
        out["content"] = m.tool_calls.is_null() ? Json("") : Json();
    } else {
        Json& content = out["content"] = Json::array();
        for (const Part& p : m.parts)
            content.push_back(p.kind == Part::Kind::text ? Json{{"type", "text"}, {"text", p.text}} : media_json(p.media));
    }
    if (!m.tool_calls.is_null()) out["tool_calls"] = m.tool_calls;
    if (!m.provider.is_null()) out["provider"] = m.provider;
    return out;
}

}  // namespace llm
