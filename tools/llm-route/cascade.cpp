#include "verbs.hpp"

#include "ask/form.hpp"
#include "base/loop.hpp"
#include "cli/groups.hpp"
#include "cli/pace_options.hpp"
#include "cli/settings.hpp"
#include "record/writer.hpp"
#include "route/cascade.hpp"

#include <algorithm>
#include <memory>
#include <sstream>
#include <tuple>

namespace llm {
namespace {

struct CascadeFlags {
    LoopFlags loop;
    TalkFlags talk;
    RequestFlags request;
    CallFlags calls;
    PaceFlags pace;
    std::string tiers = "cheap,standard,strong";
    std::vector<std::string> accept;
    long samples = 1;
    std::optional<double> agreement;
    std::string judge, scorer;
    std::optional<double> record_budget;
    std::optional<Duration> deadline;
    CascadeOptions::Unaccepted unaccepted = CascadeOptions::Unaccepted::keep;
};

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> out;
    std::istringstream in{list};
    for (std::string one; std::getline(in, one, ',');) out.push_back(one);
    return out;
}

std::vector<AnswerCheck> checks_of(const CascadeFlags& f) {
    std::vector<AnswerCheck> out;
    for (const std::string& spec : f.accept) out.push_back(answer_check_of(spec));
    const auto has = [&](AnswerCheck::Kind kind) {
        return std::any_of(out.begin(), out.end(), [&](const AnswerCheck& c) { return c.kind == kind; });
    };
    if (f.agreement && f.samples < 2) throw Error(Fault::usage, "--agreement compares several answers; give --samples 3 or more too");
    if (f.agreement || (f.samples > 1 && !has(AnswerCheck::Kind::agreement))) out.push_back({AnswerCheck::Kind::agreement, {}, f.agreement});
    if (f.samples < 2 && has(AnswerCheck::Kind::agreement)) throw Error(Fault::usage, "--accept agreement compares several answers; give --samples 3 or more too");
    if (!f.judge.empty()) out.push_back(answer_check_of("judge:" + f.judge));
    if (!f.scorer.empty()) out.push_back(answer_check_of("scorer:" + f.scorer));
    if (!has(AnswerCheck::Kind::no_refusal)) out.push_back({AnswerCheck::Kind::no_refusal, {}, {}});
    return out;
}

RequestSpec spec_of(const CascadeFlags& f) {
    RequestSpec s;
    if (f.request.model) throw Error(Fault::usage, "a cascade asks the models of --tiers; leave -m out, or name the model there");
    s.system = f.request.system;
    s.template_text = f.request.template_text;
    for (const auto& [key, value] : f.request.options) s.options.emplace_back(key, value);
    s.attachments = f.request.attachments;
    s.schema = f.request.schema;
    s.wins = f.request.override_record ? RequestSpec::Wins::flags : RequestSpec::Wins::record;
    s.context = f.request.no_context ? RequestSpec::Context::left_out : RequestSpec::Context::given;
    return s;
}

void say(const Tool& tool, std::string_view text) { write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error"); }

CallOptions call_options_of(const Tool& tool, const CascadeFlags& f, const Settings& settings) {
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

CascadeOptions options_of(const Tool& tool, const CascadeFlags& f) {
    CascadeOptions o;
    o.tiers = split(f.tiers);
    o.accept = checks_of(f);
    o.samples = f.samples;
    o.budget = f.record_budget;
    if (f.deadline) o.deadline = std::chrono::duration<double>(*f.deadline).count();
    o.unaccepted = f.unaccepted;
    o.again = f.calls.again ? CascadeOptions::Again::yes : CascadeOptions::Again::no;
    o.stream = f.calls.stream.value_or(false) ? CascadeOptions::Stream::yes : CascadeOptions::Stream::no;
    o.send = f.calls.dry_run ? CascadeOptions::Send::dry_run : CascadeOptions::Send::yes;
    if (f.talk.explain) o.explain = [&tool](std::string_view line) { say(tool, line); };
    if (f.calls.usage) o.usage = [&tool](std::string_view line) { say(tool, line); };
    return o;
}

int run(const Tool& tool, const CascadeFlags& f) {
    CascadeOptions options = options_of(tool, f);
    const Environment environment;
    const Settings settings = settings_of(tool, environment);
    const Models models{settings, environment};
    const Form form{spec_of(f)};
    Loop loop;
    Caller caller{loop, settings, environment, call_options_of(tool, f, settings)};
    caller.open_store();
    Cascade cascade{caller, models, form, std::move(options)};
    FilterOptions o = filter_options(tool, f.loop);
    o.jobs = settings.integer("jobs").value_or(4);
    o.on_signal = OnSignal::stop_reading;
    o.resume_salt = fmt::format("{}|{}|{}|{}|{}|{}|{}", f.tiers, fmt::join(f.accept, "|"), f.samples, f.judge, f.scorer, f.request.system.value_or(""),
                                f.request.template_text.value_or(""));
    for (const auto& [key, value] : f.request.options) o.resume_salt += "|" + key + "=" + value;
    Filter filter{loop, o};
    filter.wants([&cascade](const Record& r) { return cascade.wants(r); });
    filter.at_end([&caller] { caller.close(); });
    const int code = filter.run([&cascade](Record& r, Emitter& e) { return cascade.step(r, e); });
    // that the budget is spent outweighs what else went wrong, but not an interruption
    return cascade.out_of_budget() && code < 128 ? exit_code(Fault::budget) : code;
}

void tier_options(Verb& verb, CascadeFlags& f) {
    auto& tiers = verb.group("Tiers");
    tiers.option("--tiers", f.tiers, "NAME,NAME",
                 "Ask these in order, the cheapest first, until an answer is good. Names are tiers, aliases or provider/name. A record that names one of them "
                 "begins there; one that names another model is asked of that alone.")
        .completes(Complete::model)
        .since("0.1");
    tiers.option("--deadline", f.deadline, "TIME", "Give a record this long for all its tiers together. What there is then counts.").since("0.1");
    tiers.option("--record-budget", f.record_budget, "DOLLARS",
                 "Spend no more than this on one record. A tier is not asked where the request and its max_tokens would not fit; the exit code is 6 then.")
        .at_least(0)
        .since("0.1");
    tiers
        .choice("--unaccepted", f.unaccepted,
                {EnumChoice{CascadeOptions::Unaccepted::keep, "keep", "the record gets the best answer there is; route.accepted is false"},
                 EnumChoice{CascadeOptions::Unaccepted::fail, "fail", "the record fails"}},
                "HOW", "What to do where no answer passed and no further tier can be asked.")
        .since("0.1");
}

void accept_options(Verb& verb, CascadeFlags& f) {
    auto& accept = verb.group("Accepting");
    accept.option("--accept", f.accept, "CHECK",
                  "Stop at an answer only where this holds; given several times, where all hold. json, regex:PATTERN, not-regex:PATTERN, jq:PROGRAM (over the record "
                  "with its response), no-refusal (always looked at), no-hedge, agreement=T, logprob=T (mean probability of a token), scorer:FILE=T, verify (the model is asked whether it stands by it), "
                  "judge:MODEL=T. The last tier's answer is not checked. Empty, cut off or refused answers and those that break the schema never pass.")
        .since("0.1");
    accept.option("--samples", f.samples, "N", "Draw N answers of each tier but the last, and take one that most agree on.").at_least(1).since("0.1");
    accept.option("--agreement", f.agreement, "T", "How many of the samples must agree, as a share. .6 where only --samples is given.").between(0, 1).since("0.1");
    accept.option("--judge", f.judge, "MODEL", "Let this model say how good the answer is; short for --accept judge:MODEL. MODEL=T sets how sure it must be, .7 otherwise.")
        .completes(Complete::model)
        .since("0.1");
    accept.option("--scorer", f.scorer, "FILE",
                  "Let this scorer judge, which llm-route train --answers made; short for --accept scorer:FILE. It goes on at the threshold that llm-route calibrate "
                  "wrote into FILE, or at T of FILE=T.")
        .completes(Complete::file)
        .since("0.1");
}

}  // namespace

void declare_cascade(Tool& tool) {
    const auto f = std::make_shared<CascadeFlags>();
    auto& verb = tool.verb("cascade", "ask cheap models first, and stronger ones while the answer is not good", [&tool, f] { return run(tool, *f); });
    tier_options(verb, *f);
    accept_options(verb, *f);
    request_options(verb, f->request);
    verb.find("--model")->hidden();  // refused: --tiers names the models
    call_options(verb, f->calls);
    pace_options(verb, f->pace);
    loop_options(verb, f->loop);
    talk_options(verb, f->talk);
    tool.synopsis("cascade [OPTION]... < RECORDS");
    tool.example("llm-route cascade --tiers cheap,strong --samples 3 --agreement .6 < in.jsonl", "ask the strong model only where the cheap one contradicts itself");
}

}  // namespace llm
