#include "chat/error_json.hpp"

namespace llm {

Json to_json(const Error& error) {
    Json j{{"fault", name(error.fault)}, {"message", error.what()}};
    if (error.status) j["status"] = *error.status;
    if (error.retry_after) j["retry_after"] = *error.retry_after;
    return j;
}

Error error_of(const Json& j) {
    if (!j.is_object()) throw Error(Fault::data, "an `error` must be an object, not {}", dump(j).substr(0, 80));
    const std::string said = text_of(j, "fault", name(Fault::provider));
    const auto fault = fault_named(said);
    if (!fault) throw Error(Fault::data, "'{}' is no fault of llm-record(5)", said);
    Error error(*fault, "{}", text_of(j, "message", "no reason given"));
    if (const Json& status = member(j, "status"); status.is_number_integer()) error.status = status.get<int>();
    if (const Json& wait = member(j, "retry_after"); wait.is_number()) error.retry_after = wait.get<double>();
    return error;
}

}  // namespace llm
