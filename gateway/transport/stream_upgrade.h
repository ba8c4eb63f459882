#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/health.h"
#include "base/metrics.h"
#include "base/status.h"
#include "transport/byte_stream.h"
#include "transport/loop.h"
#include "transport/stream_context.h"

namespace sluice::transport {

// One step of the way in to a listener, which all its connections take: TLS; a header in which a
// proxy says who really comes; HTTP's request for a WebSocket. It gets a stream and ends with a
// stream that carries less wrapping and knows more of its peer, or says why there is none.
//
// It may ask the peer to wait, work on other threads, and let one connection give way to another.
// It bounds what each of its connections may send and how long it may take before it is through,
// and counts under its own name who is not. Loop thread only.
class StreamUpgrade {
 public:
  struct Outcome {
    std::unique_ptr<ByteStream> stream;  // null: it did not get through
    // The rest only then.
    std::string address = {};
    Status reason = {};
    bool is_told = false;  // the log knows already
  };
  // Called once for each connection, from the loop. The stream is handed on by another Start: what
  // its handler has left is shown to the next.
  using Callback = std::function<void(Outcome)>;

  // What every upgrade of a listener may use; outlives it.
  struct Parts {
    Loop& loop;
    std::shared_ptr<StreamContext> context;
    std::string listener;  // its address, for log and health
    Health* health;        // null: nobody asks
    Metrics& metrics;
    std::string metric_label;  // value of the label listener="…"
  };
  using Maker = std::function<std::unique_ptr<StreamUpgrade>(const Parts& parts, Callback on_end)>;

  // Drops whoever is not through, without a call.
  virtual ~StreamUpgrade() = default;
  // `stream` has sent and received nothing that is not the upgrade's.
  virtual void Take(std::unique_ptr<ByteStream> stream) = 0;
  // Those who are not through.
  virtual size_t size() const = 0;
};

// The upgrades of one listener, each taking what the one before has let through. Without any of
// them a connection is through at once. Loop thread only.
class UpgradeChain {
 public:
  using Through = std::function<void(std::unique_ptr<ByteStream>)>;
  using Failed = std::function<void(const StreamUpgrade::Outcome&)>;

  UpgradeChain(const std::vector<StreamUpgrade::Maker>& makers, const StreamUpgrade::Parts& parts,
               Through on_through, Failed on_failed);
  // Drops whoever is not through.
  ~UpgradeChain();
  UpgradeChain(const UpgradeChain&) = delete;
  UpgradeChain& operator=(const UpgradeChain&) = delete;

  void Take(std::unique_ptr<ByteStream> stream) { PassTo(0, std::move(stream)); }
  size_t size() const;

 private:
  void PassTo(size_t step, std::unique_ptr<ByteStream> stream);

  const Through on_through_;
  const Failed on_failed_;
  std::vector<std::unique_ptr<StreamUpgrade>> upgrades_;
};

}  // namespace sluice::transport
