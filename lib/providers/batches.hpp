/// The batch APIs there are; `batch_api` chooses among them.
#pragma once

#include "providers/batch.hpp"

namespace llm {

/// `path` is what the lines of the file ask: "/v1/chat/completions", "/v1/responses".
std::unique_ptr<BatchApi> openai_batches(const Endpoint&, std::string_view path);
std::unique_ptr<BatchApi> anthropic_batches(const Endpoint&);

/// A call without body, and the lines that speak of one left out.
HttpCall without_body(HttpCall);

}  // namespace llm
