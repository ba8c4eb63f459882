#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "forward/topic_template.h"
#include "forward/uplink.h"

namespace sluice::test {

// What a kind of uplink brings to the contract that all keep (uplink_contract.h): uplinks of its
// kind, and the upstream that they connect to. One upstream and one uplink at a time.
class UplinkRig {
 public:
  // What upstream says and does. Zero and empty: no limit, nobody.
  struct Terms {
    uint16_t max_in_flight = 0;
    uint32_t max_message_bytes = 0;
    std::string refused_topic{};  // for good
    bool knows_us = true;         // else our credentials are wrong
  };

  virtual ~UplinkRig() = default;

  // Makes the uplink as well, which is not connected yet.
  virtual void StartUpstream(const Terms& terms) = 0;
  virtual void RestartUpstream() = 0;  // where it was, after KillUpstream
  virtual void KillUpstream() = 0;     // connections end with it
  virtual void PauseUpstream() = 0;    // is there, and neither says nor does anything
  virtual void ResumeUpstream() = 0;

  virtual forward::Uplink& uplink() = 0;
  virtual void DestroyUplink() = 0;

  // Lets things happen until `condition` holds; false if that takes too long, or nothing is left
  // that could happen. Callbacks run in here and nowhere else.
  virtual bool RunUntil(const std::function<bool()>& condition) = 0;

  // The payloads that upstream has taken since Listen, as they came: the next `count`, or fewer if
  // there are no more.
  virtual void Listen() = 0;
  virtual std::vector<std::string> Received(size_t count) = 0;

  // The longest topic that upstream takes, in bytes; no more than templates of topics make.
  virtual size_t LongestTopic() const { return forward::TopicTemplate::kMaxTopicBytes; }
};

// A parameter of the suites.
struct UplinkRigKind {
  const char* name;
  std::unique_ptr<UplinkRig> (*make)();  // null if what it needs is not installed
};
inline std::ostream& operator<<(std::ostream& out, const UplinkRigKind& kind) {
  return out << kind.name;
}

}  // namespace sluice::test
