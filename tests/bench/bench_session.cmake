add_executable(bench-session session_bench.cc)
target_link_libraries(bench-session PRIVATE sluice_session benchmark::benchmark)
