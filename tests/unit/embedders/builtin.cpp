#include "embedders/builtin.hpp"

#include "base/error.hpp"
#include "embedders/table/format.hpp"
#include "embedders/table/words.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

using llm::BuiltinEmbedder;
namespace table = llm::table;

namespace {

using BuiltinVector = std::array<float, BuiltinEmbedder::dimension>;

BuiltinVector vector_of(std::string_view text) {
    static const BuiltinEmbedder embedder;
    BuiltinVector v;
    embedder.embed(text, v.data());
    return v;
}

double cosine(std::string_view a, std::string_view b) {
    const BuiltinVector u = vector_of(a), v = vector_of(b);
    double sum = 0;
    for (std::size_t i = 0; i < u.size(); ++i) sum += double{u[i]} * double{v[i]};
    return sum;
}

std::string words_of(std::string_view text) {
    std::string out;
    table::Word word;
    for (table::Words words{text}; words.next(word);) {
        if (!out.empty()) out += '|';
        out += word.text;
        if (word.kind == table::Word::Kind::number) out += '#';
    }
    return out;
}

std::vector<std::byte> linked_copy() {
    const auto linked = table::linked();
    return {linked.begin(), linked.end()};
}

}  // namespace

TEST_CASE("builtin embedder: a text's vector has length 1") {
    for (const char* text : {"hello", "Turn on the light", "xyzzyqwv", "42", "日本語", "Ünïcödé"}) {
        CAPTURE(text);
        CHECK(cosine(text, text) == Approx(1).margin(1e-5));
    }
}

TEST_CASE("builtin embedder: a text without a word is similar to nothing, not even itself") {
    for (const char* text : {"", "   ", "?!", "\xff\xfe"}) CHECK(vector_of(text) == BuiltinVector{});
}

TEST_CASE("builtin embedder: case, accents, punctuation and spacing do not matter") {
    CHECK(vector_of("Where is the café?") == vector_of("where  is the CAFE"));
    CHECK(vector_of("I don't know") == vector_of("i do not know!"));
    CHECK(vector_of("I don’t know") == vector_of("I don't know"));
    CHECK(vector_of("$1,000") == vector_of("dollar 1000"));
}

TEST_CASE("builtin embedder: a paraphrase is nearer than another question") {
    const char* asked = "How do I cancel my subscription?";
    CHECK(cosine(asked, "cancelling a subscription, how?") > cosine(asked, "How do I renew my passport?") + .2);
    CHECK(cosine("the kids are sleeping", "the children are asleep") > .5);
    CHECK(cosine("the kids are sleeping", "the markets are falling") < .4);
}

TEST_CASE("builtin embedder: opposites are further apart than words of like meaning") {
    const double alike = cosine("big", "large") + cosine("begin", "start") + cosine("purchase", "buy");
    const double opposed = cosine("big", "small") + cosine("begin", "end") + cosine("buy", "sell");
    CHECK(alike / 3 > opposed / 3 + .2);
    CHECK(cosine("turn on the light", "switch on the light") > cosine("turn on the light", "turn off the light"));
    CHECK(cosine("how do I log in", "how do I log out") < .6);
}

TEST_CASE("builtin embedder: numbers tell texts apart, also unknown ones") {
    CHECK(cosine("order 48213", "order 48213") > .999);
    CHECK(cosine("order 48213", "order 48214") < .9);
    CHECK(cosine("48213", "90755") < .7);
}

TEST_CASE("builtin embedder: an unknown word is near to its misspelling and far from other unknown words") {
    CHECK(cosine("florbinator", "florbinators") > .6);
    CHECK(cosine("florbinator", "quexxilatic") < .4);
}

TEST_CASE("builtin embedder: long texts neither overflow nor drift") {
    std::string long_text;
    for (int i = 0; i < 50000; ++i) long_text += "Turn on the light. ";
    CHECK(cosine(long_text, "turn on the light") > .9);
    CHECK(cosine(long_text, long_text) == Approx(1).margin(1e-5));
    CHECK(cosine(std::string(1 << 20, 'x'), std::string(1 << 20, 'x')) == Approx(1).margin(1e-5));
}

TEST_CASE("builtin embedder: any bytes are a text") {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    for (std::size_t cut = 0; cut < all.size(); ++cut)
        for (const float x : vector_of(std::string_view(all).substr(cut))) REQUIRE(std::isfinite(x));
}

