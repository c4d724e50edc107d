#include "eval/csv.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace llm {

CsvReader::CsvReader(const std::string& path) : path_(path), in_(path, std::ios::binary) {
    if (!in_) throw Error(Fault::config, "cannot read {}: {}", path, std::strerror(errno));
    std::string first;
    std::getline(in_, first);
    in_.clear();
    in_.seekg(first.starts_with("\xef\xbb\xbf") ? 3 : 0);
    if (path.ends_with(".tsv")) separator_ = '\t';
    else if (first.find(',') == std::string::npos && first.find(';') != std::string::npos) separator_ = ';';
}

std::optional<std::vector<std::string>> CsvReader::next() {
    std::streambuf& in = *in_.rdbuf();
    constexpr int end = std::char_traits<char>::eof();
    for (;;) {
        std::vector<std::string> row;
        std::string cell;
        bool quoted = false, any = false;
        row_line_ = line_;
        for (;;) {
            const int c = in.sbumpc();
            if (c == end) {
                if (quoted) throw Error(Fault::data, "{}:{}: a quote is never closed", path_, row_line_);
                if (!any && row.empty()) return {};
                break;
            }
            const char ch = static_cast<char>(c);
            if (ch == '\n') ++line_;
            if (quoted) {
                if (ch != '"') cell += ch;
                else if (in.sgetc() == '"') cell += static_cast<char>(in.sbumpc());
                else quoted = false;
            } else if (ch == '"' && cell.empty()) {
                quoted = any = true;
            } else if (ch == separator_) {
                row.push_back(std::move(cell));
                cell.clear();
                any = true;
            } else if (ch == '\n') {
                break;
            } else if (ch != '\r' || in.sgetc() != '\n') {
                cell += ch;
                any = true;
            }
        }
        if (!any && row.empty()) continue;
        row.push_back(std::move(cell));
        return row;
    }
}

}  // namespace llm
