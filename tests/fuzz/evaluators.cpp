// The readers that judge answers: XML, HTML, SQL. Whatever a model says, they end and say yes or no.
#include "evaluators/sql_syntax.hpp"
#include "evaluators/xml.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    constexpr std::array<std::string_view, 4> dialects{"MySQL", "PostgresQL", "Sqlite", "TransactSQL"};
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string why;
    if (!llm::sql_shape(text, dialects[data[0] % dialects.size()], why) && why.empty()) std::abort();
    why.clear();
    if (!llm::xml_document(text, why) && why.empty()) std::abort();
    why.clear();
    if (!llm::is_html(text, why) && why.empty()) std::abort();
    // What is a document has an element in it.
    if (llm::xml_document(text, why) && llm::xml_elements_in(text).empty()) std::abort();
    llm::html_signs(text);
    return 0;
}
