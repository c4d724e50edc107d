/// Something that turns texts into unit vectors.
///
/// To add an embedder: write lib/embedders/NAME.cpp that defines `extern const EmbedderEntry embedder_NAME{…}`; the build writes
/// the roster from the file names (files listed in lib/embedders/HELPERS are no entries). Like a provider, an embedder does no
/// I/O: local ones compute, remote ones say what to POST and read what comes back; `call/embedding.hpp` batches, paces and retries.
#pragma once

#include "base/error.hpp"
#include "chat/provider.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// f32, of length 1; all zero for a text without anything in it.
using Vector = std::vector<float>;

/// What a server answered.
struct Embedded {
    std::vector<Vector> vectors;  ///< in the order of the texts, each of length 1
    std::optional<long> tokens;   ///< of all texts; absent where the server does not say
};

class Embedder {
public:
    virtual ~Embedder() = default;
    /// What made a vector, stored beside it: "builtin-256-1a2b3c4d", "openai/text-embedding-3-small". Vectors of different ids are never
    /// compared.
    virtual std::string id() const = 0;
    /// Numbers a vector; 0 where only the first answer tells.
    virtual std::size_t dimension() const = 0;
    virtual Transport transport() const { return Transport::local; }

    /// local. Thread-safe.
    virtual Vector embed(std::string_view text) const;

    /// http: how many texts go into one call at most.
    virtual std::size_t batch() const { return 1; }
    /// http. Throws as Provider::request does.
    virtual HttpCall request(std::span<const std::string> texts) const;
    /// http. Throws Error{provider} where the body is no answer to that many texts.
    virtual Embedded answer(std::string_view body, std::size_t texts) const;
    virtual Error failure(int status, const Headers&, std::string_view body) const;
};

struct EmbedderEntry {
    std::string_view name;      ///< "builtin", "openai", "gemini", "ollama", "model2vec"
    std::string_view about;
    /// `model`: what stands behind the slash of "openai/text-embedding-3-small", may be empty. `endpoint` has its key; for
    /// local ones it is empty.
    std::unique_ptr<Embedder> (*make)(const Endpoint& endpoint, const std::string& model);
};

/// All of lib/embedders, by name; written by the build.
std::span<const EmbedderEntry* const> embedders();

}  // namespace llm
