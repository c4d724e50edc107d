// A tool of one's own on libllm: it adds the member "shout", the prompt in capitals, to each record.
//
//     c++ -std=c++20 shout.cpp $(pkg-config --cflags --libs llm) -o shout
//     echo '{"prompt": "hello"}' | ./shout
#include "cli/groups.hpp"

#include <cctype>

int main(int argc, char** argv) {
    llm::Tool tool{"shout", "say the prompt in capitals"};
    llm::LoopFlags flags;
    llm::loop_options(tool, flags);
    tool.top({"--when"}).example("shout < records.jsonl", "shout each prompt");
    return tool.run(argc, argv, [&] {
        llm::Loop loop;
        llm::Filter filter{loop, llm::filter_options(tool, flags)};
        return filter.run(llm::Filter::PlainStep{[](llm::Record& record) {
            const llm::Json prompt = record.get("prompt");
            if (!prompt.is_string()) throw llm::Error(llm::Fault::data, "'prompt' is missing: nothing to shout");
            std::string text = prompt.get<std::string>();
            for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            record.set("shout", text);
        }});
    });
}
