/// llm-mem's verbs. Each file declares its own: a new one adds its line here and one in main.cpp.
#pragma once

#include "session.hpp"

namespace llm {

void declare_add(Tool&);
void declare_find(Tool&);      // recall, search
void declare_look(Tool&);      // ls, show, history, diff, stats
void declare_change(Tool&);    // edit, rm, mv, tag, pin, undo
void declare_pack(Tool&);
void declare_core(Tool&);      // core show, set, edit, rm
void declare_tools(Tool&);
void declare_apply(Tool&);
void declare_learn(Tool&);
void declare_review(Tool&);    // review, review accept, review reject
void declare_correct(Tool&);   // correct, corrections
void declare_exchange(Tool&);  // export, import, verify, sql

}  // namespace llm
