// Every passing fault of a server on a real socket, scripted a connection: which fault it is, how often it was asked, and how long was waited,
// on a clock that is set forward instead of waiting.
#include "call/caller.hpp"

#include "base/paths.hpp"
#include "pace/budget.hpp"
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

/// What a server sends of TLS 1.2 that shows a certificate of its own making; nobody trusts it, so that no key is needed for what would follow.
std::string untrusted_certificate() {
    static constexpr std::string_view der =
        "3082018f30820135a003020102021319459d483641e7d79c74849ece9a3ab9682fd5300a06082a8648ce3d04030230143112301006035504030c093132372e302e302e31"
        "3020170d3236313132383230323833395a180f32313236313130343230323833395a30143112301006035504030c093132372e302e302e313059301306072a8648ce3d02"
        "0106082a8648ce3d030107034200044b271a196b3546e76ba9e7a5f0aaafe2ce029aaac6359e58a0c312726c0c352700e46644f9ac9c753417280c40afe4ef9f81c4f526"
        "bacb9987200b7475be1f8ca3643062301d0603551d0e041604143e50dd58c8da2d8444aa6bb339c92791cba4aa7a301f0603551d230418301680143e50dd58c8da2d8444"
        "aa6bb339c92791cba4aa7a300f0603551d130101ff040530030101ff300f0603551d110408300687047f000001300a06082a8648ce3d0403020348003045022100b6ad23"
        "a8e491dfb355f5f80ffff21936c3d7d0d21e80dab304978684f5b22f9402202a495cb79ba85422ef7d0b86f32831fe33432a0ded9ba51dcc4dea54952305a9";
    std::string certificate;
    for (std::size_t i = 0; i < der.size(); i += 2) certificate.push_back(static_cast<char>(std::stoi(std::string{der.substr(i, 2)}, nullptr, 16)));
    const auto sized = [](std::size_t bytes, const std::string& what) {
        std::string size;
        for (std::size_t i = bytes; i-- > 0;) size.push_back(static_cast<char>(what.size() >> (8 * i)));
        return size + what;
    };
    const std::string renegotiation("\xff\x01\x00\x01\x00", 5);
    const std::string hello = std::string("\x03\x03") + std::string(32, 'r') + std::string("\x00\xc0\x2b\x00", 4) + sized(2, renegotiation);
    const std::string both = "\x02" + sized(3, hello) + "\x0b" + sized(3, sized(3, sized(3, certificate)));
    return "\x16\x03\x03" + sized(2, both);
}

struct FaultOutcome {
    std::optional<Fault> fault;
    std::optional<int> status;
    std::string text, message;
    std::optional<double> retry_after;
    int asked = 0;
    double charged = 0;  ///< dollars in the day's ledger, where money is counted
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
    bool money = false;  ///< counted, at a million dollars a million tokens
    std::string protocol = "openai";
    std::string base_url;  ///< else the server's
    bool through_proxy = false;  ///< the server is one
    FaultScene() { std::filesystem::remove_all(folder); }
    ~FaultScene() { std::filesystem::remove_all(folder); }

    FaultOutcome ask(std::vector<std::string> script, int calls = 1) {
        Scripted server{std::move(script)};
        const Environment environment{{{"HOME", folder.string()}}};
        const std::size_t place = base_url.find("{port}");
        const std::string base = place != std::string::npos ? base_url.substr(0, place) + std::to_string(server.port) + base_url.substr(place + 6) : base_url.empty() ? fmt::format("http://127.0.0.1:{}{}", server.port, protocol == "openai" ? "/v1" : "")
                                                                                                                                                                      : base_url;
        if (through_proxy) ::setenv("https_proxy", fmt::format("http://127.0.0.1:{}", server.port).c_str(), 1);
        const Settings settings = Settings::parse(fmt::format("[provider.p]\nprotocol = \"{}\"\nbase_url = \"{}\"\n{}", protocol, base, money ? "[model.\"p/m\"]\ninput = 1000000\noutput = 1000000\n" : ""),
                                                  "config.toml", environment);
        Loop loop;
        FaultOutcome outcome;
        CallOptions options;
        options.tool = "test";
        options.retries = retries;
        options.timeout = timeout;
        options.idle_timeout = idle_timeout;
        options.log = CallOptions::Log::no;
        if (money) options.pace.budget = 1e9;
        options.skip = [&outcome](double seconds) { outcome.waited.push_back(seconds); };
        Caller caller{loop, settings, environment, options};
        const Models models{settings, environment};
        const ResolvedModel model = models.resolve("p/m");
        const Instant begun = Steady::now();
        for (int i = 0; i < calls; ++i) {
            Request request;
            request.messages = {Message::of(Role::user, "x")};
            request.stream = stream;
            request.options.max_tokens = 1;
            outcome.fault.reset();
            try {
                CallContext context;
                CallSink sink;
                sink.delta = [](const Delta&) {};
                Task<Answer> task = caller.call(model, std::move(request), std::move(sink), std::move(context));
                task.start();
                while (!task.done()) loop.run_once();
                outcome.text = task.result().completion.text;
            } catch (const Error& e) {
                outcome.fault = e.fault;
                outcome.status = e.status;
                outcome.message = e.what();
                outcome.retry_after = e.retry_after;
            }
        }
        if (through_proxy) ::unsetenv("https_proxy");
        if (money) {
            caller.close();
            PaceStore store{pace_path(settings, environment)};
            const BudgetStatus ledger = budget_status(store);
            outcome.charged = dollars(ledger.days.at(0).spent);
            CHECK(ledger.days.at(0).held == 0);
        }
        outcome.asked = server.asked;
        outcome.passed = Seconds(Steady::now() - begun).count();
        return outcome;
    }
};

}  // namespace

