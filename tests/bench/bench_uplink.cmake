if(NOT SLUICE_PAHO)
  return()
endif()
add_executable(bench-uplink uplink_bench.cc)
target_link_libraries(bench-uplink PRIVATE
  sluice_uplink_mqtt sluice_uplink_paho sluice_brokers CLI11::CLI11)
