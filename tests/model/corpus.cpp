#include "corpus.hpp"

#include "embedders/table/words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace llm::model {

namespace {

std::ifstream open(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    return file;
}

bool is_one_word(const std::string& text) {
    table::Words words{text};
    table::Word word;
    return words.next(word) && word.text == text && !words.next(word);
}

std::string spaced(std::string lemma) {
    if (const auto mark = lemma.find('('); mark != std::string::npos) lemma.resize(mark);
    std::replace(lemma.begin(), lemma.end(), '_', ' ');
    return lemma;
}

void split_gloss(const std::string& gloss, Synset& synset) {
    std::size_t at = 0;
    while (at < gloss.size()) {
        const std::size_t open_quote = gloss.find('"', at);
        synset.definition += gloss.substr(at, open_quote == std::string::npos ? open_quote : open_quote - at);
        if (open_quote == std::string::npos) break;
        const std::size_t close_quote = gloss.find('"', open_quote + 1);
        if (close_quote == std::string::npos) break;
        synset.examples.push_back(gloss.substr(open_quote + 1, close_quote - open_quote - 1));
        at = close_quote + 1;
    }
}

struct Link {
    std::size_t from;
    std::string target;
    std::string lemma;
    char kind;
    unsigned to_word;
};

}  // namespace

Vectors read_vectors(const std::string& path, std::size_t most) {
    auto file = open(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    Vectors vectors;
    std::size_t at = text.find("\"vectors\":{");
    if (at == std::string::npos) throw std::runtime_error("no vectors in " + path);
    at += 11;
    while (vectors.words.size() < most && text[at] == '"') {
        std::string word;
        for (++at; text[at] != '"'; ++at) {
            if (text[at] == '\\') ++at;
            word += text[at];
        }
        at += 3;
        const bool kept = is_one_word(word) && !vectors.rank.contains(word);
        for (std::size_t i = 0; i < Vectors::dimension; ++i) {
            float value = 0;
            at = static_cast<std::size_t>(std::from_chars(&text[at], &text[at] + 24, value).ptr - text.data()) + 1;
            if (kept) vectors.values.push_back(value);
        }
        at = text.find(']', at) + 1;
        if (text[at] == ',') ++at;
        if (kept) {
            vectors.rank.emplace(word, vectors.words.size());
            vectors.words.push_back(std::move(word));
        }
    }
    return vectors;
}

WordNet read_wordnet(const std::string& folder) {
    WordNet net;
    std::unordered_map<std::string, std::size_t> index;
    std::vector<Link> links;
    for (const std::string part : {"noun", "verb", "adj", "adv"}) {
        auto file = open(folder + "/data." + part);
        const char letter = part == "adj" ? 'a' : part == "adv" ? 'r' : part[0];
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("  ")) continue;
            std::istringstream fields(line);
            std::string offset, skip, count;
            fields >> offset >> skip >> skip >> count;
            Synset synset;
            synset.part = letter == 'n' ? 0 : letter == 'v' ? 1 : letter == 'a' ? 2 : 3;
            for (unsigned n = static_cast<unsigned>(std::stoul(count, nullptr, 16)); n > 0; --n) {
                std::string lemma;
                fields >> lemma >> skip;
                synset.lemmas.push_back(spaced(lemma));
            }
            unsigned pointers = 0;
            fields >> pointers;
            for (; pointers > 0; --pointers) {
                std::string kind, target, type, words;
                fields >> kind >> target >> type >> words;
                const auto from_word = std::stoul(words.substr(0, 2), nullptr, 16);
                const auto to_word = static_cast<unsigned>(std::stoul(words.substr(2), nullptr, 16));
                if (kind == "@" || kind == "@i" || kind == "&")
                    links.push_back({net.synsets.size(), type + target, "", '@', 0});
                if (kind == "!" && from_word > 0)
                    links.push_back({net.synsets.size(), type + target, synset.lemmas[from_word - 1], '!', to_word});
            }
            if (const auto bar = line.find("| "); bar != std::string::npos) split_gloss(line.substr(bar + 2), synset);
            index[letter + offset] = net.synsets.size();
            net.synsets.push_back(std::move(synset));
        }
        auto forms = open(folder + "/" + part + ".exc");
        for (std::string form, base; forms >> form >> base; forms.ignore(1000, '\n'))
            net.irregular.emplace_back(spaced(form), spaced(base));
    }
    for (const Link& link : links) {
        const auto to = index.at(link.target);
        if (link.kind == '@')
            net.synsets[link.from].parents.push_back(to);
        else
            net.antonyms.push_back({link.lemma, net.synsets[to].lemmas.at(link.to_word - 1), 0});
    }
    auto counts = open(folder + "/cntlist.rev");
    for (std::string key, sense, count; counts >> key >> sense >> count;)
        net.uses[spaced(key.substr(0, key.find('%')))] += std::stoi(count);
    return net;
}

std::vector<Pair> read_pairs(const std::string& path) {
    auto file = open(path);
    std::vector<Pair> pairs;
    for (Pair pair; file >> pair.a >> pair.b;) pairs.push_back(pair);
    return pairs;
}

std::vector<Pair> read_scored(const std::string& path) {
    auto file = open(path);
    std::vector<Pair> pairs;
    for (std::string line; std::getline(file, line);) {
        const auto record = nlohmann::json::parse(line);
        pairs.push_back({record.at("a"), record.at("b"), record.at("score").get<float>() / 5});
    }
    return pairs;
}

}  // namespace llm::model
