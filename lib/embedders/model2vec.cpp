// Facts: github.com/MinishLab/model2vec, README and model card: a vector a piece (tensor `embeddings`), in newer models a row and a weight
// for each piece (`mapping`, `weights`); a text is the mean over its pieces, unknown ones left out, at most 512.
#include "chat/embedder.hpp"
#include "embedders/safetensors.hpp"
#include "embedders/wordpiece.hpp"

#include "base/hash.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

constexpr std::size_t most_pieces = 512;

/// Of what the files are, not where they lie: a vector must never meet those of another model under the same name. All of the header and
/// the vocabulary, and of the numbers a page here and there.
std::uint64_t content_of(std::string_view tensors, std::string_view vocabulary) {
    constexpr std::size_t page = 4096, samples = 64;
    std::uint64_t hash = fast_hash(vocabulary, tensors.size());
    const std::size_t step = std::max(page, tensors.size() / samples);
    for (std::size_t at = 0; at < tensors.size(); at += step) hash = fast_hash(tensors.substr(at, page), hash);
    return hash;
}

class Model2Vec final : public Embedder {
public:
    explicit Model2Vec(const std::filesystem::path& folder)
        : tensors_(folder / "model.safetensors"), words_(folder / "tokenizer.json"), embeddings_(named("embeddings", folder)),
          mapping_(tensors_.find("mapping")), weights_(tensors_.find("weights")) {
        const std::size_t pieces = words_.size();
        if ((mapping_ == nullptr && embeddings_.rows() < pieces) || (mapping_ != nullptr && mapping_->rows() < pieces) || (weights_ != nullptr && weights_->rows() < pieces))
            throw Error(Fault::config, "{}: the tokenizer knows {} pieces, the model fewer; they are not of one model", folder.string(), pieces);
        const MappedFile vocabulary{folder / "tokenizer.json"};
        auto name = folder.filename().empty() ? folder.parent_path().filename() : folder.filename();
        id_ = fmt::format("model2vec/{}-{:08x}", name.string(), content_of(tensors_.bytes(), vocabulary.bytes()) >> 32);
    }

    std::string id() const override { return id_; }
    std::size_t dimension() const override { return embeddings_.columns(); }
    Vector embed(std::string_view text) const override {
        std::vector<double> sum(dimension());
        for (const std::uint32_t piece : words_.pieces(text, most_pieces)) {
            const double row = mapping_ != nullptr ? mapping_->at(piece) : static_cast<double>(piece);
            if (!(row >= 0) || row >= static_cast<double>(embeddings_.rows())) continue;
            embeddings_.add_row(static_cast<std::size_t>(row), weights_ != nullptr ? weights_->at(piece) : 1, sum.data());
        }
        double square = 0;
        for (const double x : sum) square += x * x;
        Vector out(sum.size());
        if (square > 0 && std::isfinite(square))
            std::ranges::transform(sum, out.begin(), [shrink = 1 / std::sqrt(square)](double x) { return static_cast<float>(x * shrink); });
        return out;
    }

private:
    const Tensor& named(std::string_view name, const std::filesystem::path& folder) const {
        const Tensor* tensor = tensors_.find(name);
        if (tensor == nullptr || tensor->shape.size() != 2 || tensor->columns() == 0)
            throw Error(Fault::config, "{}/model.safetensors has no table '{}'; it is not of model2vec", folder.string(), name);
        return *tensor;
    }

    Safetensors tensors_;
    WordPiece words_;
    const Tensor& embeddings_;
    const Tensor* mapping_;
    const Tensor* weights_;
    std::string id_;
};

}  // namespace

extern const EmbedderEntry embedder_model2vec;
const EmbedderEntry embedder_model2vec{
    "model2vec", "static vectors of word pieces from a folder with model.safetensors and tokenizer.json",
    [](const Endpoint&, const std::string& model) -> std::unique_ptr<Embedder> {
        if (model.empty()) throw Error(Fault::config, "which folder? write model2vec/FOLDER, with model.safetensors and tokenizer.json in it");
        return std::make_unique<Model2Vec>(model);
    }};

}  // namespace llm
