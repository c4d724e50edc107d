#include "base/json.hpp"

namespace llm {

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json read_json(std::string_view text) { return Json::parse(text, nullptr, false); }

}  // namespace llm
