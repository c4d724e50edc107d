/// Programs that answer lines: started without a shell, kept running, one line in, one or more lines back.
#pragma once

#include "base/error.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "net/http.hpp"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// A pool of children, one for each exchange in flight of the same argv. Their stderr is ours. They are asked to end by the end
/// of their input when the pool goes, and killed where they do not within a second.
class Processes {
public:
    explicit Processes(Loop& loop);
    ~Processes();
    Processes(const Processes&) = delete;
    Processes& operator=(const Processes&) = delete;

    /// Called with each line of the answer (newline included); false: the answer is complete. May throw: the child is then ended.
    using OnLine = std::function<bool(std::string_view)>;
    /// Writes the line (a newline is added) and reads until on_line says it is complete.
    /// Throws Error{config} where the program cannot be started, Error{provider} where it ends before its answer is complete
    /// (with its exit status), Error{timeout}.
    Task<void> exchange(const std::vector<std::string>& argv, const std::string& line, HttpLimits, OnLine);

private:
    struct Child;
    struct Lease;
    std::unique_ptr<Child> start(const std::vector<std::string>& argv);

    Loop& loop_;
    std::list<std::unique_ptr<Child>> idle_;
};

}  // namespace llm
