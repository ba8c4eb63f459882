add_executable(bench-journal journal_bench.cc)
target_link_libraries(bench-journal PRIVATE sluice_journal benchmark::benchmark)
