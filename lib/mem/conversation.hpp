/// Gone: turns and summaries are mem/turns.hpp (a tree, so that a history given again or answered anew adds nothing twice; schema 0002 has it),
/// proposals are mem/proposals.hpp. The helper of pack, learn and review keeps both.
#pragma once
#include "mem/proposals.hpp"
#include "mem/turns.hpp"
