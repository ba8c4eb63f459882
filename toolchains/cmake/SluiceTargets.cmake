# Compile settings shared by every target, and the functions that declare layers, programs and tests.

find_package(Threads REQUIRED)

add_library(sluice_settings INTERFACE)
target_compile_options(sluice_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  -Wimplicit-fallthrough -Wundef -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # libstdc++ 12 calls functions of its own that it deprecates, which only clang reports.
  target_compile_options(sluice_settings INTERFACE -Wno-deprecated-declarations)
  # Or the compiler cache would take each precompiled header for a new one.
  target_compile_options(sluice_settings INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # These warn about correct code when optimising (among others GCC bugs 105651 and 104475).
  target_compile_options(sluice_settings INTERFACE
    -Wno-restrict -Wno-dangling-pointer -Wno-maybe-uninitialized)
endif()
target_include_directories(sluice_settings INTERFACE ${CMAKE_SOURCE_DIR}/gateway)
# Files and times are 64 bits wide on 32-bit boards as well.
target_compile_definitions(sluice_settings INTERFACE _FILE_OFFSET_BITS=64)
target_link_libraries(sluice_settings INTERFACE Threads::Threads)
if(SLUICE_SANITIZE)
  target_compile_options(sluice_settings INTERFACE
    -fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sluice_settings INTERFACE -fsanitize=${SLUICE_SANITIZE})
endif()

# sluice_precompile(TARGET [HEADER …])
#
# In the builds that run tests the headers that nearly every file includes are parsed once a target. In other builds they are
# not, and `./run lint` compiles without them what has changed: each file includes what it uses.
function(sluice_precompile TARGET)
  if(SLUICE_PRECOMPILE)
    target_precompile_headers(${TARGET} PRIVATE
      <algorithm> <array> <charconv> <chrono> <cstdint> <cstring> <functional> <map> <memory> <optional> <set> <span>
      <string> <string_view> <utility> <variant> <vector> <fmt/format.h> ${ARGN})
  endif()
endfunction()

# sluice_layer(NAME SOURCES a.cc … [LINKS lower_layer …] [LIBRARIES Pkg::lib …])
#
# One static library per folder of gateway/. LINKS names the layers below that it may include;
# LIBRARIES names third-party libraries, which stay private: one door per library.
function(sluice_layer NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;LIBRARIES" ${ARGN})
  add_library(sluice_${NAME} STATIC ${ARG_SOURCES})
  list(TRANSFORM ARG_LINKS PREPEND sluice_)
  target_link_libraries(sluice_${NAME} PUBLIC sluice_settings ${ARG_LINKS} PRIVATE ${ARG_LIBRARIES})
  sluice_precompile(sluice_${NAME})
endfunction()

# sluice_split_debug(TARGET)
#
# In a build with debug information it goes to bin/TARGET.debug, and bin/TARGET, stripped, names it in .gnu_debuglink:
# gdb and perf find it while the two lie side by side.
function(sluice_split_debug TARGET)
  if(NOT CMAKE_BUILD_TYPE STREQUAL RelWithDebInfo OR SLUICE_SANITIZE)
    return()
  endif()
  add_custom_command(TARGET ${TARGET} POST_BUILD
    COMMAND ${CMAKE_OBJCOPY} --only-keep-debug $<TARGET_FILE:${TARGET}> $<TARGET_FILE:${TARGET}>.debug
    COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=$<TARGET_FILE:${TARGET}>.debug $<TARGET_FILE:${TARGET}>
    VERBATIM)
endfunction()

# sluice_reads_source(TARGET)
#
# Lets a test open files of the source tree. Only for those that do: the path is on the compiler's command line, so that
# another checkout does not find the objects in the compiler cache.
function(sluice_reads_source TARGET)
  target_compile_definitions(${TARGET} PRIVATE SLUICE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endfunction()

# sluice_unit_test(LAYER [AT_ONCE] SOURCES a_test.cc … [LINKS target …])
#
# Builds unit_LAYER and registers each of its cases with ctest; AT_ONCE: all of them as one test. That is for many quick
# ones: codec's thousand take half a second together, and two minutes where each starts the program again.
function(sluice_unit_test LAYER)
  cmake_parse_arguments(ARG "AT_ONCE" "" "SOURCES;LINKS" ${ARGN})
  add_executable(unit_${LAYER} ${ARG_SOURCES})
  target_link_libraries(unit_${LAYER} PRIVATE
    sluice_${LAYER} sluice_test_support GTest::gmock GTest::gtest_main ${ARG_LINKS})
  sluice_precompile(unit_${LAYER} <deque> <fstream> <gmock/gmock.h> <gtest/gtest.h>)
  # What takes time in a test is its compilation. Not so in the simulator, whose seeds would take five times as long.
  target_compile_options(unit_${LAYER} PRIVATE $<$<CONFIG:Debug>:-O0>)
  if(ARG_AT_ONCE)
    add_test(NAME ${LAYER}.all COMMAND unit_${LAYER} --gtest_brief=1)
    set_tests_properties(${LAYER}.all PROPERTIES TIMEOUT 300 LABELS unit)
    return()
  endif()
  gtest_discover_tests(unit_${LAYER} TEST_PREFIX ${LAYER}. DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()

# sluice_fuzzer(NAME SOURCES fuzz_x.cc [LINKS target …])
#
# With SLUICE_LIBFUZZER a fuzzer; otherwise a program that replays tests/fuzz/corpus/NAME, run by ctest.
# Every fuzzer gets LLVMFuzzerTestOneInput; its corpus folder has at least one file.
function(sluice_fuzzer NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(fuzz_${NAME} ${ARG_SOURCES})
  target_link_libraries(fuzz_${NAME} PRIVATE sluice_settings ${ARG_LINKS})
  add_dependencies(fuzzers fuzz_${NAME})
  if(SLUICE_LIBFUZZER)
    target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME fuzz_corpus.${NAME} COMMAND fuzz_${NAME} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${NAME})
    set_tests_properties(fuzz_corpus.${NAME} PROPERTIES TIMEOUT 300 LABELS fuzz)
  endif()
endfunction()