TEST_CASE("builtin embedder: many threads get the same vectors") {
    const BuiltinEmbedder embedder;
    const BuiltinVector expected = vector_of("the same text for everybody");
    std::array<int, 4> equal{};
    std::vector<std::thread> threads;
    for (int& count : equal)
        threads.emplace_back([&] {
            BuiltinVector mine;
            for (int i = 0; i < 200; ++i) {
                embedder.embed("the same text for everybody", mine.data());
                count += mine == expected;
            }
        });
    for (auto& t : threads) t.join();
    CHECK(equal == std::array<int, 4>{200, 200, 200, 200});
}

TEST_CASE("builtin embedder: its id names dimension and content") {
    const BuiltinEmbedder embedder;
    CHECK(embedder.id().starts_with("builtin-256-"));
    CHECK(embedder.id().size() == 20);

    auto other = linked_copy();
    table::Header header;
    std::memcpy(&header, other.data(), sizeof header);
    header.content = ~header.content;
    std::memcpy(other.data(), &header, sizeof header);
    CHECK(BuiltinEmbedder(other).id() != embedder.id());
}

TEST_CASE("word table: the linked one is whole, and its content hash is true") {
    const auto bytes = table::linked();
    table::Header header;
    REQUIRE(bytes.size() > sizeof header);
    CHECK(bytes.size() <= 8'000'000);
    std::memcpy(&header, bytes.data(), sizeof header);
    const auto body = bytes.subspan(sizeof header);
    CHECK(header.content == table::hash({reinterpret_cast<const char*>(body.data()), body.size()}));
}

TEST_CASE("word table: another shape is refused with words") {
    auto bytes = linked_copy();
    const auto refused = [](std::span<const std::byte> table) {
        try {
            BuiltinEmbedder embedder(table);
            return false;
        } catch (const llm::Error& e) {
            return e.fault == llm::Fault::data && std::string_view(e.what()).starts_with("word table");
        }
    };
    CHECK_FALSE(refused(bytes));
    CHECK(refused({}));
    CHECK(refused(std::span(bytes).first(63)));
    CHECK(refused(std::span(bytes).first(bytes.size() - 1)));
    for (std::size_t at = 0; at < 32; ++at) {
        if (at >= 16 && at < 24) continue;  // the content hash is the id's business
        CAPTURE(at);
        bytes[at] ^= std::byte{0xA5};
        CHECK(refused(bytes));
        bytes[at] ^= std::byte{0xA5};
    }
}

TEST_CASE("words: letters are folded, digits and letters part") {
    CHECK(words_of("Hello, World") == "hello|world");
    CHECK(words_of("ÀÉÎÕÜ Łódź straße ŒUVRE") == "aeiou|lodz|strase|ouvre");
    CHECK(words_of("ΑΒΓ Привет Ё") == "αβγ|привет|ё");
    CHECK(words_of("cafe\xCC\x81") == "cafe");
    CHECK(words_of("3pm mp3 1,000.50 1,2 v2.0.") == "3#|pm|mp|3#|1000.50#|1#|2#|v|2.0#");
    CHECK(words_of("Ａ１") == "a|1#");
}

TEST_CASE("words: clitics go, negation stays") {
    CHECK(words_of("I can't, won't and shan't") == "i|can|not|will|not|and|shall|not");
    CHECK(words_of("it's John's; they're, we'll, I'd, I'm, they've") == "it|john|they|we|i|i|they");
    CHECK(words_of("rock 'n' roll o'clock") == "rock|n|roll|o|clock");
    CHECK(words_of("don'") == "don");
}

TEST_CASE("words: signs that are said are words, other symbols stand alone") {
    CHECK(words_of("$5 €6 £7 50% a&b") == "dollar|5#|euro|6#|pound|7#|50#|percent|a|and|b");
    CHECK(words_of("ok👍👍") == "ok|👍|👍");
    CHECK(words_of("東京 한국어") == "東|京|한국어");
}

TEST_CASE("words: a run without end is cut, broken UTF-8 separates") {
    table::Word word;
    std::size_t bytes = 0;
    const std::string run(1000, 'a');
    for (table::Words words{run}; words.next(word);) {
        CHECK(word.text.size() <= table::Words::longest + 8);
        bytes += word.text.size();
    }
    CHECK(bytes == 1000);
    CHECK(words_of("a\xC3") == "a");
    CHECK(words_of("a\xE2\x82z") == "a|z");
    CHECK(words_of(std::string_view("a\0b", 3)) == "a|b");
}
