#include "cli/parse.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <unordered_map>

namespace llm {
namespace {

using Owners = std::unordered_map<const CLI::Option*, Option*>;

std::string cli_names(const Option& o) {
    std::string all;
    for (const auto& n : o.spec.shorts) all += "," + n;
    for (const auto& n : o.spec.longs) all += "," + n;
    for (const auto& n : o.spec.opposites) all += ",!" + n;
    return all.substr(1);
}

void declare(CLI::App& app, Verb& verb, Owners& owners) {
    app.set_help_flag();
    app.allow_extras();
    for (auto& group : verb.groups()) {
        for (auto& o : group.options()) {
            const bool flag = o.spec.kind == ValueKind::flag;
            // No callback and no types: CLI11 splits the words, Value<T> reads them.
            CLI::Option* declared =
                flag ? app.add_flag(cli_names(o))
                     : app.add_option(cli_names(o), [](const CLI::results_t&) { return true; });
            if (!flag) declared->type_size(o.spec.kind == ValueKind::pair ? 2 : 1);
            declared->type_name(o.spec.value_name);
            declared->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
            declared->allow_extra_args(false);
            owners.emplace(declared, &o);
        }
    }
}

const Option* find(const std::vector<Verb*>& verbs, std::string_view word) {
    for (const Verb* v : verbs)
        if (const Option* o = v->find(word)) return o;
    return nullptr;
}

struct Split {
    std::vector<std::string> words;  // for CLI11
    std::vector<std::string> rest;   // behind "--"
};

// Two things CLI11 sees otherwise: `--near` without a value would take the next word whatever it is, so
// it becomes `--near IMPLIED`; and behind "--" it still looks for subcommands.
Split prepare(const std::vector<Verb*>& verbs, const std::vector<std::string>& words) {
    Split out;
    const Verb* chosen = nullptr;  // what an option is there counts, before what another verb has under its name
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--") {
            out.rest.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
            break;
        }
        out.words.push_back(words[i]);
        if (!words[i].starts_with("-")) {
            const auto named = std::ranges::find_if(verbs, [&](const Verb* v) { return chosen == nullptr && v->name() == words[i]; });
            if (named != verbs.end()) chosen = *named;
            continue;
        }
        const Option* o = chosen != nullptr ? chosen->find(words[i]) : nullptr;
        if (o == nullptr) o = find(verbs, words[i]);
        if (!o || o->spec.kind == ValueKind::flag) continue;
        if (o->spec.implied && !(i + 1 < words.size() && o->accepts(words[i + 1]))) {
            out.words.push_back(*o->spec.implied);
            continue;
        }
        for (std::size_t n = o->spec.kind == ValueKind::pair ? 2 : 1; n > 0 && i + 1 < words.size(); --n)
            out.words.push_back(words[++i]);
    }
    return out;
}

/// `llm-X --quiet verb` is `llm-X verb --quiet`, where only the verb knows the option.
std::vector<std::string> verb_first(Verb& root, const std::vector<Verb*>& verbs, const std::vector<std::string>& words) {
    std::vector<std::string> known, moved;
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        if (!words[i].starts_with("-")) {
            const auto named = std::ranges::find_if(root.verbs(), [&](const Verb& v) { return v.name() == words[i]; });
            if (named == root.verbs().end() || moved.empty()) return words;
            known.push_back(words[i]);
            known.insert(known.end(), moved.begin(), moved.end());
            known.insert(known.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
            return known;
        }
        auto& to = root.find(words[i].substr(0, words[i].find('='))) != nullptr ? known : moved;
        const Option* o = find(verbs, words[i]);
        to.push_back(words[i]);
        if (o == nullptr || o->spec.kind == ValueKind::flag || (o->spec.implied && !(i + 1 < words.size() && o->accepts(words[i + 1])))) continue;
        for (std::size_t n = o->spec.kind == ValueKind::pair ? 2 : 1; n > 0 && i + 1 < words.size(); --n) to.push_back(words[++i]);
    }
    return words;
}

bool looks_like_option(std::string_view word) {
    return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
}

void sort_extras(const std::vector<std::string>& extras, Parsed& to) {
    for (const auto& word : extras) (looks_like_option(word) ? to.unknown : to.arguments).push_back(word);
}

void collect(const CLI::App& app, const Owners& owners, Parsed& to) {
    for (const CLI::Option* given : app.get_options()) {
        if (given->results().empty()) continue;
        Option* o = owners.at(given);
        const std::size_t width = o->spec.kind == ValueKind::pair ? 2 : 1;
        Parsed::Occurrence occurrence{o, {}};
        const auto& words = given->results();
        for (std::size_t i = 0; i + width <= words.size(); i += width)
            occurrence.words.emplace_back(words.begin() + static_cast<std::ptrdiff_t>(i),
                                          words.begin() + static_cast<std::ptrdiff_t>(i + width));
        to.options.push_back(std::move(occurrence));
    }
}

// CLI11 says "--model: 1 required NAME missing".
Error missing_value(const Verb& root, std::string_view complaint) {
    const std::string option{complaint.substr(0, complaint.find(':'))};
    const Option* o = root.find(option);
    for (const auto& v : root.verbs())
        if (!o) o = v.find(option);
    return Error(Fault::usage, "{} needs {}", option, o ? o->spec.value_name : "a value");
}

