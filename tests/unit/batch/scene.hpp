/// A provider's batch API in memory behind Http, and what a job needs to meet it. No socket, no waiting: waits are written down.
#pragma once

#include "base/paths.hpp"
#include "batch/batches.hpp"
#include "log/when.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace llm {

struct FakeReply {
    int status = 200;
    std::string body;
    static FakeReply error(int status, std::string_view message) { return {status, dump(Json{{"error", {{"message", message}, {"type", "invalid_request_error"}}}})}; }
};
/// The connection breaks.
struct Broken {};

/// OpenAI's files and batches, or Anthropic's message batches, as far as they matter here.
struct FakeApi {
    struct Batch {
        std::string id, label, staged, status = "in_progress";
        std::int64_t created = unix_microseconds() / 1'000'000;
        std::vector<std::string> requests;  ///< custom ids
        Json errors = Json();
    };
    bool anthropic = false;
    std::size_t page = 100;
    std::list<Batch> batches;                               ///< the oldest first
    std::map<std::string, std::vector<std::string>> files;  ///< custom ids of an upload
    std::vector<std::string> calls;                         ///< "POST /batches"
    std::set<std::string> gone;                             ///< files of results that are no more
    std::vector<std::string> removed;
    std::string before_results;  ///< lines in front of the results
    bool counts = false;         ///< whether OpenAI's tells how many are answered
    /// Asked first; what it returns is the answer. It may throw Broken.
    std::function<std::optional<FakeReply>(std::string_view call)> first;
    /// Asked when all is done, to change the answer or to throw Broken.
    std::function<void(std::string_view call, FakeReply&)> last;
    /// The body of an answer.
    std::function<Json(const std::string& custom_id)> answer = [](const std::string&) { return text("fine"); };

    static Json text(std::string_view words, long output = 7) {
        return {{"id", "c"}, {"model", "m"}, {"choices", {{{"index", 0}, {"message", {{"role", "assistant"}, {"content", words}}}, {"finish_reason", "stop"}}}}, {"usage", {{"prompt_tokens", 12}, {"completion_tokens", output}}}};
    }

    long count(std::string_view call) const { return std::ranges::count(calls, call); }
    Batch& newest() { return batches.back(); }
    Batch& of(std::string_view id) {
        for (Batch& b : batches)
            if (b.id == id) return b;
        throw std::runtime_error("no such batch");
    }
    /// Somebody else's.
    Batch& add(long requests, std::string_view owner = "other", std::int64_t created = unix_microseconds() / 1'000'000) {
        Batch& b = batches.emplace_back();
        b.id = fmt::format("b{}", batches.size());
        b.created = created;
        if (!anthropic) b.staged = "file-other";
        for (long i = 1; i <= requests; ++i) b.requests.push_back(fmt::format("{}-{}", owner, i));
        return b;
    }
    void end_all() {
        for (Batch& b : batches)
            if (b.status == "in_progress") b.status = anthropic ? "ended" : "completed";
    }

