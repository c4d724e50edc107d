/// Vectors for texts, whatever makes them: computed here, or asked of a server in batches. Such a call is let in, retried, priced and journalled
/// like one to a model (call/governor.hpp): limits of provider and model, the breaker, pauses that servers ask for, and `budget.day` hold for it.
/// Its line in the journal has the operation "embeddings", and how many texts and bytes were sent instead of the texts.
#pragma once

#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "base/task.hpp"
#include "call/governor.hpp"
#include "chat/embedder.hpp"
#include "net/http.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct EmbeddingOptions {
    std::string tool;                            ///< "llm-mem", for the journal and the budget
    std::function<void(std::string_view)> warn;  ///< what people should know; may be empty
    std::function<void(double seconds)> skip;    ///< for tests: told of each wait, which then takes no time
    Governor* governor = nullptr;                ///< a Caller's, with its clock, so that one `--budget` holds for both; none: one of its own
    CallClock* clock = nullptr;
};

class Embedding {
public:
    /// `name`: "builtin" (also where empty), "model2vec/FOLDER", or "provider/model" of a configured provider that speaks openai, gemini or
    /// ollama. Nothing is loaded or sent yet. Throws Error{config} with the nearest name. All are borrowed.
    Embedding(std::string_view name, Loop&, const Settings&, const Environment&, EmbeddingOptions = {});
    ~Embedding();
    Embedding(const Embedding&) = delete;
    Embedding& operator=(const Embedding&) = delete;

    std::string id() const;
    std::size_t dimension() const;  ///< 0 where only the first answer tells
    /// True where no call is needed: `now` may be used.
    bool local() const;
    Vector now(std::string_view text) const;

    /// The vectors in the order of the texts. Throws Error as Caller::call does.
    Task<std::vector<Vector>> embed(std::vector<std::string> texts);
    /// The same for code without a loop of its own: runs the loop until they are there.
    std::vector<Vector> embed_now(std::span<const std::string> texts);

private:
    struct State;
    struct Server;
    std::unique_ptr<State> state_;
};

/// Whether the embedder's server is what fails (it does not answer, asks for a pause, the money is spent), and not the way it is asked.
bool server_is_away(const Error&) noexcept;

}  // namespace llm
