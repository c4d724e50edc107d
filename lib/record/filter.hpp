/// THE loop: read a line, apply the step, write a line. All tools share it, so all agree on order, streaming, errors,
/// conditions, closed pipes and signals (llm-record(5), "How records flow"). A tool is a step.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"
#include "record/record.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class Order { kept, free };
enum class Retry { no, yes };
enum class Input { records, lines };         ///< lines: each line is a prompt
enum class Output { records, text, text_nul };  ///< text: `response.text` and a newline; text_nul: and a NUL
/// What the first SIGINT or SIGTERM does: a tool that calls begins no call more; one that does not reads to the end.
enum class OnSignal { stop_reading, finish_input };

struct FilterOptions {
    std::string tool;             ///< "llm-ask", stands in errors
    long jobs = 1;                ///< steps in flight
    Order order = Order::kept;
    Retry failed = Retry::no;     ///< --retry-failed: clear `error` and try again
    Input input = Input::records;
    Output output = Output::records;
    OnSignal on_signal = OnSignal::finish_input;
    std::string when;             ///< jq program, or empty
    std::vector<std::string> wrap;  ///< --wrap NAME: the input object becomes member NAME
    std::string resume;           ///< --resume FILE, or empty
    std::string resume_salt;      ///< what else the answers depend on (flags), so that other flags ask anew
    int in = 0;
    int out = 1;
    std::size_t gather = 64 * 1024;  ///< bytes of output written at once while input keeps coming
};

/// Where a step puts pieces of its answer before the answer is whole.
class Emitter {
public:
    virtual ~Emitter() = default;
    /// A piece of the answer's text, whole UTF-8 characters.
    virtual void delta(std::string_view text) = 0;
    /// What was given out so far does not count: another attempt begins.
    virtual void forget() = 0;
    /// True once a delta went out since the start or the last `forget`.
    virtual bool begun() const = 0;
    /// True where forget() cannot take back what was printed (plain text).
    virtual bool final() const { return false; }
};

class Filter {
public:
    Filter(Loop& loop, FilterOptions options) : loop_(loop), options_(std::move(options)) {}

    /// A step may change the record, wait, emit, and throw Error: then the record gets its `error`, and the loop goes on. One that
    /// puts an `error` there itself has failed likewise. After Error{budget}, and after a signal one with `unsent`, the record leaves as it came: it
    /// was not asked.
    using Step = std::function<Task<void>(Record&, Emitter&)>;
    /// A step that makes no call.
    using PlainStep = std::function<void(Record&)>;
    /// Records for which it is false pass through as they came; it must be cheap.
    using Wants = std::function<bool(const Record&)>;

    void wants(Wants w) { wants_ = std::move(w); }
    /// Called once, when the last record is through and written (journals flush here). What it throws ends the run.
    void at_end(std::function<void()> f) { at_end_ = std::move(f); }
    /// Called before finished lines leave: what they acknowledge is made durable here. Called before every wait too: nothing should be
    /// held meanwhile that others wait for. May throw Error, which ends the run with those lines unwritten.
    void before_output(std::function<void()> f) { before_output_ = std::move(f); }
    /// Told of each record that passes by because it bears an error (a lease is given back, a failure remembered).
    void sees_failed(std::function<void(const Record&)> f) { sees_failed_ = std::move(f); }
    /// Given each record that bears an error, before it passes by. Where it is true the record has been put right (its `error` is out), counts
    /// as no failure and leaves.
    void mends(std::function<bool(Record&)> f) { mends_ = std::move(f); }
    /// Given the output's bytes in their order, before they leave: finished records, those that passed by or were resumed, deltas.
    void sees_output(std::function<void(std::string_view)> f) { sees_output_ = std::move(f); }
    /// While it is false no further record is taken. Asked again after every event of the loop.
    void room(std::function<bool()> f) { room_ = std::move(f); }
    /// Called once, when no further record will be taken; steps may still be at work.
    void input_ended(std::function<void()> f) { input_ended_ = std::move(f); }

    /// For --resume, where the line alone does not tell what is asked: `question` gives the bytes that a finished record is found again by,
    /// `take_over` puts what it found into the record at hand. May throw Error: then the record is simply worked on.
    struct Again {
        std::function<std::string(const Record&)> question;
        std::function<void(Record&, const Record& finished)> take_over;
    };
    void resumes(Again a) { again_ = std::move(a); }

    /// What became of the records, so far or at the end.
    struct Counts {
        long records = 0;                ///< lines taken, deltas and blank ones left out
        long worked = 0;                 ///< the step has done its work
        long resumed = 0;                ///< read back from the file of --resume
        long unasked = 0;                ///< left as they came, because a signal came first
        long broken_off = 0;             ///< at work when a second signal came: they do not leave
        std::map<Fault, long> failed;    ///< those that came failed included; `budget`: left unasked
        bool unread = false;             ///< whoever read our output has gone
        long all_failed() const {
            long n = 0;
            for (const auto& [fault, count] : failed) n += count;
            return n;
        }
    };
    const Counts& counts() const noexcept { return counts_; }

    /// Serves all input. Returns the exit code of llm-record(5) for records: 130/143, else 6, 3, 1 or 0.
    /// Throws only what ends the whole process (Error{usage} for a bad --when, Error{io} for a broken output).
    int run(const Step&);
    int run(const PlainStep&);
    /// The tool's own "no" (a gate): exit code 1 where nothing worse happened.
    void say_no() { no_ = true; }

private:
    friend class FilterRun;
    Loop& loop_;
    FilterOptions options_;
    Wants wants_;
    std::function<void()> at_end_;
    std::function<void()> before_output_;
    std::function<void(const Record&)> sees_failed_;
    std::function<bool(Record&)> mends_;
    std::function<void(std::string_view)> sees_output_;
    std::function<bool()> room_;
    std::function<void()> input_ended_;
    Again again_;
    Counts counts_;
    bool no_ = false;
};

}  // namespace llm
