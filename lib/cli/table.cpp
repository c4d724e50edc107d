#include "cli/table.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <numeric>

namespace llm {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 6;

// Control characters in a cell would break the table or drive the terminal.
std::string printable(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    return sanitise_utf8(text);
}

std::string cell(const Json& value) {
    if (value.is_null()) return {};
    return printable(value.is_string() ? value.get<std::string>() : dump(value));
}

std::string padded(const std::string& text, std::size_t width, Align align) {
    const std::size_t used = display_width(text);
    const std::string blanks(width > used ? width - used : 0, ' ');
    return align == Align::right ? blanks + text : text + blanks;
}

void shrink(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t limit) {
    std::size_t total = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
    while (total > limit) {
        std::size_t widest = widths.size();
        for (std::size_t i = 0; i < widths.size(); ++i)
            if (columns[i].shrinks && widths[i] > narrowest && (widest == widths.size() || widths[i] > widths[widest]))
                widest = i;
        if (widest == widths.size()) return;
        --widths[widest];
        --total;
    }
}

}  // namespace

std::string Table::text(std::size_t columns, Colour colour) const {
    std::vector<std::size_t> widths;
    for (const auto& c : columns_) widths.push_back(display_width(c.title));
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows_) {
        auto& line = cells.emplace_back();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            line.push_back(cell(member(row, columns_[i].key)));
            widths[i] = std::max(widths[i], display_width(line.back()));
        }
    }
    if (columns > 0 && !widths.empty()) shrink(widths, columns_, columns);

    std::string out;
    const auto add_line = [&](const auto& text_of_column, Colour with) {
        std::string line;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) line.append(gap, ' ');
            line += padded(fit(text_of_column(i), widths[i]), widths[i], columns_[i].align);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += paint(line, Style::heading, with);
        out += '\n';
    };
    add_line([&](std::size_t i) -> const std::string& { return columns_[i].title; }, colour);
    for (const auto& line : cells) add_line([&](std::size_t i) -> const std::string& { return line[i]; }, Colour::no);
    return out;
}

std::string Table::json_lines() const {
    std::string out;
    for (const auto& row : rows_) {
        out += dump(row);
        out += '\n';
    }
    return out;
}

void put(const Table& table, Listing as) {
    if (as == Listing::json) {
        put(table.json_lines());
    } else {
        put(table.text(is_terminal(1) ? terminal_width(1) : 0, colour_of(1)));
    }
}

}  // namespace llm
