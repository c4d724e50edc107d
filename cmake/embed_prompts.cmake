# Run by lib/evaluators/layer.cmake: writes OUTPUT from FOLDER/*.md.
file(GLOB files ${FOLDER}/*.md)
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND entries "    {\"${stem}\", R\"prompt(${text})prompt\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made from lib/evaluators/prompts by cmake/embed_prompts.cmake.
#include \"evaluators/prompt.hpp\"

namespace llm {
namespace {
constexpr BuiltInPrompt prompts[] = {
${entries}};
}  // namespace
std::span<const BuiltInPrompt> built_in_prompts() { return prompts; }
}  // namespace llm
")
