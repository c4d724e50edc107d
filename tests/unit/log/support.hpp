/// What the journal's tests share.
#pragma once

#include "log/call.hpp"
#include "log/journal.hpp"
#include "log/writer.hpp"
#include "store/database.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>

namespace llm::test {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "journal-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::filesystem::path path() const { return path_; }
    std::filesystem::path file() const { return path_ / "data" / "log.db"; }

private:
    std::filesystem::path path_;
};

inline constexpr std::int64_t noon = 1'795'435'200'000'000;  // 2026-11-23T12:00:00Z

inline Call call_of(std::string question, std::string answer, std::int64_t started = noon) {
    auto request = std::make_shared<Request>();
    request->model = "small";
    request->messages = {Message::of(Role::user, std::move(question))};
    Call call;
    call.request = std::move(request);
    call.provider = "openai";
    call.completion.text = std::move(answer);
    call.completion.model = "small-2026";
    call.completion.finish = "stop";
    call.started = started;
    call.ms = 12.5;
    call.tool = "llm-ask";
    return call;
}

inline Call failed_call(Fault fault, std::int64_t started = noon) {
    Call call = call_of("q", "", started);
    call.completion = {};
    call.error = Error(fault, "it went wrong");
    return call;
}

inline Database open_store(const std::filesystem::path& path) {
    Database db(path, {.durability = Durability::normal});
    migrate(db, log_schema());
    return db;
}

inline std::int64_t count_calls(const std::filesystem::path& path) {
    Database db(path, {.access = Access::read});
    return db.value<std::int64_t>("SELECT count(*) FROM call").value_or(-1);
}

inline JournalOptions options_for(const std::filesystem::path& path) {
    JournalOptions options;
    options.path = path;
    options.keep = {};
    return options;
}

}  // namespace llm::test
