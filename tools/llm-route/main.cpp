#include "verbs.hpp"

int main(int argc, char** argv) {
    llm::Tool tool{"llm-route", "choose for each record the cheapest model that will do"};
    llm::declare_filter(tool);
    llm::declare_fallback(tool);
    llm::declare_explain(tool);
    llm::declare_check(tool);
    return tool.run(argc, argv);
}
