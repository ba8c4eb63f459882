sluice_fuzzer(normaliser SOURCES fuzz_normaliser.cc LINKS sluice_app)
sluice_reads_source(fuzz_normaliser)
