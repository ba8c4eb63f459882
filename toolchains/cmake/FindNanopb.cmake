# Defines Nanopb::Nanopb, the library without its generator; honours CMAKE_SYSROOT.
find_path(Nanopb_INCLUDE_DIR pb_decode.h)
find_library(Nanopb_LIBRARY NAMES protobuf-nanopb)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Nanopb REQUIRED_VARS Nanopb_LIBRARY Nanopb_INCLUDE_DIR)
if(Nanopb_FOUND AND NOT TARGET Nanopb::Nanopb)
  add_library(Nanopb::Nanopb UNKNOWN IMPORTED)
  set_target_properties(Nanopb::Nanopb PROPERTIES
    IMPORTED_LOCATION ${Nanopb_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${Nanopb_INCLUDE_DIR})
endif()