std::vector<std::string> known_names(const std::vector<Verb*>& path) {
    std::vector<std::string> all{"--help"};  // where two are as near, it is meant
    for (const Verb* v : path)
        for (const auto& g : v->groups())
            for (const auto& o : g.options())
                if (!o.spec.hidden)
                    for (const auto& n : o.names())
                        if (n.starts_with("--")) all.push_back(n);
    return all;
}

Error unknown_option(const Parsed& p) {
    const std::string word = p.unknown.front().substr(0, p.unknown.front().find('='));
    const std::string near = word.starts_with("--") ? nearest(word, known_names(p.path)) : std::string{};
    return Error(Fault::usage, "unknown option '{}'{}", word, near.empty() ? "" : "; did you mean '" + near + "'?");
}

void check_exclusives(const Verb& verb) {
    for (const auto& set : verb.exclusives()) {
        std::string_view first;
        for (const auto& name : set) {
            const Option* o = verb.find(name);
            if (!o || !o->given()) continue;
            if (!first.empty()) throw Error(Fault::usage, "{} and {} exclude each other", first, name);
            first = name;
        }
    }
}

void take(Option& o, const std::vector<std::string>& words, Fault fault, std::string_view where) {
    try {
        o.take(words);
    } catch (const Error& e) {
        throw Error(fault, "{}: {}", where, e.what());
    }
}

void fill_from_environment(Verb& verb) {
    for (auto& g : verb.groups()) {
        for (auto& o : g.options()) {
            if (o.given() || o.spec.env.empty() || o.spec.env_how != Env::fills) continue;
            const char* value = std::getenv(o.spec.env.c_str());
            if (value && *value) take(o, {value}, Fault::config, "variable " + o.spec.env);
        }
    }
}

Error wrong_verb(const Verb& root, const std::vector<std::string>& arguments) {
    std::vector<std::string> names;
    for (const auto& v : root.verbs()) names.push_back(v.name());
    if (arguments.empty()) return Error(Fault::usage, "a command is needed: {}", fmt::join(names, ", "));
    const std::string near = nearest(arguments.front(), names);
    return Error(Fault::usage, "no command '{}'; {}", arguments.front(),
                 near.empty() ? fmt::format("choose {}", fmt::join(names, ", ")) : "did you mean '" + near + "'?");
}

void store_arguments(Verb& verb, const std::vector<std::string>& words) {
    std::size_t next = 0;
    for (auto& a : verb.arguments()) {
        if (next == words.size() && a.spec.required) throw Error(Fault::usage, "{} is missing", a.spec.argument_name);
        do {
            if (next == words.size()) break;
            ++a.spec.count;
            take(a, {words[next++]}, Fault::usage, a.spec.argument_name);
        } while (a.spec.repeated);
    }
    if (next == words.size()) return;
    if (verb.arguments().empty())
        throw Error(Fault::usage, "'{}': no argument is taken here", words[next]);
    throw Error(Fault::usage, "one argument too many: '{}' (quote an argument that has blanks)", words[next]);
}

}  // namespace

Parsed parse(Verb& root, const std::vector<std::string>& words) {
    CLI::App app;
    Owners owners;
    declare(app, root, owners);
    std::vector<Verb*> all{&root};
    std::vector<CLI::App*> apps{&app};
    for (auto& v : root.verbs()) {
        CLI::App* sub = app.add_subcommand(v.name());
        declare(*sub, v, owners);
        sub->fallthrough();
        all.push_back(&v);
        apps.push_back(sub);
    }
    if (!root.verbs().empty()) app.require_subcommand(0, 1);

    Split split = prepare(all, verb_first(root, all, words));
    std::ranges::reverse(split.words);
    try {
        app.parse(std::move(split.words));
    } catch (const CLI::ArgumentMismatch& e) {
        throw missing_value(root, e.what());
    } catch (const CLI::ParseError& e) {
        throw Error(Fault::usage, "{}", e.what());
    }

    Parsed out;
    out.verb = &root;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0 && !apps[i]->parsed()) continue;
        out.verb = all[i];
        out.path.push_back(all[i]);
        collect(*apps[i], owners, out);
        sort_extras(apps[i]->remaining(), out);
    }
    // An option the verb states too is the verb's, wherever it stands on the line.
    if (out.verb != &root)
        for (auto& given : out.options)
            if (Option* own = out.verb->find(given.option->long_name())) given.option = own;
    out.arguments.insert(out.arguments.end(), split.rest.begin(), split.rest.end());
    return out;
}

void store(const Parsed& p) {
    if (!p.unknown.empty()) throw unknown_option(p);
    for (const auto& given : p.options) {
        Option& o = *given.option;
        o.spec.count = static_cast<int>(given.words.size());
        // Given twice, an option that holds one value takes the last, as an alias may bear the first.
        for (std::size_t i = o.spec.repeated ? 0 : given.words.size() - 1; i < given.words.size(); ++i)
            take(o, given.words[i], Fault::usage, o.long_name());
        o.spec.last = given.words.back().front();
    }
    for (Verb* v : p.path) {
        check_exclusives(*v);
        fill_from_environment(*v);
    }
    const bool verb_missing = p.verb == p.path.front() && !p.verb->verbs().empty() && p.verb->arguments().empty();
    if (verb_missing && (!p.verb->body() || !p.arguments.empty())) throw wrong_verb(*p.verb, p.arguments);
    store_arguments(*p.verb, p.arguments);
}

}  // namespace llm
