# This machine's architecture with another Debian release's sysroot, as configure.sh uses it.
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(SLUICE_TRIPLE x86_64-linux-gnu)
set(SLUICE_BASELINE "-march=x86-64")
set(SLUICE_QEMU qemu-x86_64 max)
include(${CMAKE_CURRENT_LIST_DIR}/../cmake/Cross.cmake)
