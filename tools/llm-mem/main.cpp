#include "verbs.hpp"

int main(int argc, char** argv) {
    llm::Tool tool{"llm-mem", "remember texts, find them again, and let people see and change what is known"};
    llm::declare_add(tool);
    llm::declare_find(tool);
    llm::declare_look(tool);
    llm::declare_change(tool);
    llm::declare_pack(tool);
    llm::declare_core(tool);
    llm::declare_tools(tool);
    llm::declare_apply(tool);
    llm::declare_learn(tool);
    llm::declare_review(tool);
    llm::declare_correct(tool);
    llm::declare_exchange(tool);
    llm::declare_page(tool);
    return tool.run(argc, argv);
}
