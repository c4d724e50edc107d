/// Quality and speed of the builtin embedder, a JSON line a figure. Usage: embedder [TABLE]
///
/// Quality is taken on the sets in ../shared/data, which are development sets: nothing is trained on these parts.
/// The reference is what a static table without pretrained vectors reached (0 where nobody measured).
#include "embedders/builtin.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;
using llm::BuiltinEmbedder;
constexpr std::size_t dimension = BuiltinEmbedder::dimension;
const std::string data = LLM_SHARED_DIR "/data/";

void print(const std::string& name, double value, const std::string& unit, double reference, std::size_t n) {
    fmt::print(R"({{"name":"embedder.builtin.{}","value":{:.4g},"unit":"{}","reference":{:.4g},"ratio":{:.4g},"n":{}}})"
               "\n", name, value, unit, reference, reference > 0 ? value / reference : 0, n);
    std::fflush(stdout);
}

std::vector<Json> read(const std::string& path) {
    std::ifstream file(data + path);
    std::vector<Json> records;
    for (std::string line; std::getline(file, line);) records.push_back(Json::parse(line));
    return records;
}

float dot(const float* a, const float* b) {
    std::array<float, 8> lanes{};
    for (std::size_t i = 0; i < dimension; i += 8)
        for (std::size_t j = 0; j < 8; ++j) lanes[j] += a[i + j] * b[i + j];
    return std::accumulate(lanes.begin(), lanes.end(), 0.0F);
}

class Bench {
public:
    explicit Bench(const BuiltinEmbedder& embedder) : embedder_(embedder) {}

    std::vector<float> vectors(const std::vector<Json>& records, const char* member) const {
        std::vector<float> out(records.size() * dimension);
        for (std::size_t i = 0; i < records.size(); ++i)
            embedder_.embed(records[i][member].get_ref<const std::string&>(), &out[i * dimension]);
        return out;
    }

    float cosine(std::string_view a, std::string_view b) const {
        std::array<float, dimension> u, v;
        embedder_.embed(a, u.data());
        embedder_.embed(b, v.data());
        return dot(u.data(), v.data());
    }

    void similarity() const;
    void paraphrase() const;
    void intents(const std::string& name, const std::string& stored, const std::string& asked, double reference) const;
    void memory() const;
    void antonyms() const;
    void speed() const;

private:
    const BuiltinEmbedder& embedder_;
};

std::vector<double> ranks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t j = i;
        while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
        for (std::size_t k = i; k < j; ++k) ranks[order[k]] = static_cast<double>(i + j) / 2;
        i = j;
    }
    return ranks;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const auto n = static_cast<double>(a.size());
    const double ma = std::accumulate(a.begin(), a.end(), 0.0) / n, mb = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    return ab / std::sqrt(aa * bb);
}

void Bench::similarity() const {
    std::vector<double> ours, theirs;
    for (const Json& r : read("stsb/dev.jsonl")) {
        ours.push_back(cosine(r["a"].get<std::string>(), r["b"].get<std::string>()));
        theirs.push_back(r["score"]);
    }
    print("stsb_dev.spearman", correlation(ranks(ours), ranks(theirs)), "rho", .814, ours.size());
}

/// Among all second sentences of STS-B dev, is the nearest one the paraphrase (score 4 or more)?
void Bench::paraphrase() const {
    const auto records = read("stsb/dev.jsonl");
    const auto a = vectors(records, "a"), b = vectors(records, "b");
    std::size_t right = 0, asked = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i]["score"].get<double>() < 4) continue;
        ++asked;
        const float mine = dot(&a[i * dimension], &b[i * dimension]);
        bool best = true;
        for (std::size_t j = 0; j < records.size() && best; ++j)
            best = records[j]["b"] == records[i]["b"] || dot(&a[i * dimension], &b[j * dimension]) <= mine;
        right += best;
    }
    print("stsb_dev.paraphrase_hit1", static_cast<double>(right) / static_cast<double>(asked), "share", 0, asked);
}

/// Does the nearest stored question (never itself) have the intent of the one asked?
void Bench::intents(const std::string& name, const std::string& stored, const std::string& asked,
                    double reference) const {
    const auto store = read(stored), questions = read(asked);
    const auto rows = vectors(store, "prompt"), queries = vectors(questions, "prompt");
    const std::size_t step = std::max<std::size_t>(questions.size() / 1500, 1);
    std::size_t right = 0, n = 0;
    for (std::size_t i = 0; i < questions.size(); i += step) {
        if (questions[i]["intent"] == "oos") continue;
        std::size_t best = 0;
        float score = -2;
        for (std::size_t j = 0; j < store.size(); ++j) {
            if (stored == asked && i == j) continue;
            const float s = dot(&queries[i * dimension], &rows[j * dimension]);
            if (s > score) score = s, best = j;
        }
        ++n;
        right += store[best]["intent"] == questions[i]["intent"];
    }
    print(name + ".nearest_intent", static_cast<double>(right) / static_cast<double>(n), "share", reference, n);
}

