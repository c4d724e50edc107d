# What the front door needs beyond its layer: its version, and a toy tool to try it on.
target_compile_definitions(llm_cli PRIVATE LLM_VERSION="${PROJECT_VERSION}")

if(LLM_TESTS)
  add_executable(llm-toy ${CMAKE_SOURCE_DIR}/tests/support/toy/main.cpp)
  target_link_libraries(llm-toy PRIVATE llm_cli)
  set_target_properties(llm-toy PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/support)
endif()