    FakeReply serve(std::string_view method, const HttpCall& call) {
        const std::size_t base = call.url.find('/', 8);
        std::string path = call.url.substr(base);
        for (const std::string_view prefix : {"/v1/messages", "/v1"})
            if (path.starts_with(prefix)) {
                path.erase(0, prefix.size());
                break;
            }
        const std::string query = path.find('?') == path.npos ? "" : path.substr(path.find('?') + 1);
        path = path.substr(0, path.find('?'));
        const std::string name = fmt::format("{} {}", method, path);
        calls.push_back(name);
        if (first)
            if (auto reply = first(name)) return *reply;
        FakeReply reply = act(method, path, query, call.body);
        if (last) last(name, reply);
        return reply;
    }

private:
    static std::vector<std::string> ids_in(std::string_view payload) {
        constexpr std::string_view mark = "\"custom_id\":\"";
        std::vector<std::string> out;
        for (std::size_t at = 0; (at = payload.find(mark, at)) != payload.npos;) {
            at += mark.size();
            out.emplace_back(payload.substr(at, payload.find('"', at) - at));
        }
        return out;
    }
    int uploads_ = 0;
    FakeReply act(std::string_view method, const std::string& path, const std::string& query, const std::string& body) {
        if (path == "/files") {
            const std::string id = fmt::format("file-{}", ++uploads_);
            files[id] = ids_in(body);
            return {200, dump(Json{{"id", id}})};
        }
        if (path == "/batches" && method == "POST") {
            Batch b;
            b.id = fmt::format("b{}", batches.size() + 1);
            if (anthropic) {
                b.requests = ids_in(body);
            } else {
                const Json asked = read_json(body);
                b.staged = text_of(asked, "input_file_id");
                b.label = text_of(member(asked, "metadata"), "llm_utils");
                if (!files.contains(b.staged)) return FakeReply::error(400, "Cannot find file " + b.staged);
                b.requests = files[b.staged];
            }
            return {200, dump(shown(batches.emplace_back(std::move(b))))};
        }
        if (path == "/batches") return {200, dump(listed(query))};
        if (method == "DELETE") {
            removed.push_back(path);
            return {200, "{}"};
        }
        if (path.ends_with("/content") || path.ends_with("/results")) {
            const std::string id = path.substr(path.find('/', 1) + 1);
            std::string batch = id.substr(0, id.find('/'));
            if (batch.starts_with("out-")) batch.erase(0, 4);
            if (gone.contains(batch)) return FakeReply::error(404, "No such File object");
            return {200, before_results + results(of(batch))};
        }
        std::string id = path.substr(std::string_view{"/batches/"}.size());
        if (id.ends_with("/cancel")) {
            id.resize(id.size() - std::string_view{"/cancel"}.size());
            for (Batch& b : batches)
                if (b.id == id) b.status = "cancelling";
        }
        for (const Batch& b : batches)
            if (b.id == id) return {200, dump(shown(b))};
        return FakeReply::error(404, "No batch found with id '" + id + "'.");
    }
    Json shown(const Batch& b) const {
        const auto n = static_cast<long>(b.requests.size());
        if (anthropic) {
            const std::time_t at = b.created;
            std::tm t{};
            ::gmtime_r(&at, &t);
            const bool ended = b.status == "ended";
            return {{"id", b.id}, {"processing_status", b.status}, {"created_at", fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000000Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec)}, {"request_counts", {{"processing", ended ? 0 : n}, {"succeeded", ended ? n : 0}, {"errored", 0}, {"canceled", 0}, {"expired", 0}}}};
        }
        Json j{{"id", b.id}, {"status", b.status}, {"created_at", b.created}, {"input_file_id", b.staged}, {"metadata", {{"llm_utils", b.label}}}, {"errors", b.errors}, {"request_counts", {{"total", n}, {"completed", counts ? n : 0}, {"failed", 0}}}};
        for (const std::string_view ended : {"completed", "COMPLETED", "expired", "cancelled"})
            if (b.status == ended) j["output_file_id"] = "out-" + b.id;
        return j;
    }
    Json listed(const std::string& query) const {
        std::vector<const Batch*> all;
        for (const Batch& b : batches) all.insert(all.begin(), &b);
        const std::size_t after = query.find("after");
        std::size_t from = 0;
        if (after != query.npos) {
            const std::string id = query.substr(query.find('=', after) + 1);
            while (from < all.size() && all[from++]->id != id) {
            }
        }
        Json data = Json::array();
        const std::size_t to = std::min(all.size(), from + page);
        for (std::size_t i = from; i < to; ++i) data.push_back(shown(*all[i]));
        return {{"data", data}, {"has_more", to < all.size()}};
    }
    std::string results(const Batch& b) const {
        std::string out;
        for (auto id = b.requests.rbegin(); id != b.requests.rend(); ++id) {
            if (anthropic)
                out += dump(Json{{"custom_id", *id}, {"result", {{"type", "succeeded"}, {"message", {{"id", "m"}, {"type", "message"}, {"role", "assistant"}, {"model", "m"}, {"stop_reason", "end_turn"}, {"content", {{{"type", "text"}, {"text", "fine"}}}}, {"usage", {{"input_tokens", 12}, {"output_tokens", 7}}}}}}}});
            else
                out += dump(Json{{"custom_id", *id}, {"response", {{"status_code", 200}, {"body", answer(*id)}}}, {"error", nullptr}});
            out += '\n';
        }
        return out;
    }
};

class FakeHttp final : public Http {
public:
    explicit FakeHttp(FakeApi& api) : api_(api) {}
    Task<HttpOutcome> post(const HttpCall& call, HttpLimits, OnBody f) override { return answer("POST", call, std::move(f)); }
    Task<HttpOutcome> get(const HttpCall& call, HttpLimits, OnBody f) override { return answer("GET", call, std::move(f)); }
    Task<HttpOutcome> remove(const HttpCall& call, HttpLimits, OnBody f) override { return answer("DELETE", call, std::move(f)); }

private:
    Task<HttpOutcome> answer(std::string_view method, const HttpCall& call, OnBody f) {
        FakeReply reply;
        try {
            reply = api_.serve(method, call);
        } catch (const Broken&) {
            throw Error(Fault::unreachable, "no answer from the fake: it hung up");
        }
        HttpOutcome out;
        out.status = reply.status;
        if (reply.status >= 200 && reply.status < 300)
            f(reply.body);
        else
            out.error_body = reply.body;
        co_return out;
    }
    FakeApi& api_;
};

