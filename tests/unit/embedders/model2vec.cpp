#include "base/json.hpp"
#include "chat/embedder.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace llm;
namespace fs = std::filesystem;

namespace {

/// A model of six pieces and three dimensions, made here.
struct TinyModel {
    fs::path folder = fs::temp_directory_path() / ("model2vec-" + std::to_string(::getpid()));
    Json vocabulary{{"[UNK]", 0}, {"play", 1}, {"##ing", 2}, {"cafe", 3}, {"!", 4}, {"\u4e2d", 5}};
    Json normalizer{{"type", "BertNormalizer"}, {"lowercase", true}, {"strip_accents", nullptr}, {"handle_chinese_chars", true}};
    std::string type = "WordPiece";

    TinyModel() { fs::create_directories(folder); }
    ~TinyModel() { fs::remove_all(folder); }

    void tokenizer() const {
        const Json model{{"type", type}, {"unk_token", "[UNK]"}, {"continuing_subword_prefix", "##"}, {"max_input_chars_per_word", 100}, {"vocab", vocabulary}};
        std::ofstream(folder / "tokenizer.json") << Json{{"version", "1.0"}, {"normalizer", normalizer}, {"model", model}}.dump();
    }
    void tensors(const Json& header, std::string_view body) const {
        const std::string text = header.dump();
        const std::uint64_t length = text.size();
        std::ofstream out(folder / "model.safetensors", std::ios::binary);
        out.write(reinterpret_cast<const char*>(&length), sizeof length);
        out << text << body;
    }
    /// Each piece has a direction of its own, but for [UNK].
    void floats() const {
        const std::vector<float> rows{9, 9, 9, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1, 0, 0, 1, 1};
        std::string body(rows.size() * sizeof(float), '\0');
        std::memcpy(body.data(), rows.data(), body.size());
        tensors(Json{{"__metadata__", {{"format", "pt"}}}, {"embeddings", {{"dtype", "F32"}, {"shape", {6, 3}}, {"data_offsets", {0, body.size()}}}}}, body);
    }
    std::unique_ptr<Embedder> open() const {
        for (const EmbedderEntry* e : embedders())
            if (e->name == "model2vec") return e->make(Endpoint{}, folder.string());
        return nullptr;
    }
    std::string refusal() const {
        try {
            open();
        } catch (const Error& e) {
            CHECK(e.fault == Fault::config);
            return e.what();
        }
        return {};
    }
};

void check(const Vector& got, std::initializer_list<double> wanted) {
    REQUIRE(got.size() == wanted.size());
    double square = 0;
    for (const double w : wanted) square += w * w;
    auto it = wanted.begin();
    const double length = square > 0 ? std::sqrt(square) : 1;
    for (const float x : got) CHECK(double{x} == Approx(*it++ / length).margin(1e-6));
}

}  // namespace

TEST_CASE("model2vec: a text is the mean of its pieces' vectors") {
    TinyModel m;
    m.tokenizer();
    m.floats();
    const auto e = m.open();
    CHECK(e->dimension() == 3);
    CHECK(e->transport() == Transport::local);
    check(e->embed("play"), {1, 0, 0});
    check(e->embed("Playing"), {1, 2, 0});            // play ##ing
    check(e->embed("play playing!"), {3, 3, 0});      // play play ##ing !
    check(e->embed("Caf\u00e9"), {0, 0, 3});          // without its accent
    check(e->embed("Cafe\u0301"), {0, 0, 3});
    check(e->embed("play\u4e2dplay"), {2, 1, 1});     // a word of its own
    check(e->embed("play unheard"), {1, 0, 0});       // what is unknown does not count
    check(e->embed(" \t\n"), {0, 0, 0});
    check(e->embed("playunheard"), {0, 0, 0});        // nor does half a word
}

TEST_CASE("model2vec: half floats, rows and weights of pieces are read") {
    TinyModel m;
    m.tokenizer();
    // Two rows: (1, 0.5) and (-2, 0), as binary16.
    const std::vector<std::uint16_t> halves{0x3C00, 0x3800, 0xC000, 0x0000};
    const std::vector<std::int64_t> rows{0, 0, 1, 1, 7, 0};  // 7 is no row
    const std::vector<double> weights{1, 4, 1, 0.5, 1, 1};
    std::string body(halves.size() * 2 + rows.size() * 8 + weights.size() * 8, '\0');
    std::memcpy(body.data(), halves.data(), 8);
    std::memcpy(body.data() + 8, rows.data(), 48);
    std::memcpy(body.data() + 56, weights.data(), 48);
    m.tensors(Json{{"embeddings", {{"dtype", "F16"}, {"shape", {2, 2}}, {"data_offsets", {0, 8}}}},
                   {"mapping", {{"dtype", "I64"}, {"shape", {6}}, {"data_offsets", {8, 56}}}},
                   {"weights", {{"dtype", "F64"}, {"shape", {6}}, {"data_offsets", {56, 104}}}}},
              body);
    const auto e = m.open();
    check(e->embed("playing"), {4.0 - 2, 2});
    check(e->embed("cafe"), {-1, 0});
    check(e->embed("!"), {0, 0});
}

TEST_CASE("model2vec: vectors of different content have different names") {
    TinyModel m;
    m.tokenizer();
    m.floats();
    const std::string first = m.open()->id();
    CHECK(first.starts_with("model2vec/model2vec-"));
    CHECK(m.open()->id() == first);
    m.vocabulary["play"] = 2;
    m.vocabulary["##ing"] = 1;
    m.tokenizer();
    CHECK(m.open()->id() != first);
}

TEST_CASE("model2vec: a model that is none is refused in words") {
    TinyModel m;
    CHECK_THAT(m.refusal(), contains("model.safetensors"));
    m.floats();
    CHECK_THAT(m.refusal(), contains("tokenizer.json"));
    m.tokenizer();
    CHECK(m.refusal().empty());
    m.type = "Unigram";
    m.tokenizer();
    CHECK_THAT(m.refusal(), contains("Unigram"));
    m.type = "WordPiece";
    m.vocabulary["more"] = 6;
    m.tokenizer();
    CHECK_THAT(m.refusal(), contains("7 pieces"));
    m.vocabulary.erase("more");
    m.tokenizer();
    m.tensors(Json{{"embeddings", {{"dtype", "F32"}, {"shape", {6, 3}}, {"data_offsets", {0, 72}}}}}, "short");
    CHECK_FALSE(m.refusal().empty());
    m.tensors(Json{{"embeddings", {{"dtype", "F32"}, {"shape", {1ull << 40, 1ull << 40}}, {"data_offsets", {0, 72}}}}}, std::string(72, '\0'));
    CHECK_FALSE(m.refusal().empty());
    std::ofstream(m.folder / "model.safetensors") << "no tensors at all";
    CHECK_THAT(m.refusal(), contains("safetensors"));
}
