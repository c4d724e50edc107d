#include "cache/put.hpp"

#include "base/units.hpp"
#include "base/utf8.hpp"
#include "text/refusal.hpp"

#include <utility>

namespace llm {
namespace {

constexpr std::size_t question_kept = 1024;  // of a text that only people will look at
constexpr std::size_t refusal_begins_within = 60;

std::string_view raw_member(const Scan& scan, std::string_view text, std::string_view name) {
    const MemberSpan* m = find(scan, text, name);
    if (m == nullptr) return {};
    const std::string_view raw = text.substr(m->value_begin, m->value_end - m->value_begin);
    return raw == "null" ? std::string_view{} : raw;
}

/// A JSON string of nothing but white space.
bool is_blank(std::string_view quoted) {
    const std::string_view inner = quoted.substr(1, quoted.size() - 2);
    if (!inner.empty() && inner.front() != '\\' && static_cast<unsigned char>(inner.front()) < 0x80 && inner.front() != ' ') return false;
    const std::string text = unescape(quoted);
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint c = decode_utf8(text, at);
        const bool space = c.value <= ' ' || c.value == 0xA0 || (c.value >= 0x2000 && c.value <= 0x200D) || c.value == 0x3000 || c.value == 0xFEFF;
        if (!space) return false;
        at += c.size;
    }
    return true;
}

/// A JSON string that opens as refusals do. Further down it is a quotation, or an answer that goes on.
bool says_it_refuses(std::string_view quoted) {
    const auto found = refusal_wording(unescape(truncate_utf8(quoted, 2 * refusal_begins_within)));
    return found && found->at < refusal_begins_within;
}

/// Failures another try would meet again, or that are the server's: not those of this machine, its user or its purse.
bool is_answer_of_a_kind(Fault fault) {
    switch (fault) {
        case Fault::refused:
        case Fault::schema:
        case Fault::provider:
        case Fault::timeout:
        case Fault::rate_limit:
        case Fault::unreachable: return true;
        default: return false;
    }
}

}  // namespace

std::string_view why_not(std::string_view response, PutOptions::Refusals refusals) {
    Scan s;
    scan(response, s);
    if (s.kind != Scan::Kind::object) return "it has no answer";
    const std::string_view finish = raw_member(s, response, "finish");
    const bool refusal = finish == "\"refusal\"" || finish == "\"content_filter\"";
    if (refusal && refusals == PutOptions::Refusals::dropped) return "it is a refusal (--refusals keeps them)";
    if (finish == "\"length\"") return "it was cut off";
    if (!refusal && !finish.empty() && finish != "\"stop\"" && finish != "\"tool_calls\"") return "it did not end well";
    const std::string_view text = raw_member(s, response, "text"), calls = raw_member(s, response, "tool_calls");
    if (!text.empty() && text.front() != '"') return "its text is no text";
    if (!calls.empty() && calls.front() != '[') return "its tool calls are no list";
    if ((text.empty() || is_blank(text)) && calls.find_first_not_of("[] \t\r\n") == std::string_view::npos && raw_member(s, response, "json").empty()) return "it is empty";
    if (refusals == PutOptions::Refusals::dropped && !text.empty() && says_it_refuses(text)) return "it is a refusal by its wording (--refusals keeps them)";
    return {};
}

Putter::Putter(CacheStore& store, Questions& questions, PutOptions options, Semantic& semantic)
    : store_(store), questions_(questions), options_(std::move(options)), semantic_(semantic) {}

void Putter::explain(const Record& record, std::string_view why) const {
    if (options_.explain) options_.explain(fmt::format("line {}: not stored: {}", record.number(), why));
}

std::int64_t Putter::keep(const Record& record, const Place& p) {
    NewAnswer a;
    a.key = p.key;
    a.space = p.space;
    a.model = p.model;
    a.fingerprint = p.fingerprint;
    a.question = p.fingerprint.empty() ? truncate_utf8(p.text, question_kept) : std::string_view{p.text};
    a.tags = options_.tags;
    if (const auto error = record.raw("error")) {
        const auto fault = fault_of_error(*error);
        if (!options_.negative_ttl || !fault || !is_answer_of_a_kind(*fault)) {
            store_.release(p.key);
            explain(record, "it failed");
            return 0;
        }
        a.kind = AnswerKind::error;
        a.answer = *error;
        a.expires = store_.now() + options_.negative_ttl->count();
        return store_.put(a);
    }
    const auto response = record.raw("response");
    const std::string_view reason = response ? why_not(*response, options_.refusals) : "it has no answer";
    if (!reason.empty()) {
        store_.release(p.key);
        explain(record, reason);
        return 0;
    }
    a.answer = *response;
    Scan s;
    scan(*response, s);
    a.cost = parse_number(raw_member(s, *response, "cost"));
    if (options_.ttl) a.expires = store_.now() + options_.ttl->count();
    a.samples = samples_of(record, options_.samples);
    if (store_.is_too_large(a)) {
        store_.release(p.key);
        store_.hold_bounds(a.space);
        explain(record, "it is larger than --max-bytes");
        return 0;
    }
    return store_.put(a);
}

