sluice_fuzzer(client
  SOURCES fuzz_client.cc
  LINKS sluice_client sluice_wire_cases)
