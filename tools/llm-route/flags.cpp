#include "flags.hpp"

namespace llm {

void policy_options(Verb& verb, PolicyFlags& f) {
    verb.group("Policy")
        .option("-p,--policy", f.policy, "FILE",
                "Choose by this policy. A name without a slash or .toml at its end is that file in the configuration folder. Without it policy.toml "
                "there counts.")
        .completes(Complete::file)
        .since("0.1");
}

}  // namespace llm