std::string Putter::space_of(const Json& cache) {
    std::string space = text_of(cache, "namespace", default_space);
    if (space != questions_.space() && questions_.space() != default_space && !std::exchange(said_space_, true) && options_.warn)
        options_.warn(fmt::format("records were looked up in namespace {}, so their answers are stored there and not in {}; give --namespace to llm-cache get", space, questions_.space()));
    return space;
}

std::optional<Putter::Place> Putter::place(Record& record) {
    Place p;
    p.space = questions_.space();
    if (record.has("cache")) {
        const Json cache = record.get("cache");
        if (!member(cache, "hit").is_null()) return std::nullopt;
        const Json& given = member(cache, "key");
        if (given.is_null() && cache.contains("key")) {
            explain(record, "its request was changed after the look-up");
            return std::nullopt;
        }
        if (!given.is_null()) {
            const auto key = given.is_string() ? CacheKey::read(given.get_ref<const std::string&>()) : std::nullopt;
            if (!key) throw Error(Fault::data, "'cache.key' must be 64 hexadecimal digits, as llm-cache get writes it");
            p.key = *key;
            p.space = space_of(cache);
            p.fingerprint = text_of(cache, "fingerprint");
            p.embedder = text_of(cache, "embedder");
            p.explored = member(cache, "explored") == true;
            p.text = text_of(cache, "text");
            if (p.text.empty()) p.text = question_text(record);
            p.model = record.text("model").value_or("");
            return p;
        }
    }
    if (!record.has("response")) {
        explain(record, "it has no answer");
        return std::nullopt;
    }
    Record asked = record;
    Question q = questions_.of(asked);
    questions_.locate(asked, q);
    p.key = q.key;
    p.fingerprint = std::move(q.fingerprint);
    p.text = p.fingerprint.empty() ? question_text(record) : std::move(q.text);
    p.model = std::move(q.model);
    return p;
}

Semantic* Putter::semantic_for(const Place& p) {
    if (p.fingerprint.empty()) return nullptr;
    if (p.embedder.empty()) return options_.findable == PutOptions::Findable::all ? &semantic_ : nullptr;
    if (p.embedder == semantic_.name()) return &semantic_;
    return others_ ? others_(p.embedder) : nullptr;
}

bool Putter::step(Record& record) {
    const auto p = place(record);
    if (!p) return true;
    Semantic* const semantic = semantic_for(*p);
    if (p->explored || (semantic != nullptr && !semantic->local())) return false;
    const std::int64_t row = keep(record, *p);
    if (row != 0 && semantic != nullptr) semantic->keep(row, p->space, p->fingerprint, p->text, semantic->vector_now(p->text));
    return true;
}

Task<void> Putter::patient_step(Record& record) {
    auto p = place(record);
    if (!p) co_return;
    Semantic* const semantic = semantic_for(*p);
    Vector vector;
    if (semantic != nullptr) vector = co_await semantic->vector_if_there(p->text);
    std::optional<HitVerdict> verdict;
    if (p->explored) verdict = co_await learn(record, p->key, p->text);
    if (verdict == HitVerdict::right) p->fingerprint.clear();  // outcomes gather at the entry that was right
    const std::int64_t row = keep(record, *p);
    if (semantic != nullptr) semantic->keep(row, p->space, p->fingerprint, p->text, vector);
}

Task<std::optional<HitVerdict>> Putter::learn(const Record& record, const CacheKey& key, const std::string& text) {
    const auto response = record.raw("response");
    if (!response || record.has("error") || !why_not(*response, options_.refusals).empty()) co_return std::nullopt;
    const auto explored = explored_question(store_, key);
    if (!explored) co_return std::nullopt;
    std::string fresh{*response}, stored = explored->answer;
    bool same = equal_answers(fresh, stored);
    if (!same) {
        store_.settle();  // comparing may take its time
        same = co_await answers_agree(semantic_, options_.agree, text, std::move(fresh), std::move(stored));
    }
    const HitVerdict verdict = same ? HitVerdict::right : HitVerdict::wrong;
    judge(store_, explored->decision, verdict);
    if (options_.explain) options_.explain(fmt::format("line {}: explored: the answer that was stored is {}", record.number(), same ? "right" : "wrong"));
    co_return verdict;
}

void Putter::failed(const Record& record) {
    const auto raw = record.raw("cache");
    if (!raw) return;
    const Json cache = read_json(*raw);
    if (!member(cache, "hit").is_null()) return;
    if (const auto key = CacheKey::read(text_of(cache, "key")))
        keep(record, {*key, space_of(cache), question_text(record), {}, record.text("model").value_or("")});
}

}  // namespace llm
