/// What a provider says about its limits in the headers of an answer.
///
/// Read are `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI: developers.openai.com, "Rate limits"; resets as "1s", "6m0s", "20ms"),
/// `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}` (Anthropic: "Rate limits", resets as RFC 3339 dates) and
/// `ratelimit-{limit,remaining,reset}` (draft-ietf-httpapi-ratelimit-headers-07, seconds).
#pragma once

#include "net/http_call.hpp"

namespace llm {

struct RateHint {
    double wait = 0;     ///< seconds in which no call should begin: nothing is left, or nothing worth it
    double spacing = 0;  ///< seconds between calls, so that what is left lasts; 0 where there is plenty
    double lasts = 0;    ///< seconds for which `spacing` holds
};

/// `now_unix` in seconds, for resets that are dates. What is unreadable is not there; no wait is longer than a minute and a half.
RateHint rate_hint(const Headers&, double now_unix);

}  // namespace llm
