sluice_fuzzer(codec SOURCES fuzz_codec.cc LINKS sluice_wire_cases)
