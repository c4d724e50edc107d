// Facts: openai/openai-openapi and openai-python (batch_create_params, batch, batch_list_params, file_create_params): 50,000 requests and
// 200 MB a file, one model a file, completion_window 24h, metadata of 16 pairs of text; lists of at most 100, `after` an id. What was not asked
// in time stands in the error file with code batch_expired. Input files go by themselves after 30 days, files of results stay until they
// are deleted. A batch that finds too many tokens waiting fails as a whole, soon after its creation (token_limit_exceeded, openai-python#2084).
// Groq, Azure (v1) and others speak the same; Together writes its states in capitals.
#include "base/ascii.hpp"
#include "providers/batches.hpp"
#include "providers/wire.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::string_view label_key = "llm_utils";
constexpr std::array<std::string_view, 5> at_work{"validating", "in_progress", "finalizing", "cancelling", "canceling"};

/// The number in "Limit: 2,000,000 enqueued tokens"; 0 where there is none.
long limit_in(std::string_view message) {
    constexpr std::string_view before = "Limit: ";
    const std::size_t at = message.find(before);
    if (at == message.npos) return 0;
    long n = 0;
    for (const char c : message.substr(at + before.size())) {
        if (c == ',') continue;
        if (c < '0' || c > '9' || n > 1'000'000'000'000) break;
        n = n * 10 + (c - '0');
    }
    return n;
}

class OpenAiBatches final : public BatchApi {
public:
    OpenAiBatches(const Endpoint& e, std::string_view path)
        : wire_(e, "https://api.openai.com/v1", KeyHeader{is_azure(e) ? "api-key: " : "Authorization: Bearer "}), path_(path) {
        if (!text_of(e.settings, "api_version").empty())
            throw Error(Fault::config, "{}: batches of Azure are spoken to by its v1 API only; let base_url end in /openai/v1 and leave out api_version", e.name);
    }

