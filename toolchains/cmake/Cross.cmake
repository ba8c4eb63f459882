# What the toolchain files of this folder have in common. A toolchain file sets, and then includes this:
#   CMAKE_SYSTEM_PROCESSOR, SLUICE_TRIPLE (GNU spelling), SLUICE_BASELINE (compiler flags), SLUICE_QEMU (program and CPU)
#
# Given on the command line:
#   -DCMAKE_SYSROOT=DIR           the target's root: headers and libraries. Without it the cross compiler's own is used.
#   -DSLUICE_CROSS_COMPILER=gcc   Debian's cross g++ (default). It brings its own libc and libstdc++, so the sysroot has to
#                                 be of the same Debian release, or newer only in what is not libc or libstdc++.
#   -DSLUICE_CROSS_COMPILER=clang clang with lld takes everything from the sysroot: for a sysroot of another release.
set(CMAKE_SYSTEM_NAME Linux)
set(SLUICE_CROSS_COMPILER gcc CACHE STRING "gcc or clang")
# CMake reads this file again for every try_compile, in a project that knows only these.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SLUICE_CROSS_COMPILER)

if(SLUICE_CROSS_COMPILER STREQUAL clang)
  find_program(SLUICE_CLANG NAMES clang-19 clang REQUIRED)
  find_program(SLUICE_CLANGXX NAMES clang++-19 clang++ REQUIRED)
  set(CMAKE_C_COMPILER ${SLUICE_CLANG})
  set(CMAKE_CXX_COMPILER ${SLUICE_CLANGXX})
  set(CMAKE_C_COMPILER_TARGET ${SLUICE_TRIPLE})
  set(CMAKE_CXX_COMPILER_TARGET ${SLUICE_TRIPLE})
  foreach(kind EXE SHARED MODULE)
    set(CMAKE_${kind}_LINKER_FLAGS_INIT -fuse-ld=lld)
  endforeach()
else()
  set(CMAKE_C_COMPILER ${SLUICE_TRIPLE}-gcc)
  set(CMAKE_CXX_COMPILER ${SLUICE_TRIPLE}-g++)
endif()
set(CMAKE_C_FLAGS_INIT "${SLUICE_BASELINE}")
set(CMAKE_CXX_FLAGS_INIT "${SLUICE_BASELINE}")
set(CMAKE_LIBRARY_ARCHITECTURE ${SLUICE_TRIPLE})
foreach(tool objcopy strip readelf)
  string(TOUPPER ${tool} variable)
  find_program(SLUICE_${variable} NAMES ${SLUICE_TRIPLE}-${tool} llvm-${tool}-19 llvm-${tool} REQUIRED)
  set(CMAKE_${variable} ${SLUICE_${variable}})
endforeach()

# Programs (flatc among them) are the build machine's, all else is the target's.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
if(CMAKE_SYSROOT)
  foreach(kind LIBRARY INCLUDE PACKAGE)
    set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
  endforeach()
  set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
  set(ENV{PKG_CONFIG_LIBDIR}
    ${CMAKE_SYSROOT}/usr/lib/${SLUICE_TRIPLE}/pkgconfig:${CMAKE_SYSROOT}/usr/lib/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)
  unset(ENV{PKG_CONFIG_PATH})
endif()

# Tests run under qemu-user when it is there. Its default CPU emulates pointer authentication in software and is
# ten times slower than a named one.
list(GET SLUICE_QEMU 0 qemu_name)
find_program(SLUICE_QEMU_PROGRAM ${qemu_name})
if(SLUICE_QEMU_PROGRAM AND CMAKE_SYSROOT)
  list(GET SLUICE_QEMU 1 qemu_cpu)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${SLUICE_QEMU_PROGRAM} -cpu ${qemu_cpu} -L ${CMAKE_SYSROOT})
endif()
