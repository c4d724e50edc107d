# Tests that are scripts over the finished tools. Each prints "N passed, N failed, N skipped" and exits with 1 where one failed.
find_package(Python3 COMPONENTS Interpreter REQUIRED)

function(llm_script_test name)
  cmake_parse_arguments(S "ALONE" "" "COMMAND" ${ARGN})
  add_test(NAME ${name} COMMAND ${S_COMMAND})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900
    ENVIRONMENT "LLM_BUILD_DIR=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
  if(S_ALONE)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()

llm_script_test(servers.selftest COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/servers/selftest.py)
add_subdirectory(tests/e2e)
if(EXISTS ${CMAKE_SOURCE_DIR}/tests/cache/run.py)
  llm_script_test(cache.llm-cache COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/cache/run.py)
endif()
llm_script_test(route.llm-route COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/route/run.py)
llm_script_test(mem.agent COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/mem_agent/run.py)
if(EXISTS ${CMAKE_SOURCE_DIR}/tests/mem/run.py)
  llm_script_test(mem.llm-mem COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/mem/run.py)
endif()
llm_script_test(examples COMMAND sh ${CMAKE_SOURCE_DIR}/examples/run.sh)
