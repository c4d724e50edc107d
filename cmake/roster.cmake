# llm_roster(LAYER TYPE FUNCTION HEADER): writes <build>/generated/LAYER/roster.cpp, which names LAYER_entry symbols
# after the files of lib/LAYER that define one (`extern const TYPE SYMBOL_file`), so that a file
# without its entry fails to link, by name. Files listed in lib/LAYER/HELPERS are no entries.
function(llm_roster layer type symbol header)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lib/${layer}/*.cpp)
  set(helpers "")
  if(EXISTS ${CMAKE_SOURCE_DIR}/lib/${layer}/HELPERS)
    file(STRINGS ${CMAKE_SOURCE_DIR}/lib/${layer}/HELPERS helpers)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lib/${layer}/HELPERS)
  endif()
  set(declarations "")
  set(entries "")
  foreach(source ${sources})
    get_filename_component(stem ${source} NAME_WE)
    if(stem IN_LIST helpers)
      continue()
    endif()
    string(APPEND declarations "extern const ${type} ${symbol}_${stem};\n")
    string(APPEND entries "    &${symbol}_${stem},\n")
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/generated/${layer}/roster.cpp)
  file(CONFIGURE OUTPUT ${out} CONTENT
"// Written by cmake/roster.cmake from the file names in lib/${layer}.
#include \"${header}\"

#include <array>

namespace llm {
${declarations}
namespace {
constexpr std::array roster{
${entries}};
}
std::span<const ${type}* const> ${symbol}s() { return roster; }
}  // namespace llm
" @ONLY)
  set(LLM_GENERATED_${layer} ${LLM_GENERATED_${layer}} ${out} PARENT_SCOPE)
endfunction()
