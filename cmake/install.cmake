# What `make install` lays down: the tools with their pages and completions, and libllm for C++ programs.
include(CMakePackageConfigHelpers)

# ---- libllm: every layer in one archive -------------------------------------------------------------
get_property(layers GLOBAL PROPERTY LLM_LAYERS)
set(merge "create ${CMAKE_BINARY_DIR}/libllm.a\n")
set(archives "")
set(LLM_LIBS "")
foreach(target llm_fmt ${layers})
  if(NOT target STREQUAL "llm_fmt")
    set(target llm_${target})
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    string(APPEND merge "addlib $<TARGET_FILE:${target}>\n")
    list(APPEND archives ${target})
  endif()
  get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
  foreach(link ${links})
    if(link MATCHES "^-l")
      list(APPEND LLM_LIBS ${link})
    elseif(link MATCHES "^[a-z]+$")
      list(APPEND LLM_LIBS -l${link})
    elseif(link STREQUAL "fmt::fmt")
      list(APPEND LLM_LIBS -lfmt)
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES LLM_LIBS)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/libllm.mri CONTENT "${merge}save\nend\n")
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/libllm.a
  COMMAND ${CMAKE_COMMAND} -E rm -f ${CMAKE_BINARY_DIR}/libllm.a
  COMMAND ${CMAKE_AR} -M < ${CMAKE_BINARY_DIR}/libllm.mri
  DEPENDS ${archives} VERBATIM)
add_custom_target(libllm ALL DEPENDS ${CMAKE_BINARY_DIR}/libllm.a)

install(FILES ${CMAKE_BINARY_DIR}/libllm.a DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
foreach(layer ${layers})
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/lib/${layer} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/llm-utils
    COMPONENT dev FILES_MATCHING PATTERN "*.hpp" PATTERN schema EXCLUDE PATTERN prompts EXCLUDE PATTERN catalogue EXCLUDE)
endforeach()

file(RELATIVE_PATH LLM_UP /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REPLACE ";" " " LLM_LIBS_TEXT "${LLM_LIBS}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/install/llm.pc.in ${CMAKE_BINARY_DIR}/llm.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/llm.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/llm)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/install/llmConfig.cmake.in ${CMAKE_BINARY_DIR}/llmConfig.cmake
  INSTALL_DESTINATION ${config} PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/llmConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/llmConfig.cmake ${CMAKE_BINARY_DIR}/llmConfigVersion.cmake DESTINATION ${config}
  COMPONENT dev)

# ---- the tools --------------------------------------------------------------------------------------
foreach(folder ${tools})
  get_filename_component(tool ${folder} NAME)
  install(TARGETS ${tool} DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
  set(written ${CMAKE_SOURCE_DIR}/completions/${tool})
  install(FILES ${written}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${tool}
    COMPONENT tools)
  install(FILES ${written}.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _${tool}
    COMPONENT tools)
  install(FILES ${written}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT tools)
  install(FILES ${CMAKE_SOURCE_DIR}/man/${tool}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
endforeach()
foreach(section 5 7)
  file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT tools)
endforeach()

add_custom_target(uninstall
  COMMAND ${CMAKE_COMMAND} -DMANIFEST=${CMAKE_BINARY_DIR}/install_manifest.txt -DPREFIX=${CMAKE_INSTALL_PREFIX}
          -P ${CMAKE_CURRENT_LIST_DIR}/install/uninstall.cmake)

# ---- documents: docs.py writes the pages and completions that are committed -------------------------
find_program(PYTHON3 python3)
if(PYTHON3 AND tools)
  set(binaries "")
  foreach(folder ${tools})
    get_filename_component(tool ${folder} NAME)
    list(APPEND binaries $<TARGET_FILE:${tool}>)
  endforeach()
  add_custom_target(docs COMMAND ${PYTHON3} -B ${CMAKE_SOURCE_DIR}/cmake/docs/docs.py ${binaries} VERBATIM)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/package.cmake)

if(LLM_TESTS)
  add_test(NAME package.prefix COMMAND sh ${CMAKE_SOURCE_DIR}/tests/package/prefix.sh ${CMAKE_BINARY_DIR} ${CMAKE_COMMAND})
  add_test(NAME package.deb COMMAND sh ${CMAKE_SOURCE_DIR}/tests/package/deb.sh ${CMAKE_BINARY_DIR} ${CMAKE_CPACK_COMMAND})
  set_tests_properties(package.prefix package.deb PROPERTIES RESOURCE_LOCK package SKIP_RETURN_CODE 77
    ENVIRONMENT "CXX=${CMAKE_CXX_COMPILER};CXXFLAGS=${CMAKE_CXX_FLAGS}")
endif()
