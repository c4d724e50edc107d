#include "mem/record_text.hpp"

#include "base/error.hpp"
#include "chat/message.hpp"
#include "log/when.hpp"
#include "text/tokens.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace llm {
namespace {

constexpr std::size_t whole_up_to = 400;  // tokens
/// Members that are not the user's to remember (llm-record(5)).
constexpr std::array<std::string_view, 22> not_extra{"text",  "source",  "id",     "tags",      "time",        "prompt",  "system", "messages", "model", "options", "schema",
                                                     "tools", "context", "route",  "cache",     "response",    "guard",   "eval",   "error",    "raw",   "delta", "memory"};

}  // namespace

std::int64_t read_time(const Json& time, std::int64_t now) {
    if (time.is_number()) {
        const double seconds = time.get<double>();
        if (std::isfinite(seconds) && std::abs(seconds) < 1e12) return static_cast<std::int64_t>(std::llround(seconds * 1000));
    } else if (time.is_string()) {
        try {
            return parse_when(time.get<std::string>(), now * 1000) / 1000;
        } catch (const Error& e) {
            throw Error(Fault::data, "time: {}", e.what());
        }
    }
    throw Error(Fault::data, "time is {}; give seconds since 1970, or a text such as 2026-11-23T10:30Z", dump(time));
}

Intake intake_of_text(const IntakeDefaults& d, std::string text) {
    if (std::ranges::all_of(text, [](unsigned char c) { return c <= ' '; })) throw Error(Fault::data, "the text is empty; there is nothing to remember");
    Intake in;
    in.space = d.space;
    in.source = d.source;
    in.tags = d.tags;
    in.time = d.time != 0 ? d.time : d.now;
    in.text = std::move(text);
    if (d.chunking) in.chunking = *d.chunking;
    else if (estimate_tokens(in.text) > whole_up_to) in.chunking = {Chunking::paragraph, 200, 0};
    return in;
}

Intake intake_of_record(const IntakeDefaults& d, const Record& r) {
    auto text = r.text("text");
    if (!text) throw Error(Fault::data, "the record has no text; llm-mem add remembers {{\"text\": …, \"source\": …, \"id\": …, \"tags\": […], \"time\": …}}");
    Intake in = intake_of_text(d, std::move(*text));
    if (auto source = r.text("source")) in.source = std::move(*source);
    if (const auto id = r.id()) {
        if (id->front() != '"' && id->find_first_of("{[") != std::string_view::npos) throw Error(Fault::data, "id is {}; give a text or a number", *id);
        in.ref = *id;
        in.key = "id:" + in.ref;
    }
    if (const Json tags = r.get("tags"); !tags.is_null()) {
        if (!tags.is_array() || !std::ranges::all_of(tags, [](const Json& t) { return t.is_string(); }))
            throw Error(Fault::data, "tags is {}; give a list of texts", dump(tags));
        for (const Json& tag : tags) in.tags.push_back(tag.get<std::string>());
    }
    if (const Json time = r.get("time"); !time.is_null()) in.time = read_time(time, d.now);
    Json extra = Json::object();
    const Json all = r.value();
    for (const auto& [name, value] : all.items())
        if (std::ranges::find(not_extra, name) == not_extra.end()) extra[name] = value;
    if (!extra.empty()) in.extra = dump(extra);
    return in;
}

std::string asked_of(const Record& r) {
    if (auto prompt = r.text("prompt")) return std::move(*prompt);
    if (const Json messages = r.get("messages"); !messages.is_null()) {
        const std::vector<Message> turns = messages_of(messages);
        for (auto it = turns.rbegin(); it != turns.rend(); ++it)
            if (it->role == Role::user) return it->text();
    }
    throw Error(Fault::data, "the record has neither a prompt nor a user turn in messages");
}

}  // namespace llm
