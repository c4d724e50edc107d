// Facts: openai/openai-openapi (CreateFileRequest, Batch, BatchRequestInput, BatchRequestOutput): 50,000 requests and 200 MB a
// file, one model a file, completion_window 24h, metadata of 16 pairs of text. What was not asked in time stands in the error
// file with code batch_expired. Groq, Azure (v1), Mistral's compatible layer and others speak the same.
#include "providers/batches.hpp"
#include "providers/wire.hpp"

namespace llm {
namespace {

constexpr std::string_view label_key = "llm_utils";

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
        for (std::string& h : call.headers)
            if (h.starts_with("Content-Type:")) h = "Content-Type: multipart/form-data; boundary=" + boundary;
        return call;
    }

    HttpCall create(std::string&&, std::string_view staged, std::string_view label) const override {
        return wire_.post("/batches", Json{{"input_file_id", staged}, {"endpoint", path_}, {"completion_window", "24h"}, {"metadata", {{std::string{label_key}, label}}}}, {});
    }
    HttpCall look(std::string_view id) const override { return without_body(wire_.post("/batches/" + in_path(id), std::string{})); }
    HttpCall cancel(std::string_view id) const override { return without_body(wire_.post("/batches/" + in_path(id) + "/cancel", std::string{})); }
    HttpCall list() const override { return without_body(wire_.post("/batches?limit=100", std::string{})); }

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
    Error why(const Json& errors) const {
        std::string text;
        bool limit = false;
        if (errors.is_array())
            for (const Json& e : errors) {
                const std::string code = text_of(e, "code");
                limit |= code.find("limit_exceeded") != code.npos;
                const auto at = count(e, "line");
                if (text.size() < 500) text += fmt::format("{}{}{}", text.empty() ? "" : "; ", at ? fmt::format("line {}: ", *at) : "", text_of(e, "message", code));
            }
        return Error(limit ? Fault::rate_limit : Fault::refused, "{}: the batch was turned down: {}", wire_.name(), text.empty() ? "it does not say why" : text);
    }

    BatchProgress read(const Json& b) const override {
        BatchProgress p;
        p.id = text_of(b, "id");
        p.status = text_of(b, "status");
        if (p.id.empty() || p.status.empty()) throw Error(Fault::provider, "{}: a batch has neither id nor status: {}", wire_.name(), dump(b).substr(0, 200));
        p.label = text_of(member(b, "metadata"), label_key);
        p.staged = text_of(b, "input_file_id");
        const Json& counts = member(b, "request_counts");
        p.total = count(counts, "total").value_or(0);
        p.done = count(counts, "completed").value_or(0);
        p.failed = count(counts, "failed").value_or(0);
        p.created = count(b, "created_at").value_or(0);
        if (p.status == "failed") {
            p.phase = BatchPhase::failed;
            p.error = why(member(member(b, "errors"), "data"));
        } else if (p.status == "completed" || p.status == "expired" || p.status == "cancelled") {
            p.phase = BatchPhase::ended;
            for (const std::string_view file : {"output_file_id", "error_file_id"})
                if (const std::string id = text_of(b, file); !id.empty())
                    p.results.push_back(without_body(wire_.post("/files/" + in_path(id) + "/content", std::string{})));
        }
        return p;
    }

    Wire wire_;
    std::string path_;
};

}  // namespace

HttpCall without_body(HttpCall call) {
    std::erase_if(call.headers, [](const std::string& h) { return h.starts_with("Content-Type:"); });
    return call;
}

std::unique_ptr<BatchApi> openai_batches(const Endpoint& e, std::string_view path) { return std::make_unique<OpenAiBatches>(e, path); }

}  // namespace llm
