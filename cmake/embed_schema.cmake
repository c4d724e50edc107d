# Run by llm_schema: writes OUTPUT from FOLDER/*.sql.
file(GLOB files ${FOLDER}/*.sql)
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} sql)
  string(APPEND entries "    {\"${LAYER}/${stem}\", R\"schema(${sql})schema\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made from lib/${LAYER}/schema by cmake/schema.cmake.
#include \"store/migrate.hpp\"

namespace llm {
namespace {
constexpr Migration migrations[] = {
${entries}};
}  // namespace
std::span<const Migration> ${LAYER}_schema();
std::span<const Migration> ${LAYER}_schema() { return migrations; }
}  // namespace llm
")
