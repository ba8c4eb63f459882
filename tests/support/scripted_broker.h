#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "session/session.h"
#include "support/uplink_rig.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace sluice::test {

// An MQTT broker of both versions on a loopback port and the test's own loop, which keeps what it
// takes and does what it is told. It knows no subscriptions.
class ScriptedBroker {
 public:
  // `tls` may be null.
  ScriptedBroker(transport::Loop& loop, const UplinkRig::Terms& terms,
                 std::shared_ptr<tls::Context> tls = nullptr);
  ~ScriptedBroker();
  ScriptedBroker(const ScriptedBroker&) = delete;
  ScriptedBroker& operator=(const ScriptedBroker&) = delete;

  std::string address() const { return address_; }  // stays the same
  void Start();
  void Kill();
  // Takes connections and bytes, as the kernel does, and looks at none of them.
  void Pause();
  void Resume();

  // PUBLISH with this payload is answered with a DISCONNECT of this reason (MQTT 5), or the end.
  void EndAt(std::string payload, codec::ReasonCode reason);
  // Whether a will is due of a client that left without DISCONNECT.
  int wills() const { return wills_; }
  size_t connections() const { return connections_.size(); }
  // Payloads, as they came.
  std::vector<std::string>& received() { return received_; }

  session::Limits limits;
  session::Capabilities capabilities;

 private:
  class Connection;

  void Accept(std::unique_ptr<transport::ByteStream> stream);
  codec::ReasonCode Take(const codec::Publish& publish, Connection* connection);

  transport::Loop& loop_;
  const UplinkRig::Terms terms_;
  const std::shared_ptr<tls::Context> tls_;
  Metrics metrics_;
  session::Counters counters_{metrics_};
  std::string address_ = "127.0.0.1:0";
  std::string end_payload_;
  codec::ReasonCode end_reason_ = codec::ReasonCode::kSuccess;
  bool paused_ = false;
  int wills_ = 0;
  std::vector<std::string> received_;
  std::unique_ptr<transport::Listener> listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace sluice::test
