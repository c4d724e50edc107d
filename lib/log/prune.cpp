#include "log/prune.hpp"

#include "log/when.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

constexpr std::int64_t rows_at_once = 500;

struct Space {
    std::uint64_t used, free;
};

Space space(Database& db) {
    const auto page = db.value<std::uint64_t>("PRAGMA page_size").value_or(0);
    const auto pages = db.value<std::uint64_t>("PRAGMA page_count").value_or(0);
    const auto free = db.value<std::uint64_t>("PRAGMA freelist_count").value_or(0);
    return {(pages - free) * page, free * page};
}

}  // namespace

Json to_json(const PrunePlan& plan) {
    Json j{{"calls", plan.calls}, {"bytes", plan.bytes}, {"calls_kept", plan.calls_kept}, {"bytes_kept", plan.bytes_kept}};
    if (plan.calls) {
        j["oldest"] = show_time(plan.oldest);
        j["before"] = show_time(plan.before);
    }
    return j;
}

PrunePlan plan_prune(Database& db, const Keep& keep, std::int64_t now) {
    PrunePlan plan;
    const auto total = db.value<std::int64_t>("SELECT count(*) FROM call").value_or(0);
    const std::uint64_t used = space(db).used;
    plan.calls_kept = total;
    plan.bytes_kept = used;
    if (total == 0) return plan;
    const double each = static_cast<double>(used) / static_cast<double>(total);
    if (keep.age) {
        plan.before = now - static_cast<std::int64_t>(*keep.age * 1e6);
        plan.calls = db.value<std::int64_t>("SELECT count(*) FROM call WHERE id < ?1", plan.before).value_or(0);
    }
    const double rest = static_cast<double>(total - plan.calls) * each;
    if (keep.size && rest > static_cast<double>(*keep.size)) {
        const double excess = rest - static_cast<double>(*keep.size);
        plan.calls = std::min(total, plan.calls + static_cast<std::int64_t>(std::ceil(excess / each)));
        const auto first_kept = db.value<std::int64_t>("SELECT id FROM call ORDER BY id LIMIT 1 OFFSET ?1", plan.calls);
        plan.before = first_kept.value_or(db.value<std::int64_t>("SELECT max(id) FROM call").value_or(0) + 1);
    }
    if (plan.calls == 0) {
        plan.before = 0;
        return plan;
    }
    plan.oldest = db.value<std::int64_t>("SELECT min(id) FROM call").value_or(0);
    plan.bytes = std::min(used, static_cast<std::uint64_t>(static_cast<double>(plan.calls) * each));
    plan.calls_kept = total - plan.calls;
    plan.bytes_kept = used - plan.bytes;
    return plan;
}

Pruned prune(Database& db, const PrunePlan& plan, std::chrono::steady_clock::time_point deadline) {
    if (plan.before == 0) return Pruned::all;
    for (std::int64_t removed = rows_at_once; removed == rows_at_once;) {
        if (std::chrono::steady_clock::now() >= deadline) return Pruned::in_part;
        Transaction transaction(db);
        removed = db.run("DELETE FROM call WHERE id IN (SELECT id FROM call WHERE id < ?1 ORDER BY id LIMIT ?2)",
                         plan.before, rows_at_once);
        transaction.commit();
    }
    db.run("DELETE FROM media WHERE used < ?1", plan.before);
    return Pruned::all;
}

void give_back_space(Database& db) {
    const Space now = space(db);
    if (now.free * 4 < now.used + now.free) return;
    db.script("VACUUM");
    db.checkpoint();
}

}  // namespace llm
