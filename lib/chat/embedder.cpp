#include "chat/embedder.hpp"

#include "chat/failure.hpp"

namespace llm {

Vector Embedder::embed(std::string_view) const { throw Error(Fault::internal, "this embedder asks a server"); }

HttpCall Embedder::request(std::span<const std::string>) const { throw Error(Fault::internal, "this embedder sends no request"); }

Embedded Embedder::answer(std::string_view, std::size_t) const { throw Error(Fault::internal, "this embedder reads no answer"); }

Error Embedder::failure(int status, const Headers& headers, std::string_view body) const {
    return llm::failure(status, headers, failure_message(body));
}

}  // namespace llm
