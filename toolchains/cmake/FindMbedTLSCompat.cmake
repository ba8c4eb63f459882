# mbedTLS 2.28 ships no CMake package, 3.6 does; this finds either. Defines MbedTLSCompat::MbedTLSCompat.
find_path(MbedTLSCompat_INCLUDE_DIR mbedtls/ssl.h)
find_library(MbedTLSCompat_TLS_LIBRARY NAMES mbedtls)
find_library(MbedTLSCompat_X509_LIBRARY NAMES mbedx509)
find_library(MbedTLSCompat_CRYPTO_LIBRARY NAMES mbedcrypto)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MbedTLSCompat REQUIRED_VARS
  MbedTLSCompat_TLS_LIBRARY MbedTLSCompat_X509_LIBRARY MbedTLSCompat_CRYPTO_LIBRARY
  MbedTLSCompat_INCLUDE_DIR)
if(MbedTLSCompat_FOUND AND NOT TARGET MbedTLSCompat::MbedTLSCompat)
  add_library(MbedTLSCompat::MbedTLSCompat INTERFACE IMPORTED)
  target_include_directories(MbedTLSCompat::MbedTLSCompat INTERFACE ${MbedTLSCompat_INCLUDE_DIR})
  target_link_libraries(MbedTLSCompat::MbedTLSCompat INTERFACE
    ${MbedTLSCompat_TLS_LIBRARY} ${MbedTLSCompat_X509_LIBRARY} ${MbedTLSCompat_CRYPTO_LIBRARY})
endif()
