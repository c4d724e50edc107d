#include "base/error.hpp"
#include "eval/case_reader.hpp"
#include "eval/csv.hpp"
#include "eval/file.hpp"
#include "eval/suite.hpp"
#include "eval/yaml.hpp"

#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <unistd.h>

#include "record/reader.hpp"

namespace llm {
namespace {

/// Where cases come from: one after the other, at the end nothing.
class Source {
public:
    virtual ~Source() = default;
    virtual std::optional<SuiteCase> next() = 0;
};

class Rows final : public Source {
public:
    Rows(const std::filesystem::path& path) : path_(path.string()), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)), reader_(fd_), cases_(path.parent_path(), path_) {
        if (fd_ < 0) throw Error(Fault::config, "cannot read the cases {}: {}", path_, std::strerror(errno));
    }
    ~Rows() override {
        if (fd_ >= 0) ::close(fd_);
    }
    std::optional<SuiteCase> next() override {
        std::string_view line;
        for (;;) {
            switch (reader_.next(line)) {
                case LineReader::Got::need_more: reader_.fill(); break;
                case LineReader::Got::end: return {};
                case LineReader::Got::too_long: throw Error(Fault::data, "{}:{}: the line is too long", path_, reader_.number());
                case LineReader::Got::line:
                    if (line.find_first_not_of(" \t\r") != std::string_view::npos) return read(line);
            }
        }
    }

private:
    SuiteCase read(std::string_view line) {
        const Json value = read_json(line);
        if (!value.is_object()) throw Error(Fault::data, "{}:{}: this is no JSON object", path_, reader_.number());
        try {
            return cases_.read(value);
        } catch (const Error& e) {
            throw Error(e.fault, "line {}: {}", reader_.number(), e.what());
        }
    }

    std::string path_;
    int fd_;
    LineReader reader_;
    CaseReader cases_;
};

class Sheet final : public Source {
public:
    Sheet(const std::filesystem::path& path) : reader_(path.string()), cases_(path.parent_path(), path.string()), path_(path.string()) {
        auto first = reader_.next();
        if (!first) throw Error(Fault::config, "{} is empty; its first line names the columns", path_);
        headings_ = std::move(*first);
    }
    std::optional<SuiteCase> next() override {
        const auto cells = reader_.next();
        if (!cells) return {};
        if (cells->size() > headings_.size()) throw Error(Fault::data, "{}:{}: the row has {} cells, and there are {} columns", path_, reader_.line(), cells->size(), headings_.size());
        return cases_.row(headings_, *cells);
    }

private:
    CsvReader reader_;
    CaseReader cases_;
    std::string path_;
    std::vector<std::string> headings_;
};

class Values final : public Source {
public:
    Values(const std::filesystem::path& path, Json value) : cases_(path.parent_path(), path.string()), value_(value.is_array() ? std::move(value) : Json::array({std::move(value)})) {}
    std::optional<SuiteCase> next() override {
        if (at_ >= value_.size()) return {};
        return cases_.read(value_[at_++]);
    }

private:
    CaseReader cases_;
    Json value_;
    std::size_t at_ = 0;
};

std::unique_ptr<Source> open(const std::filesystem::path& path) {
    const std::string ending = path.extension().string();
    if (ending == ".jsonl" || ending == ".ndjson") return std::make_unique<Rows>(path);
    if (ending == ".csv" || ending == ".tsv") return std::make_unique<Sheet>(path);
    if (ending == ".json") {
        Json value = read_json(read_file(path.string(), "the cases"));
        if (value.is_discarded()) throw Error(Fault::config, "{} is no JSON", path.string());
        return std::make_unique<Values>(path, std::move(value));
    }
    if (ending == ".yaml" || ending == ".yml") return std::make_unique<Values>(path, yaml_value(read_file(path.string(), "the cases"), path.string()));
    throw Error(Fault::config, "{}: cases are in a file that ends in .jsonl, .csv, .yaml or .json; what a program makes, let it write there", path.string());
}

}  // namespace

struct SuiteCases::State {
    const Suite& suite;
    CaseReader inline_cases;
    std::size_t at = 0;
    std::deque<std::filesystem::path> files;
    std::unique_ptr<Source> source;
    std::deque<SuiteCase> ready;
};

SuiteCases::SuiteCases(const Suite& suite) : state_(new State{suite, CaseReader{suite.folder, suite.file.string()}, 0, {}, nullptr, {}}) {}
SuiteCases::~SuiteCases() = default;

std::optional<SuiteCase> SuiteCases::next() {
    State& s = *state_;
    const auto give = [&s](SuiteCase c) {
        CaseReader::lay_under(c, s.suite.defaults);
        for (SuiteCase& one : CaseReader::spread(std::move(c))) s.ready.push_back(std::move(one));
    };
    while (s.ready.empty()) {
        if (s.source) {
            if (auto c = s.source->next()) give(std::move(*c));
            else s.source.reset();
        } else if (!s.files.empty()) {
            const std::filesystem::path file = s.files.front();
            s.files.pop_front();
            s.source = open(file);
        } else if (s.at < s.suite.cases.size()) {
            const Json& one = s.suite.cases[s.at++];
            if (one.is_string()) {
                std::string name = one.get<std::string>();
                if (name.starts_with("file://")) name.erase(0, 7);
                for (auto& file : files_named(s.suite.folder, name)) s.files.push_back(std::move(file));
            } else {
                give(s.inline_cases.read(one));
            }
        } else {
            return {};
        }
    }
    SuiteCase c = std::move(s.ready.front());
    s.ready.pop_front();
    return c;
}

std::size_t count_cases(const Suite& suite) {
    SuiteCases cases{suite};
    std::size_t n = 0;
    for (;;) {
        try {
            if (!cases.next()) return n;
        } catch (const Error& e) {
            if (e.fault != Fault::data) throw;
        }
        ++n;
    }
}

}  // namespace llm
