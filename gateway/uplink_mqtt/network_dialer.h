#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/lifetime.h"
#include "transport/connector.h"
#include "transport/loop.h"
#include "transport/name_lookup.h"
#include "uplink_mqtt/credentials.h"
#include "uplink_mqtt/dialer.h"
#include "uplink_mqtt/options.h"

namespace sluice::uplink_mqtt {

// Why the system made no connection, by errno.
DialCause CauseOfSystemError(int error);

// The real one: reads the files on a worker, looks the name up, tries its addresses in turn (an
// equal share of the time for each, so that one that nobody answers at does not take it all), and
// shakes hands.
class NetworkDialer final : public Dialer {
 public:
  NetworkDialer(const MqttOptions& options, transport::Loop& loop);

  void Dial(const forward::UplinkUrl& server, Callback on_done) override;
  void GiveUp() override;

 private:
  void OnCredentials(Result<Credentials> credentials);
  void OnAddresses(Result<std::vector<std::string>> addresses);
  void ConnectNext();
  void OnConnected(Result<std::unique_ptr<transport::ByteStream>> stream);
  void OnTimeout();
  void TryNext(DialFailure failure);
  void Finish(Outcome outcome);
  void Fail(DialFailure failure) { Finish({.failure = std::move(failure)}); }
  DialFailure FailureOf(const Status& status) const;
  DialFailure TlsFailureOf(const Status& status) const;
  DialFailure HttpFailureOf(const Status& status) const;
  std::string Where() const;
  std::string HostOfRequest() const;

  const MqttOptions options_;
  transport::Loop& loop_;
  forward::UplinkUrl server_;
  Callback on_done_;
  Lifetime attempt_;
  Credentials credentials_;
  std::unique_ptr<transport::NameLookup> lookup_;
  std::vector<std::string> addresses_;
  size_t next_ = 0;  // address
  std::unique_ptr<transport::Connector> connector_;
  Duration share_{};
  Timer timer_;
};

}  // namespace sluice::uplink_mqtt
