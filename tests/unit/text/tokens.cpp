#include "text/tokens.hpp"

#include "base/utf8.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <iterator>
#include <random>
#include <string>

using namespace llm;

namespace {
struct Counted {
    double tokens;  // by the o200k vocabulary
    const char* text;
};
const Counted counted[] = {
    {16, "How do I change the delivery address of an order that has already been shipped?"},
    {27,
     "The committee met on 12 March 2024 and approved a budget of $1,250,000 for the new library building."},
    {34, "for (std::size_t i = 0; i < rows.size(); ++i) {\n    total += rows[i].price * rows[i].count;\n}\n"},
    {37, R"({"id": 17, "name": "Ada Lovelace", "tags": ["maths", "engines"], "born": "1815-12-10"})"},
    {16,
     "Die Bundesregierung hat am Mittwoch beschlossen, die Förderung für kleine Unternehmen zu verlängern."},
    {21,
     "Le conseil municipal a décidé de rénover l'école primaire et d'agrandir la bibliothèque du quartier."},
    {19, "今天下午我们去公园散步，天气很好，孩子们玩得很开心。"},
    {20, "明日の会議は午後三時から始まりますので、資料を準備してください。"},
    {18, "내일 회의는 오후 세 시에 시작하니 자료를 준비해 주세요."},
    {20, "Завтра совещание начнётся в три часа, пожалуйста, подготовьте материалы заранее."},
    {16, "سيبدأ الاجتماع غدا في الساعة الثالثة، يرجى إعداد المواد مسبقا."},
    {23,
     "# Notes\n\n- buy milk\n- call the plumber about the kitchen sink\n\n## Later\n\nWrite to Jonathan.\n"},
};
}  // namespace

TEST_CASE("tokens: the estimate is near a real vocabulary's count in prose, code, JSON and many scripts") {
    double error = 0;
    for (const Counted& c : counted) {
        INFO(c.text);
        const auto estimate = static_cast<double>(estimate_tokens(c.text));
        const double off = std::abs(estimate - c.tokens) / c.tokens;
        CHECK(off <= 0.40);
        error += off / static_cast<double>(std::size(counted));
    }
    CHECK(error <= 0.15);
}

TEST_CASE("tokens: over a whole file of chat the estimate is within five per cent") {
    std::ifstream file(LLM_SHARED_DIR "/data/locomo/turns.jsonl");
    if (!file) {
        WARN("no " LLM_SHARED_DIR "/data/locomo: skipped");
        return;
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK(static_cast<double>(estimate_tokens(text)) == Approx(124324).epsilon(0.05));
}

TEST_CASE("tokens: nothing costs nothing, anything costs at least one") {
    CHECK(estimate_tokens("") == 0);
    CHECK(estimate_tokens(" ") == 1);
    CHECK(estimate_tokens("a") == 1);
    CHECK(estimate_tokens("\x80") == 1);
    CHECK(estimate_tokens(std::string(1000, 'a')) > 100);
    CHECK(estimate_tokens(std::string(1000, '\xFF')) > 100);
}

TEST_CASE("tokens: a prefix within a budget stays within it, ends between words and wastes little") {
    std::string text;
    for (const Counted& c : counted) text.append(c.text).append("\n");
    const std::size_t whole = estimate_tokens(text);
    for (std::size_t budget = 0; budget <= whole + 5; ++budget) {
        const std::string_view cut = within_tokens(text, budget);
        CHECK(text.starts_with(cut));
        CHECK(is_utf8(cut));
        CHECK(estimate_tokens(cut) <= budget);
        if (budget < whole) CHECK(estimate_tokens(cut) + 14 >= budget);
    }
    CHECK(within_tokens(text, whole + 1) == text);
    CHECK(within_tokens("alpha beta gamma", 2).find("alph") == 0);
}

TEST_CASE("tokens: any bytes are counted without harm") {
    std::mt19937 random(3);
    for (int n = 0; n < 500; ++n) {
        std::string text(random() % 80, ' ');
        for (char& c : text) c = static_cast<char>(random());
        const std::size_t all = estimate_tokens(text);
        CHECK(all <= text.size() + 1);
        CHECK(within_tokens(text, all + 1).size() == text.size());
    }
}
