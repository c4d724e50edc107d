/// Answers are paid for: where they cannot be stored they pass on, a word is said, and the exit code tells.
#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "cache/store.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace llm {

class Commits {
public:
    /// The store is borrowed. `consequence`: "answers pass on without being stored".
    Commits(CacheStore&, std::string consequence, std::function<void(std::string_view)> say);

    /// Settles the store.
    void operator()() {
        guard([this] { store_.settle(); });
    }
    /// Runs what writes; after a failure of the disk nothing is run any more. Other errors pass.
    template <typename Work>
    void guard(const Work& work) {
        if (failed_) return;
        try {
            work();
        } catch (const Error& e) {
            fail(e);
        }
    }
    Task<void> guarded(Task<void> work);
    bool failed() const noexcept { return failed_; }
    /// A run's exit code, given what it would have been.
    int code(int code) const { return failed_ && code == 0 ? exit_code(Fault::io) : code; }

private:
    /// Within a handler.
    void fail(const Error&);

    CacheStore& store_;
    std::string consequence_;
    std::function<void(std::string_view)> say_;
    bool failed_ = false;
};

}  // namespace llm
