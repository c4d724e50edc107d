/// What the HTTP providers share on the way out and in: addresses and headers, JSON of strangers, errors by their code.
#pragma once

#include "base/json.hpp"
#include "chat/provider.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// How a protocol sends its key: `Authorization: Bearer `, `x-api-key: `.
struct KeyHeader {
    std::string_view prefix;
};

/// An endpoint with what does not change from call to call worked out.
class Wire {
public:
    /// `own` are header lines of the protocol. A header of the configuration takes the place of the protocol's of the same
    /// name. Throws Error{config} for a header or a key with a line break in it.
    Wire(const Endpoint&, std::string_view default_url, KeyHeader, std::vector<std::string> own = {});

    /// A POST of `body` to base_url + `path`, the members of `extra` merged in (objects member by member, all else replaced).
    /// Throws Error{auth} that names the variable where a key is needed and missing.
    HttpCall post(std::string_view path, Json&& body, const Json& extra) const;
    HttpCall post(std::string_view path, std::string body) const;

    /// What a status other than 2xx means: by status, then by the code in the body where it says more.
    Error failure(int status, const Headers&, std::string_view body) const;
    /// What an error inside a 200 or a stream means. `error` is the object, or its text.
    Error failure(const Json& error) const;
    /// Error{refused, "NAME: …"}.
    template <typename... A>
    Error refused(fmt::format_string<A...> text, A&&... a) const {
        return Error(Fault::refused, "{}: {}", name_, fmt::format(text, std::forward<A>(a)...));
    }

    const std::string& name() const noexcept { return name_; }
    const std::string& base_url() const noexcept { return base_url_; }
    const std::string& key() const noexcept { return key_; }
    std::string_view host() const noexcept;

private:
    std::string name_, base_url_, key_, missing_;
    HeaderLines headers_;
};

/// JSON as a server sent it. Ill-formed UTF-8 and lone surrogates in it become U+FFFD. Nothing where it is no JSON, or deeper
/// than 256 levels (what is deeper would overflow the stack when printed).
std::optional<Json> parse_json(std::string_view);

/// A number of tokens: member `key` where it is a whole number from 0, else nothing.
std::optional<long> count(const Json&, std::string_view key);
/// The text of member `key`, moved out of `j`; "" where it is no string.
std::string take_text(Json& j, std::string_view key);
/// Null where there is no such member; else the member itself, to be moved from.
Json* find(Json& j, std::string_view key);

/// "a.b" of an URL's host, without port, in lower case.
std::string_view host_of(std::string_view url) noexcept;

/// A model's name as part of a path: what could end the path is percent-encoded, "/" stays.
std::string in_path(std::string_view name);

/// Objects member by member, all else replaced.
void merge(Json& into, const Json& from);

}  // namespace llm