TEST_CASE("faults: what passes is asked four times, and waited for by chance within bounds that double") {
    for (const auto& [answer, fault, status, charged] : std::vector<std::tuple<std::string, Fault, int, bool>>{
             {refusal("408 Request Timeout"), Fault::timeout, 408, false},
             {refusal("409 Conflict"), Fault::rate_limit, 409, false},
             {refusal("425 Too Early"), Fault::rate_limit, 425, false},
             {refusal("429 Too Many Requests"), Fault::rate_limit, 429, false},
             {refusal("500 Internal Server Error"), Fault::provider, 500, false},
             {refusal("502 Bad Gateway"), Fault::provider, 502, true},
             {refusal("503 Service Unavailable"), Fault::provider, 503, false},
             {refusal("504 Gateway Timeout"), Fault::timeout, 504, true},
             {refusal("520 Unknown"), Fault::provider, 520, true},
             {refusal("524 A Timeout Occurred"), Fault::provider, 524, true},
             {refusal("529 Overloaded"), Fault::provider, 529, false},
             {std::string{}, Fault::unreachable, 0, true},
             {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"choices\":[", Fault::provider, 0, true},
             {answer_of("200 OK", "", "{\"choices\": oops}"), Fault::provider, 0, true},
             {answer_of("200 OK", "", R"({"model":"m","choices":[{"message":{"role":"assistant","content":"fi)"), Fault::provider, 0, true},
             {answer_of("200 OK", "", R"({"error":{"message":"The server had an error.","type":"server_error"}})"), Fault::provider, 500, false},
             {answer_of("200 OK", "", ""), Fault::provider, 0, true},
             {answer_of("200 OK", "", "<html><body>hello</body></html>"), Fault::provider, 0, true},
         }) {
        CAPTURE(answer);
        FaultScene scene;
        scene.money = true;
        const FaultOutcome o = scene.ask({answer});
        CHECK((o.charged > 4 * 1000) == charged);  // a thousand tokens and more at worst, each time
        if (!charged) CHECK(o.charged == 0);
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
        scene.money = true;
        const FaultOutcome o = scene.ask({stream_of(events)});
        CHECK(o.charged > 4 * 1000);
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
        scene.money = true;
        const FaultOutcome o = scene.ask({answer});
        CHECK(o.charged > 4 * 1000);
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
        scene.money = true;
        scene.base_url = "https://provider.example/v1";
        const FaultOutcome o = scene.ask({answer});
        CHECK(o.fault == Fault::unreachable);
        CHECK(o.asked == 4);
        CHECK(o.waited.size() == 3);
        CHECK(o.all() <= 3.5);
        CHECK(o.charged == 0);
    }
}

TEST_CASE("faults: a name nobody knows is unreachable, and looked for four times") {
    FaultScene scene;
    scene.base_url = "https://no-such-host.invalid/v1";
    scene.money = true;
    const FaultOutcome o = scene.ask({good_answer});
    CHECK(o.charged == 0);
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
        scene.money = true;
        const FaultOutcome o = scene.ask({answer});
        CHECK(o.fault == fault);
        CHECK(o.asked == 1);
        CHECK(o.waited.empty());
        CHECK(o.charged == 0);
    }
}

TEST_CASE("faults: a certificate that is not trusted is unreachable, and looked at once") {
    FaultScene scene;
    scene.money = true;
    scene.base_url = "https://127.0.0.1:{port}/v1";
    const FaultOutcome o = scene.ask({Scripted::at_once + untrusted_certificate()});
    CHECK(o.fault == Fault::unreachable);
    CHECK_THAT(o.message, contains("certificate"));
    CHECK(o.asked == 1);
    CHECK(o.waited.empty());
    CHECK(o.charged == 0);
}

