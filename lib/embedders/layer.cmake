# The builtin embedder's word table and what reads it; include() this before llm_layer(embedders ...).
set(LLM_GENERATED_embedders
  ${CMAKE_SOURCE_DIR}/lib/embedders/table/words.cpp
  ${CMAKE_SOURCE_DIR}/lib/embedders/table/linked.cpp)
set_source_files_properties(${CMAKE_SOURCE_DIR}/lib/embedders/table/linked.cpp PROPERTIES
  COMPILE_DEFINITIONS "LLM_WORD_TABLE=\"${CMAKE_SOURCE_DIR}/lib/embedders/table/words.bin\""
  OBJECT_DEPENDS ${CMAKE_SOURCE_DIR}/lib/embedders/table/words.bin)
