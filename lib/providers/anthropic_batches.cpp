// Facts: https://platform.claude.com/docs/en/api/creating-message-batches and anthropics/anthropic-sdk-python src/anthropic/types/messages
// (MessageBatch, MessageBatchRequestCounts, batch_list_params): 100,000 requests or 256 MB a batch, custom_id ^[a-zA-Z0-9_-]{1,64}$, lists of at
// most 1,000, `after_id` an id. A batch keeps no label, and tells the ids of its requests only with their results, when it has ended; until then
// every request counts as processing. Results are kept for 29 days. They stand at …/results under the same base URL;
// `results_url` is not followed, so that the key stays where it belongs.
#include "base/ascii.hpp"
#include "providers/batches.hpp"
#include "providers/wire.hpp"

#include <cstdio>
#include <ctime>

namespace llm {
namespace {

constexpr std::string_view ending = "]}";

/// "2024-08-20T18:37:24.100435Z" in seconds since 1970; 0 where it is none.
std::int64_t seconds_of(const std::string& time) {
    std::tm t{};
    if (std::sscanf(time.c_str(), "%d-%d-%dT%d:%d:%d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec) != 6) return 0;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    return ::timegm(&t);
}

class AnthropicBatches final : public BatchApi {
public:
    explicit AnthropicBatches(const Endpoint& e)
        : wire_(e, "https://api.anthropic.com", KeyHeader{"x-api-key: "}, std::vector<std::string>{"anthropic-version: 2023-06-01"}),
          path_(wire_.base_url().ends_with("/v1") ? "/messages/batches" : "/v1/messages/batches") {}

    std::size_t max_requests() const override { return 100'000; }
    std::size_t max_bytes() const override { return 256'000'000; }

    void add(std::string& payload, std::string_view custom_id, const HttpCall& call) const override {
        if (payload.empty()) payload = "{\"requests\":[";
        else payload.replace(payload.size() - ending.size(), ending.size(), ",");
        payload.append("{\"custom_id\":\"").append(custom_id).append("\",\"params\":").append(call.body).append("}").append(ending);
    }

    HttpCall create(std::string&& payload, std::string_view, std::string_view) const override { return wire_.post(path_, std::move(payload)); }
    HttpCall look(std::string_view id) const override { return without_body(wire_.post(path_ + "/" + in_path(id), std::string{})); }
    HttpCall cancel(std::string_view id) const override { return without_body(wire_.post(path_ + "/" + in_path(id) + "/cancel", std::string{})); }
    HttpCall list(std::string_view after) const override {
        return without_body(wire_.post(path_ + "?limit=1000" + (after.empty() ? "" : "&after_id=" + in_path(after)), std::string{}));
    }
    std::vector<HttpCall> leftovers(std::string_view id, std::string_view, const std::vector<std::string>&) const override {
        if (id.empty()) return {};
        return {without_body(wire_.post(path_ + "/" + in_path(id), std::string{}))};
    }

    BatchProgress progress(std::string_view answer) const override { return read(object_of(answer, "what " + wire_.name() + " says of a batch")); }

    BatchLine line(std::string_view text) const override {
        const Json json = object_of(text, "a line of the results");
        BatchLine out;
        out.custom_id = text_of(json, "custom_id");
        const Json& result = member(json, "result");
        const std::string type = text_of(result, "type");
        if (type == "succeeded") {
            out.status = 200;
            out.body = dump(member(result, "message"));
        } else if (type == "expired") {
            out.error = Error(Fault::timeout, "{}: the batch expired before this was asked", wire_.name());
        } else if (type == "canceled") {
            out.error = Error(Fault::refused, "{}: the batch was cancelled before this was asked", wire_.name());
        } else if (const Json& error = member(result, "error"); !error.is_null()) {
            const Json& inner = member(error, "error");
            out.error = wire_.failure(inner.is_null() ? error : inner);
        } else {
            out.error = Error(Fault::provider, "{}: a result of unknown type '{}'", wire_.name(), type);
        }
        return out;
    }

private:
    BatchProgress read(const Json& b) const override {
        BatchProgress p;
        p.id = text_of(b, "id");
        p.status = lower_ascii(text_of(b, "processing_status"));
        if (p.id.empty() || p.status.empty()) throw Error(Fault::provider, "{}: a batch has neither id nor status: {}", wire_.name(), dump(b).substr(0, 200));
        const Json& counts = member(b, "request_counts");
        const auto number = [&counts](std::string_view name) { return count(counts, name).value_or(0); };
        p.done = number("succeeded");
        p.failed = number("errored") + number("canceled") + number("expired");
        p.total = p.done + p.failed + number("processing");
        p.created = seconds_of(text_of(b, "created_at"));
        if (p.status == "ended") {
            p.phase = BatchPhase::ended;
            p.results.push_back(without_body(wire_.post(path_ + "/" + in_path(p.id) + "/results", std::string{})));
        } else {
            p.known_status = p.status == "in_progress" || p.status == "canceling";
        }
        return p;
    }

    Wire wire_;
    std::string path_;
};

}  // namespace

std::unique_ptr<BatchApi> anthropic_batches(const Endpoint& e) { return std::make_unique<AnthropicBatches>(e); }

}  // namespace llm
