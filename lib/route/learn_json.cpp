/// The saved router, one JSON object:
///   {"llm-router": 1, "embedder": ID, "evidence": "prompt" | "answer", "options": {…}, "features": [NAME…],
///    "mean": [N…], "scale": [N…],
///    "heads": [{"bias": N, "dense": [N…], "word_step": N, "words": BASE64 of int16, little endian}…],
///    "neighbour_vectors": BASE64 of int8, "neighbour_gains": [N…], "neighbour_mean": N, "neighbour_weight": N, "slope": N, "offset": N,
///    "typical": N, "threshold": N?, "trained_on": [HEX…]}
#include "route/learn.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace llm {
namespace {

constexpr int version = 2;
constexpr std::size_t vector_size = BuiltinEmbedder::dimension;

std::string words_to_text(const std::vector<double>& weights, double step) {
    std::string bytes;
    for (const double w : weights) {
        const auto n =
            static_cast<std::uint16_t>(static_cast<std::int16_t>(step > 0 ? std::lround(w / step) : 0));
        bytes += static_cast<char>(n & 0xFF);
        bytes += static_cast<char>(n >> 8);
    }
    return to_base64(bytes);
}

[[noreturn]] void damaged(std::string_view what) {
    throw Error(Fault::data, "the router's '{}' is damaged or missing; train it again with llm-route train",
                what);
}

double number(const Json& json, std::string_view key) {
    const Json& n = member(json, key);
    if (!n.is_number() || !std::isfinite(n.get<double>())) damaged(key);
    return n.get<double>();
}

std::size_t count(const Json& json, std::string_view key, std::size_t most) {
    const double n = number(json, key);
    if (n < 0 || n > static_cast<double>(most) || n != std::floor(n)) damaged(key);
    return static_cast<std::size_t>(n);
}

template <typename T>
std::vector<T> numbers(const Json& json, std::string_view key, std::size_t size) {
    const Json& all = member(json, key);
    if (!all.is_array() || all.size() != size) damaged(key);
    std::vector<T> out;
    for (const Json& n : all) {
        if (!n.is_number()) damaged(key);
        out.push_back(n.get<T>());
    }
    return out;
}

std::string bytes_of(const Json& json, std::string_view key, std::size_t size) {
    const Json& text = member(json, key);
    if (!text.is_string()) damaged(key);
    const auto bytes = from_base64(text.get_ref<const std::string&>());
    if (!bytes || bytes->size() != size) damaged(key);
    return *bytes;
}

}  // namespace

Json Router::to_json() const {
    Json features = Json::array();
    for (const std::string_view name : prompt_feature_names()) features.push_back(std::string{name});
    if (options_.evidence == Evidence::answer)
        for (const std::string_view name : answer_feature_names()) features.push_back(std::string{name});
    Json out;
    out["llm-router"] = version;
    out["embedder"] = std::string{embedder_->id()};
    out["evidence"] = options_.evidence == Evidence::answer ? "answer" : "prompt";
    out["options"] = {{"hash_bits", options_.hash_bits},
                      {"words", options_.words},
                      {"letters", options_.letters},
                      {"letter_bits", options_.letter_bits},
                      {"meaning", options_.meaning},
                      {"counts", options_.counts},
                      {"bends", options_.bends},
                      {"neighbours", options_.neighbours},
                      {"neighbour_reach", options_.neighbour_reach},
                      {"penalty", options_.penalty}};
    out["features"] = std::move(features);
    out["mean"] = mean_;
    out["scale"] = scale_;
    Json& heads = out["heads"] = Json::array();
    for (const Logistic& head : heads_) {
        double largest = 0;
        for (const double w : head.sparse) largest = std::max(largest, std::abs(w));
        const double step = largest / 32767;
        heads.push_back({{"bias", head.bias}, {"dense", head.dense}, {"word_step", step}, {"words", words_to_text(head.sparse, step)}});
    }
    out["neighbour_vectors"] =
        to_base64({reinterpret_cast<const char*>(neighbour_vectors_.data()), neighbour_vectors_.size()});
    out["neighbour_gains"] = neighbour_gains_;
    out["neighbour_mean"] = neighbour_mean_;
    out["neighbour_weight"] = neighbour_weight_;
    out["slope"] = slope_;
    out["offset"] = offset_;
    out["typical"] = typical_;
    if (threshold_) out["threshold"] = *threshold_;
    Json& trained_on = out["trained_on"] = Json::array();
    for (const std::uint64_t h : trained_on_) trained_on.push_back(fmt::format("{:x}", h));
    return out;
}

