#include "outcomes.hpp"

#include "base/paths.hpp"
#include "chat/model.hpp"
#include "chat/otel.hpp"
#include "cli/settings.hpp"
#include "log/query.hpp"
#include "log/when.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace llm {
namespace {

/// The newest answered call of a model for a record's id.
class Calls {
public:
    Calls(const Settings& settings, const Environment& environment, const std::string& since) : reader_(path(settings, environment)) {
        CallFilter filter;
        filter.fault = "none";
        if (!since.empty()) filter.since = parse_when(since, unix_microseconds());
        reader_.list(filter, 0, [this](const LoggedCall& c) {
            if (!c.record.empty()) calls_.try_emplace({c.record, c.model}, c.id, c.cost);
            return true;
        });
    }

    std::optional<LoggedAnswer> find(std::string_view record, const std::string& model) {
        const auto at = calls_.find({std::string{record}, model});
        if (at == calls_.end()) return {};
        const auto call = reader_.show(at->second.first);
        if (!call) return {};
        const auto column = [&](const char* name) {
            const Json& value = member(*call, name);
            return value.is_null() ? std::string{} : value.is_string() ? value.get<std::string>() : dump(value);
        };
        LoggedAnswer out;
        out.cost = at->second.second;
        const auto gone = [](const std::string&) { return std::optional<std::string>{}; };
        const std::vector<Message> turns = messages_of_otel("", column("gen_ai_input_messages"), gone);
        for (auto turn = turns.rbegin(); turn != turns.rend() && out.prompt.empty(); ++turn)
            if (turn->role == Role::user) out.prompt = turn->text();
        if (const std::string output = column("gen_ai_output_messages"); !output.empty()) out.answer = completion_of_otel(output).text;
        return out;
    }

private:
    static std::filesystem::path path(const Settings& settings, const Environment& environment) {
        const std::string given = settings.text("log.path").value_or("");
        return given.empty() ? data_folder(environment) / "log.db" : expand_home(given, environment);
    }

    JournalReader reader_;
    std::map<std::pair<std::string, std::string>, std::pair<std::int64_t, std::optional<double>>> calls_;
};

/// What tells sides apart, opened only where it is asked for.
struct Names {
    Names(const Tool& tool, const OutcomeFlags& f) : settings(settings_of(tool, environment)), models(settings, environment) {
        weak = models.resolve(f.weak).full_name();
        strong = models.resolve(f.strong).full_name();
        if (f.from_log) calls.emplace(settings, environment, f.since);
    }
    std::optional<Side> side(std::string_view name) {
        if (name == weak) return Side::weak;
        if (name == strong) return Side::strong;
        const auto [at, fresh] = known.try_emplace(std::string{name});
        if (fresh) {
            try {
                at->second = models.resolve(name).full_name();
            } catch (const Error&) {
                // a name of another configuration: it is neither of the two
            }
        }
        if (at->second == weak) return Side::weak;
        if (at->second == strong) return Side::strong;
        return {};
    }

    Environment environment;
    Settings settings;
    Models models;
    std::string weak, strong;
    std::map<std::string, std::string> known;
    std::optional<Calls> calls;
};

}  // namespace

void outcome_options(Verb& verb, OutcomeFlags& f) {
    verb.argument("FILE", f.file, "Records with outcomes. Without it standard input is read.").completes(Complete::file);
    auto& group = verb.group("Outcomes");
    group.option("--weak", f.weak, "NAME", "The cheap model's name, for records with 'eval': one record a model, joined by id.").completes(Complete::model).since("0.1");
    group.option("--strong", f.strong, "NAME", "The strong model's name, likewise.").completes(Complete::model).since("0.1");
    group.flag("--from-log", f.from_log, "Take the question and the answer out of the journal where a record with 'eval' has none, by its id.").since("0.1");
    group.option("--since", f.since, "TIME", "Look at calls of the journal from this time on: a date, or an age such as 7d.").since("0.1");
}

std::vector<OutcomeRow> read_outcomes(const Tool& tool, const OutcomeFlags& f, OutcomeReader::Options::Need need) {
    OutcomeReader::Options options;
    options.group = f.group;
    options.need = need;
    std::shared_ptr<Names> names;
    if (f.weak.empty() != f.strong.empty()) throw Error(Fault::usage, "--weak and --strong go together");
    if (f.from_log && f.weak.empty()) throw Error(Fault::usage, "--from-log wants --weak and --strong, to know whose answer is whose");
    if (!f.since.empty() && !f.from_log) throw Error(Fault::usage, "--since is about the journal; give --from-log too");
    if (!f.weak.empty()) {
        names = std::make_shared<Names>(tool, f);
        options.side_of = [names](std::string_view name) { return names->side(name); };
        if (names->calls)
            options.logged = [names](std::string_view id, Side side) { return names->calls->find(id, side == Side::weak ? names->weak : names->strong); };
    }
    OutcomeReader reader{std::move(options)};
    int fd = 0;
    if (f.file && *f.file != "-") {
        fd = ::open(f.file->c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) throw Error(Fault::usage, "cannot read {}: {}", *f.file, std::strerror(errno));
    } else if (::isatty(0) == 1) {
        throw Error(Fault::usage, "no outcomes; give a file, or records on standard input");
    }
    LineReader lines{fd};
    std::string_view line;
    std::size_t failed = 0;
    for (bool more = true; more;) {
        switch (lines.next(line)) {
            case LineReader::Got::need_more: lines.fill(); break;
            case LineReader::Got::end: more = false; break;
            case LineReader::Got::too_long: throw Error(Fault::data, "line {} is too long for a record", lines.number());
            case LineReader::Got::line:
                if (line.find_first_not_of(" \t\r") == std::string_view::npos) break;
                try {
                    const Record record = Record::parse(line, lines.number());
                    if (record.has("error")) ++failed;
                    else reader.add(record);
                } catch (const Error& e) {
                    Error placed(e.fault, "{}, line {}: {}", f.file.value_or("standard input"), lines.number(), e.what());
                    placed.line = lines.number();
                    throw placed;
                }
        }
    }
    if (fd != 0) ::close(fd);
    std::vector<OutcomeRow> rows = reader.take();
    const auto say = [&tool](std::string_view text) { write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error"); };
    if (failed > 0) say(fmt::format("{} records with an error were left out", failed));
    if (reader.incomplete() > 0) say(fmt::format("{} records without the weak model's outcome were left out", reader.incomplete()));
    if (reader.assumed() > 0) say(fmt::format("{} records have no outcome of the strong model; its mean over the others is taken", reader.assumed()));
    return rows;
}

}  // namespace llm
