#include "run.hpp"
#include "session.hpp"

#include "base/paths.hpp"
#include "cache/calibrate.hpp"
#include "cache/semantic.hpp"
#include "call/embedding.hpp"
#include "cli/settings.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "embedders/builtin.hpp"
#include "record/reader.hpp"
#include "record/record.hpp"
#include "text/gate.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace llm {
namespace {

struct Given {
    std::vector<std::string> texts;  ///< a, b, a, b, …
    std::vector<bool> same;
};

Given read_pairs(int fd) {
    Given given;
    LineReader reader{fd};
    std::string_view line;
    for (;;) {
        switch (reader.next(line)) {
            case LineReader::Got::need_more: reader.fill(); break;
            case LineReader::Got::end: return given;
            case LineReader::Got::too_long: throw Error(Fault::data, "line {} is too long for a pair", reader.number());
            case LineReader::Got::line: {
                const Record pair = Record::parse(line, reader.number());
                const auto a = pair.text("a"), b = pair.text("b");
                const auto same = pair.raw("same");
                if (!a || !b || !same || (*same != "true" && *same != "false"))
                    throw Error(Fault::data, "line {} is no pair: {{\"a\": TEXT, \"b\": TEXT, \"same\": true or false}}", reader.number());
                given.texts.push_back(*a);
                given.texts.push_back(*b);
                given.same.push_back(*same == "true");
            }
        }
    }
}

Given pairs_of(const CacheFlags& f) {
    if (f.pairs.empty() || f.pairs == "-") return read_pairs(0);
    const int fd = ::open(f.pairs.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw Error(Fault::usage, "cannot read {}: {}", f.pairs, std::strerror(errno));
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(fd);
        throw Error(Fault::usage, "{} is a folder; give a file of pairs, one a line: {{\"a\": TEXT, \"b\": TEXT, \"same\": true or false}}", f.pairs);
    }
    Given given = read_pairs(fd);
    ::close(fd);
    return given;
}

double cosine(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) sum += double{a[i]} * double{b[i]};
    return sum;
}

Json row_of(const ThresholdFigures& t) {
    return Json{{"threshold", t.threshold}, {"hits", t.hits}, {"wrong", t.wrong}, {"refused", t.refused}, {"error", t.error}, {"error_high", t.error_high}};
}

}  // namespace

int calibrate_threshold(const Tool& tool, const CacheFlags& f) {
    const Environment environment;
    const Settings settings = settings_of(tool, environment);
    Loop loop;
    Embedding embedding{settings.text("cache.embedder").value_or("builtin"), loop, settings, environment, embedding_options(tool, f)};
    const Given given = pairs_of(f);
    const std::vector<Vector> vectors = embedding.embed_now(texts_to_embed(embedding, given.texts));
    std::vector<JudgedPair> pairs;
    for (std::size_t i = 0; i < given.same.size(); ++i) {
        const std::string &a = given.texts[2 * i], &b = given.texts[2 * i + 1];
        pairs.push_back({cosine(vectors[2 * i], vectors[2 * i + 1]), given.same[i], !f.no_gate && questions_differ(a, b, word_likeness).has_value()});
    }
    const Calibration c = calibrate(pairs, f.max_error);
    if (!f.plot.empty()) {
        std::ofstream out{f.plot};
        out << calibration_svg(c, f.max_error);
        if (!out.flush()) throw Error(Fault::io, "cannot write {}: {}", f.plot, std::strerror(errno));
    }
    Table table{{{"threshold", "THRESHOLD", Align::right, false},
                 {"hits", "HITS", Align::right, false},
                 {"wrong", "WRONG", Align::right, false},
                 {"refused", "REFUSED", Align::right, false},
                 {"error", "ERROR", Align::right, false},
                 {"error_high", "AT MOST", Align::right, false}}};
    for (const ThresholdFigures& t : c.curve) {
        Json row = row_of(t);
        if (f.json) row["chosen"] = c.chosen && c.chosen->threshold == t.threshold;
        else row["error"] = fmt::format("{:.4f}", t.error), row["error_high"] = fmt::format("{:.4f}", t.error_high);
        table.add(std::move(row));
    }
    put(table, f.json ? Listing::json : Listing::table);
    if (!f.json && c.chosen)
        put(fmt::format("\n--semantic {:.2f}: at most {:.4f} of the hits are wrong, at 95 % confidence; {} of {} pairs that are the same hit\n", c.chosen->threshold,
                        c.chosen->error_high, c.chosen->hits - c.chosen->wrong, c.same));
    else if (!f.json)
        put(c.same == c.pairs ? fmt::format("\nno threshold can be told from {} pairs that are all the same: give pairs with \"same\": false too, of questions that are alike and yet want another answer\n", c.pairs)
                              : fmt::format("\nno threshold keeps wrong hits under {}; give more pairs ({} are given), or --verify a model\n", f.max_error, c.pairs));
    return c.chosen ? 0 : 1;
}

}  // namespace llm
