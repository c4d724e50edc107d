# llm_layer(NAME [DEPS layer...] [LINK library...])
# lib/NAME/schema/*.sql is built in by llm_schema.
# One static library llm_NAME from every .cpp in lib/NAME, and, with LLM_TESTS, one
# test program test_NAME from every .cpp in tests/unit/NAME.
include(${CMAKE_CURRENT_LIST_DIR}/schema.cmake)

# Half the time of a small file went into reading these headers anew. llm_precompiled(TARGET KIND HEADER...): the first
# target of a kind compiles them, those after it (which must be compiled with the same options) read what it wrote.
option(LLM_PCH "precompile the heavy headers" ON)
function(llm_precompiled target kind)
  if(NOT LLM_PCH)
    return()
  endif()
  get_property(first GLOBAL PROPERTY LLM_PCH_${kind})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    set_property(GLOBAL PROPERTY LLM_PCH_${kind} ${target})
    target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/lib/base/json.hpp ${CMAKE_SOURCE_DIR}/lib/base/error.hpp
      <algorithm> <chrono> <filesystem> <functional> <map> <memory> <optional> <span> <string> <unordered_map> <variant> <vector>
      ${ARGN})
  endif()
endfunction()

# Files of a target are compiled some at a time, in a quarter of the time (DECISIONS.md); so names in anonymous namespaces are
# told apart within a folder. Off for work on a few files: cmake -DLLM_UNITY=OFF build
option(LLM_UNITY "compile many files at once" ON)
function(llm_unity target)
  if(LLM_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)  # it takes each file that is included for a header
    endif()
  endif()
endfunction()

function(llm_layer name)
  cmake_parse_arguments(L "" "" "DEPS;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lib/${name}/*.cpp)
  if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/lib/${name}/schema)
    llm_schema(${name})
  endif()
  set(generated ${LLM_GENERATED_${name}})
  list(TRANSFORM L_DEPS PREPEND llm_)
  if(sources OR generated)
    add_library(llm_${name} STATIC ${sources} ${generated})
    set(how PUBLIC)
  else()
    add_library(llm_${name} INTERFACE)
    set(how INTERFACE)
  endif()
  target_include_directories(llm_${name} ${how} ${CMAKE_SOURCE_DIR}/lib)
  if(how STREQUAL PUBLIC)
    llm_precompiled(llm_${name} library)
    llm_unity(llm_${name})
  endif()
  target_link_libraries(llm_${name} ${how} ${L_DEPS} ${L_LINK})
  set_property(GLOBAL APPEND PROPERTY LLM_LAYERS ${name})

  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  if(LLM_TESTS AND tests)
    add_executable(test_${name} ${tests})
    target_link_libraries(test_${name} PRIVATE llm_${name} llm_test_support)
    target_compile_options(test_${name} PRIVATE -O0)  # what is tested is optimised; its tests need not be
    llm_precompiled(test_${name} test ${CMAKE_SOURCE_DIR}/tests/support/catch.hpp)
    llm_unity(test_${name})
    add_test(NAME unit.${name} COMMAND test_${name})
  endif()
endfunction()