/// Share of a question's evidence turns among the ten nearest turns of its conversation.
void Bench::memory() const {
    const auto turns = read("locomo/turns.jsonl");
    const auto plain = vectors(turns, "text");
    auto named = turns;
    for (Json& t : named) t["text"] = t["speaker"].get<std::string>() + ": " + t["text"].get<std::string>();
    const auto spoken = vectors(named, "text");
    for (const auto* rows : {&plain, &spoken}) {
        double recall = 0;
        std::size_t n = 0;
        for (const Json& q : read("locomo/questions.jsonl")) {
            std::set<std::string> evidence;
            for (const Json& e : q["evidence"]) evidence.insert(e.get<std::string>());
            if (evidence.empty()) continue;
            std::array<float, dimension> query;
            embedder_.embed(q["question"].get<std::string>(), query.data());
            std::vector<std::pair<float, std::size_t>> found;
            for (std::size_t i = 0; i < turns.size(); ++i)
                if (turns[i]["conversation"] == q["conversation"])
                    found.emplace_back(-dot(query.data(), rows->data() + i * dimension), i);
            std::partial_sort(found.begin(), found.begin() + 10, found.end());
            std::size_t hits = 0;
            for (std::size_t k = 0; k < 10; ++k) hits += evidence.contains(turns[found[k].second]["id"]);
            recall += static_cast<double>(hits) / static_cast<double>(evidence.size());
            ++n;
        }
        print(rows == &plain ? "locomo.recall10" : "locomo.recall10_with_speaker", recall / static_cast<double>(n),
              "share", .631, n);
    }
}

void Bench::antonyms() const {
    const auto mean = [&](const char* path) {
        std::ifstream file(data + path);
        double sum = 0;
        std::size_t n = 0;
        for (std::string a, b; file >> a >> b; ++n) sum += cosine(a, b);
        return std::pair{sum / static_cast<double>(n), n};
    };
    const auto alike = mean("words/ppdb_synonyms.txt"), opposed = mean("words/wordnet_antonyms.txt");
    print("synonyms.mean_cosine", alike.first, "cosine", 0, alike.second);
    print("antonyms.mean_cosine", opposed.first, "cosine", 0, opposed.second);
    double sum = 0;
    const auto contradictions = read("negations/antonym-substitution.jsonl");
    for (const Json& r : contradictions) sum += cosine(r["a"].get<std::string>(), r["b"].get<std::string>());
    print("contradictions.mean_cosine", sum / static_cast<double>(contradictions.size()), "cosine", 0,
          contradictions.size());
    print("turn_on_off.cosine", cosine("turn on the light", "turn off the light"), "cosine", .81, 1);
    print("convert_10_20.cosine", cosine("convert 10 USD to EUR", "convert 20 USD to EUR"), "cosine", .66, 1);
    print("password_login.cosine", cosine("reset my password", "forgot my login credentials"), "cosine", .41, 1);
    print("summarise.cosine", cosine("Summarize this article", "give me a summary of the text"), "cosine", .33, 1);
}

void Bench::speed() const {
    using Clock = std::chrono::steady_clock;
    const auto micros = [](auto d) { return std::chrono::duration<double, std::micro>(d).count(); };
    std::vector<double> opens;
    for (int i = 0; i < 101; ++i) {
        const auto start = Clock::now();
        const BuiltinEmbedder fresh;
        opens.push_back(micros(Clock::now() - start));
    }
    std::nth_element(opens.begin(), opens.begin() + 50, opens.end());
    print("construct", opens[50], "us", 50, opens.size());

    const auto records = read("stsb/dev.jsonl");
    std::vector<std::string> texts;
    for (const Json& r : records) texts.push_back(r["a"]);
    std::array<float, dimension> out;
    std::vector<double> runs;
    for (int run = 0; run < 15; ++run) {
        const auto start = Clock::now();
        for (const std::string& text : texts) embedder_.embed(text, out.data());
        runs.push_back(micros(Clock::now() - start) / static_cast<double>(texts.size()));
    }
    std::nth_element(runs.begin(), runs.begin() + 7, runs.end());
    print("text", runs[7], "us", 3.5, texts.size());
}

std::string whole_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
    const std::string other = argc > 1 ? whole_file(argv[1]) : "";
    const auto embedder = argc > 1 ? BuiltinEmbedder(std::as_bytes(std::span(other))) : BuiltinEmbedder();
    const Bench bench(embedder);
    bench.speed();
    bench.similarity();
    bench.paraphrase();
    bench.antonyms();
    bench.memory();
    bench.intents("banking77", "banking77/train.jsonl", "banking77/train.jsonl", 0);
    bench.intents("clinc150", "clinc150/train.jsonl", "clinc150/val.jsonl", 0);
}
