#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/random.h"
#include "base/scheduler.h"
#include "sim/network.h"
#include "sim/scene.h"
#include "sim/whims.h"
#include "transport/byte_stream.h"

namespace sluice::sim {

// One identity that comes as many clients at once and wants all that there is to share: places,
// sessions, room for messages that it never acknowledges. Others have to get theirs.
class RudeCrowd {
 public:
  // Both outlive it.
  RudeCrowd(Scene& scene, Network& network);

  void Start();
  void BeginCalm();

 private:
  // One of them; does what it was told at the beginning, and takes nothing or everything.
  struct Member final : transport::StreamHandler {
    size_t OnBytes(ByteSpan bytes) override { return bytes.size(); }
    void OnClosed(const Status&) override { stream = nullptr; }
    std::unique_ptr<transport::ByteStream> stream;  // null: gone
  };

  void Act();
  void LeaveSessions();
  void Hoard();
  void BeginMuch();
  void Send(const char* identity, const std::string& bytes, bool reads);
  std::string Connect(uint32_t expiry);

  Scene& scene_;
  Network& network_;
  Random random_;
  Whims whims_;
  Timer end_timer_;
  std::list<Member> members_;
  uint64_t names_ = 0;
};

}  // namespace sluice::sim
