#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "sim/conversation.h"
#include "sim/mqtt_broker.h"
#include "sim/scene.h"
#include "sim/whims.h"
#include "sim/witness.h"
#include "transport/byte_stream.h"
#include "uplink_mqtt/dialer.h"

namespace sluice::sim {

class Upstream;
class UpstreamSession;

// What subscribers of a broker, or of a cluster, see of the gateway: the retained message under its
// status topic; and the session that the broker takes for alive, whose will stands for it.
struct StatusView {
  std::string retained;
  bool may_be_stale = false;                   // a restart has lost a will
  UpstreamSession* session = nullptr;          // null: none
  const Conversation* conversation = nullptr;  // its

  bool has(std::string_view word) const { return retained.find(word) != retained.npos; }
  bool is_online() const { return has(R"("state":"online")"); }
};

// One broker: whether it can be reached and takes the gateway, on what terms, and what befalls it.
class UpstreamServer {
 public:
  // What it minds of the status topic.
  enum class Minds : uint8_t { kNothing, kBirth, kEndsAtBirth, kWill };
  // What it makes of a message.
  enum class Said : uint8_t {
    kTaken,
    kTakenAndLost,
    kNothing,
    kRefused,
    kBusy,
    kCloses,
    kBreaksRules
  };

  UpstreamServer(Upstream& upstream, size_t index, std::shared_ptr<StatusView> view);
  ~UpstreamServer();
  UpstreamServer(const UpstreamServer&) = delete;
  UpstreamServer& operator=(const UpstreamServer&) = delete;

  size_t index() const { return index_; }
  const std::string& host() const { return host_; }
  Upstream& upstream() { return upstream_; }
  StatusView& view() { return *view_; }
  Random& random() { return random_; }

  // What an attempt to reach it meets. kNone: it answers; kTimeout: nothing does.
  uplink_mqtt::DialCause Ring();
  // A connection. `password` is what stood in the gateway's file when it was dialed.
  void Accept(std::unique_ptr<transport::ByteStream> stream,
              std::shared_ptr<Conversation> conversation, std::optional<std::string> password);
  void OnProcessEnded();
  void Mend();

  // How it answers a CONNECT that is all right; a reason: how it does not.
  mqtt::Connack Greeting();
  bool turns_away() const;
  bool greets_with_nonsense();
  // It hears nobody, or takes everything and answers none of it.
  bool is_deaf() const;
  bool is_silent() const;
  Minds minds() const { return minds_; }
  Said Judge(const std::string& route, const std::vector<Entry>& entries, size_t bytes);

  // Of a session: it is gone, from the scheduler.
  void Forget(UpstreamSession* session);

 private:
  void Draw();
  void BeginEpisodes();
  void EndSessions(bool orderly);
  void Restart();
  void TurnAway();

  Upstream& upstream_;
  const size_t index_;
  const std::string host_;
  const std::shared_ptr<StatusView> view_;
  Scene& scene_;
  Random random_;
  Whims whims_;
  mqtt::Connack terms_;
  Minds minds_ = Minds::kNothing;
  MonotonicTime unreachable_until_{};
  MonotonicTime silent_until_{};
  MonotonicTime turns_away_until_{};
  bool deaf_ = false;             // while it is silent
  uint8_t turns_away_with_ = 0;   // 0: with terms on which nobody can publish
  int greets_with_nonsense_ = 0;  // so often
  std::list<std::unique_ptr<UpstreamSession>> sessions_;
};

}  // namespace sluice::sim
