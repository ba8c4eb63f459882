sluice_fuzzer(consumer SOURCES fuzz_consumer.cc LINKS sluice_tools)
