#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/protocol.h"
#include "codec/reason_code.h"

namespace sluice::test {

// Who must answer a wire case.
enum class Stage : uint8_t {
  kValid,     // nobody: it is a good packet
  kFrame,     // codec::PeekFrame refuses it
  kDecode,    // codec::Decode does
  kValidate,  // codec::Validate does
};

// What must come of a packet.
struct Expected {
  Stage stage = Stage::kValid;
  codec::ReasonCode reason = codec::ReasonCode::kSuccess;
  // Part of the verdict's `why`: the id of the rule that is broken, or the section that says so.
  std::string_view rule = {};
  // kValid: what Describe says of the packet.
  std::string_view decoded = {};
  // kValid: encoding the decoded packet gives the same bytes again.
  bool canonical = true;
};

// Some bytes of a packet and what they are. Bytes are hexadecimal numbers or 'text', spaces between
// them.
struct WireField {
  std::string_view bytes;
  std::string_view meaning;
};

// One packet as it is on the wire and what must come of it. The table of them is shared by the
// tests of the codec, the session and the broker and seeds the fuzzers' corpora.
struct WireCase {
  std::string name;  // a verdict, such as ConnectWithReservedFlagIsMalformed, and the version
  codec::Version version;
  codec::Sender sender;
  std::vector<WireField> fields;
  Expected expected;

  // The whole packet.
  std::string bytes() const;
};

// Every case, in the order of the packet types. Names are unique.
const std::vector<WireCase>& AllWireCases();

// The case of this name; aborts if there is none, so that a renamed case is noticed.
const WireCase& FindWireCase(std::string_view name);

}  // namespace sluice::test
