/// The step of `llm-cache run`: what is not known goes to a command, and its answers come back into their places.
#pragma once

#include "cache/child.hpp"
#include "cache/get.hpp"
#include "cache/put.hpp"
#include "record/filter.hpp"

#include <coroutine>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

class Splice {
public:
    /// All but `argv` are borrowed. The command is started at the first miss.
    Splice(Loop&, CacheStore&, Questions&, Getter&, Putter&, Semantic&, std::vector<std::string> argv, std::chrono::milliseconds lease,
           std::function<void(std::string_view)> warn);
    ~Splice();

    Task<void> step(Record&, Emitter&);
    /// Whether the command takes in what it is sent.
    bool room() const;
    /// No further record comes.
    void input_ended();

private:
    /// One record with the command. Equal ones wait for it.
    struct Flight {
        std::uint64_t number = 0;
        Question question;
        Vector vector;       ///< of the question, where it is looked up by similarity
        bool explored = false;  ///< an entry would have had an answer
        std::string id;      ///< as it was sent, JSON
        bool own_id = true;  ///< the record had one
        Emitter* emitter = nullptr;
        bool landed = false;
        std::string line;    ///< the command's
        std::optional<Error> failure;
        std::vector<std::coroutine_handle<>> waiting;
    };
    using FlightPtr = std::shared_ptr<Flight>;
    struct Landing;

    FlightPtr launch(Record&, const Question&, Emitter&);
    FlightPtr same_in_flight(const Question&) const;
    void take(std::string_view line);
    void ended(int status);
    FlightPtr find(const Record& answer, bool by_order);
    void land(const FlightPtr&);
    Task<void> finish(Record&, Flight&);
    void share(Record&, const Flight&);

    Loop& loop_;
    CacheStore& store_;
    Questions& questions_;
    Getter& getter_;
    Putter& putter_;
    Semantic& semantic_;
    std::vector<std::string> argv_;
    std::chrono::milliseconds lease_;
    std::function<void(std::string_view)> warn_;
    std::unique_ptr<Child> child_;
    std::optional<int> ended_;  ///< the command's exit status
    bool input_ended_ = false;
    bool warned_ = false;
    std::uint64_t count_ = 0;
    std::map<std::uint64_t, FlightPtr> open_;                  ///< by number, so in order
    std::unordered_multimap<std::string, std::uint64_t> by_id_;
    std::unordered_map<std::string, FlightPtr> by_key_;
};

}  // namespace llm
