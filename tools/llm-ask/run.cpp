#include "answer_text.hpp"
#include "report.hpp"
#include "run.hpp"

#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace llm {
namespace {

void say(const Tool& tool, std::string_view text) {
    const std::string line = fmt::format("{}: {}\n", tool.name(), text);
    write_all(2, line, "standard error");
}

RequestSpec spec_of(const AskFlags& f, const Settings& settings) {
    RequestSpec s;
    s.model = f.request.model;
    s.system = f.request.system;
    s.template_text = f.request.template_text;
    for (const auto& [key, value] : f.request.options) s.options.emplace_back(key, value);
    s.attachments = f.request.attachments;
    s.schema = f.request.schema;
    s.wins = f.request.override_record ? RequestSpec::Wins::flags : RequestSpec::Wins::record;
    s.context = f.request.no_context ? RequestSpec::Context::left_out : RequestSpec::Context::given;
    s.default_model = settings.text("model.default").value_or("");
    // a cassette alone needs no provider
    if (s.default_model.empty() && f.calls.replay_missing == Missing::fail && !f.calls.replay.empty()) s.default_model = "replay/" + f.calls.replay;
    return s;
}

/// The record's own deltas, for --json --stream.
class RecordEmitter final : public Emitter {
public:
    RecordEmitter(Writer& out, Record& record) : out_(out), record_(record) {}
    void delta(std::string_view text) override {
        if (text.empty()) return;
        if (!begun_ && !record_.has("id")) record_.set_raw("id", "\"line-1\"");
        begun_ = true;
        out_.line(fmt::format("{{\"id\":{},\"delta\":{}}}", *record_.id(), quote(text)));
        out_.flush();
    }
    void forget() override {
        if (!std::exchange(begun_, false)) return;
        out_.line(fmt::format("{{\"id\":{},\"delta\":null}}", *record_.id()));
    }
    bool begun() const override { return begun_; }

private:
    Writer& out_;
    Record& record_;
    bool begun_ = false;
};

}  // namespace

CallOptions call_options_of(const Tool& tool, const AskFlags& f, const Settings& settings) {
    CallOptions c;
    c.tool = tool.name();
    const auto asked = [&settings](const char* path) -> std::optional<double> {
        const auto kind = settings.origin(path).kind;
        if (kind == Origin::Kind::nowhere || kind == Origin::Kind::fallback || kind == Origin::Kind::file) return {};
        return settings.duration(path);
    };
    c.timeout = asked("timeout");
    c.idle_timeout = asked("idle_timeout");
    c.retries = static_cast<int>(settings.integer("retries").value_or(3));
    c.record = f.calls.record;
    c.replay = f.calls.replay;
    c.missing = f.calls.replay_missing == Missing::ask ? CallOptions::Missing::ask : CallOptions::Missing::refuse;
    if (!f.talk.quiet) c.warn = [&tool](std::string_view line) { say(tool, line); };
    c.pace.rpm = f.pace.rpm;
    c.pace.tpm = f.pace.tpm;
    c.pace.budget = f.pace.budget;
    if (!f.pace.assume_price.empty()) std::tie(c.pace.assumed.input, c.pace.assumed.output) = read_price(f.pace.assume_price);
    c.pace.identical = f.pace.share_identical ? PaceOptions::Identical::shared : PaceOptions::Identical::each;
    c.log = settings.boolean("log.enabled").value_or(true) ? CallOptions::Log::yes : CallOptions::Log::no;
    return c;
}

AskSession::AskSession(const Tool& tool, const AskFlags& f)
    : settings(settings_of(tool, environment)), models(settings, environment), caller(loop, settings, environment, call_options_of(tool, f, settings)),
      form(spec_of(f, settings)) {}

AskOptions AskSession::options(const Tool& tool, const AskFlags& f, bool text) const {
    AskOptions o;
    o.extract = f.extract ? AskOptions::Extract::last_block : AskOptions::Extract::whole;
    o.again = f.calls.again ? AskOptions::Again::yes : AskOptions::Again::no;
    o.stream = f.calls.stream.value_or(text) ? AskOptions::Stream::yes : AskOptions::Stream::no;
    o.send = f.calls.dry_run ? AskOptions::Send::dry_run : AskOptions::Send::yes;
    o.repairs = static_cast<int>(f.repairs);
    if (f.calls.reasoning) o.reasoning = [](std::string_view piece) { write_all(2, piece, "standard error"); };
    if (f.calls.usage) o.usage = [&tool](std::string_view line) { say(tool, line); };
    if (f.talk.explain) o.explain = [&tool](std::string_view line) { say(tool, line); };
    if (!f.talk.quiet) o.warn = [&tool](std::string_view line) { say(tool, line); };
    return o;
}

