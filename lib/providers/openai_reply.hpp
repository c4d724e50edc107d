/// What /chat/completions answers, from OpenAI and the many that speak alike.
#pragma once

#include "providers/http_reply.hpp"
#include "providers/shapes.hpp"

namespace llm {

class OpenAiReply final : public HttpReply {
public:
    using HttpReply::HttpReply;

private:
    bool quick(std::string_view, const DeltaSink&) override;
    void event(Json&&, const DeltaSink&) override;
    void whole(Json&&) override;
    bool complete() override;

    void head(Json&);
    void choice(Json& choice, Json& message, const DeltaSink&);
    void content(Json&, const DeltaSink&);
    void calls(Json&);
    void keep(Json& message);

    ToolCalls calls_;
    Json extras_;                 // what wants to go back with the turn: reasoning_details, call signatures
    std::string reasoning_field_;  // reasoning_content, where that is how the server names it
    std::string finish_, refusal_;
    bool answered_ = false;
};

/// [{token, logprob, top}] from OpenAI's `content` list, appended to `to` (null at first).
void add_logprobs(Json& to, const Json& tokens);

}  // namespace llm
