#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/scheduler.h"
#include "sim/line.h"
#include "sim/scene.h"
#include "sim/tls_keys.h"
#include "sim/whims.h"
#include "transport/byte_stream.h"
#include "transport/stream_context.h"

namespace sluice::sim {

// What lies between the gateway and its clients, and its upstreams. It delays, splits, merges,
// slows down, cuts and half-opens as the seed has drawn. The scene outlives it, and it outlives all
// streams.
class Network {
 public:
  // `identity` is who the client has proved to be.
  using Acceptor = std::function<void(const std::string& identity,
                                      std::unique_ptr<transport::ByteStream> stream)>;
  using Said = std::function<void(ByteSpan)>;

  explicit Network(Scene& scene);

  // Who takes the gateway's ends; null: nobody listens. What these tell their handlers runs on
  // `process`; they keep to the bounds in `context`, null: those that are the default.
  void SetAcceptor(Acceptor acceptor, Scheduler* process,
                   std::shared_ptr<transport::StreamContext> context = nullptr);
  // Its streams are gone by now. Clients see that, unless the machine is off.
  void OnProcessEnded(bool power_cut);
  // Trouble has ended.
  void Mend();

  // A client's end of a new connection; null if nobody listens. `said` is called with all that the
  // gateway writes, in the moment when it does.
  std::unique_ptr<transport::ByteStream> Dial(const std::string& identity, Said said);

  // A connection that the gateway makes to somebody who takes it: both ends. Its own runs on
  // `process` and keeps to `limits`.
  struct Ends {
    std::unique_ptr<transport::ByteStream> gateway, other;
  };
  Ends Connect(const std::string& to, Scheduler* process, const transport::StreamLimits& limits);

 private:
  std::shared_ptr<Line> NewLine(const std::string& name);
  void CutAll();
  transport::PeerInfo AddressOf(const std::string& identity);
  void Forget();
  bool Encrypts(const std::string& identity) const;

  Scene& scene_;
  Random random_;
  Whims whims_;
  TlsKeys keys_;
  Acceptor acceptor_;
  Scheduler* process_ = nullptr;
  std::shared_ptr<transport::StreamContext> context_;
  uint64_t dials_ = 0;                     // of clients
  uint64_t calls_ = 0;                     // of the gateway
  uint64_t made_ = 0;                      // lines
  std::map<std::string, uint16_t> hosts_;  // by identity, in the order of appearance
  std::vector<std::shared_ptr<Line>> lines_;
  // Connected as far as kernels go, and not accepted yet; by the number of the dial.
  std::map<uint64_t, std::unique_ptr<transport::ByteStream>> backlog_;
};

}  // namespace sluice::sim
