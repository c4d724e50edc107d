#include "session.hpp"

#include "base/paths.hpp"
#include "cli/settings.hpp"
#include "record/writer.hpp"

#include <unistd.h>

namespace llm {
namespace {

std::filesystem::path store_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("cache.path").value_or("");
    return path.empty() ? cache_folder(environment) / "cache.db" : expand_home(path, environment);
}

RequestSpec spec_of(const CacheFlags& f, const Settings& settings) {
    RequestSpec s;
    s.model = f.request.model;
    s.system = f.request.system;
    s.template_text = f.request.template_text;
    for (const auto& [key, value] : f.request.options) s.options.emplace_back(key, value);
    s.attachments = f.request.attachments;
    s.schema = f.request.schema;
    s.wins = f.request.override_record ? RequestSpec::Wins::flags : RequestSpec::Wins::record;
    s.context = f.request.no_context ? RequestSpec::Context::left_out : RequestSpec::Context::given;
    if (!f.request.model) s.default_model = settings.text("model.default").value_or("");
    return s;
}

constexpr std::string_view in_memory = ":memory:";

std::filesystem::path path_or_empty(const Tool& tool, std::filesystem::path path, Fallback fallback) {
    std::error_code ignored;
    if (fallback != Fallback::empty || path == in_memory || std::filesystem::exists(path, ignored) || ignored) return path;
    say_as(tool)(fmt::format("nothing is stored yet: there is no {}", path.string()));
    return in_memory;
}

/// Asked of the system, not tried: a look-up must not leave files behind where it may not.
Access access_to(const std::filesystem::path& path, Access wanted, Fallback fallback) {
    if (path == in_memory) return Access::write;
    if (wanted == Access::read || fallback == Fallback::none || ::access(path.c_str(), F_OK) != 0) return wanted;
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    return ::access(path.c_str(), W_OK) == 0 && ::access(folder.c_str(), W_OK) == 0 ? Access::write : Access::read;
}

Bounds bounds_of(const CacheFlags& f) {
    Bounds b;
    if (f.max_entries) b.entries = *f.max_entries;
    if (f.max_bytes) {
        if (f.max_bytes->bytes == 0) throw Error(Fault::usage, "--max-bytes: nothing can be kept in 0 bytes");
        b.bytes = f.max_bytes->bytes;
    }
    b.evict = f.evict;
    return b;
}

}  // namespace

CacheSession::CacheSession(const Tool& tool, const CacheFlags& f, Access access, Fallback fallback)
    : settings(settings_of(tool, environment)), models(settings, environment), form(spec_of(f, settings)),
      path(path_or_empty(tool, store_path(settings, environment), fallback)), store(path, access_to(path, access, fallback), bounds_of(f)) {
    if (!f.talk.quiet) store.warn(say_as(tool));
}

QuestionOptions CacheSession::question_options(const CacheFlags& f) const {
    QuestionOptions o;
    if (!f.space) return o;
    o.space = *f.space;
    o.space_is = QuestionOptions::Space::given;
    return o;
}

Say say_as(const Tool& tool) {
    return [&tool](std::string_view text) { write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error"); };
}

EmbeddingOptions embedding_options(const Tool& tool, const CacheFlags& f) {
    EmbeddingOptions o;
    o.tool = tool.name();
    if (!f.talk.quiet) o.warn = say_as(tool);
    return o;
}

Say explain_as(const Tool& tool, const CacheFlags& f) { return f.talk.explain ? say_as(tool) : Say{}; }

}  // namespace llm
