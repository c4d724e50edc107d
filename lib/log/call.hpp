/// One call to a model as the journal keeps it.
#pragma once

#include "base/error.hpp"
#include "chat/completion.hpp"
#include "chat/price.hpp"
#include "chat/request.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

/// Nothing in it may be secret: no headers, no URLs with credentials, error messages with the key struck out.
struct Call {
    std::shared_ptr<const Request> request;  ///< shared, because it may be large; never null
    std::string provider;                    ///< the endpoint's name, "openai"
    std::string server;                      ///< host name, empty where there is none
    int port = 0;                            ///< 0 where there is none

    Completion completion;                   ///< as far as there is one
    std::optional<Error> error;              ///< why there is none

    std::int64_t started = 0;                ///< microseconds since 1970
    double ms = 0;                           ///< to the last byte, all attempts
    std::optional<double> first_ms;          ///< to the first byte of the answer
    int attempts = 1;
    Rates rates;                             ///< dollars per million tokens at that time
    std::optional<double> cost;              ///< dollars

    std::string_view operation = "chat";     ///< gen_ai.operation.name: "chat" or "embeddings"
    std::string tool;                        ///< "llm-ask"
    std::string record_id;                   ///< as text, may be empty
    std::string conversation;                ///< may be empty
};

}  // namespace llm
