# Run by CPack on the staged tree: Debian wants pages and changelog compressed.
file(GLOB_RECURSE files "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/*" "${CPACK_TEMPORARY_DIRECTORY}/usr/share/man/*"
  "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog" "${CPACK_TEMPORARY_DIRECTORY}/usr/share/doc/*/changelog")
list(REMOVE_DUPLICATES files)
foreach(file ${files})
  if(NOT file MATCHES "\\.gz$")
    execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
