#include "eval/result.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

std::string plain(const Json& j) { return j.is_string() ? j.get<std::string>() : j.is_null() ? std::string{} : dump(j); }

std::optional<double> number(const Json& j) { return j.is_number() ? std::optional{j.get<double>()} : std::nullopt; }
std::optional<long> count(const Json& j) { return j.is_number() ? std::optional{j.get<long>()} : std::nullopt; }

void read_response(const Json& response, Result& r) {
    if (!response.is_object()) return;
    if (r.model.empty()) r.model = text_of(response, "model");
    r.ms = number(member(response, "ms"));
    r.cost = number(member(response, "cost"));
    const Json& usage = member(response, "usage");
    r.input = count(member(usage, "input"));
    r.output = count(member(usage, "output"));
}

void read_eval(const Json& eval, Result& r) {
    if (!eval.is_object() || !member(eval, "pass").is_boolean()) return;
    r.outcome = member(eval, "pass").get<bool>() ? Result::Outcome::passed : Result::Outcome::failed;
    r.score = number(member(eval, "score")).value_or(r.outcome == Result::Outcome::passed ? 1 : 0);
    for (const Json& c : member(eval, "checks")) {
        ResultCheck check;
        check.type = text_of(c, "type");
        check.name = text_of(c, "metric", check.type);
        check.pass = member(c, "pass").is_boolean() && member(c, "pass").get<bool>();
        check.score = number(member(c, "score")).value_or(check.pass ? 1 : 0);
        check.reason = text_of(c, "reason");
        r.checks.push_back(std::move(check));
    }
}

}  // namespace

std::string Result::title() const {
    std::string out = description.empty() ? case_id : description;
    if (!prompt.empty()) out += " · " + prompt;
    if (!model.empty()) out += " · " + model;
    return out;
}

Result result_of(const Record& record) {
    Result r;
    const Json where = record.get("case");
    if (where.is_object()) {
        r.case_id = plain(member(where, "id"));
        r.prompt = text_of(where, "prompt");
        r.model = text_of(where, "model");
        r.description = text_of(where, "description");
        r.repeat = count(member(where, "repeat")).value_or(1);
        r.of = count(member(where, "of")).value_or(1);
    }
    if (r.case_id.empty()) {
        const Json id = record.get("id");
        r.case_id = id.is_null() ? fmt::format("line-{}", record.number()) : plain(id);
    }
    read_response(record.get("response"), r);
    if (r.model.empty()) r.model = record.text("model").value_or("");
    if (record.has("cache")) r.stored = member(record.get("cache"), "hit").is_string();
    const Json error = record.get("error");
    if (error.is_object()) {
        r.outcome = Result::Outcome::error;
        r.fault = text_of(error, "fault", "internal");
        r.message = text_of(error, "message");
    } else {
        read_eval(record.get("eval"), r);
    }
    return r;
}

void ResultLines::feed(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = bytes.find('\n', at);
        if (end == std::string_view::npos) {
            rest_.append(bytes.substr(at));
            return;
        }
        if (rest_.empty()) {
            line(bytes.substr(at, end - at));
        } else {
            rest_.append(bytes.substr(at, end - at));
            line(rest_);
            rest_.clear();
        }
        at = end + 1;
    }
}

void ResultLines::end() {
    if (!rest_.empty()) line(rest_);
    rest_.clear();
}

void ResultLines::line(std::string_view text) {
    ++number_;
    if (text.empty() || !record_.load(text, number_)) return;
    if (record_.has("delta") && record_.scanned().members.size() == 2) return;
    take_(record_, result_of(record_));
}

void read_results(const std::string& path, const ResultLines::Take& take) {
    const int fd = path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw Error(Fault::usage, "cannot read {}: {}", path, std::strerror(errno));
    ResultLines lines{take};
    std::array<char, 1 << 16> buffer;
    for (;;) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int why = errno;
            if (fd > 0) ::close(fd);
            throw Error(Fault::usage, "cannot read {}: {}", path, std::strerror(why));
        }
        if (n == 0) break;
        lines.feed({buffer.data(), static_cast<std::size_t>(n)});
    }
    if (fd > 0) ::close(fd);
    lines.end();
}

std::string asked_text(const Record& record) {
    if (const auto raw = record.raw("prompt"); raw && raw->front() == '"') return *record.text("prompt");
    std::string out;
    const Json messages = record.get("messages");
    for (const Json& turn : messages.is_array() ? messages : Json::array()) {
        const std::string role = text_of(turn, "role");
        if (!out.empty()) out += "\n\n";
        if (messages.size() > 1) out += role + ": ";
        out += plain(member(turn, "content"));
    }
    return out;
}

std::string answer_text(const Record& record) {
    const Json response = record.get("response");
    if (response.is_string()) return response.get<std::string>();
    if (const Json& text = member(response, "text"); text.is_string()) return text.get<std::string>();
    if (const Json& json = member(response, "json"); !json.is_null()) return dump(json);
    if (const Json& calls = member(response, "tool_calls"); !calls.is_null()) return dump(calls);
    return {};
}

}  // namespace llm
