#include "log/query.hpp"

#include "base/utf8.hpp"
#include "chat/otel.hpp"
#include "log/when.hpp"
#include "log/writer.hpp"
#include "store/transaction.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t shown_bytes = 120;

std::string on_one_line(std::string_view text) {
    std::string line{truncate_utf8(text, shown_bytes)};
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return line.size() < text.size() ? line + "…" : line;
}

/// The text parts of the last message of that role.
std::string last_text(std::string_view messages, std::string_view role) {
    const Json list = read_json(messages);
    if (!list.is_array()) return {};
    for (auto turn = list.rbegin(); turn != list.rend(); ++turn) {
        if (text_of(*turn, "role") != role) continue;
        std::string text;
        for (const Json& part : member(*turn, "parts"))
            if (text_of(part, "type") == "text") text += text_of(part, "content");
        return on_one_line(text);
    }
    return {};
}

std::optional<std::string_view> given(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

// Parameters ?1 to ?8, bound by `bind_filter`.
constexpr std::string_view conditions =
    " WHERE id >= ?1 AND id < ?2"
    " AND (?3 IS NULL OR gen_ai_request_model GLOB ?3 OR gen_ai_provider_name || '/' || gen_ai_request_model GLOB ?3"
    " OR gen_ai_response_model GLOB ?3)"
    " AND (?4 IS NULL OR error_type = ?4 OR (?4 = 'any' AND error_type IS NOT NULL) OR (?4 = 'none' AND error_type IS NULL))"
    " AND (?5 IS NULL OR tool = ?5) AND (?6 IS NULL OR record_id = ?6)"
    " AND (?7 IS NULL OR gen_ai_conversation_id = ?7)";

template <typename... A>
void bind_filter(Statement& statement, const CallFilter& f, const A&... more) {
    statement.borrow(f.since.value_or(0), f.until.value_or(INT64_MAX), given(f.model), given(f.fault), given(f.tool),
                     given(f.record), given(f.conversation), more...);
}

bool is_json_column(std::string_view name) {
    return name.ends_with("_messages") || name == "gen_ai_system_instructions" || name == "gen_ai_tool_definitions" ||
           name == "gen_ai_response_finish_reasons" || name == "gen_ai_request_stop_sequences" || name == "request_options";
}

Json value_at(const Statement& row, std::string_view type, std::string_view name) {
    if (type == "INTEGER") return row.column<std::int64_t>(0);
    if (type == "REAL") return row.column<double>(0);
    const auto text = row.column<std::string_view>(0);
    if (!is_json_column(name)) return text;
    Json json = read_json(text);
    return json.is_discarded() ? Json(text) : json;
}

}  // namespace

void check_fault(std::string_view fault) {
    std::vector<std::string_view> names{"any", "none"};
    for (int i = 0; i <= static_cast<int>(Fault::internal); ++i) names.push_back(name(static_cast<Fault>(i)));
    if (std::ranges::find(names, fault) != names.end()) return;
    const std::string near = nearest(fault, names);
    throw Error(Fault::usage, "no fault '{}'; {}", fault,
                near.empty() ? fmt::format("there are {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", near));
}

Json to_json(const LoggedCall& c) {
    Json j{{"id", c.id}, {"time", show_time(c.time)}};
    const auto text = [&j](const char* key, const std::string& value) {
        if (!value.empty()) j[key] = value;
    };
    const auto number = [&j](const char* key, const auto& value) {
        if (value) j[key] = *value;
    };
    text("tool", c.tool);
    text("record", c.record);
    text("conversation", c.conversation);
    text("model", c.model);
    text("answered", c.answered);
    text("fault", c.fault);
    text("message", c.message);
    j["attempts"] = c.attempts;
    j["ms"] = c.ms;
    number("first_ms", c.first_ms);
    number("input", c.input);
    number("output", c.output);
    number("cached", c.cached);
    number("cost", c.cost);
    text("question", c.question);
    text("answer", c.answer);
    return j;
}

JournalReader::JournalReader(std::filesystem::path path) {
    if (!std::filesystem::exists(path)) return;
    db_.emplace(path, DatabaseOptions{.access = Access::read});
    migrate(*db_, log_schema());
}

