sluice_fuzzer(websocket SOURCES fuzz_websocket.cc LINKS sluice_transport)
