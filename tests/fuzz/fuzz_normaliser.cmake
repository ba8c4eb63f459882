sluice_fuzzer(normaliser SOURCES fuzz_normaliser.cc LINKS sluice_app)