void JournalReader::list(const CallFilter& filter, std::size_t limit, const std::function<bool(const LoggedCall&)>& sink) {
    if (!db_) return;
    auto rows = db_->prepare(fmt::format(
        "SELECT id, time, tool, record_id, gen_ai_conversation_id, gen_ai_provider_name || '/' || gen_ai_request_model,"
        " gen_ai_response_model, error_type, error_message, attempts, duration_ms, gen_ai_response_time_to_first_chunk,"
        " gen_ai_usage_input_tokens, gen_ai_usage_output_tokens, gen_ai_usage_cache_read_input_tokens, cost_usd,"
        " gen_ai_input_messages, gen_ai_output_messages FROM call{} ORDER BY id DESC LIMIT ?8",
        conditions));
    bind_filter(rows, filter, limit ? static_cast<std::int64_t>(limit) : std::int64_t{-1});
    while (rows.step()) {
        LoggedCall c;
        c.id = rows.column<std::int64_t>(0);
        c.time = rows.column<std::int64_t>(1);
        c.tool = rows.column<std::string>(2);
        c.record = rows.column<std::string>(3);
        c.conversation = rows.column<std::string>(4);
        c.model = rows.column<std::string>(5);
        c.answered = rows.column<std::string>(6);
        c.fault = rows.column<std::string>(7);
        c.message = rows.column<std::string>(8);
        c.attempts = rows.column<long>(9);
        c.ms = rows.column<double>(10);
        c.first_ms = rows.column<std::optional<double>>(11);
        if (c.first_ms) *c.first_ms *= 1000;
        c.input = rows.column<std::optional<long>>(12);
        c.output = rows.column<std::optional<long>>(13);
        c.cached = rows.column<std::optional<long>>(14);
        c.cost = rows.column<std::optional<double>>(15);
        c.question = last_text(rows.column<std::string_view>(16), "user");
        c.answer = last_text(rows.column<std::string_view>(17), "assistant");
        if (!sink(c)) return;
    }
}

void JournalReader::scan(const CallFilter& filter, const std::function<void(const Scanned&)>& sink) {
    auto rows = db_->prepare(fmt::format(
        "SELECT time, gen_ai_provider_name || '/' || gen_ai_request_model, error_type IS NOT NULL, duration_ms,"
        " gen_ai_response_time_to_first_chunk * 1000, cost_usd, gen_ai_usage_input_tokens, gen_ai_usage_output_tokens,"
        " gen_ai_usage_cache_read_input_tokens FROM call{}",
        conditions));
    bind_filter(rows, filter);
    using Real = std::optional<double>;
    for (const auto& [time, model, failed, ms, first_ms, cost, input, output, cached] :
         rows.rows<std::int64_t, std::string_view, bool, double, Real, Real, long, long, long>())
        sink({time, model, failed, ms, first_ms, cost, input, output, cached});
}

std::optional<Json> JournalReader::show(std::int64_t id) {
    if (!db_ || !db_->value<int>("SELECT 1 FROM call WHERE id = ?1", id)) return std::nullopt;
    const Snapshot snapshot(*db_);
    std::vector<std::pair<std::string, std::string>> columns;
    auto about = db_->prepare("SELECT name, type FROM pragma_table_info('call')");
    for (auto [name, type] : about.rows<std::string, std::string>()) columns.emplace_back(name, type);
    Json all = Json::object();
    for (const auto& [name, type] : columns) {
        auto row = db_->prepare(fmt::format("SELECT {0} FROM call WHERE id = ?1 AND {0} IS NOT NULL", name));
        row.bind(id);
        if (row.step()) all[name] = value_at(row, type, name);
    }
    all["time"] = show_time(all["time"].get<std::int64_t>());
    return all;
}

std::vector<Message> JournalReader::conversation(std::string_view id) {
    if (db_) {
        auto row = db_->prepare(
            "SELECT gen_ai_system_instructions, gen_ai_input_messages, gen_ai_output_messages FROM call"
            " WHERE gen_ai_conversation_id = ?1 AND error_type IS NULL ORDER BY id DESC LIMIT 1");
        row.bind(id);
        if (row.step()) {
            const auto find = [this](const std::string& sum) -> std::optional<std::string> {
                auto bytes = db_->value<std::vector<std::byte>>("SELECT bytes FROM media WHERE sha256 = ?1", sum);
                if (!bytes) return std::nullopt;
                return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
            };
            auto turns = messages_of_otel(row.column<std::string_view>(0), row.column<std::string_view>(1), find);
            const Completion last = completion_of_otel(row.column<std::string_view>(2));
            Message answer = Message::of(Role::assistant, last.text);
            answer.tool_calls = last.tool_calls;
            answer.provider = last.provider;
            turns.push_back(std::move(answer));
            return turns;
        }
    }
    throw Error(Fault::usage, "no conversation '{}' in the journal; `llm-ask --log list` shows those there are", id);
}

std::optional<std::string> JournalReader::last_conversation() {
    if (!db_) return std::nullopt;
    return db_->value<std::string>(
        "SELECT gen_ai_conversation_id FROM call WHERE gen_ai_conversation_id IS NOT NULL AND error_type IS NULL"
        " ORDER BY id DESC LIMIT 1");
}

PrunePlan JournalReader::plan(const Keep& keep, std::int64_t now) { return db_ ? plan_prune(*db_, keep, now) : PrunePlan{}; }

PrunePlan prune_journal(const std::filesystem::path& path, const Keep& keep, std::int64_t now) {
    if (!std::filesystem::exists(path)) return {};
    Database db(path, {.durability = Durability::normal});
    migrate(db, log_schema());
    const PrunePlan plan = plan_prune(db, keep, now);
    prune(db, plan, std::chrono::steady_clock::time_point::max());
    give_back_space(db);
    return plan;
}

}  // namespace llm