TEST_CASE("faults: half a letter at the border of two pieces is no fault") {
    const std::string text = "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x8c\x8d";
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) continue;  // within a letter
        CAPTURE(at);
        const std::string cut = text.substr(0, at) + Scripted::pause + text.substr(at);
        for (const bool stream : {false, true}) {
            FaultScene scene;
            scene.stream = stream;
            const std::string whole = "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + cut + "\"},\"finish_reason\":\"stop\"}]}";
            const std::string events = "data: {\"choices\":[{\"delta\":{\"content\":\"" + cut + "\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
            const FaultOutcome o = scene.ask({stream ? stream_of(events) : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + whole});
            CHECK_FALSE(o.fault.has_value());
            CHECK(o.text == text);
            CHECK(o.asked == 1);
            CHECK(o.waited.empty());
        }
    }
}

TEST_CASE("faults: a pause of more than a day is not waited for, however long the call may take") {
    FaultScene scene;
    scene.timeout = 0;  // no bound
    const FaultOutcome o = scene.ask({refusal("429 Too Many Requests", "Retry-After: 90000\r\n"), good_answer}, 2);
    CHECK(o.fault == Fault::rate_limit);
    CHECK(o.retry_after.value_or(0) > 86400);
    CHECK(o.asked == 1);
    CHECK(o.all() == 0);
}

TEST_CASE("faults: they are the same in every protocol") {
    struct Speech {
        std::string protocol, good, refusal, stream_type, begun, broken;
    };
    const std::string sse = "text/event-stream";
    for (const Speech& s : {
             Speech{"anthropic", R"({"type":"message","role":"assistant","content":[{"type":"text","text":"fine"}],"stop_reason":"end_turn"})", R"({"type":"error","error":{"type":"api_error","message":"no"}})",
                    sse,
                    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"role\":\"assistant\",\"content\":[]}}\n\n"
                    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
                    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"fi\"}}\n\n",
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"},
             Speech{"gemini", R"({"candidates":[{"content":{"role":"model","parts":[{"text":"fine"}]},"finishReason":"STOP"}]})", R"({"error":{"code":500,"message":"no","status":"INTERNAL"}})", sse,
                    "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"fi\"}]}}]}\n\n", "data: {\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}\n\n"},
             Speech{"ollama", R"({"model":"m","message":{"role":"assistant","content":"fine"},"done":true,"done_reason":"stop"})", R"({"error":"no"})", "application/x-ndjson",
                    "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"fi\"},\"done\":false}\n", "{\"error\":\"out of memory\"}\n"},
         }) {
        CAPTURE(s.protocol);
        const auto ask = [&s](std::vector<std::string> script, bool stream = false) {
            FaultScene scene;
            scene.protocol = s.protocol;
            scene.stream = stream;
            scene.money = true;
            return scene.ask(std::move(script));
        };
        const std::string good = answer_of("200 OK", "", s.good);
        for (const char* status : {"429 Too Many Requests", "500 Internal Server Error", "503 Service Unavailable", "529 Overloaded"}) {
            CAPTURE(status);
            const FaultOutcome o = ask({answer_of(status, "", s.refusal)});
            CHECK(o.status == std::atoi(status));
            CHECK(o.fault == (o.status == 429 ? Fault::rate_limit : Fault::provider));
            CHECK(o.asked == 4);
            REQUIRE(o.waited.size() == 3);
            CHECK(o.waited[0] <= .5);
            CHECK(o.waited[1] <= 1);
            CHECK(o.waited[2] <= 2);
            CHECK(o.charged == 0);
            const FaultOutcome passed = ask({answer_of(status, "Retry-After: 17\r\n", s.refusal), good});
            CHECK(passed.text == "fine");
            CHECK(passed.asked == 2);
            CHECK(passed.waited_for(17));
        }
        for (const std::string& end : {std::string{}, s.broken}) {
            CAPTURE(end);
            const FaultOutcome o = ask({fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nConnection: close\r\n\r\n{}{}", s.stream_type, s.begun, end)}, true);
            CHECK(o.fault == Fault::provider);
            CHECK(o.asked == 4);
            REQUIRE(o.waited.size() == 3);
            CHECK(o.all() <= 3.5);
            CHECK(o.charged > 4 * 1000);
        }
        const FaultOutcome nobody = ask({std::string{}});
        CHECK(nobody.fault == Fault::unreachable);
        CHECK(nobody.asked == 4);
        CHECK(nobody.charged > 4 * 1000);
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
