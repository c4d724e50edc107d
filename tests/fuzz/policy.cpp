// Whatever stands in a policy, it is read or an Error{config}: no crash, and what is read can be asked and looked over.
#include "base/error.hpp"
#include "route/policy.hpp"
#include "route/rule.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace llm;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    try {
        const Policy policy = parse_policy(text, "policy.toml", "/nowhere");
        (void)policy.mentioned();
        const Record record = Record::of(Json{{"prompt", "Where is the river?"}, {"user", "u"}, {"risk", "high"}});
        for (const Rule& rule : policy.rules) {
            if (!rule.when.empty() || !rule.key.empty() || !policy.key.empty()) continue;  // jq is not ours
            Conditions conditions{rule, policy};
            Subject subject{record, nullptr};
            std::string why;
            if (conditions.hold(subject, [] { return std::optional<double>{0.5}; }, &why) && why.empty()) std::abort();
            (void)conditions.route(subject);
        }
    } catch (const Error& e) {
        if (e.fault != Fault::config && e.fault != Fault::data) std::abort();
    }
    return 0;
}
