/// One HTTP POST, as a value: what is sent, and the headers that come back.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace llm {

/// Header lines hold the key; they are never printed.
struct HttpCall {
    std::string url;
    std::vector<std::string> headers;  ///< "Name: value"
    std::string body;
    enum class Proxy { of_environment, none } proxy = Proxy::of_environment;
};

/// Names in lower case. Of an answer of 2xx without those that say nothing of limits (server, date, content-type and their like).
using Headers = std::map<std::string, std::string, std::less<>>;

}  // namespace llm
