/// One endpoint's batch API, talked to: tried again where that helps, never beyond what --retries and the time given allow.
#pragma once

#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "chat/provider.hpp"
#include "net/http.hpp"
#include "providers/batch.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace llm {

struct BatchServerOptions {
    int retries = 3;
    std::optional<double> timeout;                     ///< seconds for one exchange with all its attempts; else the endpoint's, and none for results
    std::optional<double> idle_timeout;                ///< seconds of silence; else the endpoint's
    std::function<void(double seconds)> skip;          ///< for tests: told of each wait, which then takes no time
    std::function<std::unique_ptr<Http>(Loop&)> http;  ///< for tests
};

class BatchServer {
public:
    /// Throws Error{config} where the endpoint's protocol has no batch API, else as fetch_key does.
    BatchServer(Loop&, Endpoint, const Environment&, BatchServerOptions);

    const Endpoint& endpoint() const noexcept { return endpoint_; }
    const Provider& provider() const noexcept { return *provider_; }
    const BatchApi& api() const noexcept { return *api_; }

    /// Each returns the answer's body, and throws Error as a direct call would; Error{io} where a signal ends the wait.
    std::string post(HttpCall);
    std::string get(HttpCall);
    /// Once, and what is not there is as good as removed.
    void remove(HttpCall);
    /// Sent once and no more, so that the caller can look what became of it.
    std::string post_once(HttpCall);
    /// Waits as long as is due before attempt `number`; false where there is none left.
    bool wait_before(int number, const Error&);
    /// The results, a line at a time. Where the connection breaks all of them come again from the start. One that is longer than any line may be
    /// (record/reader.hpp) is passed over: `too_long`.
    void lines(const HttpCall&, const std::function<void(std::string_view)>& f, const std::function<void()>& too_long);
    void sleep(double seconds);

    /// What `api` reads in an answer, without the key wherever people may come to see it: the words of a state, and of what went wrong.
    BatchProgress progress(std::string_view answer) const;
    BatchPage listed(std::string_view answer) const;
    std::string staged(std::string_view answer) const;
    BatchLine line(std::string_view) const;
    std::string without_key(std::string_view text) const;
    Error without_key(const Error&) const;

private:
    template <typename Read>
    auto shown(std::string_view answer, Read) const;
    void clean(BatchProgress&) const;

    enum class Way { get,
                     post,
                     remove };
    using OnBytes = std::function<void(std::string_view)>;
    Task<void> exchange(Http&, Way, HttpCall, Instant deadline, OnBytes);
    void once(Http&, Way, const HttpCall&, Instant deadline, OnBytes);
    std::string again(Way, const HttpCall&);
    bool wait_before(int number, const Error&, Instant deadline);
    Instant deadline() const;
    void drive(Task<void>);

    Loop& loop_;
    Endpoint endpoint_;
    BatchServerOptions options_;
    std::unique_ptr<Http> http_;
    std::unique_ptr<Provider> provider_;
    std::unique_ptr<BatchApi> api_;
    std::minstd_rand chance_{std::random_device{}()};
};

}  // namespace llm
