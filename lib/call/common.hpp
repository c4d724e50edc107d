/// What calls of every kind have in common, to a model or to an embedder.
#pragma once

#include "base/environment.hpp"
#include "base/settings.hpp"
#include "chat/model.hpp"
#include "log/journal.hpp"
#include "net/http_call.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace llm {

/// What is meant for this machine, over plain http, is not shown to a proxy.
HttpCall::Proxy proxy_for(const Endpoint&);

/// A redirect, which is not followed, so that the key stays where it belongs.
Error redirected(const Endpoint&, int status, const Headers&);

/// The journal the settings name; nothing is opened yet.
std::unique_ptr<Journal> make_journal(const Settings&, const Environment&, std::function<void(std::string_view)> warn);

/// A line of it as far as the model tells: where it is, and its price.
Call call_to(const ResolvedModel&);

}  // namespace llm
