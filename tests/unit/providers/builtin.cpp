#include "chat/provider.hpp"

#include "providers/question.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {

constexpr const char* tower =
    "The Eiffel Tower stands in Paris. It was designed by Gustave Eiffel's company. "
    "It is 330 metres tall and was finished in 1889.";

Request request(std::string model, std::vector<Message> turns) {
    Request r;
    r.model = std::move(model);
    r.messages = std::move(turns);
    return r;
}

Request asked(std::string text) { return request("extract", {Message::of(Role::user, std::move(text))}); }

Part attached(std::string type, std::string data) {
    Part p;
    p.kind = Part::Kind::media;
    p.media.type = std::move(type);
    p.media.data = std::move(data);
    return p;
}

Completion answer(const Request& r) { return provider_entry("builtin").make({})->answer(r, nullptr); }

bool contains(std::string_view text, std::string_view what) { return text.find(what) != text.npos; }

Fault fault_of(const Request& r) {
    try {
        answer(r);
    } catch (const Error& e) {
        return e.fault;
    }
    return Fault::internal;
}

}  // namespace

TEST_CASE("builtin: extract answers with the sentence of the text that answers") {
    const auto c = answer(asked(std::string("How tall is the tower?\n\n") + tower));
    CHECK(contains(c.text, "330 metres"));
    CHECK_FALSE(contains(c.text, "How tall"));
    CHECK(c.model == "builtin/extract");
    CHECK(c.finish == "stop");
    CHECK_FALSE(c.usage.output);
}

TEST_CASE("builtin: the text may stand in another turn, in an attachment, before the question or around it") {
    const auto question = Message::of(Role::user, "How tall is the tower?");
    CHECK(contains(answer(request("extract", {Message::of(Role::user, tower), question})).text, "330"));
    CHECK(contains(answer(request("extract", {Message::of(Role::system, tower), question})).text, "330"));
    Message with_file = question;
    with_file.parts.push_back(attached("text/plain", tower));
    CHECK(contains(answer(request("extract", {with_file})).text, "330"));
    CHECK(contains(answer(asked(std::string(tower) + "\n\nHow tall is the tower?")).text, "330"));
    CHECK(contains(answer(asked(std::string(tower) + " How tall is the tower?")).text, "330"));
}

TEST_CASE("builtin: extract that finds nothing says nothing") {
    const auto c = answer(asked(std::string("Who won the chess olympiad?\n\n") + "Bread is made of flour."));
    CHECK(c.text.empty());
    CHECK(c.finish == "stop");
    CHECK(answer(request("extract", {Message::of(Role::user, "")})).text.empty());
}

TEST_CASE("builtin: question and passages are told apart") {
    auto q = question_of(asked("<context>\n[1] One thing.\n\n[2] Another.\n</context>\n\nWhich thing?"));
    CHECK(q.text == "Which thing?");
    CHECK(q.passages == std::vector<std::string>{"One thing.", "Another."});
    q = question_of(asked("Summarise\n\n```\ntext\n```\n"));
    CHECK(q.text == "Summarise");
    CHECK(q.passages == std::vector<std::string>{"text"});
    q = question_of(asked("Only a question?"));
    CHECK(q.text == "Only a question?");
    CHECK(q.passages.empty());
    q = question_of(request("extract", {Message::of(Role::user, "a"), Message::of(Role::assistant, "b"), Message::of(Role::user, "c")}));
    CHECK(q.text == "c");
    CHECK(q.passages == std::vector<std::string>{"a"});
}

TEST_CASE("builtin: summary keeps to its tokens, echo says the last user turn again") {
    std::string text = "Summarise this.\n\n";
    for (int i = 0; i < 40; ++i) text += "The bridge over the river number " + std::to_string(i) + " was built of stone. ";
    Request r = asked(text);
    r.model = "summary";
    r.options.max_tokens = 40;
    const auto c = answer(r);
    CHECK_FALSE(c.text.empty());
    CHECK(c.text.size() < 400);
    CHECK_FALSE(contains(c.text, "Summarise"));
    CHECK(c.model == "builtin/summary");
    r = request("echo", {Message::of(Role::user, "one"), Message::of(Role::user, "two\nlines"), Message::of(Role::assistant, "x")});
    CHECK(answer(r).text == "two\nlines");
}

TEST_CASE("builtin: max_tokens and stop are honoured") {
    Request r = request("echo", {Message::of(Role::user, "one two three four five six seven eight nine ten")});
    r.options.max_tokens = 3;
    auto c = answer(r);
    CHECK(c.finish == "length");
    CHECK(c.text.starts_with("one two"));
    CHECK(c.text.size() < 20);
    r.options = {};
    r.options.stop = {"nine", " four"};
    c = answer(r);
    CHECK(c.text == "one two three");
    CHECK(c.finish == "stop");
}

TEST_CASE("builtin: a stream is the same text in words") {
    Request r = request("echo", {Message::of(Role::user, "  two  words\nmore ")});
    std::vector<std::string> pieces;
    const DeltaSink sink = [&](const Delta& d) { pieces.emplace_back(d.text); };
    const auto provider = provider_entry("builtin").make({});
    provider->answer(r, sink);
    CHECK(pieces.empty());
    r.stream = true;
    provider->answer(r, sink);
    CHECK(pieces == std::vector<std::string>{"  two  ", "words\n", "more "});
}

TEST_CASE("builtin: what would need a model is refused, not dropped") {
    CHECK(fault_of(request("extrakt", {Message::of(Role::user, "x")})) == Fault::refused);
    std::vector<Request> all(5, asked("x"));
    all[0].schema = {{"type", "object"}};
    all[1].tool_choice = "required";
    all[2].options.logprobs = 0;
    all[3].options.reasoning = "high";
    all[4].messages[0].parts.push_back(attached("image/png", "PNG"));
    for (std::size_t i = 0; i < all.size(); ++i) {
        INFO(i);
        CHECK(fault_of(all[i]) == Fault::refused);
    }
    Request sampled = asked("x");
    sampled.options.temperature = 1;
    sampled.options.seed = 1;
    sampled.options.reasoning = "none";
    CHECK_NOTHROW(answer(sampled));
    Request json = request("echo", {Message::of(Role::user, "{}")});
    json.schema = {{"type", "object"}};
    CHECK(answer(json).text == "{}");
}