Router Router::from_json(const Json& json, const BuiltinEmbedder& embedder) {
    const Json& made = member(json, "llm-router");
    if (!made.is_number_integer())
        throw Error(Fault::data, "this is no router; make one with llm-route train");
    if (made.get<std::int64_t>() != version)
        throw Error(Fault::data, "the router is of version {}, this program reads {}; train it again",
                    made.get<std::int64_t>(), version);
    if (const std::string id = text_of(json, "embedder"); id != embedder.id())
        throw Error(Fault::data,
                    "the router was trained with the embedder '{}', this program has '{}'; train it again",
                    id, embedder.id());
    const std::string evidence = text_of(json, "evidence");
    if (evidence != "prompt" && evidence != "answer") damaged("evidence");

    const Json& given = member(json, "options");
    LearnOptions options;
    options.evidence = evidence == "answer" ? Evidence::answer : Evidence::prompt;
    options.hash_bits = static_cast<int>(count(given, "hash_bits", 24));
    options.words = number(given, "words");
    options.letters = number(given, "letters");
    options.letter_bits = static_cast<int>(count(given, "letter_bits", 24));
    options.meaning = number(given, "meaning");
    options.counts = number(given, "counts");
    options.bends = number(given, "bends");
    options.penalty = number(given, "penalty");
    options.neighbours = count(given, "neighbours", 1'000'000);
    options.neighbour_reach = number(given, "neighbour_reach");

    Router out{embedder, options};
    const Json& names = member(json, "features");
    const std::size_t width = out.count_width();
    if (!names.is_array() || names.size() != width) damaged("features");
    for (std::size_t i = 0; i < width; ++i) {
        const std::size_t prompts = prompt_feature_names().size();
        const std::string_view name =
            i < prompts ? prompt_feature_names()[i] : answer_feature_names()[i - prompts];
        if (names[i] != std::string{name}) damaged("features");
    }
    out.mean_ = numbers<float>(json, "mean", width);
    out.scale_ = numbers<float>(json, "scale", width);
    const Json& heads = member(json, "heads");
    if (!heads.is_array() || heads.size() != out.heads()) damaged("heads");
    const std::size_t slots = out.sparse_width();
    for (const Json& given_head : heads) {
        Logistic head;
        head.bias = number(given_head, "bias");
        head.dense = numbers<double>(given_head, "dense", 2 * width + vector_size);
        const std::string words = bytes_of(given_head, "words", 2 * slots);
        const double step = number(given_head, "word_step");
        head.sparse.reserve(slots);
        for (std::size_t i = 0; i < slots; ++i) {
            const auto low = static_cast<unsigned char>(words[2 * i]), high = static_cast<unsigned char>(words[2 * i + 1]);
            head.sparse.push_back(static_cast<double>(static_cast<std::int16_t>(low | (high << 8))) * step);
        }
        out.heads_.push_back(std::move(head));
    }
    const Json& gains = member(json, "neighbour_gains");
    out.neighbour_gains_ = numbers<float>(json, "neighbour_gains", gains.is_array() ? gains.size() : 0);
    const std::string vectors = bytes_of(json, "neighbour_vectors", out.neighbour_gains_.size() * vector_size);
    for (const char c : vectors) out.neighbour_vectors_.push_back(static_cast<std::int8_t>(c));
    if (!out.neighbour_gains_.empty() && options.neighbours == 0) damaged("neighbour_gains");
    out.neighbour_mean_ = number(json, "neighbour_mean");
    out.neighbour_weight_ = number(json, "neighbour_weight");
    out.slope_ = number(json, "slope");
    out.offset_ = number(json, "offset");
    out.typical_ = number(json, "typical");
    if (!member(json, "threshold").is_null()) out.threshold_ = number(json, "threshold");
    const Json& known = member(json, "trained_on");
    if (!known.is_array()) damaged("trained_on");
    for (const Json& h : known) {
        if (!h.is_string()) damaged("trained_on");
        out.trained_on_.push_back(std::strtoull(h.get_ref<const std::string&>().c_str(), nullptr, 16));
    }
    if (!std::is_sorted(out.trained_on_.begin(), out.trained_on_.end())) damaged("trained_on");
    return out;
}

}  // namespace llm
