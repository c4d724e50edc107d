# `make deb`: llm-utils (tools, pages, completions) and libllm-dev (the library for C++ programs).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME llm-utils)
set(CPACK_PACKAGE_VENDOR "the llm-utils authors")
set(CPACK_PACKAGE_CONTACT "llm-utils authors <llm-utils@localhost.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "small tools that put language models into pipelines")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL tools dev)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/install/debian.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME llm-utils)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libllm-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
# libcurl and libjq are opened when they are needed, so dpkg-shlibdeps does not see them.
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "libcurl4 | libcurl4t64, libjq1, ca-certificates")
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "jq, miller, poppler-utils")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libfmt-dev, nlohmann-json3-dev, libmd-dev, libsqlite3-dev, libutf8proc-dev, libstemmer-dev, libyaml-cpp-dev, libgumbo-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "pkg-config, cmake")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION
  "llm-utils are to language models what cut, sort and grep are to text: each
tool does one thing, reads JSON Lines on standard input and writes them on
standard output. llm-ask gives each record a model's answer, from any of the
usual providers or a server on the same machine, many at once and in order.")
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "The library the tools of llm-utils are made of: records, the loop over them,
requests to language models and the command line, for programs in C++20.")

# Debian wants changelog and copyright of each package at a fixed place.
string(TIMESTAMP today "%a, %d %b %Y 00:00:00 +0000" UTC)
foreach(package llm-utils libllm-dev)
  set(PACKAGE_NAME ${package})
  set(PACKAGE_DATE ${today})
  configure_file(${CMAKE_CURRENT_LIST_DIR}/install/changelog.in ${CMAKE_BINARY_DIR}/debian/${package}/changelog @ONLY)
  set(component tools)
  if(package STREQUAL "libllm-dev")
    set(component dev)
  endif()
  install(FILES ${CMAKE_BINARY_DIR}/debian/${package}/changelog ${CMAKE_CURRENT_LIST_DIR}/install/copyright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endforeach()
include(CPack)
