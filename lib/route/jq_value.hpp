/// A jq program over records that does without jq where it can: paths (`.user.plan`), comparisons with literals, `and`, `or` and
/// brackets are computed here, the same; anything else goes through libjq, which takes 16 ms to start.
#pragma once

#include "record/predicate.hpp"
#include "record/record.hpp"

#include <memory>
#include <optional>
#include <string>

namespace llm {

class JqValue {
public:
    /// Throws Error{usage} with jq's own words where the program does not compile.
    explicit JqValue(const std::string& program);
    ~JqValue();
    JqValue(JqValue&&) noexcept;
    JqValue& operator=(JqValue&&) noexcept;

    /// First output neither false nor null. Throws Error{data} where the program raises.
    bool holds(const Record&);
    /// The first output: a text as it is, anything else as JSON; nothing for null and for no output.
    std::optional<std::string> text(const Record&);

    /// Whether libjq is needed.
    bool foreign() const noexcept { return !simple_; }

    struct Node;

private:
    JqProgram& program();
    std::optional<Json> compute(const Record&) const;

    std::string source_;
    std::unique_ptr<Node> simple_;
    std::optional<JqProgram> program_;
};

}  // namespace llm
