/// Vectors for texts, whatever makes them: computed here, or asked of a server in batches, paced and retried like any call.
#pragma once

#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "base/task.hpp"
#include "chat/embedder.hpp"
#include "net/http.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class Embedding {
public:
    /// `name`: "builtin" (also where empty), "model2vec/FOLDER", or "provider/model" of a configured provider that speaks openai, gemini or
    /// ollama. Nothing is loaded or sent yet. Throws Error{config} with the nearest name. All are borrowed.
    Embedding(std::string_view name, Loop&, const Settings&, const Environment&);
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
    std::unique_ptr<State> state_;
};

}  // namespace llm
