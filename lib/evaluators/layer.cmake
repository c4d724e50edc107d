# The roster of evaluators; include() this before llm_layer(evaluators ...).
llm_roster(evaluators EvaluatorEntry evaluator evaluators/evaluator.hpp)
# The judges' prompts are built in: <build>/generated/evaluators/prompts.cpp has each file of prompts/ under its name.
file(GLOB llm_prompts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lib/evaluators/prompts/*.md)
set(llm_prompts_out ${CMAKE_BINARY_DIR}/generated/evaluators/prompts.cpp)
add_custom_command(
  OUTPUT ${llm_prompts_out}
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_SOURCE_DIR}/lib/evaluators/prompts -DOUTPUT=${llm_prompts_out}
          -P ${CMAKE_SOURCE_DIR}/cmake/embed_prompts.cmake
  DEPENDS ${llm_prompts} ${CMAKE_SOURCE_DIR}/cmake/embed_prompts.cmake
  COMMENT "Embedding the judges' prompts" VERBATIM)
list(APPEND LLM_GENERATED_evaluators ${llm_prompts_out})
