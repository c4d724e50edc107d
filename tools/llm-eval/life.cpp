#include "run.hpp"
#include "session.hpp"

#include "base/paths.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "eval/life.hpp"
#include "evaluators/assertion.hpp"
#include "log/query.hpp"
#include "log/when.hpp"

namespace llm {
namespace {

std::filesystem::path journal_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("log.path").value_or("");
    return path.empty() ? data_folder(environment) / "log.db" : expand_home(path, environment);
}

/// --expect, as every case made is to have it; null where none is given.
Json demanded(const EvalFlags& f) {
    Json all;
    for (const std::string& text : f.expects) {
        const Json written = read_json(text);
        const Json one = written.is_object() || written.is_array() ? written : Json(text);
        for (const CheckSpec& spec : checks_of(one)) all.push_back(to_json(spec));
    }
    return all;
}

void put_case(Json made, const Json& expect) {
    if (!expect.is_null()) made["expect"] = expect;
    put(dump(made) + "\n");
}

long from_corrections(const EvalFlags& f, JournalReader& journal, const Json& expect) {
    long made = 0;
    read_results(f.labelled, [&](const Record& record, const Result&) {
        const Json value = record.value();
        try {
            const Json& call = member(value, "call");
            if (call.is_number_integer()) {
                const auto shown = journal.show(call.get<std::int64_t>());
                if (!shown) throw Error(Fault::data, "there is no call {} in the journal", dump(call));
                put_case(corrected(case_of_call(*shown), value), expect);
            } else {
                put_case(case_of_correction(value), expect);
            }
        } catch (const Error& e) {
            throw Error(e.fault, "{}:{}: {}", f.labelled, record.number(), e.what());
        }
        ++made;
    });
    return made;
}

}  // namespace

int from_log(const Tool& tool, const EvalFlags& f) {
    const Environment environment;
    const Settings settings = settings_of(tool, environment);
    JournalReader journal{journal_path(settings, environment)};
    const Json expect = demanded(f);
    if (!f.labelled.empty()) return from_corrections(f, journal, expect) > 0 ? 0 : 1;
    CallFilter filter;
    const std::int64_t now = unix_microseconds();
    if (!f.since.empty()) filter.since = parse_when(f.since, now);
    if (!f.until.empty()) filter.until = parse_when(f.until, now);
    filter.model = f.model;
    filter.tool = f.tool;
    filter.fault = "none";
    std::vector<std::int64_t> ids;
    journal.list(filter, static_cast<std::size_t>(f.count.value_or(0)), [&ids](const LoggedCall& c) {
        ids.push_back(c.id);
        return true;
    });
    for (auto id = ids.rbegin(); id != ids.rend(); ++id)
        if (const auto shown = journal.show(*id)) put_case(case_of_call(*shown), expect);
    return ids.empty() ? 1 : 0;
}

int sample(const Tool&, const EvalFlags& f) {
    std::vector<Reviewable> all;
    const auto take = [&](const Record& record, const Result& r) { all.push_back(reviewable(record, r, f.by_metric)); };
    if (f.files.empty()) read_results("-", take);
    for (const std::string& file : f.files) read_results(file, take);
    const Pick how = f.by == SampleBy::lowest ? Pick::lowest : f.by == SampleBy::disagreement ? Pick::disagreement : Pick::random;
    const auto places = pick(all, how, static_cast<std::size_t>(f.count.value_or(20)), static_cast<std::uint64_t>(f.seed));
    for (const std::size_t i : places) put(all[i].line + "\n");
    return places.empty() ? 1 : 0;
}

}  // namespace llm
