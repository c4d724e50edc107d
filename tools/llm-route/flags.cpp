#include "flags.hpp"

namespace llm {

void policy_options(Verb& verb, PolicyFlags& f) {
    auto& policy = verb.group("Policy");
    policy
        .option("-p,--policy", f.policy, "FILE",
                "Choose by this policy. A name without a slash or .toml at its end is a file of the configuration folder. Without it that is policy.toml there.")
        .completes(Complete::file)
        .setting("route.policy")
        .since("0.1");
    policy.option("--store", f.store, "FILE", "Keep the vectors of examples here.").completes(Complete::file).setting("route.path").since("0.1");
}

void shaping_options(Verb& verb, RequestFlags& f) {
    request_options(verb, f);
    Option& model = *verb.find("--model");
    model.spec.text =
        "Give this model to records that name none. No rule is looked at then. NAME is provider/name, or an alias or a tier (cheap, standard, strong) of the "
        "configuration.";
    model.spec.env.clear();
    model.spec.setting.clear();
}

}  // namespace llm
