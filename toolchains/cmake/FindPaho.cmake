# Debian's Paho C++ config names OpenSSL and the C library without finding them, and breaks when it is
# loaded twice in one scope; this wraps it. Defines Paho::Paho.
include(FindPackageHandleStandardArgs)
if(NOT TARGET Paho::Paho)
  find_package(OpenSSL REQUIRED)
  if(NOT TARGET PahoMqttCpp::paho-mqttpp3)
    find_package(eclipse-paho-mqtt-c REQUIRED)
    find_package(PahoMqttCpp REQUIRED)
  endif()
  add_library(Paho::Paho INTERFACE IMPORTED)
  target_link_libraries(Paho::Paho INTERFACE PahoMqttCpp::paho-mqttpp3)
endif()
set(Paho_FOUND TRUE)
