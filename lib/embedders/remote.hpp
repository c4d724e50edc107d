/// What the embedders behind a server share.
#pragma once

#include "chat/embedder.hpp"
#include "providers/wire.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

class RemoteEmbedder : public Embedder {
public:
    std::string id() const override { return id_; }
    std::size_t dimension() const override { return 0; }
    Transport transport() const override { return Transport::http; }
    Error failure(int status, const Headers& headers, std::string_view body) const override { return wire_.failure(status, headers, body); }

protected:
    /// Throws Error{config} where no model is named.
    RemoteEmbedder(const Endpoint&, std::string model, std::string_view default_url, KeyHeader);

    /// The body as JSON. Throws Error{provider}.
    Json read(std::string_view body) const;
    /// `list[i]`, or its member `name` where one is given, made vectors of length 1. Throws Error{provider} where it is not `texts` lists of
    /// numbers, all of one length.
    std::vector<Vector> read_vectors(const Json& list, std::string_view name, std::size_t texts) const;

    /// A count as a server writes it; nothing where it is none.
    static std::optional<long> count(const Json&);

    Wire wire_;
    std::string model_;

private:
    [[noreturn]] void broken(std::string_view what) const;
    std::string id_;
};

}  // namespace llm
