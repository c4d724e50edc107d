/// A provider's asynchronous batch API: many requests handed over at once, answered within a day, at OpenAI and Anthropic for half the price.
///
/// As a Provider does, it moves no bytes: each member says what to send or reads what came back.
/// OpenAI: https://platform.openai.com/docs/guides/batch, files and batches of openai-openapi. Anthropic: https://platform.claude.com/docs/en/build-with-claude/batch-processing.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "chat/provider.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class BatchPhase {
    running,  ///< also while it is being cancelled
    ended,    ///< completed, expired or cancelled: the results are there, of some requests perhaps none
    failed,   ///< turned down as a whole; nothing was asked
};

/// A batch as the provider sees it.
struct BatchProgress {
    std::string id;
    std::string label;            ///< as given to `create`; empty where the API keeps none
    std::string staged;           ///< what it was created from, likewise
    BatchPhase phase = BatchPhase::running;
    std::string status;        ///< the provider's own word, in lower case
    bool known_status = true;  ///< false: no word of its documentation; it counts as running
    long total = 0, done = 0, failed = 0;
    std::int64_t created = 0;     ///< seconds since 1970; 0 unknown
    std::optional<Error> error;   ///< why it failed as a whole; Error{rate_limit}: only for want of room
    long room = 0;                ///< tokens that may wait there at once, where `error` tells; 0 unknown
    std::vector<std::string> files;  ///< ids of what the results stand in
    std::vector<HttpCall> results;   ///< what to GET once it has ended: JSON Lines, see `line`
};

struct BatchPage {
    std::vector<BatchProgress> batches;
    std::string next;  ///< for `list`; empty where this is the last page
};

/// What became of one request.
struct BatchLine {
    std::string custom_id;
    int status = 0;              ///< HTTP status of its answer; 0: it was not asked, see `error`
    std::string body;            ///< of the answer, as a direct call would have had it
    std::optional<Error> error;
};

class BatchApi {
public:
    virtual ~BatchApi() = default;

    virtual std::size_t max_requests() const = 0;  ///< in one batch
    virtual std::size_t max_bytes() const = 0;     ///< of one payload

    /// Adds a request, as Provider::request makes it, to a payload that begins empty. `custom_id` is of letters, digits, - and _, 64 at most.
    virtual void add(std::string& payload, std::string_view custom_id, const HttpCall&) const = 0;
    /// Where the payload goes to a place of its own first: the POST, and the id in its answer.
    virtual std::optional<HttpCall> stage(std::string&& payload, std::string_view label) const;
    std::string staged(std::string_view answer) const;
    /// POST that begins the batch: of the payload, or of what was staged. `label` finds it again.
    virtual HttpCall create(std::string&& payload, std::string_view staged, std::string_view label) const = 0;

    virtual HttpCall look(std::string_view id) const = 0;    ///< GET
    virtual HttpCall cancel(std::string_view id) const = 0;  ///< POST
    /// GET: a page of all batches of the key, the newest first; `after` is the page's before it, or empty.
    virtual HttpCall list(std::string_view after) const = 0;
    /// DELETE of what is left there of a batch that has ended, or was never begun.
    virtual std::vector<HttpCall> leftovers(std::string_view id, std::string_view staged, const std::vector<std::string>& files) const = 0;
    /// The answer of create, look and cancel. Throws Error{provider} where it is none.
    virtual BatchProgress progress(std::string_view answer) const = 0;
    BatchPage listed(std::string_view answer) const;

    /// One line of the results. Throws Error{provider} where it is none.
    virtual BatchLine line(std::string_view) const = 0;

protected:
    virtual BatchProgress read(const Json&) const = 0;
    static Json object_of(std::string_view answer, std::string_view what);
};

/// The batch API of a usable endpoint (fetch_key); null where its protocol has none. Throws Error{config} where the address is of a kind without one.
std::unique_ptr<BatchApi> batch_api(const Endpoint&);

/// Part of the direct price that a ready endpoint's batches cost, as its own price list says; 1 where it is not known.
double batch_price(std::string_view endpoint) noexcept;

}  // namespace llm
