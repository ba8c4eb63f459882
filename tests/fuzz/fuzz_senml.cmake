sluice_fuzzer(senml SOURCES fuzz_senml.cc LINKS sluice_decode)
