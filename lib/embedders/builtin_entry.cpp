#include "chat/embedder.hpp"
#include "embedders/builtin.hpp"

namespace llm {
namespace {

class Builtin final : public Embedder {
public:
    std::string id() const override { return std::string{table_.id()}; }
    std::size_t dimension() const override { return BuiltinEmbedder::dimension; }
    Vector embed(std::string_view text) const override {
        Vector v(BuiltinEmbedder::dimension);
        table_.embed(text, v.data());
        return v;
    }

private:
    BuiltinEmbedder table_;
};

}  // namespace

extern const EmbedderEntry embedder_builtin;
const EmbedderEntry embedder_builtin{
    "builtin", "a trained word table inside the program: no server, no download",
    [](const Endpoint&, const std::string&) -> std::unique_ptr<Embedder> { return std::make_unique<Builtin>(); }};

}  // namespace llm
