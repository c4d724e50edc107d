#include "verbs.hpp"

#include "base/error.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "mem/exchange.hpp"
#include "store/query.hpp"

namespace llm {
namespace {

constexpr std::size_t gathered_lines = 1 << 20;

struct ExchangeFlags {
    StoreFlags store;
    SelectFlags select;
    LoopFlags loop;
    TalkFlags talk;
    std::string sql;
    bool reembed = false, json = false;
};

int export_passages(const Tool& tool, const ExchangeFlags& f) {
    MemSession s{tool, f.store, Access::read};
    s.store.each(s.selection(f.select), MemStore::From::oldest, [&s](const Passage& p) {
        put(exported_line(s.store, p) + "\n");
        return true;
    });
    return 0;
}

int import_passages(const Tool& tool, const ExchangeFlags& f) {
    MemSession s{tool, f.store, Access::write};
    s.quiet = f.talk.quiet;
    FilterOptions o = filter_options(tool, f.loop);
    o.gather = gathered_lines;
    Filter filter{s.loop, o};
    s.store.begin("import", f.store.why);
    s.store.settle();
    filter.before_output([&s] { s.store.settle(); });
    filter.at_end([&s] {
        s.finish();
        s.vectors.tend();
    });
    return filter.run([&](Record& r) {
        s.store.attempt([&] { import_passage(s.store, r, f.store.space); });
    });
}

int verify(const Tool& tool, const ExchangeFlags& f) {
    if (f.reembed) {
        MemSession s{tool, f.store, Access::write};
        s.quiet = f.talk.quiet;
        if (!s.embedding.local()) s.vectors.of("Is anybody there?");  // the old vectors are not let go of for a server that is away
        s.vectors.start_anew();
        s.store.settle();
        if (!s.embedding.local()) s.vectors.fill();
        s.vectors.tend();
        if (!f.talk.quiet) put(fmt::format("{} vectors made by {}\n", s.store.count(), s.embedding.id()));
        return 0;
    }
    MemSession s{tool, f.store, Access::read};
    const std::vector<std::string> wrong = s.store.problems();
    for (const std::string& line : wrong) put(line + "\n");
    if (wrong.empty() && !f.talk.quiet) put("nothing is wrong\n");
    return wrong.empty() ? 0 : 1;
}

Json json_of_cell(const SqlCell& cell) {
    return std::visit([](const auto& value) { return Json(value); }, cell);
}

int sql(const Tool& tool, const ExchangeFlags& f) {
    if (f.sql.empty()) throw Error(Fault::usage, "which query? for instance: llm-mem sql 'select id, source from passages'");
    MemSession s{tool, f.store, Access::read};
    std::optional<Table> table;
    long rows = 0;
    query(
        s.store.db(), f.sql,
        [&](const std::vector<std::string>& names, const std::vector<SqlCell>& cells) {
            ++rows;
            Json row = Json::object();
            for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = json_of_cell(cells[i]);
            if (f.json) put(dump(row) + "\n");
            else table->add(std::move(row));
            return true;
        },
        [&](const std::vector<std::string>& names) {
            std::vector<Column> columns;
            for (const std::string& name : names) columns.push_back({name, name, Align::left, true});
            table.emplace(std::move(columns));
        });
    if (!f.json && table) put(*table, Listing::table);
    return 0;
}

}  // namespace

void declare_exchange(Tool& tool) {
    ExchangeFlags& f = flags_of_verb<ExchangeFlags>();

    auto& out = tool.verb("export", "write passages as records that import takes", [&] { return export_passages(tool, f); });
    select_options(out, f.select);
    store_options(out, f.store);

    auto& in = tool.verb("import", "store what export wrote", [&] { return import_passages(tool, f); });
    author_options(in, f.store);
    store_options(in, f.store);
    loop_options(in, f.loop);
    talk_options(in, f.talk);

    auto& verify = tool.verb("verify", "look for damage in the memory", [&] { return llm::verify(tool, f); });
    verify.group("Mending").flag("--reembed", f.reembed, "Make all vectors anew, with the embedder of --embedder.").since("0.1");
    embedder_option(verify, f.store);
    store_options(verify, f.store);
    talk_options(verify, f.talk);

    auto& sql = tool.verb("sql", "ask the memory in SQL, reading only", [&] { return llm::sql(tool, f); });
    sql.argument("QUERY", f.sql, "One statement over the views passages, versions, changes, documents, blocks, turns and proposals.");
    store_options(sql, f.store);
    sql.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1");
}

}  // namespace llm
