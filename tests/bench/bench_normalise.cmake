find_package(tomlplusplus REQUIRED)

add_executable(bench-normalise normalise_bench.cc)
target_link_libraries(bench-normalise PRIVATE sluice_config benchmark::benchmark tomlplusplus::tomlplusplus)
sluice_reads_source(bench-normalise)
