/// The step of `llm-cache run`: what is not known goes through a command, and its answers come back into their places.
///
/// What comes back belongs to a record by the number it was sent with (`cache.n`), else by its id, else, where it bears none, by order. Of
/// what the command makes of a record, its response, its error and members that are new are spliced into the record as it was; not the
/// request it made of it, so that the record is the same where the answer was known. Other new members are what a fresh answer alone has.
///
/// An order can be mistaken: a command that left a line out, or turned the lines round, would have answers stored under other questions for
/// ever. So what came by order alone is stored when the command has ended with 0 and has written a line for each it was sent; and one that
/// bears another prompt than was sent fails, as everything does that comes by order afterwards.
#pragma once

#include "cache/child.hpp"
#include "cache/commits.hpp"
#include "cache/get.hpp"
#include "cache/put.hpp"
#include "record/filter.hpp"

#include <coroutine>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace llm {

struct SpliceOptions {
    std::vector<std::string> argv;
    std::chrono::milliseconds lease{60'000};
    long samples = 1;  ///< so many equal records go out; further ones share their answers
    std::function<void(std::string_view)> warn;  ///< may be empty
};

class Splice {
public:
    /// All are borrowed. The command is started at the first miss.
    Splice(Loop&, CacheStore&, Questions&, Getter&, Putter&, Semantic&, Commits&, SpliceOptions);
    ~Splice();

    Task<void> step(Record&, Emitter&);
    /// Whether the command takes in what it is sent.
    bool room() const;
    /// No further record comes.
    void input_ended() { input_ended_ = true; }
    /// To be called before each wait of the loop: ends the command's input where nothing more will be sent, and hands SIGTERM on.
    void before_wait();
    /// To be called at the end: where answers are to be stored that came by order, waits for the command to end.
    void close();
    /// The run's exit code, given what it would have been: 6 where the command ended so, its budget spent.
    int code(int code) const;

private:
    /// One record with the command. Equal ones wait for it.
    struct Flight {
        std::uint64_t number = 0;
        Question question;
        Vector vector;       ///< of the question, where it is looked up by similarity
        bool explored = false;  ///< an entry would have had an answer
        std::string id;      ///< as it was sent, by value
        Emitter* emitter = nullptr;
        const Record* record = nullptr;  ///< as it was sent, but for id and number; until it has landed
        bool landed = false;
        bool by_order = false;
        std::string line;    ///< the command's
        std::optional<Error> failure;
        Record result;       ///< by_order: what is to be stored
        std::vector<std::coroutine_handle<>> waiting;
    };
    using FlightPtr = std::shared_ptr<Flight>;
    /// One process of the command. There is a second only where a record had to wait for another process when the input of the first was
    /// ended: so the answers of a command that waits for its end of input, for which others wait in turn, are not held up.
    struct Round {
        std::unique_ptr<Child> child;
        std::map<std::uint64_t, FlightPtr> open;  ///< by number, so in order
        std::unordered_multimap<std::string, std::uint64_t> by_id;
        std::unordered_set<std::string> shared_ids;  ///< several records had them at a time
        std::vector<FlightPtr> unanswered;  ///< came back as they were; why, the exit status tells
        std::vector<FlightPtr> by_order;    ///< to be stored at the end
        std::uint64_t sent = 0, received = 0;
        bool input_ended = false, order_lost = false, warned = false;
        std::optional<int> status;  ///< it has ended
    };
    struct Landing;
    struct Deciding;
    struct Found {
        FlightPtr flight;
        enum class By { number, id, shared_id, order } by = By::order;
        bool sure() const { return by == By::number || by == By::id; }
    };

    Round& round();
    FlightPtr launch(Record&, const Question&, Emitter&);
    /// An equal record whose answer will do.
    FlightPtr to_share(const Record&, const Question&);
    void take(Round&, std::string_view line);
    void ended(Round&, int status);
    static Found find(const Round&, const Record& answer);
    static void take_out(Round&, const Flight&);
    void land(Round&, const FlightPtr&);
    void forget(const FlightPtr&);
    Task<void> finish(Record&, Flight&);
    Task<void> learn(const Record&, const Putter::Place&, std::optional<HitVerdict>& verdict);
    void store_by_order(Round&);
    void release(const Flight&);
    Putter::Place place_of(const Record&, const Flight&) const;
    void share(Record&, Flight&);
    Error no_answer(int status) const;
    void warn_once(Round&, std::string_view);

    Loop& loop_;
    CacheStore& store_;
    Questions& questions_;
    Getter& getter_;
    Putter& putter_;
    Semantic& semantic_;
    Commits& commits_;
    SpliceOptions options_;
    std::vector<std::unique_ptr<Round>> rounds_;
    bool input_ended_ = false, told_to_end_ = false;
    std::size_t deciding_ = 0, waiting_ = 0;  ///< records that may yet be sent; of those, the ones that wait for another process
    std::uint64_t count_ = 0, shared_ = 0;
    std::unordered_map<std::string, std::vector<FlightPtr>> by_key_;
};

}  // namespace llm
