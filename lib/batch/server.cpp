#include "batch/server.hpp"

#include "base/error.hpp"
#include "call/common.hpp"
#include "call/retry.hpp"
#include "chat/endpoint.hpp"
#include "record/reader.hpp"

#include <limits>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t longest_answer = std::size_t{16} << 20;

Task<void> nap(Loop& loop, Instant until) { co_await loop.sleep_until(until); }

bool is_blank(std::string_view line) { return line.find_first_not_of(" \r\t") == line.npos; }

}  // namespace

BatchServer::BatchServer(Loop& loop, Endpoint endpoint, const Environment& environment, BatchServerOptions options)
    : loop_(loop), endpoint_(std::move(endpoint)), options_(std::move(options)) {
    if (endpoint_.protocol != "openai" && endpoint_.protocol != "openai-responses" && endpoint_.protocol != "anthropic")
        throw Error(Fault::config, "{} has no batch API that is known here (openai, openai-responses and anthropic have); ask it directly, without --batch", endpoint_.name);
    fetch_key(endpoint_, environment);
    if (!options_.http) options_.http = make_curl_http;
    http_ = options_.http(loop_);
    api_ = batch_api(endpoint_);
    provider_ = provider_entry(endpoint_.protocol).make(endpoint_);
}

void BatchServer::drive(Task<void> task) {
    task.start();
    while (!task.done() && Loop::signal_caught() == 0) loop_.run_once();
    if (!task.done()) throw Error(Fault::io, "interrupted while {} was waited for", endpoint_.name);
    task.result();
}

Instant BatchServer::deadline() const {
    const double seconds = options_.timeout.value_or(endpoint_.timeout);
    return seconds > 0 ? after(Steady::now(), seconds) : Instant::max();
}

Task<void> BatchServer::exchange(Http& http, Way way, HttpCall call, Instant deadline, OnBytes on_bytes) {
    call.proxy = proxy_for(endpoint_);
    HttpLimits limits;
    limits.deadline = deadline;
    if (endpoint_.connect_timeout > 0) limits.connect = endpoint_.connect_timeout;
    if (const double idle = options_.idle_timeout.value_or(endpoint_.idle_timeout); idle > 0) limits.idle = idle;
    Http::OnBody on_body = [&on_bytes](std::string_view bytes) {
        on_bytes(bytes);
        return true;
    };
    HttpOutcome outcome;
    switch (way) {
        case Way::post:
            outcome = co_await http.post(call, limits, std::move(on_body));
            break;
        case Way::get:
            outcome = co_await http.get(call, limits, std::move(on_body));
            break;
        case Way::remove:
            outcome = co_await http.remove(call, limits, std::move(on_body));
            break;
    }
    if (outcome.status >= 200 && outcome.status < 300) co_return;
    if (outcome.status >= 300 && outcome.status < 400) throw Error(redirected(endpoint_, outcome.status, outcome.headers));
    throw Error(provider_->failure(outcome.status, outcome.headers, outcome.error_body));
}

void BatchServer::once(Http& http, Way way, const HttpCall& call, Instant deadline, OnBytes on_bytes) {
    drive(exchange(http, way, call, deadline, std::move(on_bytes)));
}

std::string BatchServer::again(Way way, const HttpCall& call) {
    const Instant by = deadline();
    for (int number = 1;; ++number) {
        std::string body;
        try {
            once(*http_, way, call, by, [&body](std::string_view bytes) {
                if (body.size() + bytes.size() > longest_answer) throw Error(Fault::provider, "an answer about a batch is longer than 16 MiB");
                body.append(bytes);
            });
            return body;
        } catch (const Error& e) {
            if (!wait_before(number + 1, e, by)) throw;
        }
    }
}

std::string BatchServer::post(HttpCall call) { return again(Way::post, call); }
std::string BatchServer::get(HttpCall call) { return again(Way::get, call); }

void BatchServer::remove(HttpCall call) {
    try {
        once(*http_, Way::remove, call, deadline(), [](std::string_view) {});
    } catch (const Error& e) {
        if (e.status != 404) throw;
    }
}

std::string BatchServer::post_once(HttpCall call) {
    std::string body;
    // libcurl sends a request again by itself where a connection used before turns out to be closed: a new one each time
    const auto http = options_.http(loop_);
    once(*http, Way::post, call, deadline(), [&body](std::string_view bytes) { body.append(bytes.substr(0, longest_answer - std::min(body.size(), longest_answer))); });
    return body;
}

bool BatchServer::wait_before(int number, const Error& failed) { return wait_before(number, failed, Instant::max()); }

bool BatchServer::wait_before(int number, const Error& failed, Instant by) {
    if (number > options_.retries + 1 || !passes_by_itself(failed) || Loop::signal_caught() != 0) return false;
    const double seconds = delay_before(number, failed, std::uniform_real_distribution<double>{0, 1}(chance_));
    if (after(Steady::now(), seconds) >= by) return false;
    sleep(seconds);
    return true;
}

void BatchServer::sleep(double seconds) {
    if (options_.skip) return options_.skip(seconds);
    drive(nap(loop_, after(Steady::now(), seconds)));
}

// --- what is shown ---

std::string BatchServer::without_key(std::string_view text) const { return redact(text, endpoint_); }

Error BatchServer::without_key(const Error& e) const { return e.reworded(redact(e.what(), endpoint_)); }

template <typename Read>
auto BatchServer::shown(std::string_view answer, Read read) const {
    try {
        return read(answer);
    } catch (const Error&) {  // an answer that is quoted may be cut amid the key
        return read(without_key(answer));
    }
}

void BatchServer::clean(BatchProgress& p) const {
    p.status = without_key(p.status);
    if (p.error) p.error = without_key(*p.error);
}

BatchProgress BatchServer::progress(std::string_view answer) const {
    BatchProgress p = shown(answer, [this](std::string_view a) { return api_->progress(a); });
    clean(p);
    return p;
}

BatchPage BatchServer::listed(std::string_view answer) const {
    BatchPage page = shown(answer, [this](std::string_view a) { return api_->listed(a); });
    for (BatchProgress& p : page.batches) clean(p);
    return page;
}

std::string BatchServer::staged(std::string_view answer) const {
    return shown(answer, [this](std::string_view a) { return api_->staged(a); });
}

BatchLine BatchServer::line(std::string_view text) const {
    BatchLine line = shown(text, [this](std::string_view a) { return api_->line(a); });
    if (line.error) line.error = without_key(*line.error);
    return line;
}

void BatchServer::lines(const HttpCall& call, const std::function<void(std::string_view)>& f, const std::function<void()>& too_long) {
    const Instant by = options_.timeout ? deadline() : Instant::max();
    for (int number = 1;; ++number) {
        std::string rest;
        bool passing = false;  // over a line that is too long
        try {
            once(*http_, Way::get, call, by, [&](std::string_view bytes) {
                for (std::size_t end; (end = bytes.find('\n')) != bytes.npos; bytes.remove_prefix(end + 1)) {
                    if (!passing) rest.append(bytes.substr(0, end));
                    if (!std::exchange(passing, false) && !is_blank(rest)) f(rest);
                    rest.clear();
                }
                if (passing || rest.size() + bytes.size() <= max_line) {
                    if (!passing) rest.append(bytes);
                    return;
                }
                passing = true;
                rest = {};
                too_long();
            });
            if (!passing && !is_blank(rest)) f(rest);
            return;
        } catch (const Error& e) {
            if (!wait_before(number + 1, e, by)) throw;
        }
    }
}

}  // namespace llm
