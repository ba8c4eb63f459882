# /usr/share/doc/sluice/copyright: our license, and those of what is linked into the program rather than loaded.
set(SLUICE_LINKED_MBEDTLS "")
if(SLUICE_MBEDTLS_SOURCE)
  set(version "unknown version")
  if(EXISTS ${SLUICE_MBEDTLS_SOURCE}/debian/changelog)
    file(STRINGS ${SLUICE_MBEDTLS_SOURCE}/debian/changelog version LIMIT_COUNT 1)
    string(REGEX REPLACE "^[^(]*\\(([^)]*)\\).*" "\\1" version "${version}")
  endif()
  # 2.28.3 says Apache-2.0 alone; later releases leave the choice.
  file(STRINGS ${SLUICE_MBEDTLS_SOURCE}/LICENSE choice REGEX "GPL-2.0-or-later" LIMIT_COUNT 1)
  set(comment "Mbed TLS ${version} is linked into the program statically.")
  if(choice)
    string(APPEND comment "\n This release is licensed Apache-2.0 OR GPL-2.0-or-later; it is used under the former.")
  endif()
  set(SLUICE_LINKED_MBEDTLS
    "\nFiles: mbedtls/*\nCopyright: The Mbed TLS Contributors\nLicense: Apache-2.0\nComment: ${comment}\n")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/copyright.in ${CMAKE_BINARY_DIR}/copyright @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/copyright DESTINATION share/doc/sluice)
