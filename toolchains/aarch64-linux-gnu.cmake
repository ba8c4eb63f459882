# 64-bit ARM boards: ARMv8-A (Cortex-A53 and newer, Raspberry Pi 3 and newer). Debian calls it arm64.
#
#   cmake -B build/board --toolchain toolchains/aarch64-linux-gnu.cmake -DCMAKE_SYSROOT=/path/to/root
#
# `./run cross arm64` makes such a sysroot and does all of this; see cmake/Cross.cmake for the other settings.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(SLUICE_TRIPLE aarch64-linux-gnu)
set(SLUICE_BASELINE "-march=armv8-a")
set(SLUICE_QEMU qemu-aarch64 cortex-a53)
include(${CMAKE_CURRENT_LIST_DIR}/cmake/Cross.cmake)
