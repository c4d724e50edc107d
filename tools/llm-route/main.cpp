#include "verbs.hpp"

int main(int argc, char** argv) {
    llm::Tool tool{"llm-route", "choose for each record the cheapest model that will do"};
    llm::declare_filter(tool);
    llm::declare_fallback(tool);
    llm::declare_explain(tool);
    llm::declare_check(tool);
    llm::declare_cascade(tool);
    llm::declare_train(tool);
    llm::declare_calibrate(tool);
    llm::declare_report(tool);
    return tool.run(argc, argv);
}
