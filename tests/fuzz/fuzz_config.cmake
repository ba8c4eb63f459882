sluice_fuzzer(config SOURCES fuzz_config.cc LINKS sluice_config)
