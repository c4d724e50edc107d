# lib/chat/catalogue/models.jsonl becomes <build>/generated/chat/catalogue_table.cpp, a sorted constant table.
add_executable(catalogue_gen ${CMAKE_SOURCE_DIR}/cmake/catalogue_gen.cpp)
target_link_libraries(catalogue_gen PRIVATE nlohmann_json::nlohmann_json)
set(catalogue_table ${CMAKE_BINARY_DIR}/generated/chat/catalogue_table.cpp)
add_custom_command(
  OUTPUT ${catalogue_table}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated/chat
  COMMAND catalogue_gen ${CMAKE_SOURCE_DIR}/lib/chat/catalogue/models.jsonl ${catalogue_table}
  DEPENDS catalogue_gen ${CMAKE_SOURCE_DIR}/lib/chat/catalogue/models.jsonl
  COMMENT "Writing the catalogue of models"
  VERBATIM)
list(APPEND LLM_GENERATED_chat ${catalogue_table})
