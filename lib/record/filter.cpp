#include "record/filter.hpp"

#include "base/utf8.hpp"
#include "record/predicate.hpp"
#include "record/reader.hpp"
#include "record/resume.hpp"
#include "record/window.hpp"
#include "record/writer.hpp"

#include <cerrno>
#include <list>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t spare_bytes = 64 * 1024;  // of a record; what is longer goes when its job ends

/// Exactly `id` and a `delta` that is a string or null.
bool is_delta(const Scan& s, std::string_view line) {
    if (s.members.size() != 2) return false;
    const MemberSpan* delta = find(s, line, "delta");
    const MemberSpan* id = find(s, line, "id");
    if (delta == nullptr || id == nullptr) return false;
    return line[delta->value_begin] == '"' || line.substr(delta->value_begin, delta->value_end - delta->value_begin) == "null";
}

bool is_file(int fd, const std::string& path) {
    struct stat one {};
    struct stat other {};
    return ::fstat(fd, &one) == 0 && ::stat(path.c_str(), &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

void say(std::string_view tool, std::string_view text) {
    const std::string line = fmt::format("{}: {}\n", tool, text);
    [[maybe_unused]] const auto n = ::write(2, line.data(), line.size());
}

}  // namespace

/// One run over one input.
class FilterRun {
public:
    FilterRun(Filter& f, const Filter::Step* step, const Filter::PlainStep* plain)
        : filter_(f), o_(f.options_), loop_(f.loop_), step_(step), plain_(plain), reader_(o_.in), out_(o_.out), window_(out_, [this](std::string_view text) { say(o_.tool, text); }) {
        if (!o_.when.empty()) when_.emplace(o_.when);
        if (!o_.resume.empty()) {
            for (const int fd : {o_.in, o_.out})
                if (is_file(fd, o_.resume)) throw Error(Fault::usage, "--resume {} is the {} of this run too; give it a file of its own", o_.resume, fd == o_.in ? "input" : "output");
            resume_.emplace(o_.resume, o_.resume_salt);
            if (const long n = resume_->broken(); n > 0)
                say(o_.tool, fmt::format("--resume {}: {} line{} cannot be read and {} passed over; what stood there is asked again", o_.resume, n, n == 1 ? "" : "s", n == 1 ? "is" : "are"));
        }
        out_.gather(o_.gather);
        if (filter_.sees_output_) out_.copy_to(filter_.sees_output_);
        if (resume_ || filter_.before_output_)
            out_.before_flush([this] {
                if (filter_.before_output_) filter_.before_output_();
                if (resume_) resume_->sync();
            });
    }

    int run() {
        loop_.catch_signals();
        loop_.before_wait([this] {
            if (filter_.before_output_) filter_.before_output_();
            if (resume_) resume_->save();  // what is finished waits for its place in the order, but need not be paid again
            out_.flush();
        });
        if (o_.in != o_.out)
            loop_.watch(o_.out, Loop::none, [this](unsigned events) {
                if (events & Loop::hangup) {
                    out_.close();
                    loop_.forget(o_.out);
                }
            });
        while (!out_.closed() && Loop::signals_caught() < 2) {
            const bool stopping = Loop::signal_caught() != 0 && o_.on_signal == OnSignal::stop_reading;
            if (!at_end_ && !stopping) serve();
            if ((at_end_ || stopping) && filter_.input_ended_) std::exchange(filter_.input_ended_, nullptr)();
            if (jobs_.empty() && (at_end_ || stopping)) break;
            listen(!at_end_ && !stopping && waiting_for_input_);
            loop_.run_once();
            sweep();
        }
        filter_.counts_.broken_off = static_cast<long>(jobs_.size());
        if (o_.order == Order::kept && !out_.closed())  // what is done leaves, though what stands before it never will
            for (const Job& job : jobs_) window_.finish(job.place, {});
        jobs_.clear();
        out_.flush();  // before what may fail
        if (filter_.at_end_) filter_.at_end_();
        out_.flush();
        filter_.counts_.unread = out_.closed();
        listen(false);
        loop_.forget(o_.out);
        loop_.before_wait(nullptr);
        return exit_code();
    }

private:
    struct Job final : Emitter {
        FilterRun& run;
        Record record;
        Task<void> task;
        std::uint64_t place = 0;
        std::optional<std::uint64_t> resume_key;
        std::string original;  ///< the line as it came
        bool emitted = false;
        std::list<Job>::iterator self;

        explicit Job(FilterRun& r) : run(r) {}
        void delta(std::string_view text) override {
            if (text.empty() || run.o_.output != Output::records) return;  // several answers' text in one stream could not be told apart
            if (!emitted && !record.has("id")) record.set_raw("id", quote(fmt::format("line-{}", record.number())));
            emitted = true;
            run.out_.line(fmt::format("{{\"id\":{},\"delta\":{}}}", *record.id(), quote(text)));
        }
        void forget() override {
            if (!emitted) return;
            emitted = false;
            run.out_.line(fmt::format("{{\"id\":{},\"delta\":null}}", *record.id()));
        }
        bool begun() const override { return emitted; }
    };

    bool has_room() const { return static_cast<long>(jobs_.size()) < o_.jobs && !window_.crowded() && (!filter_.room_ || filter_.room_()); }

    /// Input is watched only while it is wanted: a pipe whose writer has gone is always "ready".
    void listen(bool wanted) {
        if (wanted == listening_) return;
        listening_ = wanted;
        if (!wanted) {
            loop_.forget(o_.in);
            return;
        }
        loop_.watch(o_.in, Loop::read, [this](unsigned) {
            reader_.fill();
            waiting_for_input_ = false;
        });
    }

    /// Takes lines while there are any and a step may begin.
    void serve() {
        waiting_for_input_ = false;
        if (resume_) resume_->save();  // before further calls begin: after a kill only those in flight are asked again
        std::string_view line;
        while (has_room() && !out_.closed()) {
            switch (reader_.next(line)) {
                case LineReader::Got::line: take(line); break;
                case LineReader::Got::too_long:
                    lost(Error(Fault::data, "line {} is longer than {} MiB; only its beginning is kept in 'raw'", reader_.number(), max_line >> 20),
                           line);
                    break;
                case LineReader::Got::need_more: waiting_for_input_ = true; return;
                case LineReader::Got::end: at_end_ = true; return;
            }
            sweep();
            if (Loop::signal_caught() != 0 && o_.on_signal == OnSignal::stop_reading) return;
        }
    }

    void take(std::string_view line) {
        if (o_.input == Input::lines) {
            if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
            if (line.empty()) return;
            if (!is_utf8(line)) {
                lost(Error(Fault::data, "line {} is not UTF-8; convert it first, for instance with iconv", reader_.number()), line);
                return;
            }
            text_ = "{\"prompt\":" + quote(line) + "}";
            line = text_;
        }
        if (!record_.load(line, reader_.number())) {
            if (record_.scanned().kind != Scan::Kind::blank) lost(record_.reject(), line);
            return;
        }
        if (is_delta(record_.scanned(), line)) {
            if (o_.output == Output::records) out_.line(line);
            return;
        }
        if (!o_.wrap.empty()) {
            for (auto name = o_.wrap.rbegin(); name != o_.wrap.rend(); ++name) {
                wrapped_ = "{" + quote(*name) + ":" + record_.line() + "}";
                record_.load(wrapped_, reader_.number());
            }
            line = wrapped_;
        }
        ++filter_.counts_.records;
        consider(line);
    }

    /// A record: does it pass, or does the step want it?
    void consider(std::string_view line) {
        if (const auto error = record_.raw("error")) {
            const auto fault = error->front() == '{' ? fault_of_error(*error) : std::nullopt;
            if (!fault) {  // not ours: kept whole in `raw`, because our own `error` would replace it
                broken(Error(Fault::data, "'error' is a reserved member and must be an object with a known 'fault'; if it is data of "
                                          "your own, use --wrap NAME to put the whole object under NAME"),
                       line);
                return;
            }
            if (mended(line)) {
                pass(record_.line());
                return;
            }
            if (o_.failed == Retry::no || record_.has("raw")) {
                count(*fault);
                if (filter_.sees_failed_) filter_.sees_failed_(record_);
                pass(line);
                return;
            }
        }
        try {
            check_reserved(record_.scanned(), line);
            if (when_ && !when_->holds(line)) {
                pass(line);
                return;
            }
            if (o_.failed == Retry::yes) record_.erase("error");
            if (filter_.wants_ && !filter_.wants_(record_)) {
                pass(record_.line());
                return;
            }
            begin(line);
        } catch (const Error& e) {
            fail(record_, e);
            pass(record_.line());
        }
    }

    bool mended(std::string_view line) {
        if (!filter_.mends_ || record_.has("raw")) return false;
        try {
            return (!when_ || when_->holds(line)) && filter_.mends_(record_);
        } catch (const Error&) {
            return false;  // the error it has says more
        }
    }

    void begin(std::string_view line) {
        std::optional<std::uint64_t> key;
        if (resume_) {
            key = resume_->key(filter_.again_.question ? question(line) : std::string{line});
            std::string done;
            if (resume_->find(*key, done) && taken_over(done)) {
                ++filter_.counts_.resumed;
                pass(done);
                return;
            }
        }
        if (plain_ != nullptr) {
            (*plain_)(record_);
            if (!count_failed(record_)) ++filter_.counts_.worked;
            if (key) resume_->add(*key, record_.line());
            pass(record_.line());
            return;
        }
        if (spare_.empty()) spare_.emplace_back(*this);
        jobs_.splice(jobs_.end(), spare_, spare_.begin());
        Job& job = jobs_.back();
        job.self = std::prev(jobs_.end());
        std::swap(job.record, record_);
        job.resume_key = key;
        job.emitted = false;
        job.original.assign(line);
        if (o_.order == Order::kept) job.place = window_.reserve();
        job.task = work(job);
        job.task.start();
    }

    /// False where it cannot be used: the record at hand is then as it was.
    bool taken_over(std::string& done) {
        if (!filter_.again_.take_over) return true;
        const std::string before{record_.line()};
        try {
            filter_.again_.take_over(record_, Record::parse(done, record_.number()));
            done = record_.line();
            return true;
        } catch (const Error&) {
            record_.load(before, record_.number());
            return false;
        }
    }

    std::string question(std::string_view line) {
        try {
            return filter_.again_.question(record_);
        } catch (const Error&) {  // the step will say so
            return std::string{line};
        }
    }

    Task<void> work(Job& job) {
        try {
            co_await (*step_)(job.record, job);
            if (!count_failed(job.record)) ++filter_.counts_.worked;
            if (job.resume_key) resume_->add(*job.resume_key, job.record.line());
        } catch (const Error& e) {
            job.forget();
            const bool interrupted = e.unsent && o_.on_signal == OnSignal::stop_reading && Loop::signal_caught() != 0;
            if (interrupted || e.fault == Fault::budget) {  // it was not asked
                if (interrupted)
                    ++filter_.counts_.unasked;
                else
                    count(e.fault);
                job.record.load(job.original, job.record.number());
            } else {
                fail(job.record, e);
            }
        } catch (const std::exception& e) {
            job.forget();
            fail(job.record, Error(Fault::internal, "{}", e.what()));
        }
        try {
            const std::string rendered = render(job.record.line());
            if (o_.order == Order::kept) window_.finish(job.place, rendered);
            else out_.put(rendered);
        } catch (...) {
            output_failed_ = std::current_exception();
        }
        finished_.push_back(job.self);
    }

    /// Frames cannot be destroyed from within themselves, so the ended ones are cleared here.
    void sweep() {
        for (const auto job : finished_) {
            job->task = {};
            if (job->record.line().capacity() <= spare_bytes && job->original.capacity() <= spare_bytes) spare_.splice(spare_.begin(), jobs_, job);
            else jobs_.erase(job);
        }
        finished_.clear();
        if (output_failed_) std::rethrow_exception(std::exchange(output_failed_, nullptr));
    }

    void fail(Record& record, const Error& e) {
        count(e.fault);
        record.set("error", error_member(e, o_.tool, record.number()));
    }

    void lost(const Error& e, std::string_view line) {
        ++filter_.counts_.records;
        broken(e, line);
    }

    void broken(const Error& e, std::string_view line) {
        count(e.fault);
        pass(broken_line(e, o_.tool, reader_.number(), line));
    }

    void pass(std::string_view line) {
        if (o_.output != Output::records) {
            const std::string rendered = render(line);
            o_.order == Order::kept ? window_.put(rendered) : out_.put(rendered);
        } else if (o_.order == Order::free || window_.empty()) {
            out_.line(line);
        } else {
            text_out_.assign(line);
            text_out_ += '\n';
            window_.put(text_out_);
        }
    }

    /// The bytes that go out for a finished record.
    std::string render(std::string_view line) {
        if (o_.output == Output::records) {
            std::string out;
            out.reserve(line.size() + 1);
            out.append(line).push_back('\n');
            return out;
        }
        Record record = Record::parse(line, reader_.number());
        if (record.has("error")) {
            const Json error = record.get("error");
            say(o_.tool, fmt::format("line {}: {}", member(error, "line").is_number() ? dump(member(error, "line")) : "?",
                                     text_of(error, "message", text_of(error, "fault"))));
            return {};
        }
        if (!record.has("response")) return {};  // left unasked: an empty line would be an empty answer
        std::string out = text_of(record.get("response"), "text");
        out.push_back(o_.output == Output::text ? '\n' : '\0');
        return out;
    }

    bool count_failed(const Record& record) {
        const auto error = record.raw("error");
        const auto fault = error ? fault_of_error(*error) : std::nullopt;
        if (fault) count(*fault);
        return fault.has_value();
    }
    void count(Fault fault) {
        ++failed_;
        ++filter_.counts_.failed[fault];
        if (fault == Fault::budget) budget_ = true;
    }

    int exit_code() const {
        if (out_.closed()) return 0;
        if (const int signal = Loop::signal_caught()) return 128 + signal;
        if (budget_) return 6;
        if (failed_ > 0) return 3;
        return filter_.no_ ? 1 : 0;
    }

    Filter& filter_;
    const FilterOptions& o_;
    Loop& loop_;
    const Filter::Step* step_;
    const Filter::PlainStep* plain_;
    LineReader reader_;
    Writer out_;
    Window window_;
    std::optional<JqProgram> when_;
    std::optional<Resume> resume_;
    Record record_;
    std::string text_, wrapped_, text_out_;
    std::list<Job> jobs_;
    std::list<Job> spare_;  ///< ended ones, whose memory serves the next
    std::vector<std::list<Job>::iterator> finished_;
    std::exception_ptr output_failed_;  // a full disk ends the run, not the record
    long failed_ = 0;
    bool budget_ = false;
    bool at_end_ = false;
    bool waiting_for_input_ = false;
    bool listening_ = false;
};

int Filter::run(const Step& step) { return FilterRun{*this, &step, nullptr}.run(); }
int Filter::run(const PlainStep& step) { return FilterRun{*this, nullptr, &step}.run(); }

}  // namespace llm
