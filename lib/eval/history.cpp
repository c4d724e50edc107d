#include "eval/history.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "eval/case_reader.hpp"
#include "eval/file.hpp"
#include "store/migrate.hpp"
#include "store/transaction.hpp"

#include <algorithm>

namespace llm {

std::span<const Migration> eval_schema();

namespace {

Json figures_json(const std::map<std::string, double>& figures) {
    Json j = Json::object();
    for (const auto& [name, value] : figures) j[name] = value;
    return j;
}

}  // namespace

std::map<std::string, double> charted_figures(const Tally& t) {
    std::map<std::string, double> out;
    const Cell& c = t.total();
    if (c.judged() == 0) return out;
    out["pass_rate"] = c.pass_rate();
    out["score"] = c.mean_score();
    if (c.output > 0) out["tokens.output"] = static_cast<double>(c.output) / static_cast<double>(c.judged());
    if (c.ms.count() > 0) out["ms.p50"] = c.ms.at(0.5);
    if (c.metrics.size() > 1)
        for (const auto& [name, m] : c.metrics) out.emplace(name, m.mean());
    return out;
}

std::string fingerprint(const Suite& s) {
    Json j{{"system", s.system}, {"options", s.options}, {"schema", s.schema}, {"repeat", s.repeat}, {"judges", s.judges}, {"embedder", s.embedder}, {"cases", Json::array()}};
    for (const SuitePrompt& p : s.prompts) j["prompts"].push_back({p.label, p.turns, p.options, p.schema, p.tools});
    for (const SuiteModel& m : s.models) j["models"].push_back({m.label, m.name, m.options, m.schema, m.tools});
    const SuiteCase& d = s.defaults;
    j["defaults"] = {d.vars, d.expect, d.options, d.reference, d.transform, d.threshold ? Json(*d.threshold) : Json{}};
    for (const Json& one : s.cases) {
        if (!one.is_string()) {
            j["cases"].push_back(one);
            continue;
        }
        std::string name = one.get<std::string>();
        if (name.starts_with("file://")) name.erase(0, 7);
        for (const auto& file : files_named(s.folder, name)) j["cases"].push_back(sha256_hex(read_file(file.string(), "the cases")));
    }
    return sha256_hex(dump(j)).substr(0, 32);
}

History::History(const std::filesystem::path& path) : db_(path) { migrate(db_, eval_schema()); }

void History::add(const std::string& suite, const std::string& fingerprint, std::int64_t time, const Tally& t) {
    const Cell& c = t.total();
    Transaction transaction{db_};
    db_.run("INSERT INTO run (suite, fingerprint, time, cases, judged, passed, errors, figures) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", suite, fingerprint, time, c.all(), c.judged(),
            c.passed, c.errors, dump(figures_json(charted_figures(t))));
    transaction.commit();
}

std::vector<PastRun> History::last(const std::string& suite, const std::string& fingerprint, std::int64_t most) {
    std::vector<PastRun> out;
    auto found = db_.prepare("SELECT id, time, cases, judged, passed, errors, figures FROM run WHERE suite = ?1 AND fingerprint = ?2 ORDER BY id DESC LIMIT ?3");
    found.bind(suite, fingerprint, most);
    while (found.step()) {
        PastRun r;
        std::string figures;
        std::tie(r.id, r.time, r.cases, r.judged, r.passed, r.errors, figures) =
            found.row<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string>();
        const Json values = Json::parse(figures);
        for (const auto& [name, value] : values.items())
            if (value.is_number()) r.figures[name] = value.get<double>();
        out.push_back(std::move(r));
    }
    std::ranges::reverse(out);
    return out;
}

std::int64_t History::others(const std::string& suite, const std::string& fingerprint) {
    return db_.value<std::int64_t>("SELECT count(*) FROM run WHERE suite = ?1 AND fingerprint <> ?2", suite, fingerprint).value_or(0);
}

}  // namespace llm
