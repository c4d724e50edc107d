#include "log/journal.hpp"

#include "base/hash.hpp"
#include "chat/canonical.hpp"
#include "support/catch.hpp"
#include "unit/log/support.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

using namespace llm;
using namespace llm::test;

namespace {

/// Runs `action` in a process of its own; its wait status.
template <typename Action>
int in_child(Action action) {
    const pid_t child = ::fork();
    if (child == 0) {
        action();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

}  // namespace

TEST_CASE("journal: everything about a call stands in its row, under OpenTelemetry's names") {
    Folder folder;
    auto request = std::make_shared<Request>();
    request->model = "small";
    request->messages = {Message::of(Role::system, "Be brief."), Message::of(Role::user, "Hi")};
    request->options.temperature = 0.5;
    request->options.max_tokens = 9;
    request->options.stop = {"x"};
    request->options.reasoning = "low";
    request->tools = Json::parse(R"([{"type":"function","function":{"name":"f"}}])");
    request->stream = true;
    Call call = call_of("", "Hello");
    call.request = request;
    call.server = "api.example.org";
    call.port = 443;
    call.completion.id = "r-1";
    call.completion.usage = {10, 20, 4, 3, 2};
    call.first_ms = 250;
    call.attempts = 2;
    call.rates.input = 1.25;
    call.cost = 0.0025;
    call.record_id = "7";
    call.conversation = "01C";
    {
        Journal journal(options_for(folder.file()));
        journal.push(std::move(call));
    }
    auto db = open_store(folder.file());
    const auto text = [&](const char* column) {
        return db.value<std::string>(fmt::format("SELECT {} FROM call", column)).value_or("(null)");
    };
    CHECK(text("gen_ai_operation_name") == "chat");
    CHECK(text("gen_ai_provider_name") == "openai");
    CHECK(text("gen_ai_request_model") == "small");
    CHECK(text("gen_ai_response_model") == "small-2026");
    CHECK(text("gen_ai_response_id") == "r-1");
    CHECK(text("gen_ai_response_finish_reasons") == R"(["stop"])");
    CHECK(text("gen_ai_usage_input_tokens") == "10");
    CHECK(text("gen_ai_usage_output_tokens") == "20");
    CHECK(text("gen_ai_usage_cache_read_input_tokens") == "4");
    CHECK(text("gen_ai_usage_cache_creation_input_tokens") == "3");
    CHECK(text("gen_ai_usage_reasoning_output_tokens") == "2");
    CHECK(text("gen_ai_conversation_id") == "01C");
    CHECK(text("gen_ai_request_temperature") == "0.5");
    CHECK(text("gen_ai_request_max_tokens") == "9");
    CHECK(text("gen_ai_request_stop_sequences") == R"(["x"])");
    CHECK(text("gen_ai_request_top_p") == "(null)");
    CHECK(text("gen_ai_request_stream") == "1");
    CHECK(text("request_options") == R"({"reasoning":"low"})");
    CHECK(text("gen_ai_system_instructions") == R"([{"type":"text","content":"Be brief."}])");
    CHECK(text("gen_ai_input_messages") == R"([{"role":"user","parts":[{"type":"text","content":"Hi"}]}])");
    CHECK(text("gen_ai_output_messages").find(R"("content":"Hello")") != std::string::npos);
    CHECK(text("gen_ai_tool_definitions") == dump(request->tools));
    CHECK(text("gen_ai_response_time_to_first_chunk") == "0.25");
    CHECK(text("server_address") == "api.example.org");
    CHECK(text("server_port") == "443");
    CHECK(text("error_type") == "(null)");
    CHECK(text("attempts") == "2");
    CHECK(text("duration_ms") == "12.5");
    CHECK(text("price_input") == "1.25");
    CHECK(text("price_output") == "(null)");
    CHECK(text("cost_usd") == "0.0025");
    CHECK(text("record_id") == "7");
    CHECK(text("tool") == "llm-ask");
    CHECK(text("time") == std::to_string(noon));
    CHECK(text("request_key") == request_key(*request, ""));
}

TEST_CASE("journal: a failure has its fault and no answer") {
    Folder folder;
    {
        Journal journal(options_for(folder.file()));
        Call call = failed_call(Fault::rate_limit);
        call.error->status = 429;
        journal.push(std::move(call));
    }
    auto db = open_store(folder.file());
    CHECK(db.value<std::string>("SELECT error_type FROM call") == "rate_limit");
    CHECK(db.value<std::string>("SELECT error_message FROM call") == "it went wrong");
    CHECK(db.value<int>("SELECT error_status FROM call") == 429);
    CHECK_FALSE(db.value<std::string>("SELECT gen_ai_output_messages FROM call"));
}

TEST_CASE("journal: nothing is opened before the first call") {
    Folder folder;
    { Journal journal(options_for(folder.file())); }
    CHECK_FALSE(std::filesystem::exists(folder.file()));
}

TEST_CASE("journal: what is flushed is committed; calls of one microsecond keep apart") {
    Folder folder;
    Journal journal(options_for(folder.file()));
    for (int i = 0; i < 450; ++i) journal.push(call_of("q", std::to_string(i)));
    journal.flush();
    CHECK(journal.committed() == 450);
    CHECK(count_calls(folder.file()) == 450);
    journal.flush();
    journal.close();
    journal.push(call_of("q", "too late"));
    CHECK(journal.lost() == 1);
    CHECK(count_calls(folder.file()) == 450);
}

TEST_CASE("journal: an attachment is kept once") {
    Folder folder;
    Call call = call_of("What is this?", "a cat");
    auto request = std::make_shared<Request>(*call.request);
    Part image{Part::Kind::media, {}, {}};
    image.media.type = "image/png";
    image.media.data = std::string("\x89PNG\0\xff", 6);
    request->messages[0].parts.push_back(image);
    call.request = request;
    {
        Journal journal(options_for(folder.file()));
        journal.push(call);
        journal.push(call);
    }
    auto db = open_store(folder.file());
    CHECK(db.value<int>("SELECT count(*) FROM call") == 2);
    CHECK(db.value<int>("SELECT count(*) FROM media") == 1);
    CHECK(db.value<std::string>("SELECT sha256 FROM media") == sha256_hex(image.media.data));
    CHECK(db.value<std::vector<std::byte>>("SELECT bytes FROM media")->size() == 6);
    CHECK(db.value<std::int64_t>("SELECT used FROM media") == db.value<std::int64_t>("SELECT max(id) FROM call"));
}

TEST_CASE("journal: 32 processes write one store, and no call is lost or doubled") {
    Folder folder;
    constexpr int processes = 32, calls = 40;
    std::vector<pid_t> children;
    for (int p = 0; p < processes; ++p) {
        children.push_back(::fork());
        if (children.back() != 0) continue;
        int failures = 0;
        {
            JournalOptions options = options_for(folder.file());
            options.group = 7;
            options.warn = [&](std::string_view) { ++failures; };
            Journal journal(std::move(options));
            for (int i = 0; i < calls; ++i) journal.push(call_of("q", fmt::format("{} {}", p, i), noon + i % 5));
        }
        ::_exit(failures);
    }
    for (const pid_t child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    CHECK(count_calls(folder.file()) == processes * calls);
    auto db = open_store(folder.file());
    CHECK(db.value<int>("SELECT count(DISTINCT gen_ai_output_messages) FROM call") == processes * calls);
    CHECK(db.damage().empty());
}

TEST_CASE("journal: what was flushed survives the writer being killed, and the store opens again") {
    Folder folder;
    const int status = in_child([&] {
        Journal journal(options_for(folder.file()));
        for (int i = 0; i < 300; ++i) journal.push(call_of("q", std::to_string(i)));
        journal.flush();
        for (int i = 0; i < 300; ++i) journal.push(call_of("q", "perhaps"));
        ::raise(SIGKILL);
    });
    CHECK(WIFSIGNALED(status));
    auto db = open_store(folder.file());
    CHECK(db.value<int>("SELECT count(*) FROM call WHERE gen_ai_output_messages NOT LIKE '%perhaps%'") == 300);
    CHECK(db.damage().empty());
}

TEST_CASE("journal: a full disk is said once, and the calls go on") {
    Folder folder;
    const auto said = folder.path() / "said";
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{200'000, 200'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        JournalOptions options = options_for(folder.file());
        options.warn = [&](std::string_view message) { std::ofstream(said, std::ios::app) << message << '\n'; };
        Journal journal(std::move(options));
        for (int i = 0; i < 2000; ++i) journal.push(call_of("q", std::string(1000, 'x')));
        journal.flush();
        if (journal.committed() + journal.lost() != 2000 || journal.lost() == 0) ::_exit(1);
        journal.push(call_of("q", "one more"));
        journal.close();
        ::_exit(journal.committed() + journal.lost() == 2001 ? 0 : 2);
    });
    CHECK(status == 0);
    std::ifstream in(said);
    std::string line, next;
    std::getline(in, line);
    CHECK(line.find("calls are not journalled: ") == 0);
    CHECK(line.find(folder.file().string()) != std::string::npos);
    CHECK_FALSE(std::getline(in, next));
    auto db = open_store(folder.file());
    CHECK(db.damage().empty());
}

TEST_CASE("journal: a place that cannot be written, and a store of a newer release, fail no call") {
    Folder folder;
    std::ofstream(folder.path() / "file") << "no folder";
    int warnings = 0;
    JournalOptions options = options_for(folder.path() / "file" / "log.db");
    options.warn = [&](std::string_view) { ++warnings; };
    {
        Journal journal(std::move(options));
        journal.push(call_of("q", "a"));
        journal.flush();
        CHECK(journal.lost() == 1);
    }
    CHECK(warnings == 1);
    {
        auto db = open_store(folder.file());
        db.run("INSERT INTO migration VALUES ('log/9999_future', 0)");
    }
    std::string said;
    options = options_for(folder.file());
    options.warn = [&](std::string_view message) { said = message; };
    {
        Journal journal(std::move(options));
        journal.push(call_of("q", "a"));
    }
    CHECK(said.find("newer release") != std::string::npos);
}
