#include "run.hpp"

#include "cli/table.hpp"
#include "evaluators/evaluator.hpp"

#include <algorithm>

namespace llm {

int list_checks(const Tool&, const EvalFlags& f) {
    Table table{{{"type", "TYPE", Align::left, false}, {"value", "VALUE", Align::left, true}, {"threshold", "THRESHOLD", Align::left, true}, {"about", "PASSES WHERE", Align::left, true}}};
    std::vector<std::pair<const EvaluatorEntry*, const EvaluatorType*>> all;
    for (const EvaluatorEntry* entry : evaluators())
        for (const EvaluatorType& type : entry->types) all.emplace_back(entry, &type);
    for (const auto& [entry, type] : all) {
        Json row{{"type", type->name}, {"value", type->value}, {"threshold", type->threshold}, {"about", type->about}};
        if (f.loop.json) row["family"] = entry->name;
        table.add(std::move(row));
    }
    put(table, f.loop.json ? Listing::json : Listing::table);
    return 0;
}

}  // namespace llm
