#include "chat/request.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace llm {
namespace {

constexpr std::array<std::string_view, 6> efforts{"none", "minimal", "low", "medium", "high", "xhigh"};

[[noreturn]] void bad(std::string_view option, std::string_view wanted, const Json& given) {
    const std::string text = dump(given);
    throw Error(Fault::data, "option {} must be {}, not {}", option, wanted, truncate_utf8(text, 60));
}

double real(std::string_view option, const Json& j, double low, double high, std::string_view wanted) {
    if (!j.is_number()) bad(option, wanted, j);
    const double d = j.get<double>();
    if (!(d >= low && d <= high)) bad(option, wanted, j);
    return d;
}

long whole(std::string_view option, const Json& j, long low, std::string_view wanted) {
    if (j.is_number_unsigned()) {
        const auto u = j.get<std::uint64_t>();
        if (u > static_cast<std::uint64_t>(std::numeric_limits<long>::max()) || static_cast<long>(u) < low)
            bad(option, wanted, j);
        return static_cast<long>(u);
    }
    if (j.is_number_integer()) {
        const auto i = j.get<std::int64_t>();
        if (i < low) bad(option, wanted, j);
        return static_cast<long>(i);
    }
    const double d = j.is_number() ? j.get<double>() : std::nan("");
    if (!(std::abs(d) < 9e15) || d != std::floor(d) || d < static_cast<double>(low)) bad(option, wanted, j);
    return static_cast<long>(d);
}

std::vector<std::string> stops(const Json& j) {
    std::vector<std::string> out;
    if (j.is_string()) out.push_back(j.get<std::string>());
    else if (j.is_array())
        for (const Json& s : j) {
            if (!s.is_string()) bad("stop", "a string or a list of strings", j);
            out.push_back(s.get<std::string>());
        }
    else
        bad("stop", "a string or a list of strings", j);
    if (std::ranges::any_of(out, &std::string::empty)) bad("stop", "without empty strings", j);
    return out;
}

std::string effort(const Json& j) {
    constexpr std::string_view wanted = "none, minimal, low, medium, high, xhigh or a number of tokens";
    if (j.is_number()) return std::to_string(whole("reasoning", j, 0, wanted));
    if (j.is_boolean() && !j.get<bool>()) return "none";
    if (!j.is_string()) bad("reasoning", wanted, j);
    const auto& s = j.get_ref<const std::string&>();
    const bool digits = !s.empty() && s.size() <= 9 && std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits && std::ranges::find(efforts, s) == efforts.end()) bad("reasoning", wanted, j);
    return s;
}

void apply(Options& o, std::string_view key, const Json& j) {
    if (key == "temperature") o.temperature = real(key, j, 0, std::numeric_limits<double>::max(), "a number, 0 or more");
    else if (key == "max_tokens") o.max_tokens = whole(key, j, 1, "a whole number, 1 or more");
    else if (key == "top_p") o.top_p = real(key, j, 0, 1, "a number from 0 to 1");
    else if (key == "top_k") o.top_k = whole(key, j, 1, "a whole number, 1 or more");
    else if (key == "frequency_penalty") o.frequency_penalty = real(key, j, -2, 2, "a number from -2 to 2");
    else if (key == "presence_penalty") o.presence_penalty = real(key, j, -2, 2, "a number from -2 to 2");
    else if (key == "stop") o.stop = stops(j);
    else if (key == "seed") o.seed = whole(key, j, std::numeric_limits<long>::min(), "a whole number");
    else if (key == "logprobs") {
        if (j.is_boolean()) o.logprobs = j.get<bool>() ? std::optional<long>{0} : std::nullopt;
        else o.logprobs = whole(key, j, 0, "true, false or how many alternatives");
    } else if (key == "reasoning") o.reasoning = effort(j);
    else if (key == "body") {
        if (!j.is_object()) bad(key, "an object", j);
        o.body = j;
    } else {
        const std::string near = nearest(key, option_names());
        if (near.empty())
            throw Error(Fault::data, "no option '{}'; there are {}", truncate_utf8(key, 60),
                        fmt::join(option_names(), ", "));
        throw Error(Fault::data, "no option '{}'; did you mean '{}'?", truncate_utf8(key, 60), near);
    }
}

bool is_number(std::string_view key) { return key != "stop" && key != "reasoning" && key != "body"; }

// The words of a command line become the JSON the option takes; what does not parse stays text, and `apply` says
// what was wanted instead.
Json value_of(std::string_view key, std::string_view text) {
    Json j = read_json(text);
    if (j.is_discarded()) return Json(sanitise_utf8(text));
    if (is_number(key) || key == "body") return j;
    if (key == "reasoning") return j.is_number() || j.is_string() ? j : Json(sanitise_utf8(text));
    return j.is_array() || j.is_string() ? j : Json(sanitise_utf8(text));
}

}  // namespace

const std::vector<std::string>& option_names() {
    static const std::vector<std::string> names{
        "temperature", "max_tokens", "top_p", "top_k",     "frequency_penalty", "presence_penalty",
        "stop",        "seed",       "logprobs", "reasoning", "body"};
    return names;
}

Options options_of(const Json& options) {
    Options o;
    if (options.is_null()) return o;
    if (!options.is_object()) throw Error(Fault::data, "options must be an object, not {}", options.type_name());
    for (const auto& [key, value] : options.items())
        if (!value.is_null()) apply(o, key, value);
    return o;
}

Json to_json(const Options& o) {
    Json out = Json::object();
    const auto put = [&out](const char* key, const auto& value) {
        if (value) out[key] = *value;
    };
    put("temperature", o.temperature);
    put("max_tokens", o.max_tokens);
    put("top_p", o.top_p);
    put("top_k", o.top_k);
    put("frequency_penalty", o.frequency_penalty);
    put("presence_penalty", o.presence_penalty);
    if (!o.stop.empty()) out["stop"] = o.stop;
    put("seed", o.seed);
    put("logprobs", o.logprobs);
    if (!o.reasoning.empty()) out["reasoning"] = o.reasoning;
    if (!o.body.is_null()) out["body"] = o.body;
    return out;
}

void set_option(Options& o, std::string_view key, std::string_view value) {
    try {
        apply(o, key, value_of(key, value));
    } catch (const Error& e) {
        throw Error(Fault::usage, "{}", e.what());
    }
}

std::string Request::system() const {
    std::string out;
    for (const Message& m : messages) {
        if (m.role != Role::system) continue;
        const std::string text = m.text();
        if (text.empty()) continue;
        if (!out.empty()) out += "\n\n";
        out += text;
    }
    return out;
}

}  // namespace llm
