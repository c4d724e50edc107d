#include "flags.hpp"

int main(int argc, char** argv) {
    llm::Tool tool{"llm-cache", "answer again from what was answered before"};
    llm::CacheFlags flags;
    llm::declare(tool, flags);
    return tool.run(argc, argv);
}
