#include "embedders/remote.hpp"

#include <cmath>

namespace llm {

RemoteEmbedder::RemoteEmbedder(const Endpoint& e, std::string model, std::string_view default_url, KeyHeader key)
    : wire_(e, default_url, key), model_(std::move(model)), id_(e.name + '/' + model_) {
    if (model_.empty()) throw Error(Fault::config, "which embedding model of {}? write {}/MODEL", e.name, e.name);
}

void RemoteEmbedder::broken(std::string_view what) const {
    throw Error(Fault::provider, "{}: the answer holds no embeddings as expected: {}", wire_.name(), what);
}

Json RemoteEmbedder::read(std::string_view body) const {
    auto json = parse_json(body);
    if (!json || !json->is_object()) broken("it is no JSON object");
    if (const Json& error = member(*json, "error"); !error.is_null()) throw wire_.failure(error);
    return std::move(*json);
}

std::vector<Vector> RemoteEmbedder::read_vectors(const Json& list, std::string_view name, std::size_t texts) const {
    if (!list.is_array() || list.size() != texts) broken(fmt::format("{} vectors were asked for", texts));
    std::vector<Vector> out;
    out.reserve(texts);
    for (const Json& item : list) {
        const Json& numbers = name.empty() ? item : member(item, name);
        if (!numbers.is_array() || numbers.empty()) broken("a vector is missing");
        Vector v;
        v.reserve(numbers.size());
        double square = 0;
        for (const Json& n : numbers) {
            if (!n.is_number()) broken("a vector holds what is no number");
            v.push_back(n.get<float>());
            square += double{v.back()} * double{v.back()};
        }
        if (!std::isfinite(square)) broken("a vector holds what is no number");
        if (!out.empty() && out.front().size() != v.size()) broken("vectors of several lengths");
        if (square > 0)
            for (float& x : v) x = static_cast<float>(x / std::sqrt(square));
        out.push_back(std::move(v));
    }
    return out;
}

std::optional<long> RemoteEmbedder::count(const Json& n) {
    if (!n.is_number_integer() || n.get<std::int64_t>() < 0) return std::nullopt;
    return n.get<long>();
}

}  // namespace llm
