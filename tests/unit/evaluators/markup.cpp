#include "unit/evaluators/script.hpp"

using namespace llm;
using namespace llm::test;

TEST_CASE("is-xml: well-formed documents, with the elements asked for") {
    for (const char* good : {"<root><child>Content</child></root>", "<?xml version=\"1.0\"?>\n<!-- c --><a x='1' y=\"&lt;\"><b/><![CDATA[<&]]></a>\n", "<!DOCTYPE note><note>&#228;&amp;</note>", "<ü>ä</ü>"})
        CHECK(passes("is-xml", good));
    for (const char* bad : {"", "text", "<root><child>Content</child></root", "<a></b>", "<a x=1/>", "<a x='1' x='2'/>", "<a/><b/>", "<a>&nbsp;</a>", "<a>< b</a>", "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>", "Here: <a/>",
                            "<a><!-- a -- b --></a>"}) {
        INFO(bad);
        CHECK_FALSE(passes("is-xml", bad));
    }
    const Json wanted = {{"type", "is-xml"}, {"value", {{"requiredElements", {"root.parent.child.grandchild"}}}}};
    CHECK(passes(wanted, "<root><parent><child><grandchild>Content</grandchild></child></parent></root>"));
    CHECK_FALSE(passes(wanted, "<root><parent><child></child></parent></root>"));
    std::string deep;
    for (int i = 0; i < 5000; ++i) deep += "<a>";
    CHECK_FALSE(passes("is-xml", deep));
}

TEST_CASE("contains-xml: an element somewhere in the text") {
    CHECK(passes("contains-xml", "Sure, here is your xml:\n<root><child>Content</child></root>\nlet me know"));
    CHECK(passes({{"type", "contains-xml"}, {"value", {{"requiredElements", {"root.child"}}}}}, "3 < 4 <x> <root><child/></root>"));
    CHECK_FALSE(passes("contains-xml", "a < b and b > c"));
}

TEST_CASE("is-html: pages and pieces, and nothing around them") {
    // The lists of promptfoo's page on is-html.
    for (const char* good : {"<!DOCTYPE html><html><head><title>a < b</title></head><body><p>One<p>Two</body></html>", "<div>Content</div>", "<h1>Title</h1><p>Paragraph</p>", "<img src=\"test.jpg\" />", "<ul><li>a<li>b</ul>",
                             "<script>if (a < b) c();</script>", "<br>"}) {
        INFO(good);
        CHECK(passes("is-html", good));
    }
    for (const char* bad : {"Just text", "Text before <div>HTML</div> text after", "<?xml version=\"1.0\"?><root></root>", "<div>Unclosed div", "Here is some HTML: <div>test</div>", "<div>a</div> b <div>c</div>", "<div></span></div>", "<foo>x</foo>", ""}) {
        INFO(bad);
        CHECK_FALSE(passes("is-html", bad));
    }
}

TEST_CASE("contains-html: two kinds of sign") {
    CHECK(passes("contains-html", "Use <b>bold</b> here"));
    CHECK(passes("contains-html", "<img src=\"a.png\">"));
    CHECK(passes("contains-html", "a<br/>b &amp; c"));
    CHECK_FALSE(passes("contains-html", "a < b and c > d"));
    CHECK_FALSE(passes("contains-html", "mail <ada@example.org>, <T> generic"));
}
