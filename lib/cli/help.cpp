#include "cli/help.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t text_column = 27;

std::string with_facts(const Option& o) {
    std::string text = o.help();
    if (!o.spec.choices.empty() && o.spec.text.find(o.spec.choices.front().name) == std::string::npos) {
        std::vector<std::string> names;
        for (const auto& c : o.spec.choices) names.push_back(c.name);
        text += fmt::format(": {}", fmt::join(names, ", "));
    }
    if (!o.spec.default_text.empty()) text += fmt::format(" [{}]", o.spec.default_text);
    return text;
}

// A long command goes on in the next line, as a shell takes it: never within quotes.
std::string continued(std::string_view command, std::size_t columns) {
    std::string out;
    while (display_width(command) > columns) {
        std::size_t best = 0;
        char quote = 0;
        for (std::size_t at = 0; at < command.size() && at + 2 <= columns; ++at) {
            const char c = command[at];
            if (c == ' ' && quote == 0) best = at;
            if (c == quote) quote = 0;
            else if (quote == 0 && (c == '\'' || c == '"')) quote = c;
        }
        if (best == 0) break;
        out += fmt::format("{} \\\n      ", command.substr(0, best));
        command.remove_prefix(best + 1);
    }
    return out.append(command);
}

class Page {
public:
    Page(Colour colour, std::size_t columns) : colour_(colour), columns_(std::min<std::size_t>(columns, 80)) {}

    void heading(std::string_view title) { out_ += fmt::format("\n{}:\n", paint(title, Style::heading, colour_)); }

    void paragraph(std::string_view text) { out_ += wrap(text, columns_, 0) + "\n"; }

    void entry(std::string_view left, std::string_view right) {
        const std::size_t width = 2 + display_width(left);
        out_ += "  " + paint(left, Style::name, colour_);
        if (width + 2 > text_column) {
            out_ += "\n" + std::string(text_column, ' ');
        } else {
            out_.append(text_column - width, ' ');
        }
        out_ += wrap(right, columns_, text_column) + "\n";
    }

    void option(const Option& o) {
        const std::string indent = o.spec.shorts.empty() && !o.is_argument() ? "    " : "";
        entry(indent + signature(o), with_facts(o));
    }

    void line(std::string_view text) { out_ += fmt::format("{}\n", text); }
    std::string take() { return std::move(out_); }

private:
    Colour colour_;
    std::size_t columns_;
    std::string out_;
};

void synopsis(Page& page, const Tool& tool, const Verb& verb, std::size_t columns) {
    bool first = true;
    for (const auto& line : synopsis_lines(tool, verb)) {
        page.line((first ? "Usage: " : "       ") + wrap(line, std::min<std::size_t>(columns, 80), 11));
        first = false;
    }
}

void options(Page& page, const Verb& verb) {
    std::vector<const Option*> shown;
    for (const auto& name : verb.tops()) {
        const Option* o = verb.find(name);
        if (!o) throw Error(Fault::internal, "top() names {}, which {} does not have", name, verb.name());
        shown.push_back(o);
    }
    if (!shown.empty()) page.heading("Most used");
    for (const Option* o : shown) page.option(*o);
    for (const auto& g : verb.groups()) {
        const auto wanted = [&shown](const Option& o) {
            return !o.spec.hidden && std::ranges::find(shown, &o) == shown.end();
        };
        if (std::ranges::none_of(g.options(), wanted)) continue;
        page.heading(g.title());
        for (const auto& o : g.options())
            if (wanted(o)) page.option(o);
    }
}

}  // namespace

std::string signature(const Option& o) {
    if (o.is_argument()) return o.spec.argument_name;
    std::string out = fmt::format("{}", fmt::join(o.names(), ", "));
    if (o.spec.value_name.empty()) return out;
    out += o.spec.implied ? " [" + o.spec.value_name + "]" : " " + o.spec.value_name;
    return o.spec.repeated ? out + "..." : out;
}

std::vector<std::string> synopsis_lines(const Tool& tool, const Verb& verb) {
    const std::string start = &verb == &tool ? tool.name() : tool.name() + " " + verb.name();
    std::vector<std::string> lines;
    for (const auto& s : verb.synopses()) lines.push_back(start + (s.empty() ? "" : " ") + s);
    if (!lines.empty()) return lines;
    std::string line = start + (verb.verbs().empty() ? " [OPTION]..." : " COMMAND [OPTION]...");
    for (const auto& a : verb.arguments()) {
        const std::string name = a.spec.argument_name + (a.spec.repeated ? "..." : "");
        line += a.spec.required ? " " + name : " [" + name + "]";
    }
    return {line};
}

std::string help_text(const Tool& tool, const Verb& verb, Colour colour, std::size_t columns) {
    Page page{colour, columns};
    synopsis(page, tool, verb, columns);
    page.paragraph(fmt::format("{}: {}.", &verb == &tool ? tool.name() : tool.name() + " " + verb.name(),
                               verb.about()));
    if (!verb.verbs().empty()) page.heading("Commands");
    for (const auto& v : verb.verbs()) page.entry(v.name(), v.about());
    if (!verb.arguments().empty()) page.heading("Arguments");
    for (const auto& a : verb.arguments()) page.option(a);
    options(page, verb);
    if (&verb != &tool) options(page, tool);

    std::vector<std::string> codes;
    for (const auto& e : tool.exits()) codes.push_back(e.code + " " + e.meaning.substr(0, e.meaning.find_first_of(";:")));
    page.heading("Exit codes");
    page.paragraph(fmt::format("{}. More in {}.", fmt::join(codes, "; "), tool.name() + "(1)"));

    const auto& examples = verb.examples().empty() ? tool.examples() : verb.examples();
    if (!examples.empty()) page.heading(examples.size() > 1 ? "Examples" : "Example");
    for (const auto& e : examples) {
        page.line("  # " + e.about);
        page.line("  " + continued(e.command, std::min<std::size_t>(columns, 80) - 6));
    }
    return page.take();
}

}  // namespace llm
