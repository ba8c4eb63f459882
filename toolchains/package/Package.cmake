# What is installed, and the Debian package that CPack makes of it (./run deb).
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(package_dir ${CMAKE_CURRENT_LIST_DIR})

install(TARGETS sluice RUNTIME DESTINATION bin)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/devices/profiles DESTINATION share/sluice FILES_MATCHING PATTERN *.toml)
install(FILES ${CMAKE_SOURCE_DIR}/gateway/docs/gateway.toml DESTINATION share/doc/sluice/examples)
include(${package_dir}/Copyright.cmake)
install(FILES ${package_dir}/completion.bash DESTINATION share/bash-completion/completions RENAME sluice)
install(FILES ${package_dir}/sluice.service DESTINATION lib/systemd/system)
# An absolute destination: a package's configuration is in /etc, wherever its programs are.
install(FILES ${package_dir}/gateway.toml DESTINATION /etc/sluice)
find_program(GZIP gzip REQUIRED)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/sluice.1.gz
  COMMAND ${GZIP} -9nc ${package_dir}/sluice.1 > ${CMAKE_BINARY_DIR}/sluice.1.gz
  DEPENDS ${package_dir}/sluice.1 VERBATIM)
add_custom_target(manual ALL DEPENDS ${CMAKE_BINARY_DIR}/sluice.1.gz)
install(FILES ${CMAKE_BINARY_DIR}/sluice.1.gz DESTINATION share/man/man1)

set(architectures aarch64 arm64 armv7l armhf x86_64 amd64)
list(FIND architectures ${CMAKE_SYSTEM_PROCESSOR} at)
if(at GREATER_EQUAL 0)
  math(EXPR at "${at} + 1")
  list(GET architectures ${at} CPACK_DEBIAN_PACKAGE_ARCHITECTURE)
endif()
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES OFF)
set(CPACK_PACKAGE_NAME sluice)
set(CPACK_PACKAGE_VENDOR "the Sluice authors")
set(CPACK_PACKAGE_CONTACT "the Sluice authors <sluice@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "MQTT event gateway for the edge that loses no acknowledged reading")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Sensors publish over mutually authenticated TLS; Sluice makes typed events of\n\
what they say, commits them to disk, acknowledges them, and forwards them to a\n\
broker upstream, which may be away for days.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${package_dir}/conffiles ${package_dir}/postinst ${package_dir}/prerm ${package_dir}/postrm)
set(CPACK_PROJECT_CONFIG_FILE ${package_dir}/AtPackaging.cmake)
set(CPACK_SLUICE_DEPENDS ${package_dir}/depends.sh ${CMAKE_READELF} ${CMAKE_BINARY_DIR}/bin/sluice
  ${CMAKE_SYSROOT})
include(CPack)
