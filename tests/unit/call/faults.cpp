// Every passing fault of a server on a real socket, scripted a connection: which fault it is, how often it was asked, and how long was waited,
// on a clock that is set forward instead of waiting.
#include "call/caller.hpp"

#include "base/paths.hpp"
#include "support/catch.hpp"
#include "support/scripted.hpp"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <numeric>
#include <unistd.h>

using namespace llm;

namespace {

const std::string good_answer = answer_of("200 OK", "",
                                   R"({"model":"m","choices":[{"message":{"role":"assistant","content":"fine"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}})");

/// A stream of server-sent events that ends without its end, as far as `events` go.
std::string stream_of(std::string_view events) { return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{}", events); }
const std::string begun = "data: {\"choices\":[{\"delta\":{\"content\":\"fi\"}}]}\n\n";

struct FaultOutcome {
    std::optional<Fault> fault;
    std::optional<int> status;
    std::string text, message;
    int asked = 0;
    std::vector<double> waited;
    double passed = 0;  ///< seconds of real time
    double all() const { return std::accumulate(waited.begin(), waited.end(), 0.0); }
    /// The clock was set forward by that much, but for what passed by itself meanwhile.
    bool waited_for(double seconds) const { return all() <= seconds + .01 && all() + passed >= seconds - .01; }
};

struct FaultScene {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("llm-faults-{}", ::getpid());
    int retries = 3;
    std::optional<double> timeout, idle_timeout;
    bool stream = false;
    std::string base_url;  ///< else the server's
    bool through_proxy = false;  ///< the server is one
    FaultScene() { std::filesystem::remove_all(folder); }
    ~FaultScene() { std::filesystem::remove_all(folder); }

    FaultOutcome ask(std::vector<std::string> script, int calls = 1) {
        Scripted server{std::move(script)};
        const Environment environment{{{"HOME", folder.string()}}};
        const std::string base = base_url.empty() ? fmt::format("http://127.0.0.1:{}/v1", server.port) : base_url;
        if (through_proxy) ::setenv("https_proxy", fmt::format("http://127.0.0.1:{}", server.port).c_str(), 1);
        const Settings settings = Settings::parse(fmt::format("[provider.p]\nprotocol = \"openai\"\nbase_url = \"{}\"\n", base), "config.toml", environment);
        Loop loop;
        FaultOutcome outcome;
        CallOptions options;
        options.tool = "test";
        options.retries = retries;
        options.timeout = timeout;
        options.idle_timeout = idle_timeout;
        options.log = CallOptions::Log::no;
        options.skip = [&outcome](double seconds) { outcome.waited.push_back(seconds); };
        Caller caller{loop, settings, environment, options};
        const Models models{settings, environment};
        const ResolvedModel model = models.resolve("p/m");
        const Instant begun = Steady::now();
        for (int i = 0; i < calls; ++i) {
            Request request;
            request.messages = {Message::of(Role::user, "x")};
            request.stream = stream;
            outcome.fault.reset();
            try {
                CallContext context;
                Task<Answer> task = caller.call(model, std::move(request), {}, std::move(context));
                task.start();
                while (!task.done()) loop.run_once();
                outcome.text = task.result().completion.text;
            } catch (const Error& e) {
                outcome.fault = e.fault;
                outcome.status = e.status;
                outcome.message = e.what();
            }
        }
        if (through_proxy) ::unsetenv("https_proxy");
        outcome.asked = server.asked;
        outcome.passed = Seconds(Steady::now() - begun).count();
        return outcome;
    }
};

}  // namespace

TEST_CASE("faults: what passes is asked four times, and waited for by chance within bounds that double") {
    for (const auto& [answer, fault, status] : std::vector<std::tuple<std::string, Fault, int>>{
             {refusal("408 Request Timeout"), Fault::timeout, 408},
             {refusal("409 Conflict"), Fault::rate_limit, 409},
             {refusal("425 Too Early"), Fault::rate_limit, 425},
             {refusal("429 Too Many Requests"), Fault::rate_limit, 429},
             {refusal("500 Internal Server Error"), Fault::provider, 500},
             {refusal("502 Bad Gateway"), Fault::provider, 502},
             {refusal("503 Service Unavailable"), Fault::provider, 503},
             {refusal("504 Gateway Timeout"), Fault::timeout, 504},
             {refusal("529 Overloaded"), Fault::provider, 529},
             {std::string{}, Fault::unreachable, 0},
             {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"choices\":[", Fault::provider, 0},
             {answer_of("200 OK", "", "{\"choices\": oops}"), Fault::provider, 0},
             {answer_of("200 OK", "", R"({"model":"m","choices":[{"message":{"role":"assistant","content":"fi)"), Fault::provider, 0},
             {answer_of("200 OK", "", R"({"error":{"message":"The server had an error.","type":"server_error"}})"), Fault::provider, 500},
             {answer_of("200 OK", "", ""), Fault::provider, 0},
             {answer_of("200 OK", "", "<html><body>hello</body></html>"), Fault::provider, 0},
         }) {
        CAPTURE(answer);
        FaultScene scene;
        const FaultOutcome o = scene.ask({answer});
        CHECK(o.fault == fault);
        CHECK(o.status.value_or(0) == status);
        CHECK(o.asked == 4);
        REQUIRE(o.waited.size() == 3);
        CHECK(o.waited[0] <= .5);
        CHECK(o.waited[1] <= 1);
        CHECK(o.waited[2] <= 2);
    }
}

TEST_CASE("faults: a stream that breaks is asked for four times") {
    for (const auto& [events, fault] : std::vector<std::pair<std::string, Fault>>{
             {"", Fault::provider},
             {begun, Fault::provider},
             {begun + "data: {\"error\":{\"message\":\"The server had an error.\",\"type\":\"server_error\"}}\n\n", Fault::provider},
             {begun + "data: {\"choices\":[{\"delta\":{\"content\":\"\xc3", Fault::provider},  // half of a letter
             {begun + "data: {\"choices\":[{\"del\n\n", Fault::provider},
             {begun + "data: <html>\n\n", Fault::provider},
         }) {
        CAPTURE(events);
        FaultScene scene;
        scene.stream = true;
        const FaultOutcome o = scene.ask({stream_of(events)});
        CHECK(o.fault == fault);
        CHECK(o.asked == 4);
        REQUIRE(o.waited.size() == 3);
        CHECK(o.all() <= 3.5);
    }
}

TEST_CASE("faults: silence is ended by the idle timeout, each time it is asked again") {
    for (const std::string& answer : {Scripted::silence, std::string{}}) {
        FaultScene scene;
        scene.idle_timeout = .2;
        const FaultOutcome o = scene.ask({answer});
        CHECK(o.fault == (answer.empty() ? Fault::unreachable : Fault::timeout));
        CHECK(o.asked == 4);
        CHECK(o.waited.size() == 3);
        if (!answer.empty()) CHECK(o.passed >= .8);
    }
}

TEST_CASE("faults: a byte now and then is no silence, and ends with the time of the whole call") {
    for (const bool stream : {false, true}) {
        FaultScene scene;
        scene.timeout = .7;
        scene.stream = stream;
        const FaultOutcome o = scene.ask({Scripted::drip + (stream ? stream_of(": ping\n\n") : answer_of("200 OK", "", std::string(100'000, ' ')))});
        CHECK(o.fault == Fault::timeout);
        CHECK(o.asked == 1);
        CHECK(o.waited.empty());
        CHECK(o.passed >= .7);
    }
}

TEST_CASE("faults: an answer of a hundred mebibytes is refused, and what follows is served") {
    FaultScene scene;
    scene.retries = 1;
    const std::string text(std::size_t{100} << 20, 'a');
    const FaultOutcome o = scene.ask({answer_of("200 OK", "", R"({"model":"m","choices":[{"message":{"role":"assistant","content":")" + text + R"("},"finish_reason":"stop"}]})"), good_answer});
    CHECK(o.text == "fine");
    CHECK(o.asked == 2);
    CHECK(o.waited.size() == 1);
    scene.retries = 0;
    const FaultOutcome alone = scene.ask({answer_of("200 OK", "", text)});
    CHECK(alone.fault == Fault::provider);
    CHECK(alone.asked == 1);
}

TEST_CASE("faults: a proxy that refuses is unreachable, and asked four times") {
    for (const std::string& answer : {refusal("403 Forbidden"), refusal("407 Proxy Authentication Required"), std::string{"\x16SSH-2.0\r\n\r\n"}, std::string{}}) {
        CAPTURE(answer);
        FaultScene scene;
        scene.through_proxy = true;
        scene.base_url = "https://provider.example/v1";
        const FaultOutcome o = scene.ask({answer});
        CHECK(o.fault == Fault::unreachable);
        CHECK(o.asked == 4);
        CHECK(o.waited.size() == 3);
        CHECK(o.all() <= 3.5);
    }
}

TEST_CASE("faults: a name nobody knows is unreachable, and looked for four times") {
    FaultScene scene;
    scene.base_url = "https://no-such-host.invalid/v1";
    const FaultOutcome o = scene.ask({good_answer});
    CHECK(o.fault == Fault::unreachable);
    CHECK_THAT(o.message, contains("no-such-host.invalid"));
    CHECK(o.asked == 0);
    REQUIRE(o.waited.size() == 3);
    CHECK(o.all() <= 3.5);
}

TEST_CASE("faults: what does not pass is asked once and waited for never") {
    for (const auto& [answer, fault] : std::vector<std::pair<std::string, Fault>>{
             {refusal("400 Bad Request"), Fault::refused},
             {refusal("401 Unauthorized"), Fault::auth},
             {refusal("403 Forbidden"), Fault::auth},
             {refusal("404 Not Found"), Fault::refused},
             {refusal("413 Content Too Large"), Fault::refused},
             {refusal("422 Unprocessable"), Fault::refused},
             {refusal("302 Found", "Location: http://127.0.0.2/\r\n"), Fault::provider},
         }) {
        CAPTURE(answer);
        FaultScene scene;
        const FaultOutcome o = scene.ask({answer});
        CHECK(o.fault == fault);
        CHECK(o.asked == 1);
        CHECK(o.waited.empty());
    }
}

TEST_CASE("faults: Retry-After is obeyed in its three spellings, and no longer than asked") {
    for (const auto& [headers, seconds] : std::vector<std::pair<std::string, double>>{
             {"Retry-After: 17\r\n", 17},
             {"Date: Tue, 24 Nov 2026 01:00:00 GMT\r\nRetry-After: Tue, 24 Nov 2026 01:00:42 GMT\r\n", 42},
             {"Retry-After: 3\r\nx-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-tokens: 6m0s\r\n", 3},
             {"retry-after-ms: 1500\r\nRetry-After: 99\r\n", 1.5},
         })
        for (const char* status : {"429 Too Many Requests", "503 Service Unavailable", "529 Overloaded"}) {
            CAPTURE(headers, status);
            FaultScene scene;
            const FaultOutcome o = scene.ask({refusal(status, headers), good_answer});
            CHECK_FALSE(o.fault.has_value());
            CHECK(o.text == "fine");
            CHECK(o.asked == 2);
            CHECK(o.waited_for(seconds));
        }
}

TEST_CASE("faults: a pause longer than the call may take is not waited for, nor is the server asked within it") {
    FaultScene scene;
    scene.timeout = 60;
    const FaultOutcome o = scene.ask({refusal("429 Too Many Requests", "Retry-After: 600\r\n"), good_answer}, 2);
    CHECK(o.fault == Fault::rate_limit);
    CHECK(o.asked == 1);
    CHECK(o.all() == 0);
}

TEST_CASE("faults: the pause a server asks for holds for the next call too") {
    FaultScene scene;
    scene.retries = 0;
    const FaultOutcome o = scene.ask({refusal("429 Too Many Requests", "Retry-After: 30\r\n"), good_answer}, 2);
    CHECK(o.text == "fine");
    CHECK(o.asked == 2);
    CHECK(o.waited_for(30));
}

TEST_CASE("faults: rate headers of an answer stop the next call until the reset") {
    FaultScene scene;
    const std::string last = answer_of("200 OK", "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 9s\r\n",
                                       R"({"choices":[{"message":{"role":"assistant","content":"last"},"finish_reason":"stop"}]})");
    const FaultOutcome o = scene.ask({last, good_answer}, 2);
    CHECK(o.text == "fine");
    CHECK(o.waited_for(9));
}

TEST_CASE("faults: after three calls without an answer the server is left alone, and tried once when its time is over") {
    FaultScene scene;
    scene.retries = 0;
    const FaultOutcome o = scene.ask({std::string{}}, 10);
    CHECK(o.fault == Fault::unreachable);
    CHECK(o.asked == 3);
}
