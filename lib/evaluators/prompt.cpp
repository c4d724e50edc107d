#include "evaluators/prompt.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace llm {
namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t at = text.find_first_not_of(' '); at != std::string_view::npos; at = text.find_first_not_of(' ', at)) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        out.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return out;
}

std::optional<double> number_of(const std::string& text) {
    char* end = nullptr;
    const double n = std::strtod(text.c_str(), &end);
    return text.empty() || *end != '\0' ? std::nullopt : std::optional(n);
}

class Reader {
public:
    Reader(std::string_view name, std::string where) {
        p_.name = name;
        p_.where = std::move(where);
    }

    JudgePrompt read(std::string_view text) {
        if (!text.starts_with("---\n")) refuse("it does not begin with a line ---");
        text.remove_prefix(4);
        const std::size_t end = text.find("\n---\n");
        if (end == std::string_view::npos) refuse("no line --- ends its head");
        std::string_view head = text.substr(0, end + 1);
        p_.text = text.substr(end + 5);
        while (!head.empty()) {
            const std::size_t stop = head.find('\n');
            line(head.substr(0, stop));
            head.remove_prefix(stop + 1);
        }
        finish();
        return std::move(p_);
    }

private:
    template <typename... A>
    [[noreturn]] void refuse(fmt::format_string<A...> text, A&&... a) const {
        throw Error(Fault::config, "the prompt {}: {}", p_.where, fmt::format(text, std::forward<A>(a)...));
    }

    void line(std::string_view text) {
        if (text.empty()) return;
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) refuse("'{}' is no 'name: value'", text);
        const std::string_view name = text.substr(0, colon);
        const std::size_t from = text.find_first_not_of(' ', colon + 1);
        const std::string value{from == std::string_view::npos ? std::string_view{} : text.substr(from)};
        if (name == "about")
            p_.about = value;
        else if (name == "scale")
            scale_ = value;
        else if (name == "choices")
            choices(value);
        else if (name == "pass")
            pass_ = value;
        else if (name == "better")
            p_.scale.better = one_of<Scale::Better>(name, value, {{"high", Scale::Better::high}, {"low", Scale::Better::low}});
        else if (name == "unit")
            p_.unit = one_of<bool>(name, value, {{"yes", true}, {"no", false}});
        else if (name == "needs")
            p_.needs = members(value);
        else if (name == "may")
            p_.may = members(value);
        else if (name == "criteria")
            p_.criteria = one_of<JudgePrompt::Criteria>(
                name, value, {{"required", JudgePrompt::Criteria::required}, {"optional", JudgePrompt::Criteria::optional}});
        else
            refuse("no '{}' in a prompt's head; there are about, scale, choices, pass, better, unit, needs, may, criteria", name);
    }

    template <typename T>
    T one_of(std::string_view name, const std::string& value,
             std::initializer_list<std::pair<std::string_view, T>> choices) const {
        for (const auto& [word, meaning] : choices)
            if (word == value) return meaning;
        refuse("{} is '{}'; it is {} or {}", name, value, choices.begin()->first, (choices.end() - 1)->first);
    }

    std::vector<std::string> members(const std::string& value) const {
        constexpr std::array<std::string_view, 10> known{"query",  "answer", "reference",  "context", "messages",
                                                         "system", "tools",  "tool_calls", "first",   "second"};
        std::vector<std::string> out = words_of(value);
        for (const std::string& w : out)
            if (std::ranges::find(known, w) == known.end()) refuse("a case has no '{}'; it has {}", w, fmt::join(known, ", "));
        return out;
    }

    void choices(const std::string& value) {
        for (const std::string& w : words_of(value)) {
            const std::size_t equals = w.find('=');
            const auto score = equals == std::string::npos ? std::nullopt : number_of(w.substr(equals + 1));
            if (!score || *score < 0 || *score > 1 || equals == 0) refuse("'{}' is no choice with its score, as A=0.5", w);
            p_.scale.choices.emplace_back(w.substr(0, equals), *score);
        }
    }

    void finish() {
        Scale& s = p_.scale;
        if (scale_ == "yes-no")
            s.kind = Scale::Kind::yes_no;
        else if (scale_ == "choice")
            s.kind = Scale::Kind::choice;
        else if (scale_ == "share")
            s.kind = Scale::Kind::share;
        else if (scale_ == "rubric")
            s.kind = Scale::Kind::rubric;
        else
            steps();
        if ((s.kind == Scale::Kind::choice) != (s.choices.size() >= 2))
            refuse("a scale `choice` has at least two `choices`, and no other scale has any");
        if (s.kind == Scale::Kind::yes_no) {
            p_.pass = one_of<double>("pass", pass_, {{"yes", 1.0}, {"no", 0.0}});
            return;
        }
        const auto n = number_of(pass_);
        if (!n) refuse("pass is '{}', which is no number", pass_);
        p_.pass = *n;
    }

    void steps() {
        const std::size_t dash = scale_.find('-');
        const auto low = number_of(scale_.substr(0, dash)),
                   high = dash == std::string::npos ? std::nullopt : number_of(scale_.substr(dash + 1));
        if (!low || !high || *low >= *high || *high > 1000)
            refuse("scale is '{}'; it is 1-5 (whole numbers), yes-no, choice, share or rubric", scale_);
        p_.scale.kind = Scale::Kind::steps;
        p_.scale.min = static_cast<int>(*low);
        p_.scale.max = static_cast<int>(*high);
    }

    JudgePrompt p_;
    std::string scale_, pass_;
};

}  // namespace

double Scale::unit(double value) const {
    if (kind != Kind::steps) return std::clamp(value, 0.0, 1.0);
    const double u = std::clamp((value - min) / (max - min), 0.0, 1.0);
    return better == Better::high ? u : 1 - u;
}

std::string Scale::shown() const {
    if (kind == Kind::steps) return fmt::format("{} to {}", min, max);
    if (kind == Kind::yes_no) return "yes or no";
    return "0 to 1";
}

JudgePrompt parse_prompt(std::string_view name, std::string_view text, std::string where) {
    return Reader(name, std::move(where)).read(text);
}

JudgePrompt judge_prompt(std::string_view name, const std::filesystem::path& folder) {
    if (!folder.empty()) {
        const std::filesystem::path own = folder / (std::string{name} + ".md");
        if (std::ifstream file{own, std::ios::binary}; file)
            return parse_prompt(name, std::string{std::istreambuf_iterator<char>{file}, {}}, own.string());
        if (!std::filesystem::is_directory(folder))
            throw Error(Fault::config, "no folder {} to take prompts from", folder.string());
    }
    std::vector<std::string_view> names;
    for (const BuiltInPrompt& p : built_in_prompts()) {
        if (p.name == name) return parse_prompt(name, p.text, fmt::format("{} (built in)", name));
        names.push_back(p.name);
    }
    const std::string near = nearest(name, names);
    throw Error(Fault::config, "no prompt '{}'{}", name, near.empty() ? "" : "; did you mean '" + near + "'?");
}

}  // namespace llm
