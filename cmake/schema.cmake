# llm_schema(LAYER)
# Builds lib/LAYER/schema/*.sql into the layer: <build>/generated/LAYER/schema.cpp defines
# `std::span<const llm::Migration> llm::LAYER_schema()` (store/migrate.hpp), one migration a file, named
# LAYER/FILE, in the order of the file names. Sets LLM_GENERATED_LAYER, which llm_layer adds to the sources.
function(llm_schema layer)
  set(folder ${CMAKE_SOURCE_DIR}/lib/${layer}/schema)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  set(output ${CMAKE_BINARY_DIR}/generated/${layer}/schema.cpp)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_schema.cmake)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DLAYER=${layer} -DFOLDER=${folder} -DOUTPUT=${output} -P ${script}
    DEPENDS ${files} ${script}
    COMMENT "Embedding the schema of ${layer}" VERBATIM)
  set(LLM_GENERATED_${layer} ${LLM_GENERATED_${layer}} ${output} PARENT_SCOPE)
endfunction()
