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

void put_answer(Writer& out, const Record& record, const AskFlags& f, const TextEmitter& emitter) {
    const Json response = record.get("response");
    const char end = f.loop.nul ? '\0' : '\n';
    if (emitter.begun()) {
        if (!emitter.ends_line() || f.loop.nul) out.put({&end, 1});
        return;
    }
    std::string text = text_of(response, "text");
    if (response.contains("json")) text = dump(response["json"]);
    else if (text.empty() && response.contains("tool_calls")) text = dump(response["tool_calls"]);
    if (f.loop.nul || !text.ends_with('\n')) text += end;
    out.put(text);
}

}  // namespace llm
