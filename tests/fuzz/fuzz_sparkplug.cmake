sluice_fuzzer(sparkplug SOURCES fuzz_sparkplug.cc LINKS sluice_decode)
