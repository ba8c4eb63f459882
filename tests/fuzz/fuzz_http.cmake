sluice_fuzzer(http SOURCES fuzz_http.cc LINKS sluice_http)
