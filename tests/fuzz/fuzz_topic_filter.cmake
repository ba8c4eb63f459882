sluice_fuzzer(topic_filter SOURCES fuzz_topic_filter.cc LINKS sluice_broker)
