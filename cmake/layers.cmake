# llm_layer(NAME [DEPS layer...] [LINK library...])
# lib/NAME/schema/*.sql is built in by llm_schema.
# One static library llm_NAME from every .cpp in lib/NAME, and, with LLM_TESTS, one
# test program test_NAME from every .cpp in tests/unit/NAME.
include(${CMAKE_CURRENT_LIST_DIR}/schema.cmake)

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
  target_link_libraries(llm_${name} ${how} ${L_DEPS} ${L_LINK})
  set_property(GLOBAL APPEND PROPERTY LLM_LAYERS ${name})

  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  if(LLM_TESTS AND tests)
    add_executable(test_${name} ${tests})
    target_link_libraries(test_${name} PRIVATE llm_${name} llm_test_support)
    target_compile_options(test_${name} PRIVATE -O0)  # what is tested is optimised; its tests need not be
    add_test(NAME unit.${name} COMMAND test_${name})
  endif()
endfunction()
