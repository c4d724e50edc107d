/// The loop of `llm-mem apply --until-done -- COMMAND`: a record goes to the command (llm-ask) and through apply until the model has answered.
#pragma once

#include "base/loop.hpp"
#include "cache/child.hpp"
#include "mem/apply.hpp"
#include "record/filter.hpp"

#include <coroutine>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class UntilDone {
public:
    /// All but `argv` are borrowed. `steps`: how often at most the command is asked for one record. The command is started when first needed.
    UntilDone(Loop&, MemStore&, Applier&, std::vector<std::string> argv, long steps);
    ~UntilDone();

    /// Each step is stored before the next is asked. Throws Error{refused} where the model still calls functions after `steps`, Error{provider}
    /// where the command ends without an answer; an `error` the command gives stays the record's.
    Task<void> step(Record&, Emitter&);
    /// Whether the command takes in what it is sent.
    bool room() const;
    /// No further record comes.
    void input_ended();

private:
    /// One record with the command.
    struct Flight {
        std::uint64_t number = 0;
        std::string id;  ///< as it was sent, JSON
        Emitter* emitter = nullptr;
        bool landed = false;
        std::string line;
        std::optional<Error> failure;
        std::coroutine_handle<> waiting;
    };
    struct Landing;
    struct AtWork;

    Task<void> ask(Record&, Emitter&);
    void take(std::string_view line);
    void ended(int status);
    Flight* find(const Record& answer, bool by_order);
    void land(std::uint64_t number);
    void end_where_idle();

    Loop& loop_;
    MemStore& store_;
    Applier& applier_;
    std::vector<std::string> argv_;
    long steps_;
    std::unique_ptr<Child> child_;
    std::optional<int> ended_;
    bool input_ended_ = false;
    long at_work_ = 0;
    std::uint64_t count_ = 0;
    std::map<std::uint64_t, std::shared_ptr<Flight>> open_;  ///< by number, so in order
};

}  // namespace llm
