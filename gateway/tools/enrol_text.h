#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools {

// What a device is told to get in with; of the three kinds one.
struct Enrolment {
  std::string name;
  std::string host;
  uint16_t port = 8883;
  std::string server_ca;             // file: the authority of the gateway's certificate
  std::string certificate{}, key{};  // files; empty: none
  std::string password{};            // empty: none
  std::string psk{};                 // hexadecimal; empty: none
};

// The kinds of devices for which there is a text, in the order in which they are told.
std::vector<std::string_view> EnrolmentKinds();

// What to type into the device, for people; or why it has nothing for that. Ends with a newline.
std::string EnrolmentText(std::string_view kind, const Enrolment& enrolment);

}  // namespace sluice::tools
