/// What generateContent answers.
#pragma once

#include "providers/http_reply.hpp"
#include "providers/shapes.hpp"

namespace llm {

class GeminiReply final : public HttpReply {
public:
    using HttpReply::HttpReply;

private:
    void event(Json&&, const DeltaSink&) override;
    void whole(Json&&) override;
    bool complete() override;

    void take_part(Json&&, const DeltaSink&);
    void keep(Json&&);

    ToolCalls calls_;
    Json parts_ = Json::array();
    bool to_keep_ = false;
    int numbered_ = 0;
    std::string finish_reason_, finish_message_;
};

}  // namespace llm
