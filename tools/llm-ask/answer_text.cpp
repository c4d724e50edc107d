#include "answer_text.hpp"

namespace llm {

void drive(Loop& loop, Task<void>& task, Writer& out) {
    loop.catch_signals();
    loop.watch(1, Loop::none, [&](unsigned events) {
        if (events & Loop::hangup) {
            out.close();
            loop.forget(1);
        }
    });
    task.start();
    while (!task.done() && !out.closed() && Loop::signal_caught() == 0) loop.run_once();
    loop.forget(1);
    if (task.done()) task.result();
}

std::string text_of_answer(const Json& response) {
    if (response.contains("json")) return dump(response["json"]);
    std::string text = text_of(response, "text");
    return text.empty() && response.contains("tool_calls") ? dump(response["tool_calls"]) : text;
}

void put_answer(Writer& out, const Record& record, const AskFlags& f, const TextEmitter& emitter) {
    const Json response = record.get("response");
    const char end = f.loop.nul ? '\0' : '\n';
    if (emitter.begun()) {
        if (!emitter.ends_line() || f.loop.nul) out.put({&end, 1});
        return;
    }
    std::string text = text_of_answer(response);
    if (f.loop.nul || !text.ends_with('\n')) text += end;
    out.put(text);
}

}  // namespace llm
