/// What the verbs that choose stand on, opened in this order.
#pragma once

#include "flags.hpp"

#include "ask/form.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "call/caller.hpp"
#include "chat/model.hpp"
#include "route/decide.hpp"
#include "route/policy.hpp"

#include <filesystem>
#include <functional>

namespace llm {

using Say = std::function<void(std::string_view)>;
/// Lines for people on stderr.
Say say_as(const Tool&);

/// The policy's file: as named, else by the settings, else policy.toml of the configuration folder.
std::filesystem::path policy_file(const std::string& named, const Settings&, const Environment&);

struct RouteSession {
    RouteSession(const Tool&, const PolicyFlags&, const RequestFlags&);
    RouteSession(const RouteSession&) = delete;
    RouteSession& operator=(const RouteSession&) = delete;

    Environment environment;
    Settings settings;
    Models models;
    Loop loop;
    Form form;
    Caller caller;
    Policy policy;
    Say say;

    DeciderNeeds needs();
};

}  // namespace llm
