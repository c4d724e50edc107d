/// What /responses answers.
#pragma once

#include "providers/http_reply.hpp"

namespace llm {

class ResponsesReply final : public HttpReply {
public:
    using HttpReply::HttpReply;

private:
    void event(Json&&, const DeltaSink&) override;
    void whole(Json&&) override;
    bool complete() override;

    void take(Json& response);
    void take_item(Json& item);

    Json items_ = Json::array();  // output items as they were completed, for servers whose last event leaves them out
    Json calls_;
    Json back_ = Json::array();
    bool reasoned_ = false, refused_ = false;
    std::string text_, reasoning_, status_, why_;
};

}  // namespace llm
