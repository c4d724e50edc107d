#include "cache/commits.hpp"

namespace llm {

Commits::Commits(CacheStore& store, std::string consequence, std::function<void(std::string_view)> say)
    : store_(store), consequence_(std::move(consequence)), say_(std::move(say)) {}

Task<void> Commits::guarded(Task<void> work) {
    if (failed_) co_return;
    try {
        co_await std::move(work);
    } catch (const Error& e) {
        fail(e);
    }
}

void Commits::fail(const Error& e) {
    if (e.fault != Fault::io && e.fault != Fault::locked) throw;
    failed_ = true;
    store_.stop_writing();
    say_(fmt::format("{}; {}", e.what(), consequence_));
}

}  // namespace llm
