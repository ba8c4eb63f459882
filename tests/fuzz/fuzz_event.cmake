sluice_fuzzer(event SOURCES fuzz_event.cc LINKS sluice_schema)
