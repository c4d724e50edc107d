/// `--when`: a jq program as a condition on a record, in jq's own language through libjq (man jq).
#pragma once

#include "base/json.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

/// Opens libjq and compiles once (16 ms), so make one only where it is asked for. `$ENV` and `env` are empty.
class JqProgram {
public:
    /// Throws Error{usage} with jq's own words where the program does not compile.
    explicit JqProgram(const std::string& program);
    ~JqProgram();
    JqProgram(JqProgram&&) noexcept;
    JqProgram& operator=(JqProgram&&) noexcept;

    /// The first output as JSON text, or nothing where there is none. Throws Error{data} where the program raises.
    std::optional<std::string> first(std::string_view record);
    /// First output neither false nor null. No output is false.
    bool holds(std::string_view record);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace llm
