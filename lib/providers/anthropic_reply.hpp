/// What /v1/messages answers.
#pragma once

#include "providers/http_reply.hpp"

namespace llm {

class AnthropicReply final : public HttpReply {
public:
    using HttpReply::HttpReply;

private:
    void event(Json&&, const DeltaSink&) override;
    void whole(Json&&) override;
    bool complete() override;

    void head(Json& message);
    void usage(const Json&);
    void begin(Json& event, const DeltaSink&);
    void extend(Json& event, const DeltaSink&);

    struct Block {
        Json block;         // as it will be given back
        std::string input;  // of a tool_use, as it comes
    };
    std::vector<Block> blocks_;
    std::string stop_reason_;
    std::optional<long> input_, cached_, cache_write_;
};

}  // namespace llm
