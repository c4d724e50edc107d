#include "ask/asker.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "chat/canonical.hpp"
#include "chat/endpoint.hpp"
#include "text/tokens.hpp"

#include <utility>

namespace llm {
namespace {

/// Sums what several calls for one record cost; an unknown part makes the whole unknown.
void add_up(Answer& total, const Answer& next) {
    const auto add = [](auto& a, const auto& b) {
        if (a && b) *a += *b;
        else a.reset();
    };
    const Answer before = total;
    total = next;
    Usage& u = total.completion.usage;
    const Usage& b = before.completion.usage;
    add(u.input, b.input);
    add(u.output, b.output);
    if (u.cached || b.cached) u.cached = u.cached.value_or(0) + b.cached.value_or(0);
    if (u.cache_write || b.cache_write) u.cache_write = u.cache_write.value_or(0) + b.cache_write.value_or(0);
    if (u.reasoning || b.reasoning) u.reasoning = u.reasoning.value_or(0) + b.reasoning.value_or(0);
    add(total.cost, before.cost);
    total.ms += before.ms;
    total.first_ms = before.first_ms;
    total.attempts += before.attempts;
}

std::string usage_line(const ResolvedModel& model, const Answer& a) {
    const Usage& u = a.completion.usage;
    std::string line = model.full_name() + ": ";
    line += u.input ? fmt::format("{} tokens in", *u.input) : "tokens in unknown";
    if (u.cached.value_or(0) > 0) line += fmt::format(" ({} cached)", *u.cached);
    line += u.output ? fmt::format(", {} out", *u.output) : ", tokens out unknown";
    if (u.reasoning.value_or(0) > 0) line += fmt::format(" ({} reasoning)", *u.reasoning);
    line += a.cost ? fmt::format(", ${:.6g}", *a.cost) : ", cost unknown";
    line += fmt::format(", {:.2f} s", a.ms / 1000);
    if (a.attempts > 1) line += fmt::format(", {} attempts", a.attempts);
    return line;
}

Error broken_schema(const std::vector<std::string>& wrong, const Answer& answer, int tries) {
    return Error(Fault::schema, "the answer does not satisfy the schema after {} {}: {}; it began: {}", tries, tries == 1 ? "try" : "tries", fmt::join(wrong, "; "),
                 truncate_utf8(answer.completion.text, 200));
}

}  // namespace

std::string id_text(const Record& record) {
    const auto id = record.id();
    if (!id) return {};
    return id->front() == '"' ? unescape(*id) : std::string{*id};
}

long estimated_tokens(const Request& request) {
    std::size_t n = 0;
    for (const Message& m : request.messages) n += estimate_tokens(m.text()) + 4;
    if (!request.tools.is_null()) n += estimate_tokens(dump(request.tools));
    if (!request.schema.is_null()) n += estimate_tokens(dump(request.schema));
    return static_cast<long>(n);
}

Asker::Asker(Caller& caller, const Models& models, const Form& form, AskOptions options)
    : caller_(caller), models_(models), form_(form), options_(std::move(options)) {}

bool Asker::wants(const Record& record) const { return options_.again == AskOptions::Again::yes || !record.has("response"); }

const ResolvedModel& Asker::resolved(const std::string& asked) {
    std::string name = asked;
    if (name.empty()) {
        if (!default_model_) default_model_ = models_.default_model([this](const Endpoint& e) { return caller_.probe(e); });
        name = *default_model_;
    }
    auto& slot = resolved_[name];
    if (!slot) slot = std::make_unique<ResolvedModel>(models_.resolve(name));
    return *slot;
}

void Asker::write_flags(Record& record) {
    const bool changed = form_.write_into(record) || options_.extract != AskOptions::Extract::whole;
    if (!record.has("cache") || !(changed || record.has("context"))) return;
    Json cache = record.get("cache");
    const bool context_given = member(cache, "context") != false;  // at the look-up
    const bool other_context = record.has("context") && context_given != (form_.spec().context == RequestSpec::Context::given);
    if (!member(cache, "key").is_string() || !(changed || other_context)) return;
    cache["key"] = nullptr;
    record.set("cache", cache);
    if (!std::exchange(said_key_, true) && options_.warn)
        options_.warn("options given here change the request or the answer of records that a cache has looked up; their answers will not be stored. Give the options to llm-cache get "
                      "instead, or run llm-ask under llm-cache run");
}

Asking Asker::complete(const Record& record, const ResolvedModel*& model) {
    Asking asking = form_.read(record);
    model = &resolved(asking.model);
    apply_alias(asking, *model);
    if (options_.before.empty()) return asking;
    auto& messages = asking.request.messages;
    auto at = messages.begin();
    bool earlier_system = false;
    for (const Message& m : options_.before) earlier_system |= m.role == Role::system;
    if (!earlier_system || asking.has_system)
        while (at != messages.end() && at->role == Role::system) ++at;
    messages.insert(at, options_.before.begin(), options_.before.end());
    return asking;
}

std::string Asker::question(const Record& record) {
    Record written = record;
    write_flags(written);
    const ResolvedModel* model = nullptr;
    const Asking asking = complete(written, model);
    return std::string{record.id().value_or("null")} + ' ' + canonical_bytes(asking.request, model->full_name());
}

void Asker::take_over(Record& record, const Record& finished) {
    write_flags(record);
    for (const std::string_view name : {"id", "response", "dry_run"})
        if (const auto value = finished.raw(name)) record.set_raw(name, *value);
}

Asker::Question Asker::prepare(Record& record) {
    write_flags(record);
    if (options_.again == AskOptions::Again::yes) record.erase("response");
    Question q;
    Asking asking = complete(record, q.model);
    if (options_.explain) explain(record, asking, *q.model);
    q.request = std::move(asking.request);
    return q;
}

std::string Asker::response(const Request& request, Answer& answer) {
    Json value;
    const bool wants_json = !request.schema.is_null();
    if (wants_json)
        if (const auto wrong = violations(request, answer, value); !wrong.empty()) throw broken_schema(wrong, answer, 1);
    if (options_.extract == AskOptions::Extract::last_block) answer.completion.text = last_fenced_block(answer.completion.text);
    return response_text(answer, wants_json ? &value : nullptr);
}

std::vector<std::string> Asker::violations(const Request& request, const Answer& answer, Json& value) {
    value = json_in(answer.completion.text);
    if (value.is_discarded()) return {"answer: it is no JSON"};
    return check_of(request.schema).violations(value);
}

Task<void> Asker::step(Record& record, Emitter& emitter) {
    Question question = prepare(record);
    const ResolvedModel& model = *question.model;
    Request& request = question.request;
    request.stream = options_.stream == AskOptions::Stream::yes || options_.reasoning;
    if (options_.send == AskOptions::Send::dry_run) {
        dry_run(record, model, request);
        co_return;
    }
    const CallContext context{id_text(record), options_.conversation};
    Json value;
    const bool wants_json = !request.schema.is_null();
    Answer answer;
    if (wants_json) answer = co_await ask_for_json(model, std::move(request), emitter, context, value);
    else answer = co_await ask(model, std::move(request), emitter, context);
    if (options_.extract == AskOptions::Extract::last_block) answer.completion.text = last_fenced_block(answer.completion.text);
    if (options_.usage) options_.usage(usage_line(model, answer));
    record.set_raw("response", response_text(answer, wants_json ? &value : nullptr));
}

Task<Answer> Asker::ask(const ResolvedModel& model, Request request, Emitter& emitter, const CallContext& context) {
    CallSink sink;
    const bool show_text = options_.stream == AskOptions::Stream::yes && options_.extract == AskOptions::Extract::whole &&
                           (request.schema.is_null() || !emitter.final());
    if (request.stream)
        sink.delta = [this, &emitter, show_text](const Delta& d) {
            if (d.kind == Delta::Kind::text) {
                if (show_text) emitter.delta(d.text);
            } else if (options_.reasoning) {
                options_.reasoning(d.text);
            }
        };
    sink.forget = [&emitter] {
        if (emitter.begun()) emitter.forget();
    };
    sink.may_retry = [&emitter] { return !(emitter.final() && emitter.begun()); };
    Answer answer = co_await caller_.call(model, std::move(request), std::move(sink), context);
    co_return answer;
}

Task<Answer> Asker::ask_for_json(const ResolvedModel& model, Request request, Emitter& emitter, const CallContext& context, Json& value) {
    Answer total;
    std::vector<std::string> wrong;
    for (int tries = 0;; ++tries) {
        Answer answer;
        try {
            answer = co_await ask(model, request, emitter, context);
        } catch (const Error& e) {
            if (tries == 0 || e.fault != Fault::budget) throw;
            wrong.emplace_back("and there is no money left to send it back");
            throw broken_schema(wrong, total, tries);  // what was asked and paid is not left unasked
        }
        if (tries == 0) total = answer;
        else add_up(total, answer);
        wrong = violations(request, total, value);
        if (wrong.empty()) co_return total;
        if (tries >= options_.repairs || (emitter.final() && emitter.begun())) throw broken_schema(wrong, total, tries + 1);
        if (emitter.begun()) emitter.forget();
        request.messages.push_back(Message::of(Role::assistant, total.completion.text));
        request.messages.push_back(Message::of(
            Role::user, fmt::format("That answer does not satisfy the JSON Schema that was asked for:\n- {}\nAnswer again, with JSON that satisfies it and nothing else. The schema:\n{}",
                                    fmt::join(wrong, "\n- "), dump(request.schema))));
    }
}

SchemaCheck& Asker::check_of(const Json& schema) {
    const std::string text = dump(schema);
    const auto it = checks_.find(text);
    if (it != checks_.end()) return it->second;
    return checks_.emplace(text, SchemaCheck{schema}).first->second;
}

void Asker::dry_run(Record& record, const ResolvedModel& model, const Request& request) {
    Json d{{"model", model.full_name()}, {"tokens", estimated_tokens(request)}};
    Usage estimate;
    estimate.input = estimated_tokens(request);
    estimate.output = 0;
    if (const auto dollars = cost(model.info.price, estimate)) d["cost_input"] = *dollars;
    if (request.options.max_tokens) {
        estimate.output = request.options.max_tokens;
        if (const auto dollars = cost(model.info.price, estimate)) d["cost_at_most"] = *dollars;
    }
    const HttpCall call = caller_.preview(model, request);
    if (!call.url.empty()) d["url"] = call.url;
    if (!call.headers.empty()) d["headers"] = call.headers.lines();
    if (!call.body.empty()) {
        Json body = read_json(call.body);
        d["body"] = body.is_discarded() ? Json(call.body) : std::move(body);
    }
    record.set("dry_run", d);
}

void Asker::explain(const Record& record, const Asking& asking, const ResolvedModel& model) const {
    const std::string from = record.has("model") ? "the record or -m" : form_.spec().default_model.empty() ? "what is at hand" : "the settings";
    std::string line = fmt::format("line {}: ask {} (named by {}{})", record.number(), model.full_name(), from,
                                   model.asked != model.full_name() ? ", asked for as '" + model.asked + "'" : "");
    line += fmt::format("; {} turns, about {} tokens", asking.request.messages.size(), estimated_tokens(asking.request));
    if (!asking.request.schema.is_null()) line += fmt::format("; answer held to a schema, sent back up to {} times", options_.repairs);
    if (!asking.request.tools.is_null()) line += fmt::format("; {} tools", asking.request.tools.size());
    options_.explain(line);
}

}  // namespace llm
