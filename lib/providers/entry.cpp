// Stands here and not in chat, because the roster it looks through is this folder's.
#include "chat/provider.hpp"

namespace llm {

const ProviderEntry& provider_entry(std::string_view protocol) {
    std::vector<std::string_view> names;
    for (const ProviderEntry* e : providers()) {
        if (e->name == protocol) return *e;
        names.push_back(e->name);
    }
    const std::string near = nearest(protocol, names);
    if (near.empty()) throw Error(Fault::config, "no protocol '{}'; there are {}", protocol, fmt::join(names, ", "));
    throw Error(Fault::config, "no protocol '{}'; did you mean '{}'?", protocol, near);
}

}  // namespace llm
