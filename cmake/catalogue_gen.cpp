// catalogue_gen MODELS.jsonl TABLE.cpp: writes the catalogue of models as a constant table
// (lib/chat/catalogue_table.hpp). Refuses a line with an unknown member, a value of the wrong kind, no date,
// no source, or a model that is there already.
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

namespace {

using Json = nlohmann::json;

const std::set<std::string> texts{"provider", "name", "date", "source", "about", "kind"};
const std::set<std::string> rates{"input", "output", "cached", "cache_write"};
const std::set<std::string> counts{"context", "max_output"};
const std::set<std::string> abilities{"vision", "tools", "schema", "reasoning"};

void require(bool holds, const std::string& otherwise) {
    if (!holds) throw std::runtime_error(otherwise);
}

void check_rates(const Json& model, const std::string& other_member) {
    for (const auto& [key, value] : model.items())
        if (rates.count(key))
            require(value.is_number() && value.get<double>() >= 0, key + " must be a number, 0 or more");
        else require(!other_member.empty() && key == other_member, "unknown member " + key);
}

void check(const Json& model) {
    for (const auto& [key, value] : model.items()) {
        if (texts.count(key))
            require(value.is_string() && !value.get<std::string>().empty(), key + " must be a text");
        else if (rates.count(key))
            require(value.is_number() && value.get<double>() >= 0, key + " must be a number, 0 or more");
        else if (counts.count(key)) require(value.is_number_unsigned(), key + " must be a whole number");
        else if (abilities.count(key)) require(value.is_boolean(), key + " must be true or false");
        else if (key == "steps") {
            long before = 0;
            for (const Json& step : value) {
                check_rates(step, "above");
                require(step.at("above").get<long>() > before, "steps must rise");
                before = step.at("above").get<long>();
            }
        } else throw std::runtime_error("unknown member " + key);
    }
    for (const char* key : {"provider", "name", "date", "source"})
        require(model.contains(key), std::string{"no "} + key);
    const std::string kind = model.value("kind", "chat");
    require(kind == "chat" || kind == "embedding", "kind must be chat or embedding");
}

class Table {
public:
    void add(const Json& model) {
        rows_ << "    {" << text(model, "provider") << ", " << text(model, "name") << ", "
              << text(model, "date") << ", " << text(model, "source") << ", " << text(model, "about")
              << ",\n     " << rate(model) << ", " << step_count_ << ", "
              << (model.contains("steps") ? model["steps"].size() : 0) << ", " << model.value("context", -1L)
              << ", " << model.value("max_output", -1L);
        for (const char* key : {"vision", "tools", "schema", "reasoning"})
            rows_ << ", " << (model.contains(key) ? static_cast<int>(model[key].get<bool>()) : -1);
        rows_ << ", " << (model.value("kind", "chat") == "embedding" ? "true" : "false") << "},\n";
        for (const Json& step : model.value("steps", Json::array())) {
            steps_ << "    {" << step["above"].get<long>() << ", " << rate(step) << "},\n";
            ++step_count_;
        }
        ++row_count_;
    }

    void write(std::ostream& out) const {
        out << "// Written by cmake/catalogue_gen.cpp from lib/chat/catalogue/models.jsonl.\n"
               "#include \"chat/catalogue_table.hpp\"\n\nnamespace llm {\n\nconst char catalogue_texts[] =\n";
        for (std::size_t at = 0; at < pool_.size(); at += 80)
            out << "    " << Json(pool_.substr(at, 80)).dump() << '\n';
        out << "    \"\";\n\nconst CatalogueStep catalogue_steps[] = {\n" << steps_.str()
            << "    {0, {-1, -1, -1, -1}},\n};\n\nconst CatalogueRow catalogue_rows[] = {\n" << rows_.str()
            << "};\nconst std::size_t catalogue_row_count = " << row_count_ << ";\n\n}  // namespace llm\n";
    }

private:
    std::string text(const Json& model, const char* key) {
        const std::string value = model.value(key, "");
        for (const char c : value) require(c >= ' ' && c <= '~', std::string{key} + " must be ASCII");
        const auto [it, is_new] = places_.emplace(value, pool_.size());
        if (is_new) pool_ += value;
        std::ostringstream out;
        out << '{' << it->second << ", " << value.size() << '}';
        return out.str();
    }

    static std::string rate(const Json& model) {
        std::string out;
        for (const char* key : {"input", "output", "cached", "cache_write"})
            out.append(out.empty() ? "{" : ", ").append(model.contains(key) ? model[key].dump() : "-1");
        return out.append("}");
    }

    std::string pool_;
    std::map<std::string, std::size_t> places_;
    std::ostringstream rows_, steps_;
    std::size_t row_count_ = 0, step_count_ = 0;
};

std::map<std::pair<std::string, std::string>, Json> read(const std::string& file) {
    std::ifstream in{file};
    require(in.good(), "cannot read " + file);
    std::map<std::pair<std::string, std::string>, Json> models;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        try {
            Json model = Json::parse(line);
            check(model);
            const std::pair<std::string, std::string> name{model["provider"], model["name"]};
            require(models.emplace(name, std::move(model)).second, "this model is there already");
        } catch (const std::exception& e) {
            throw std::runtime_error(file + ':' + std::to_string(number) + ": " + e.what());
        }
    }
    return models;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        require(argc == 3, "use: catalogue_gen MODELS.jsonl TABLE.cpp");
        Table table;
        for (const auto& [name, model] : read(argv[1])) table.add(model);
        std::ofstream out{argv[2]};
        table.write(out);
        out.flush();
        require(out.good(), std::string{"cannot write "} + argv[2]);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
