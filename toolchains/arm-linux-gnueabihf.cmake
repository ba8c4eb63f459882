# 32-bit ARM boards: ARMv7-A with NEON, hard float (Cortex-A7 and newer; not Raspberry Pi 1 and Zero). Debian calls it
# armhf.
#
#   cmake -B build/board --toolchain toolchains/arm-linux-gnueabihf.cmake -DCMAKE_SYSROOT=/path/to/root
#
# `./run cross armhf` makes such a sysroot and does all of this; see cmake/Cross.cmake for the other settings.
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(SLUICE_TRIPLE arm-linux-gnueabihf)
set(SLUICE_BASELINE "-march=armv7-a -mfpu=neon -mfloat-abi=hard -mthumb")
set(SLUICE_QEMU qemu-arm cortex-a15)
include(${CMAKE_CURRENT_LIST_DIR}/cmake/Cross.cmake)
