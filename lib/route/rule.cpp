#include "route/rule.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "route/share.hpp"

#include <algorithm>

namespace llm {
namespace {

/// Compiles a piece of the rule, and says where it stands if it cannot.
template <typename T>
void compile(std::optional<T>& to, const std::string& source, const Rule& rule, const Policy& policy, std::string_view member) {
    if (source.empty()) return;
    try {
        to.emplace(source);
    } catch (const Error& e) {
        throw Error(Fault::config, "{}:{}: {} of {}: {}", policy.file, rule.line, member, rule.name, e.what());
    }
}

std::string summary_of(const Rule& r) {
    std::string out;
    const auto add = [&out](bool there, std::string_view what) {
        if (there) out += (out.empty() ? "" : ", ") + std::string{what};
    };
    add(!r.when.empty(), "when");
    add(!r.regex.empty() || !r.not_regex.empty(), "regex");
    add(!r.languages.empty(), "language");
    add(r.min_tokens || r.max_tokens, "length");
    add(r.attachments || !r.attachment_types.empty(), "attachments");
    add(!r.risks.empty(), "risk");
    add(r.tools.has_value(), "tools");
    add(r.schema.has_value(), "schema");
    add(r.budget_below.has_value(), "budget");
    add(r.share.has_value() || !r.split.empty(), "share");
    return out;
}

/// Notes why, where anybody wants to know, and gives `no`.
template <typename... A>
bool failed(std::string* why, fmt::format_string<A...> text, A&&... arguments) {
    if (why) *why = fmt::format(text, std::forward<A>(arguments)...);
    return true;
}

}  // namespace

Conditions::Conditions(const Rule& rule, const Policy& policy) : rule_(&rule), summary_(summary_of(rule)) {
    compile(when_, rule.when, rule, policy, "when");
    compile(regex_, rule.regex, rule, policy, "regex");
    compile(not_regex_, rule.not_regex, rule, policy, "not_regex");
    if (rule.share || !rule.split.empty()) compile(key_, rule.key.empty() ? policy.key : rule.key, rule, policy, "key");
}

bool Conditions::hold(Subject& subject, const BudgetLeft& budget, std::string* why) {
    if (why) why->clear();
    if (fails(subject, budget, why)) return false;
    if (why) *why = summary_.empty() ? "it has no condition" : summary_ + (summary_.find(',') == std::string::npos ? " holds" : " hold");
    return true;
}

bool Conditions::risk_fails(const Record& record, std::string* why) const {
    const Json risk = record.get("risk");
    const auto wanted = [this](const Json& tag) { return tag.is_string() && std::ranges::find(rule_->risks, tag.get_ref<const std::string&>()) != rule_->risks.end(); };
    if (wanted(risk) || (risk.is_array() && std::any_of(risk.begin(), risk.end(), wanted))) return false;
    return failed(why, "risk is {}, not {}", risk.is_null() ? "absent" : dump(risk), fmt::join(rule_->risks, " or "));
}

bool Conditions::attachments_fail(Subject& subject, std::string* why) const {
    const auto& types = subject.attachments();
    if (rule_->attachments && *rule_->attachments == types.empty()) return failed(why, "{} is attached", types.empty() ? "nothing" : "something");
    if (rule_->attachment_types.empty()) return false;
    for (const std::string& type : types)
        for (const std::string& wanted : rule_->attachment_types)
            if (type == wanted || type.starts_with(wanted + '/')) return false;
    return failed(why, "no {} is attached", fmt::join(rule_->attachment_types, " or "));
}

/// The cheapest looks come first.
bool Conditions::fails(Subject& s, const BudgetLeft& budget, std::string* why) {
    const Rule& r = *rule_;
    if (r.tools && *r.tools != s.record().has("tools")) return failed(why, "it has {}tools", *r.tools ? "no " : "");
    if (r.schema && *r.schema != s.record().has("schema")) return failed(why, "it has {} schema", *r.schema ? "no" : "a");
    if (!r.risks.empty() && risk_fails(s.record(), why)) return true;
    if ((r.attachments || !r.attachment_types.empty()) && attachments_fail(s, why)) return true;
    if (r.share) {
        const std::string held = key(s);
        const double point = sticky_point(r.name, held);
        if (point >= *r.share) return failed(why, "key '{}' falls on {:.3f}, share is {}", truncate_utf8(held, 40), point, *r.share);
    }
    if (r.min_tokens && s.tokens() < *r.min_tokens) return failed(why, "{} tokens, {} at least are wanted", s.tokens(), *r.min_tokens);
    if (r.max_tokens && s.tokens() > *r.max_tokens) return failed(why, "{} tokens, {} at most are wanted", s.tokens(), *r.max_tokens);
    if (regex_ && !regex_->found_in(s.text())) return failed(why, "regex '{}' is nowhere in it", r.regex);
    if (not_regex_)
        if (const auto found = not_regex_->first_in(s.text())) return failed(why, "not_regex '{}' is in it: '{}'", r.not_regex, truncate_utf8(*found, 40));
    if (!r.languages.empty()) {
        const Language language = s.language();
        if (std::ranges::find(r.languages, language.code) == r.languages.end())
            return failed(why, "language is {}, not {}", language.code.empty() ? "not clear" : language.code, fmt::join(r.languages, " or "));
    }
    if (r.budget_below) {
        const auto left = budget();
        if (!left) return failed(why, "there is no budget.day");
        if (*left >= *r.budget_below) return failed(why, "{:.0f} % of the day's budget are left", *left * 100);
    }
    if (when_ && !when_->holds(s.record())) return failed(why, "when {} is not true", r.when);
    return false;
}

std::string Conditions::key(Subject& subject) {
    if (key_)
        if (auto value = key_->text(subject.record())) return *value;
    if (const auto id = subject.record().id()) return std::string{*id};
    return std::string{subject.text()};
}

const std::string& Conditions::route(Subject& subject) {
    if (rule_->split.empty()) return rule_->route;
    return rule_->split[place_of(sticky_point(rule_->name, key(subject)), rule_->split)].first;
}

}  // namespace llm
