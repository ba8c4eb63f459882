# mbedTLS 2.28 ships no CMake package, 3.6 does; this finds either. Defines MbedTLSCompat::MbedTLSCompat.
#
#   -DSLUICE_MBEDTLS_SOURCE=DIR  builds mbedTLS from this source instead, such as toolchains/mbedtls.sh unpacks, tuned by
#                                gateway/tls/mbedtls_tuning.h, and links it statically.
set(SLUICE_MBEDTLS_SOURCE "" CACHE PATH "Source of mbedTLS to build, tuned; empty: the system's library")
include(FindPackageHandleStandardArgs)

if(SLUICE_MBEDTLS_SOURCE)
  set(MbedTLSCompat_INCLUDE_DIR ${SLUICE_MBEDTLS_SOURCE}/include)
  find_package_handle_standard_args(MbedTLSCompat REQUIRED_VARS MbedTLSCompat_INCLUDE_DIR)
  if(NOT TARGET MbedTLSCompat::MbedTLSCompat)
    set(CMAKE_POLICY_DEFAULT_CMP0048 NEW)
    set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
    set(CMAKE_WARN_DEPRECATED OFF)
    set(ENABLE_PROGRAMS OFF)
    set(ENABLE_TESTING OFF)
    set(MBEDTLS_FATAL_WARNINGS OFF)
    set(GEN_FILES OFF)
    add_subdirectory(${SLUICE_MBEDTLS_SOURCE} ${CMAKE_BINARY_DIR}/mbedtls EXCLUDE_FROM_ALL SYSTEM)
    foreach(library mbedcrypto mbedx509 mbedtls)
      # Who includes its headers must see them as they were built.
      target_compile_definitions(${library} PUBLIC MBEDTLS_USER_CONFIG_FILE="tls/mbedtls_tuning.h")
      target_include_directories(${library} PRIVATE ${CMAKE_SOURCE_DIR}/gateway)
      target_compile_options(${library} PRIVATE -w -ffunction-sections -fdata-sections)
    endforeach()
    add_library(MbedTLSCompat::MbedTLSCompat INTERFACE IMPORTED)
    target_link_libraries(MbedTLSCompat::MbedTLSCompat INTERFACE mbedtls mbedx509 mbedcrypto)
    target_link_options(MbedTLSCompat::MbedTLSCompat INTERFACE -Wl,--gc-sections)
  endif()
  return()
endif()

find_path(MbedTLSCompat_INCLUDE_DIR mbedtls/ssl.h)
find_library(MbedTLSCompat_TLS_LIBRARY NAMES mbedtls)
find_library(MbedTLSCompat_X509_LIBRARY NAMES mbedx509)
find_library(MbedTLSCompat_CRYPTO_LIBRARY NAMES mbedcrypto)
find_package_handle_standard_args(MbedTLSCompat REQUIRED_VARS
  MbedTLSCompat_TLS_LIBRARY MbedTLSCompat_X509_LIBRARY MbedTLSCompat_CRYPTO_LIBRARY
  MbedTLSCompat_INCLUDE_DIR)
if(MbedTLSCompat_FOUND AND NOT TARGET MbedTLSCompat::MbedTLSCompat)
  add_library(MbedTLSCompat::MbedTLSCompat INTERFACE IMPORTED)
  target_include_directories(MbedTLSCompat::MbedTLSCompat INTERFACE ${MbedTLSCompat_INCLUDE_DIR})
  target_link_libraries(MbedTLSCompat::MbedTLSCompat INTERFACE
    ${MbedTLSCompat_TLS_LIBRARY} ${MbedTLSCompat_X509_LIBRARY} ${MbedTLSCompat_CRYPTO_LIBRARY})
endif()
