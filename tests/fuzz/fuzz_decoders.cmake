sluice_fuzzer(decoders SOURCES fuzz_decoders.cc LINKS sluice_decode)