struct BatchHome {
    std::filesystem::path folder;
    BatchHome() {
        static int number = 0;
        folder = std::filesystem::temp_directory_path() / fmt::format("llm-batch-{}-{}", ::getpid(), ++number);
        std::filesystem::remove_all(folder);
    }
    BatchHome(const BatchHome&) = delete;
    BatchHome& operator=(const BatchHome&) = delete;
    ~BatchHome() { std::filesystem::remove_all(folder); }
};

/// One run of the tool on a home.
struct BatchScene {
    FakeApi& api;
    Environment environment;
    Settings settings;
    Loop loop;
    Models models;
    Caller caller;
    BatchStore store;
    std::vector<double> waited;
    std::vector<std::string> said;
    std::function<void()> on_wait;  ///< what happens meanwhile
    Batches batches;

    BatchScene(FakeApi& a, const BatchHome& home, std::string_view config = "", const std::function<void(BatchSetup&)>& change = {})
        : api(a), environment({{"HOME", home.folder.string()}}), settings(Settings::parse(fmt::format("{}\n[provider.p]\nprotocol = \"{}\"\nbase_url = \"http://127.0.0.1:9{}\"\n", config, a.anthropic ? "anthropic" : "openai", a.anthropic ? "" : "/v1"), "config.toml", environment)), models(settings, environment), caller(loop, settings, environment, options()), store(home.folder / "batch.db"), batches(loop, settings, environment, models, caller, store, setup(change)) {}

    static CallOptions options() {
        CallOptions o;
        o.tool = "test";
        return o;
    }
    BatchSetup setup(const std::function<void(BatchSetup&)>& change) {
        BatchSetup b;
        b.tool = "test";
        b.server.http = [this](Loop&) { return std::make_unique<FakeHttp>(api); };
        b.server.skip = [this](double seconds) {
            waited.push_back(seconds);
            if (on_wait) on_wait();
        };
        b.warn = [this](std::string_view words) { said.emplace_back(words); };
        if (change) change(b);
        return b;
    }

    /// A job that is read and not sent.
    std::string read(const std::vector<Json>& records, const Json& flags = Json::object(), BatchStore::Done done = BatchStore::Done::when_sent) {
        RequestSpec spec;
        spec.default_model = "p/m";
        const Form form{spec};
        Asker asker{caller, models, form, AskOptions{}};
        BatchIntake intake{batches, asker, flags};
        long number = 0;
        for (const Json& r : records) {
            Record record = Record::of(r, ++number);
            intake.step(record);
            intake.output(record.line() + "\n");
        }
        intake.finish(done);
        return intake.job();
    }
    std::string read(long n, std::string_view prompt = "p", BatchStore::Done done = BatchStore::Done::when_sent) {
        std::vector<Json> records;
        for (long i = 0; i < n; ++i) records.push_back({{"id", i}, {"prompt", fmt::format("{}{}", prompt, i)}});
        return read(records, Json::object(), done);
    }
    std::string submit(long n) {
        const std::string id = read(n);
        batches.send(id);
        store.set_told(id);
        return id;
    }
    BatchJob job(const std::string& id) { return store.job(id); }
    BatchPart part(const std::string& id, std::size_t at = 0) { return job(id).parts.at(at); }
    std::optional<Error> fetch(const std::string& id) {
        BatchJob j = job(id);
        return batches.fetch(j);
    }
    /// Each record's `response` or `error`.
    std::vector<Json> outcomes(const std::string& id) {
        std::vector<Json> out;
        store.each_line(id, [&](std::int64_t, std::string_view, std::optional<std::string_view> answer, std::optional<std::string_view> error) {
            out.push_back(answer ? read_json(*answer) : error ? read_json(*error)
                                                              : Json());
            return true;
        });
        return out;
    }
    Nano spent() {
        PaceStore pace{pace_path(settings, environment)};
        return budget_status(pace).days.front().spent;
    }
    BudgetStatus money() {
        PaceStore pace{pace_path(settings, environment)};
        return budget_status(pace);
    }
};

/// What an answer of the fake costs at the price below: 12 tokens in, 7 out.
inline constexpr const char* dear = "[model.\"p/m\"]\ninput = 1000\noutput = 1000\n";
inline const Nano one_answer = nano(.019);

}  // namespace llm
