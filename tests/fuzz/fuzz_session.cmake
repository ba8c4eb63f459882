sluice_fuzzer(session
  SOURCES fuzz_session.cc fuzz_session_model.cc
  LINKS sluice_session sluice_wire_cases)