    std::size_t max_requests() const override { return 50'000; }
    std::size_t max_bytes() const override { return 200'000'000; }

    void add(std::string& payload, std::string_view custom_id, const HttpCall& call) const override {
        payload.append("{\"custom_id\":\"").append(custom_id).append("\",\"method\":\"POST\",\"url\":\"").append(path_);
        payload.append("\",\"body\":").append(call.body).append("}\n");
    }

    // RFC 7578. The boundary holds the label, which nobody outside knows.
    std::optional<HttpCall> stage(std::string&& payload, std::string_view label) const override {
        std::string boundary = fmt::format("llm-utils-{}", label);
        while (payload.find(boundary) != std::string::npos) boundary += '-';
        std::string body = fmt::format("--{0}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--{0}\r\n"
                                       "Content-Disposition: form-data; name=\"file\"; filename=\"{1}.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n",
                                       boundary, label);
        body.reserve(body.size() + payload.size() + boundary.size() + 8);
        body.append(payload).append("\r\n--").append(boundary).append("--\r\n");
        payload = {};
        HttpCall call = wire_.post("/files", std::move(body));
        for (std::string& h : call.headers.edit())
            if (h.starts_with("Content-Type:")) h = "Content-Type: multipart/form-data; boundary=" + boundary;
        return call;
    }

    HttpCall create(std::string&&, std::string_view staged, std::string_view label) const override {
        return wire_.post("/batches", Json{{"input_file_id", staged}, {"endpoint", path_}, {"completion_window", "24h"}, {"metadata", {{std::string{label_key}, label}}}}, {});
    }
    HttpCall look(std::string_view id) const override { return without_body(wire_.post("/batches/" + in_path(id), std::string{})); }
    HttpCall cancel(std::string_view id) const override { return without_body(wire_.post("/batches/" + in_path(id) + "/cancel", std::string{})); }
    HttpCall list(std::string_view after) const override {
        return without_body(wire_.post(after.empty() ? "/batches?limit=100" : "/batches?limit=100&after=" + in_path(after), std::string{}));
    }
    std::vector<HttpCall> leftovers(std::string_view, std::string_view staged, const std::vector<std::string>& files) const override {
        std::vector<HttpCall> out;
        if (!staged.empty()) out.push_back(without_body(wire_.post("/files/" + in_path(staged), std::string{})));
        for (const std::string& file : files) out.push_back(without_body(wire_.post("/files/" + in_path(file), std::string{})));
        return out;
    }

    BatchProgress progress(std::string_view answer) const override { return read(object_of(answer, "what " + wire_.name() + " says of a batch")); }

    BatchLine line(std::string_view text) const override {
        const Json json = object_of(text, "a line of the results");
        BatchLine out;
        out.custom_id = text_of(json, "custom_id");
        if (const Json& response = member(json, "response"); response.is_object()) {
            out.status = static_cast<int>(count(response, "status_code").value_or(0));
            out.body = dump(member(response, "body"));
        }
        if (out.status != 0) return out;
        const Json& error = member(json, "error");
        const std::string code = text_of(error, "code");
        if (code == "batch_expired") out.error = Error(Fault::timeout, "{}: the batch expired before this was asked", wire_.name());
        else if (code.starts_with("batch_cancel")) out.error = Error(Fault::refused, "{}: the batch was cancelled before this was asked", wire_.name());
        else out.error = wire_.failure(error.is_null() ? Json("the result has neither answer nor error") : error);
        return out;
    }

private:
    static bool is_azure(const Endpoint& e) { return host_of(e.base_url).ends_with(".azure.com"); }

    /// [{code, message, line}]; too many tokens waiting is a limit that passes.
    void fail(BatchProgress& p, const Json& errors) const {
        std::string text;
        bool limit = false;
        if (errors.is_array())
            for (const Json& e : errors) {
                const std::string code = text_of(e, "code"), message = text_of(e, "message", code);
                if (code == "token_limit_exceeded" || message.starts_with("Enqueued token limit")) {
                    limit = true;
                    p.room = limit_in(message);
                }
                const auto at = count(e, "line");
                if (text.size() < 500) text += fmt::format("{}{}{}", text.empty() ? "" : "; ", at ? fmt::format("line {}: ", *at) : "", message);
            }
        p.phase = BatchPhase::failed;
        p.error = Error(limit ? Fault::rate_limit : Fault::refused, "{}: the batch was turned down: {}", wire_.name(), text.empty() ? "it does not say why" : text);
    }

    BatchProgress read(const Json& b) const override {
        BatchProgress p;
        p.id = text_of(b, "id");
        p.status = lower_ascii(text_of(b, "status"));
        if (p.id.empty() || p.status.empty()) throw Error(Fault::provider, "{}: a batch has neither id nor status: {}", wire_.name(), dump(b).substr(0, 200));
        p.label = text_of(member(b, "metadata"), label_key);
        p.staged = text_of(b, "input_file_id");
        const Json& counts = member(b, "request_counts");
        p.total = count(counts, "total").value_or(0);
        p.done = count(counts, "completed").value_or(0);
        p.failed = count(counts, "failed").value_or(0);
        p.created = count(b, "created_at").value_or(0);
        if (p.status == "failed") {
            fail(p, member(member(b, "errors"), "data"));
        } else if (p.status == "completed" || p.status == "expired" || p.status == "cancelled" || p.status == "canceled") {
            p.phase = BatchPhase::ended;
            for (const std::string_view file : {"output_file_id", "error_file_id"})
                if (std::string id = text_of(b, file); !id.empty()) {
                    p.results.push_back(without_body(wire_.post("/files/" + in_path(id) + "/content", std::string{})));
                    p.files.push_back(std::move(id));
                }
        } else {
            p.known_status = std::ranges::find(at_work, p.status) != at_work.end();
        }
        return p;
    }

    Wire wire_;
    std::string path_;
};

}  // namespace

HttpCall without_body(HttpCall call) {
    std::erase_if(call.headers.edit(), [](const std::string& h) { return h.starts_with("Content-Type:"); });
    return call;
}

std::unique_ptr<BatchApi> openai_batches(const Endpoint& e, std::string_view path) { return std::make_unique<OpenAiBatches>(e, path); }

}  // namespace llm
