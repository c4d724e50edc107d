#include "cache/archive.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace llm {
namespace {

std::optional<std::int64_t> whole_number(const Json& cache, std::string_view name) {
    const Json& n = member(cache, name);
    return n.is_number_integer() ? std::optional{n.get<std::int64_t>()} : std::nullopt;
}

std::vector<std::string> texts(const Json& cache, std::string_view name) {
    std::vector<std::string> out;
    if (const Json& list = member(cache, name); list.is_array())
        for (const Json& one : list)
            if (one.is_string()) out.push_back(one.get<std::string>());
    return out;
}

}  // namespace

std::optional<std::string> exported_line(CacheStore& store, const EntryInfo& e) {
    const auto answer = store.answer_in(e.row);
    if (!answer) return std::nullopt;
    Json cache{{"hit", nullptr}, {"key", e.key}, {"namespace", e.space}, {"created", e.created}};
    if (e.expires) cache["expires"] = *e.expires;
    if (e.sample > 0) cache["sample"] = e.sample;
    if (!e.fingerprint.empty()) cache["fingerprint"] = e.fingerprint;
    Json made = Json::array();
    for (const SetInfo& set : index_sets(store.db(), vector_space(store.space_id(e.space), e.fingerprint)))
        if (Index(store.db(), set.key).contains(e.row)) made.push_back(set.key.embedder);
    if (!made.empty()) cache["vectors"] = std::move(made);
    if (auto tags = tags_of(store, e.row); !tags.empty()) cache["tags"] = tags;
    std::string out = "{\"prompt\":" + quote(e.question);
    if (!e.model.empty()) out += ",\"model\":" + quote(e.model);
    return out + ",\"cache\":" + dump(cache) + ",\"response\":" + *answer + "}";
}

Importer::Importer(CacheStore& store, Putter& putter, Semantic& semantic, std::optional<std::string> space)
    : store_(store), putter_(putter), semantic_(semantic), space_(std::move(space)) {}

Task<void> Importer::step(Record& record) {
    const auto response = record.raw("response");
    const std::string_view reason = response ? why_not(*response, PutOptions::Refusals::kept) : "it has no response";
    if (!reason.empty()) throw Error(Fault::data, "not imported: {}", reason);
    const Json cache = record.get("cache");
    const auto created = whole_number(cache, "created");
    if (!created) {
        if (!putter_.step(record)) {
            Task<void> patient = putter_.patient_step(record);
            co_await std::move(patient);
        }
        co_return;
    }
    const auto key = CacheKey::read(text_of(cache, "key"));
    if (!key) throw Error(Fault::data, "no entry: 'cache.key' must be 64 hexadecimal digits, as llm-cache export writes it");
    const std::string space = text_of(cache, "namespace", default_space);
    if (space_ && *space_ != space)
        throw Error(Fault::data, "this entry is of namespace {}, and its key holds nowhere else; import it without --namespace", space);
    const std::string question = record.text("prompt").value_or(""), model = record.text("model").value_or(""), fingerprint = text_of(cache, "fingerprint");
    const std::vector<std::string> tags = texts(cache, "tags"), made = texts(cache, "vectors");
    const std::string answer{*response};
    Vector vector;
    if (!made.empty()) {
        if (std::ranges::find(made, semantic_.embedder()) != made.end()) {
            vector = co_await semantic_.vector_if_there(question);
        } else {
            ++without_vector_;
            embedder_ = made.front();
        }
    }
    NewAnswer a;
    a.key = *key;
    a.space = space;
    a.answer = answer;
    a.question = question;
    a.fingerprint = fingerprint;
    a.model = model;
    a.tags = tags;
    a.created = created;
    a.expires = whole_number(cache, "expires");
    a.sample = std::max<std::int64_t>(0, whole_number(cache, "sample").value_or(0));
    if (const Json cost = member(record.get("response"), "cost"); cost.is_number()) a.cost = cost.get<double>();
    if (const std::int64_t row = store_.restore(a)) semantic_.keep(row, space, fingerprint, question, vector);
}

}  // namespace llm
