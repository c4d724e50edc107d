# fmt as a static library. Debian ships it shared only, and loading one more library costs a tool 0.1 ms
# each time it is started. Its header holds the bodies; cmake/fmt.cpp instantiates them. Where another
# release of fmt wants other instantiations, the shared one is taken.
if(NOT DEFINED LLM_FMT_STATIC)
  try_compile(LLM_FMT_STATIC ${CMAKE_BINARY_DIR}/try-fmt
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp ${CMAKE_CURRENT_LIST_DIR}/fmt_try.cpp
    CXX_STANDARD 20)
endif()
if(LLM_FMT_STATIC)
  add_library(llm_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
else()
  message(STATUS "fmt ${fmt_VERSION} is linked shared")
  add_library(llm_fmt INTERFACE)
  target_link_libraries(llm_fmt INTERFACE fmt::fmt)
endif()
