#include "evaluators/parameters.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace llm {
namespace {

std::optional<std::string> as_text(const Json& j) {
    if (j.is_string()) return j.get<std::string>();
    if (j.is_number() || j.is_boolean()) return dump(j);
    return std::nullopt;
}

const Json& setting(const CheckSpec& spec, std::string_view name) {
    const Json& in_config = member(spec.config, name);
    return in_config.is_null() ? member(spec.value, name) : in_config;
}

class Local final : public Evaluator {
public:
    explicit Local(std::function<Verdict(const Case&)> f) : f_(std::move(f)) {}
    Verdict check(const Case& c) const override { return f_(c); }

private:
    std::function<Verdict(const Case&)> f_;
};

}  // namespace

void bad_value(const CheckSpec& spec, std::string_view wanted) {
    throw Error(Fault::config, "{}: its value is {}; write {}", spec.full_type(),
                spec.value.is_null() ? std::string{"missing"} : shown(dump(spec.value)), wanted);
}

std::string text_parameter(const CheckSpec& spec, std::string_view wanted) {
    if (auto text = as_text(spec.value)) return *std::move(text);
    bad_value(spec, wanted);
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> out;
    std::string entry;
    bool quoted = false, was_quoted = false;
    const auto end_entry = [&] {
        const std::string_view bare = was_quoted ? std::string_view{entry} : trimmed(entry);
        if (!bare.empty() || was_quoted) out.emplace_back(bare);
        entry.clear();
        was_quoted = false;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c != '"')
                entry += c;
            else if (i + 1 < text.size() && text[i + 1] == '"')
                entry += text[++i];
            else
                quoted = false;
        } else if (c == '"' && trimmed(entry).empty() && !was_quoted) {
            quoted = was_quoted = true;
            entry.clear();
        } else if (c == ',') {
            end_entry();
        } else if (!was_quoted || (c != ' ' && c != '\t')) {
            entry += c;
        }
    }
    end_entry();
    return out;
}

std::vector<std::string> list_parameter(const CheckSpec& spec) {
    constexpr std::string_view wanted = "a list of texts, or texts with commas between them";
    std::vector<std::string> out;
    if (spec.value.is_array()) {
        for (const Json& entry : spec.value) {
            auto text = as_text(entry);
            if (!text) bad_value(spec, wanted);
            out.push_back(*std::move(text));
        }
    } else if (const auto text = as_text(spec.value)) {
        out = split_list(*text);
    }
    if (out.empty()) bad_value(spec, wanted);
    return out;
}

References::References(const CheckSpec& spec) : type_(spec.full_type()) {
    if (spec.value.is_null()) return;
    if (!spec.value.is_array()) {
        given_.push_back(text_parameter(
            spec, "the reference as a text or a list of texts, or leave it out and give the record a `reference`"));
        return;
    }
    for (const Json& entry : spec.value) {
        auto text = as_text(entry);
        if (!text) bad_value(spec, "a list of texts");
        given_.push_back(*std::move(text));
    }
    if (given_.empty()) bad_value(spec, "at least one reference");
}

std::vector<std::string> References::of(const Case& c) const {
    if (!given_.empty()) return given_;
    if (!c.reference)
        throw Error(Fault::data, "{} has nothing to compare with: give it a `value`, or the record a `reference`", type_);
    return {*c.reference};
}

double number_setting(const CheckSpec& spec, std::string_view name, double otherwise) {
    const Json& j = setting(spec, name);
    if (j.is_null()) return otherwise;
    if (!j.is_number()) throw Error(Fault::config, "{}: `{}` is {}, which is no number", spec.full_type(), name, shown(dump(j)));
    return j.get<double>();
}

std::string text_setting(const CheckSpec& spec, std::string_view name, std::string_view otherwise) {
    const Json& j = setting(spec, name);
    if (j.is_null()) return std::string{otherwise};
    if (!j.is_string()) throw Error(Fault::config, "{}: `{}` is {}, which is no text", spec.full_type(), name, shown(dump(j)));
    return j.get<std::string>();
}

Flag flag_setting(const CheckSpec& spec, std::string_view name, Flag otherwise) {
    const Json& j = setting(spec, name);
    if (j.is_null()) return otherwise;
    if (!j.is_boolean())
        throw Error(Fault::config, "{}: `{}` is {}; it is true or false", spec.full_type(), name, shown(dump(j)));
    return j.get<bool>() ? Flag::yes : Flag::no;
}

std::string NumberBounds::shown() const {
    if (min && max) return *min == *max ? fmt::format("exactly {}", *min) : fmt::format("at least {} and at most {}", *min, *max);
    if (min) return fmt::format("at least {}", *min);
    return max ? fmt::format("at most {}", *max) : std::string{"any number"};
}

NumberBounds bounds_of(const CheckSpec& spec, const Json& from) {
    NumberBounds b;
    for (auto [name, to] : {std::pair{"min", &b.min}, std::pair{"max", &b.max}}) {
        const Json& j = member(from, name);
        if (j.is_null()) continue;
        if (!j.is_number())
            throw Error(Fault::config, "{}: `{}` is {}, which is no number", spec.full_type(), name, shown(dump(j)));
        *to = j.get<double>();
    }
    if (b.min && b.max && *b.min > *b.max)
        throw Error(Fault::config, "{}: `min` {} is above `max` {}", spec.full_type(), *b.min, *b.max);
    return b;
}

Verdict decided(const CheckSpec& spec, bool holds, std::string finding) {
    Verdict v;
    v.pass = holds == (spec.sense == CheckSpec::Sense::plain);
    v.score = v.pass ? 1 : 0;
    v.reason = std::move(finding);
    return v;
}

Verdict scored(const CheckSpec& spec, double score, double otherwise, std::string_view measure) {
    const double threshold = spec.threshold.value_or(otherwise);
    const bool plain = spec.sense == CheckSpec::Sense::plain;
    const bool reached = score >= threshold - 1e-12;  // 0.1 + 0.2 reaches 0.3
    Verdict v;
    v.pass = reached == plain;
    v.value = score;
    v.score = std::clamp(plain ? score : 1 - score, 0.0, 1.0);
    v.reason = fmt::format("{} is {:.4g}, {} {:.4g}", measure, score, reached ? "at least" : "below", threshold);
    return v;
}

Json read_value_file(std::string_view url, const std::filesystem::path& folder) {
    const std::string_view name = url.substr(std::string_view{"file://"}.size());
    const std::filesystem::path path = folder.empty() ? std::filesystem::path{name} : folder / name;
    std::ifstream file{path, std::ios::binary};
    if (!file) throw Error(Fault::config, "{}: no file {} can be read", url, path.string());
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (path.extension() == ".json") {
        try {
            return Json::parse(text);
        } catch (const Json::parse_error& e) {
            throw Error(Fault::config, "{} is no JSON: {}", path.string(), e.what());
        }
    }
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

std::unique_ptr<Evaluator> local_evaluator(std::function<Verdict(const Case&)> f) {
    return std::make_unique<Local>(std::move(f));
}

std::string shown(std::string_view text, std::size_t bytes) {
    const std::string whole = sanitise_utf8(text.substr(0, bytes + 8));
    const std::string_view start = truncate_utf8(whole, bytes);
    std::string out = "'";
    for (const char c : start) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else
            out += c;
    }
    if (start.size() < whole.size() || text.size() > bytes + 8) out += "…";
    return out += '\'';
}

}  // namespace llm
