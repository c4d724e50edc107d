/// One endpoint's batch API, talked to: tried again where that helps, never beyond what --retries allows.
#pragma once

#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "chat/provider.hpp"
#include "net/http.hpp"
#include "providers/batch.hpp"

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace llm {

class BatchServer {
public:
    /// Throws Error{config} where the endpoint's protocol has no batch API, else as fetch_key does.
    BatchServer(Loop&, Http&, Endpoint, const Environment&, int retries, std::function<void(double seconds)> skip = {});

    const Endpoint& endpoint() const noexcept { return endpoint_; }
    const Provider& provider() const noexcept { return *provider_; }
    const BatchApi& api() const noexcept { return *api_; }

    /// Each returns the answer's body, and throws Error as a direct call would; Error{io} where a signal ends the wait.
    std::string post(HttpCall);
    std::string get(HttpCall);
    /// Sent once and no more, so that the caller can look what became of it.
    std::string post_once(HttpCall);
    /// Waits as long as is due before attempt `number`; false where there is none left.
    bool wait_before(int number, const Error&);
    /// The results, a line at a time. Where the connection breaks all of them come again from the start.
    void lines(const HttpCall&, const std::function<void(std::string_view)>&);
    void sleep(double seconds);

private:
    enum class Way { get, post };
    using OnBytes = std::function<void(std::string_view)>;
    Task<void> exchange(Http&, Way, HttpCall, OnBytes);
    void once(Way, HttpCall, OnBytes);
    std::string again(Way, const HttpCall&);
    void drive(Task<void>);

    Loop& loop_;
    Http& http_;
    Endpoint endpoint_;
    std::unique_ptr<Provider> provider_;
    std::unique_ptr<BatchApi> api_;
    int retries_;
    std::function<void(double)> skip_;
    std::minstd_rand chance_{std::random_device{}()};
};

}  // namespace llm
