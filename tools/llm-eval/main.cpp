#include "flags.hpp"

int main(int argc, char** argv) {
    llm::Tool tool{"llm-eval", "say in numbers whether answers are good"};
    llm::EvalFlags flags;
    llm::declare(tool, flags);
    return tool.run(argc, argv);
}
