#include "base/json.hpp"
#include "chat/embedder.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace llm;

namespace {

std::unique_ptr<Embedder> made(std::string_view name) {
    Endpoint e;
    e.name = "place";
    e.protocol = name;
    e.base_url = "http://127.0.0.1:9/v1";
    e.key = "sk-secret-0123456789";
    for (const EmbedderEntry* entry : embedders())
        if (entry->name == name) return entry->make(e, "model-x");
    return nullptr;
}

/// The same two vectors, second first where the protocol numbers them.
std::string answer(std::string_view name) {
    if (name == "openai") return R"({"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}]})";
    if (name == "gemini") return R"({"embeddings":[{"values":[3,4]},{"values":[0,2]}]})";
    return R"({"embeddings":[[3,4],[0,2]]})";
}

}  // namespace

TEST_CASE("embedders: the roster has them all") {
    std::vector<std::string_view> names;
    for (const EmbedderEntry* e : embedders()) names.push_back(e->name);
    CHECK(names == std::vector<std::string_view>{"builtin", "gemini", "model2vec", "ollama", "openai"});
}

TEST_CASE("embedders: those behind a server send every text and the key in a header only") {
    for (const char* name : {"openai", "gemini", "ollama"}) {
        const auto e = made(name);
        REQUIRE(e);
        CHECK(e->transport() == Transport::http);
        CHECK(e->id() == "place/model-x");
        CHECK(e->batch() > 1);
        const std::vector<std::string> texts{"first \"text\"", "zweiter, größer"};
        const HttpCall call = e->request(texts);
        CHECK(call.url.find("secret") == std::string::npos);
        CHECK(call.body.find("secret") == std::string::npos);
        CHECK(std::ranges::any_of(call.headers, [](const std::string& h) { return h.find("sk-secret") != std::string::npos; }));
        CHECK(call.body.find("model-x") != std::string::npos);
        CHECK(Json::parse(call.body).dump().find("größer") != std::string::npos);
    }
}

TEST_CASE("embedders: answers become vectors of length one, in the order of the texts") {
    for (const char* name : {"openai", "gemini", "ollama"}) {
        const auto v = made(name)->answer(answer(name), 2).vectors;
        REQUIRE(v.size() == 2);
        CHECK(v[0][0] == Approx(0.6));
        CHECK(v[0][1] == Approx(0.8));
        CHECK(v[1][1] == Approx(1.0));
    }
}

TEST_CASE("embedders: an answer that is none is the provider's fault") {
    for (const char* name : {"openai", "gemini", "ollama"}) {
        const auto e = made(name);
        for (const std::string& body : {std::string{"<html>"}, std::string{"{}"}, std::string{"[]"}, std::string{R"({"data":[],"embeddings":[]})"},
                                        std::string{R"({"data":[{"embedding":["x"]}],"embeddings":[["x"]]})"},
                                        std::string{R"({"data":[{"embedding":[1]},{"embedding":[1,2]}],"embeddings":[[1],[1,2]]})"}, answer(name)}) {
            try {
                e->answer(body, 3);
                FAIL(name << " took " << body);
            } catch (const Error& error) {
                CHECK(error.fault == Fault::provider);
                CHECK(std::string{error.what()}.find("sk-secret") == std::string::npos);
            }
        }
    }
}
