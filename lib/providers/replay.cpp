/// Answers that were given before, to the letter, without network.
///
///     replay/FILE     from the cassette FILE (chat/cassette.hpp): the same question again gets the next answer recorded for it
///     replay/journal  from the journal: the newest answer to the question that was no error
///
/// The question is all of the request but the model's name (chat/canonical.hpp). One that was never answered is Error{refused};
/// an error on a cassette is thrown again. The journal is the file named by the endpoint's setting `journal`, else log.db
/// in the data folder.
#include "base/paths.hpp"
#include "chat/canonical.hpp"
#include "chat/cassette.hpp"
#include "chat/otel.hpp"
#include "providers/local.hpp"
#include "store/database.hpp"

#include <chrono>

namespace llm {
namespace {

using Path = std::filesystem::path;

std::optional<Completion> newest_answer(Database& journal, const std::string& key) {
    // The + keeps SQLite from putting ?1 in the place of request_key in the first condition, which would hide the index.
    auto found = journal.prepare(
        "SELECT gen_ai_output_messages, gen_ai_response_model, gen_ai_response_id, gen_ai_usage_input_tokens,"
        " gen_ai_usage_output_tokens, gen_ai_usage_cache_read_input_tokens, gen_ai_usage_cache_creation_input_tokens,"
        " gen_ai_usage_reasoning_output_tokens"
        " FROM call WHERE substr(request_key, 1, 12) = substr(?1, 1, 12) AND +request_key = ?1 AND error_type IS NULL"
        " ORDER BY id DESC LIMIT 1");
    found.bind(key);
    if (!found.step()) return std::nullopt;
    using Count = std::optional<long>;
    Completion completion = completion_of_otel(found.column<std::string_view>(0));
    completion.model = found.column<std::string>(1);
    completion.id = found.column<std::string>(2);
    completion.usage = {found.column<Count>(3), found.column<Count>(4), found.column<Count>(5), found.column<Count>(6),
                        found.column<Count>(7)};
    return completion;
}

/// Who never replays does not pay for the index: it is made at the first use, which reads the journal once. Where it cannot be made each question does.
void index_by_key(Database& journal) {
    if (journal.value<int>("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'call_by_key'")) return;
    try {
        // twelve digits find the row and keep the index small
        Database(journal.path(), {.durability = Durability::normal, .busy_timeout = std::chrono::milliseconds{200}})
            .run("CREATE INDEX IF NOT EXISTS call_by_key ON call (substr(request_key, 1, 12))");
    } catch (const Error&) {
    }
}

class ReplayProvider : public Provider {
public:
    explicit ReplayProvider(const Endpoint& endpoint) : journal_path_(text_of(endpoint.settings, "journal")) {}

    Transport transport() const override { return Transport::local; }

    Completion answer(const Request& request, const DeltaSink& sink) const override {
        return request.model == "journal" ? from_journal(request, sink) : from_cassette(request, sink);
    }

private:
    Completion from_journal(const Request& request, const DeltaSink& sink) const {
        if (!journal_) {
            const Path path = journal_path_.empty() ? data_folder(Environment{}) / "log.db" : Path(journal_path_);
            journal_ = std::make_unique<Database>(path, DatabaseOptions{.access = Access::read});
            index_by_key(*journal_);
        }
        auto completion = newest_answer(*journal_, request_key(request, ""));
        if (!completion)
            throw Error(Fault::refused, "the journal {} holds no answer to {}; ask a model once without --no-log",
                        journal_->path().string(), question_shown(request));
        stream_words(request, completion->text, sink);
        return std::move(*completion);
    }

    Completion from_cassette(const Request& request, const DeltaSink& sink) const {
        if (request.model.empty())
            throw Error(Fault::refused, "replay wants the name of a cassette, replay/FILE, or replay/journal");
        const auto opened = cassettes_.find(request.model);
        Cassette& cassette =
            opened != cassettes_.end() ? opened->second : cassettes_.emplace(request.model, Cassette(request.model)).first->second;
        auto take = cassette.next(request);
        if (!take)
            throw Error(Fault::refused, "the cassette {0} has no answer to {1}; record it with --record {0}", request.model,
                        question_shown(request));
        if (take->error) throw *take->error;
        if (take->deltas.empty()) stream_words(request, take->completion.text, sink);
        if (request.stream && sink)
            for (const Chunk& chunk : take->deltas) sink({chunk.kind, chunk.text});
        return std::move(take->completion);
    }

    std::string journal_path_;
    // Opened at the first question. A provider belongs to one thread.
    mutable std::unique_ptr<Database> journal_;
    mutable std::map<std::string, Cassette> cassettes_;
};

}  // namespace

extern const ProviderEntry provider_replay{
    .name = "replay",
    .about = "answers given before: replay/FILE from a cassette, replay/journal from the journal",
    .base_url = "",
    .key_env = "",
    .make = [](const Endpoint& e) -> std::unique_ptr<Provider> { return std::make_unique<ReplayProvider>(e); }};

}  // namespace llm
