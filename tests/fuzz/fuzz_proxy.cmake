sluice_fuzzer(proxy SOURCES fuzz_proxy.cc LINKS sluice_transport)
