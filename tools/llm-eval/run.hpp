/// What llm-eval's verbs do.
#pragma once

#include "flags.hpp"

namespace llm {

int check_records(const Tool&, const EvalFlags&);
int run_suite(const Tool&, const EvalFlags&);
int drift(const Tool&, const EvalFlags&);
int report(const Tool&, const EvalFlags&);
int compare(const Tool&, const EvalFlags&);
int from_log(const Tool&, const EvalFlags&);
int sample(const Tool&, const EvalFlags&);
int list_checks(const Tool&, const EvalFlags&);
int check_judge(const Tool&, const EvalFlags&);

}  // namespace llm
