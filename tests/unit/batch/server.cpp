// How long an exchange may take, on real sockets.
#include "batch/server.hpp"

#include "base/settings.hpp"
#include "chat/endpoint.hpp"
#include "support/scripted.hpp"

using namespace llm;

namespace {

struct At {
    Environment environment{{{"HOME", "/nowhere"}}};
    Loop loop;
    std::vector<double> waited;
    BatchServer server;
    At(int port, double timeout, double idle = 60, int retries = 3)
        : server(loop, find_endpoint("p", Settings::parse(fmt::format("[provider.p]\nbase_url = \"http://127.0.0.1:{}/v1\"\n", port), "config.toml", environment), environment), environment,
                 options(timeout, idle, retries)) {}
    BatchServerOptions options(double timeout, double idle, int retries) {
        BatchServerOptions o;
        o.retries = retries;
        if (timeout > 0) o.timeout = timeout;
        o.idle_timeout = idle;
        o.skip = [this](double seconds) { waited.push_back(seconds); };
        return o;
    }
    HttpCall call() { return server.api().look("b1"); }
};

const std::string silent = Scripted::silence;

}  // namespace

TEST_CASE("batch server: --timeout bounds an exchange with all its attempts") {
    for (const std::string& script : {silent, Scripted::drip + "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx"}) {
        Scripted s{{script}};
        At at{s.port, .3};
        const Instant begun = Steady::now();
        try {
            at.server.get(at.call());
            FAIL("it answered");
        } catch (const Error& e) {
            CHECK(e.fault == Fault::timeout);
        }
        CHECK(Seconds(Steady::now() - begun).count() < 30);
        CHECK(s.asked == 1);
    }
}

TEST_CASE("batch server: silence is given up after --idle-timeout, and tried again") {
    Scripted s{{silent, silent, answer_of("200 OK", "", "{}")}};
    At at{s.port, 0, .2};
    CHECK(at.server.get(at.call()) == "{}");
    CHECK(s.asked == 3);
    CHECK(at.waited.size() == 2);
}

TEST_CASE("batch server: results are bounded by --timeout only where it is given") {
    Scripted s{{Scripted::drip + "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}\n{}\n{}\n{}\n{}\n{}\n{}"}};
    At patient{s.port, 0, 20};
    int lines = 0;
    patient.server.lines(
        patient.call(), [&lines](std::string_view) { ++lines; }, [] {});
    CHECK(lines == 7);
    At hasty{s.port, .1, 20};
    CHECK_THROWS_AS(hasty.server.lines(
                        hasty.call(), [](std::string_view) {}, [] {}),
                    Error);
}
