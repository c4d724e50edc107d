#include "batch/server.hpp"

#include "base/error.hpp"
#include "call/retry.hpp"
#include "chat/address.hpp"
#include "chat/endpoint.hpp"

#include <utility>

namespace llm {
namespace {

constexpr std::size_t longest_answer = std::size_t{16} << 20;

Task<void> nap(Loop& loop, Instant until) { co_await loop.sleep_until(until); }

}  // namespace

BatchServer::BatchServer(Loop& loop, Http& http, Endpoint endpoint, const Environment& environment, int retries, std::function<void(double)> skip)
    : loop_(loop), http_(http), endpoint_(std::move(endpoint)), retries_(retries), skip_(std::move(skip)) {
    if (endpoint_.protocol != "openai" && endpoint_.protocol != "openai-responses" && endpoint_.protocol != "anthropic")
        throw Error(Fault::config, "{} has no batch API that is known here (openai, openai-responses and anthropic have); ask it directly, without --batch", endpoint_.name);
    fetch_key(endpoint_, environment);
    api_ = batch_api(endpoint_);
    provider_ = provider_entry(endpoint_.protocol).make(endpoint_);
}

void BatchServer::drive(Task<void> task) {
    task.start();
    while (!task.done() && Loop::signal_caught() == 0) loop_.run_once();
    if (!task.done()) throw Error(Fault::io, "interrupted while {} was waited for", endpoint_.name);
    task.result();
}

Task<void> BatchServer::exchange(Http& http, Way way, HttpCall call, OnBytes on_bytes) {
    const auto address = parse_address(endpoint_.base_url);
    if (address && address->scheme == "http" && is_loopback(address->host) && !endpoint_.allow_http) call.proxy = HttpCall::Proxy::none;
    HttpLimits limits;
    if (endpoint_.connect_timeout > 0) limits.connect = endpoint_.connect_timeout;
    if (endpoint_.idle_timeout > 0) limits.idle = endpoint_.idle_timeout;
    Http::OnBody on_body = [&on_bytes](std::string_view bytes) {
        on_bytes(bytes);
        return true;
    };
    HttpOutcome outcome;
    if (way == Way::post) outcome = co_await http.post(call, limits, std::move(on_body));
    else outcome = co_await http.get(call, limits, std::move(on_body));
    if (outcome.status >= 200 && outcome.status < 300) co_return;
    if (outcome.status >= 300 && outcome.status < 400) {
        Error moved(Fault::provider, "{} answers with a redirect ({}); redirects are not followed, so that the key stays where it belongs: correct base_url", endpoint_.name, outcome.status);
        moved.status = outcome.status;
        throw moved;
    }
    throw Error(provider_->failure(outcome.status, outcome.headers, outcome.error_body));
}

void BatchServer::once(Way way, HttpCall call, OnBytes on_bytes) { drive(exchange(http_, way, std::move(call), std::move(on_bytes))); }

std::string BatchServer::again(Way way, const HttpCall& call) {
    for (int number = 1;; ++number) {
        std::string body;
        try {
            once(way, call, [&body](std::string_view bytes) {
                if (body.size() + bytes.size() > longest_answer) throw Error(Fault::provider, "an answer about a batch is longer than 16 MiB");
                body.append(bytes);
            });
            return body;
        } catch (const Error& e) {
            if (!wait_before(number + 1, e)) throw;
        }
    }
}

std::string BatchServer::post(HttpCall call) { return again(Way::post, call); }
std::string BatchServer::get(HttpCall call) { return again(Way::get, call); }

std::string BatchServer::post_once(HttpCall call) {
    std::string body;
    // libcurl sends a request again by itself where a connection used before turns out to be closed: a new one each time
    const auto http = make_curl_http(loop_);
    drive(exchange(*http, Way::post, std::move(call), [&body](std::string_view bytes) { body.append(bytes.substr(0, longest_answer - std::min(body.size(), longest_answer))); }));
    return body;
}

bool BatchServer::wait_before(int number, const Error& failed) {
    if (number > retries_ + 1 || !passes_by_itself(failed) || Loop::signal_caught() != 0) return false;
    sleep(delay_before(number, failed, std::uniform_real_distribution<double>{0, 1}(chance_)));
    return true;
}

void BatchServer::sleep(double seconds) {
    if (skip_) return skip_(seconds);
    drive(nap(loop_, after(Steady::now(), seconds)));
}

void BatchServer::lines(const HttpCall& call, const std::function<void(std::string_view)>& f) {
    for (int number = 1;; ++number) {
        std::string rest;
        try {
            once(Way::get, call, [&](std::string_view bytes) {
                for (std::size_t end; (end = bytes.find('\n')) != bytes.npos; bytes.remove_prefix(end + 1)) {
                    rest.append(bytes.substr(0, end));
                    if (rest.find_first_not_of(" \r\t") != rest.npos) f(rest);
                    rest.clear();
                }
                rest.append(bytes);
            });
            if (rest.find_first_not_of(" \r\t") != rest.npos) f(rest);
            return;
        } catch (const Error& e) {
            if (!wait_before(number + 1, e)) throw;
        }
    }
}

}  // namespace llm