bool stdin_has_text(const AskFlags& f) {
    if (f.loop.no_stdin || ::isatty(0) == 1) return false;
    struct stat s {};
    return ::fstat(0, &s) == 0;
}

std::string prompt_with_stdin(const Tool& tool, const AskFlags& f) {
    const std::string& prompt = *f.prompt;
    const bool alone = prompt == "-";
    if (!alone && !stdin_has_text(f)) return prompt;
    pollfd p{0, POLLIN, 0};
    if (!f.talk.quiet && ::poll(&p, 1, 1000) == 0) say(tool, "waiting for text on stdin; end it with Ctrl-D, or use --no-stdin to leave it alone");
    std::string text = read_all(0);
    if (alone) return text;
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return prompt;
    return prompt + "\n\n" + text;
}

int ask_one(AskSession& s, const Tool& tool, const AskFlags& f, std::string prompt) {
    if (f.request.template_text) throw Error(Fault::usage, "a prompt and --template together say two things; put the prompt into the template, or give records on stdin");
    Record record = Record::of(Json{{"prompt", std::move(prompt)}});
    Writer out{1};
    TextEmitter text{out};
    RecordEmitter lines{out, record};
    Emitter& emitter = f.loop.json ? static_cast<Emitter&>(lines) : text;
    AskOptions options = s.options(tool, f, !f.loop.json);
    Conversation conversation = conversation_of(s, f);
    options.conversation = std::move(conversation.id);
    options.before = std::move(conversation.turns);
    Asker asker{s.caller, s.models, s.form, std::move(options)};
    try {
        Task<void> task = asker.step(record, emitter);
        drive(s.loop, task, out);
        if (!task.done()) {
            s.caller.close();
            return out.closed() ? 0 : 128 + Loop::signal_caught();
        }
    } catch (const Error& e) {
        s.caller.close();
        if (text.begun() && !text.ends_line()) out.put("\n");
        if (f.loop.json) {
            record.set("error", error_member(e, tool.name(), 0));
            out.line(record.line());
        }
        out.flush();
        throw;
    }
    if (f.loop.json) out.line(record.line());
    else if (f.calls.dry_run) out.line(record.get("dry_run").dump(2, ' ', false, Json::error_handler_t::replace));
    else put_answer(out, record, f, text);
    out.flush();
    s.caller.close();
    return 0;
}

int ask_records(AskSession& s, const Tool& tool, const AskFlags& f) {
    if (f.again_last || !f.cid.empty())
        throw Error(Fault::usage, "--continue and --cid go with a prompt; a record carries its conversation in 'messages'");
    FilterOptions o = filter_options(tool, f.loop);
    o.jobs = s.settings.integer("jobs").value_or(4);
    o.on_signal = OnSignal::stop_reading;
    // the rest of what answers depend on is in the question itself
    o.resume_salt = fmt::format("{}{}", f.extract ? "extract" : "", f.calls.dry_run ? "dry" : "");
    const RequestSpec& spec = s.form.spec();
    if (!f.calls.dry_run) s.caller.open_store();
    // a misspelt model, or one without a price where a budget is set, ends here and not once a record; so does a store that cannot be used
    if (spec.model) s.caller.check_price(s.models.resolve(*spec.model));
    else if (s.caller.counts_money() && !spec.default_model.empty()) s.caller.check_price(s.models.resolve(spec.default_model));
    Asker asker{s.caller, s.models, s.form, s.options(tool, f, false)};
    Filter filter{s.loop, o};
    filter.wants([&asker](const Record& r) { return asker.wants(r); });
    filter.at_end([&s] { s.caller.close(); });
    filter.resumes({[&asker](const Record& r) { return asker.question(r); }, [&asker](Record& r, const Record& done) { asker.take_over(r, done); }});
    int code = 0;
    {
        RunReport report{filter, s.caller.tally(), f.talk.quiet ? Show::never : Show::when_terminal};
        if (report.shown()) filter.before_output([&report] { report.draw(); });
        code = filter.run([&asker](Record& r, Emitter& e) { return asker.step(r, e); });
    }
    if (!f.talk.quiet && !f.calls.dry_run && !filter.counts().unread) say(tool, summary(filter.counts(), s.caller.tally()));
    return code;
}

}  // namespace llm
