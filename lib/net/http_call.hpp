/// One HTTP POST, as a value: what is sent, and the headers that come back.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llm {

/// "Name: value", which calls to one provider share until one of them changes its own.
class HeaderLines {
public:
    HeaderLines() = default;
    HeaderLines(std::initializer_list<std::string> lines) : HeaderLines(std::vector<std::string>(lines)) {}
    HeaderLines(std::vector<std::string> lines) : lines_(lines.empty() ? nullptr : std::make_shared<std::vector<std::string>>(std::move(lines))) {}

    const std::vector<std::string>& lines() const {
        static const std::vector<std::string> none;
        return lines_ ? *lines_ : none;
    }
    auto begin() const { return lines().begin(); }
    auto end() const { return lines().end(); }
    bool empty() const { return lines().empty(); }
    /// One's own, to be changed.
    std::vector<std::string>& edit() {
        lines_ = std::make_shared<std::vector<std::string>>(lines());
        return *lines_;
    }
    bool operator==(const HeaderLines& other) const { return lines_ == other.lines_ || lines() == other.lines(); }

private:
    std::shared_ptr<std::vector<std::string>> lines_;
};

/// Header lines hold the key; they are never printed.
struct HttpCall {
    std::string url;
    HeaderLines headers;
    std::string body;
    enum class Proxy { of_environment, none } proxy = Proxy::of_environment;
};

/// Names in lower case. Of an answer of 2xx without those that say nothing of limits (server, date, content-type and their like).
using Headers = std::map<std::string, std::string, std::less<>>;

}  // namespace llm
