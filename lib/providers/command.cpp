/// Any program as a model: one request a line on its stdin, one answer a line on its stdout; kept running for many requests.
///
///     request = {"model", "messages", "options", "schema", "schema_name", "tools", "tool_choice", "stream"}
///     answer  = {"text", "reasoning", "tool_calls", "finish", "usage", "model", "id", "logprobs", "provider"}
///             | {"json": any value}
///             | {"error": {"fault", "message", "status", "retry_after"} or text}
///     delta   = {"delta": text} | {"delta": {"reasoning": text}}
///
/// Members without a value are left out of the request but for model, messages and stream; messages are in the OpenAI chat
/// shape (chat/message.hpp), options those of a record. Of an answer `text` is enough. Any number of deltas may come before
/// the answer; where they came, `text` may be left out. An error without fault is `provider`.
#include "base/utf8.hpp"
#include "chat/error_json.hpp"
#include "net/ndjson.hpp"
#include "providers/wire.hpp"

namespace llm {
namespace {

class CommandReply : public Reply {
public:
    CommandReply(std::string who, std::string model) : who_(std::move(who)), model_(std::move(model)) {}

    void feed(std::string_view bytes, const DeltaSink& sink) override {
        lines_.feed(bytes, [&](std::string_view line) { take(line, sink); });
    }

    bool done() const override { return done_; }

    Completion finish() override {
        lines_.end([this](std::string_view line) { take(line, nullptr); });
        if (!done_) throw Error(Fault::provider, "{} ended without an answer", who_);
        return std::move(completion_);
    }

private:
    void take(std::string_view line, const DeltaSink& sink) {
        if (done_) return;
        const auto j = parse_json(line);
        if (!j || !j->is_object())
            throw Error(Fault::provider, "{} answered a line that is no JSON object: {}", who_,
                        truncate_utf8(sanitise_utf8(line.substr(0, 80)), 80));
        if (const Json& error = member(*j, "error"); !error.is_null()) fail(error);
        if (const Json& delta = member(*j, "delta"); !delta.is_null()) return take_delta(delta, sink);
        answer(*j);
        done_ = true;
    }

    void take_delta(const Json& delta, const DeltaSink& sink) {
        const bool is_text = delta.is_string();
        const std::string piece = is_text ? delta.get<std::string>() : text_of(delta, "reasoning");
        (is_text ? completion_.text : completion_.reasoning) += piece;
        if (sink && !piece.empty()) sink({is_text ? Delta::Kind::text : Delta::Kind::reasoning, piece});
    }

    [[noreturn]] void fail(const Json& error) const {
        if (error.is_string()) throw Error(Fault::provider, "{}: {}", who_, error.get<std::string>());
        try {
            const Error said = error_of(error);
            throw said.reworded(fmt::format("{}: {}", who_, said.what()));
        } catch (const Error& e) {
            if (e.fault != Fault::data) throw;
            throw Error(Fault::provider, "{} answered an error that cannot be read: {}", who_, e.what());
        }
    }

    void answer(const Json& j) {
        Completion said = read(j);
        if (member(j, "text").is_null()) said.text = std::move(completion_.text);
        if (said.text.empty() && member(j, "text").is_null()) {
            const Json& json = member(j, "json");
            if (!json.is_null())
                said.text = dump(json);
            else if (said.tool_calls.is_null())
                throw Error(Fault::provider, "{} answered neither `text` nor `json`, `tool_calls` or `error`: {}", who_,
                            truncate_utf8(dump(j), 80));
        }
        if (said.reasoning.empty()) said.reasoning = std::move(completion_.reasoning);
        if (said.finish.empty()) said.finish = said.tool_calls.is_null() ? "stop" : "tool_calls";
        if (said.model.empty()) said.model = model_;
        completion_ = std::move(said);
    }

    Completion read(const Json& j) const {
        try {
            Completion said = completion_of(j);
            if (said.tool_calls.empty()) said.tool_calls = nullptr;
            if (!said.tool_calls.is_null())
                said.tool_calls =
                    message_of({{"role", "assistant"}, {"tool_calls", said.tool_calls}}, "the answer").tool_calls;
            return said;
        } catch (const Error& e) {
            throw Error(Fault::provider, "{}: {}", who_, e.what());
        }
    }

    std::string who_, model_;
    Ndjson lines_;
    Completion completion_;
    bool done_ = false;
};

class CommandProvider : public Provider {
public:
    explicit CommandProvider(const Endpoint& endpoint) : name_(endpoint.name), argv_(endpoint.command) {}

    Transport transport() const override { return Transport::process; }

    std::vector<std::string> command() const override {
        if (argv_.empty() || argv_[0].empty())
            throw Error(Fault::config, "provider '{0}' has no program: give it one as `command = [\"PROGRAM\", …]` in [provider.{0}]",
                        name_);
        return argv_;
    }

    HttpCall request(const Request& r) const override {
        Json line{{"model", r.model}, {"messages", Json::array()}};
        for (const Message& turn : r.messages) line["messages"].push_back(to_json(turn));
        if (Json options = to_json(r.options); !options.empty()) line["options"] = std::move(options);
        if (!r.schema.is_null()) line["schema"] = r.schema;
        if (!r.schema_name.empty()) line["schema_name"] = r.schema_name;
        if (!r.tools.empty()) line["tools"] = r.tools;
        if (!r.tool_choice.is_null()) line["tool_choice"] = r.tool_choice;
        line["stream"] = r.stream;
        return {.url = {}, .headers = {}, .body = dump(line)};
    }

    // Its arguments are not named, because they may hold what should not be shown.
    std::unique_ptr<Reply> reply(const Request& r) const override {
        return std::make_unique<CommandReply>(fmt::format("{} ({})", name_, argv_.empty() ? "no program" : argv_[0]), r.model);
    }

private:
    std::string name_;
    std::vector<std::string> argv_;
};

}  // namespace

extern const ProviderEntry provider_command{
    .name = "command",
    .about = "any program: one request as a JSON line on its stdin, one answer as a JSON line back",
    .base_url = "",
    .key_env = "",
    .make = [](const Endpoint& e) -> std::unique_ptr<Provider> { return std::make_unique<CommandProvider>(e); }};

}  // namespace llm
