#include "chat/provider.hpp"

#include "chat/failure.hpp"

namespace llm {

HttpCall Provider::request(const Request&) const { throw Error(Fault::internal, "this provider sends no request"); }

std::unique_ptr<Reply> Provider::reply(const Request&) const {
    throw Error(Fault::internal, "this provider takes in no reply");
}

Error Provider::failure(int status, const Headers& headers, std::string_view body) const {
    return llm::failure(status, headers, failure_message(body));
}

std::vector<std::string> Provider::command() const { throw Error(Fault::internal, "this provider starts no program"); }

Completion Provider::answer(const Request&, const DeltaSink&) const {
    throw Error(Fault::internal, "this provider does not answer by itself");
}

}  // namespace llm
