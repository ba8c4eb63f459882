#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/health.h"
#include "base/lifetime.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "broker/access_control.h"
#include "broker/broker.h"
#include "broker/event_sink.h"
#include "identity/authenticator.h"
#include "journal/journal.h"
#include "server/connection.h"
#include "server/local_events.h"
#include "server/output_pool.h"
#include "server/saved_state.h"
#include "server/server_health.h"
#include "server/sys_topics.h"
#include "session/limits.h"
#include "transport/byte_budget.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace sluice::tls {
class Context;
}

namespace sluice::server {

struct ListenerSpec {
  transport::ListenerOptions transport;
  identity::EntryRules entry;
  bool check_payload_format = false;  // session::Capabilities
};

struct ServerOptions {
  std::string gateway;
  session::Limits session;
  session::Capabilities capabilities;
  broker::Limits broker;
  // Streams whose events local subscribers may hear of.
  std::vector<std::string> local_event_streams;
  // Connections of clients whose CONNECT was accepted, all listeners together; 0: any number. The
  // party that holds most gives way; see broker/share.h. Stops one identity from taking every
  // place. Counter sluice_share_gave_way_total{budget="connections"}.
  size_t max_connections = 0;
  // Open connections of all listeners together, newcomers included; see transport::Admission.
  size_t max_open_connections = 4096;
  // What all connections together may hold of input that is not consumed: packets of which the rest
  // is still to come, what was read before a pause, messages that wait for room. What each holds of
  // it up to 2 KiB does not count. Stops a fleet, each of it within its bounds, from filling the
  // memory. Counter sluice_listener_input_shortages_total.
  size_t max_input_bytes = 3 << 20;
  // What all connections together may hold of messages on their way to clients: in flight and not
  // acknowledged, or written and not taken by the peer. The rest waits in the broker's queues; one
  // message at a time each client still gets. Stops subscribers that do not read or acknowledge.
  // Counter sluice_outgoing_shortages_total.
  size_t max_outgoing_bytes = 2 << 20;
  // How often connections whose message waits for room are looked at, whether their client is still
  // there. Stops clients that give up and come back under new names, while an uplink is away for
  // hours, from using up all connections.
  Duration held_check_interval = std::chrono::seconds(5);
  SavedStateOptions state;
  // Told to clients that ask for it, the beginning of topics for answers to them (MQTT 5.0, section
  // 4.10.1); "{identity}" stands for the client's, if that can be a level of a topic. Empty: none.
  std::string response_information;
  // Of the lines that say who comes and goes, and what clients subscribe to.
  LogLevel client_log_level = LogLevel::kDebug;
  // How often `$SYS/broker/…` is brought up to date; 0: there is none.
  Duration sys_interval{0};
};

// The MQTT server: listeners, connections and broker. Loop thread only.
//
// Order of life: construct, Listen for each listener, run the loop; Shutdown, run the loop until it
// says done, destroy. The journal's Poll is its owner's to call.
class Server : private ConnectionContext::Owner, private broker::EventSink::Listener {
 public:
  // Everything outlives the server.
  struct Parts {
    Scheduler& scheduler;
    journal::Journal& journal;
    broker::EventSink& sink;  // tells this server; another one may be told when it is gone
    const broker::AccessControl& access;
    identity::Authenticator& authenticator;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    Health* health = nullptr;                 // null: nobody asks
    state::Store* state = nullptr;            // null: nothing outlives the process
    const ClockTrust* clock_trust = nullptr;  // with `state`
  };

  Server(ServerOptions options, const Parts& parts);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `loop` is the scheduler, or runs on its thread.
  Status Listen(transport::Loop& loop, ListenerSpec spec);
  // A client has come, on a listener or another way.
  void Accept(const identity::EntryRules& entry, std::unique_ptr<transport::ByteStream> stream,
              bool check_payload_format = false);
  // What a listener, by its place in listeners(), shows and believes from now on. Connections of
  // its that the new context would not let in any more are ended (0x98), their sessions stay.
  // Counter sluice_connections_distrusted_total{reason}.
  void SetTls(size_t listener, std::shared_ptr<tls::Context> context);
  // What lets the identity in has been taken away: ends its connections, so that it has to show
  // again who it is (0x98), and with `for_good` its sessions.
  void Revoke(std::string_view identity, bool for_good);
  const std::vector<std::unique_ptr<transport::Listener>>& listeners() const { return listeners_; }
  const broker::Broker& broker() const { return broker_; }
  // Shows connected clients in the order of their coming, those after the one whose arrival is
  // `after`, at most `limit` and of at most four times as many connections. Returns where to go on;
  // nothing: these were the last.
  std::optional<uint64_t> VisitClients(uint64_t after, size_t limit,
                                       const std::function<void(const ClientInfo&)>& visit) const;
  // In the gateway's own name, at QoS 0; see Broker::PublishLocal.
  void Publish(std::string_view topic, ByteSpan payload);
  // What streams that come another way than by Listen charge what they hold to.
  const std::shared_ptr<transport::ByteBudget>& input_budget() const { return input_; }
  const std::shared_ptr<transport::ByteBudget>& output_budget() const { return outgoing_; }
  size_t input_bytes() const { return input_->used(); }
  size_t outgoing_bytes() const { return outgoing_->used(); }

  // Accepts nobody any more and reads nothing more; when everything that was taken is committed and
  // acknowledged (or `patience` has passed) tells every client that it goes and closes. `done` runs
  // when the last connection is gone.
  void Shutdown(Duration patience, std::function<void()> done);

  // Writes what is left of the state, and waits for it. When the loop runs no more.
  Status SaveState();

 private:
  static constexpr size_t kNoListener = SIZE_MAX;
  void AcceptFrom(size_t listener, const identity::EntryRules& entry,
                  std::unique_ptr<transport::ByteStream> stream, bool check_payload_format);
  bool IsDistrusted(size_t listener, const transport::PeerInfo& peer);
  void RestoreState();
  void FollowStreams();
  void AddMetrics();
  void WatchHealth();
  void RetryBlocked();
  void CloseDeserted();
  void ArmBrokerTimer();
  void TryToSayGoodbye();
  void SayGoodbye();
  void FinishIfEmpty();
  // ConnectionContext::Owner
  void OnBlocked(Connection* connection) override;
  void OnGone(Connection* connection) override;
  uint64_t NextConnect() override { return ++connects_; }
  std::string PartyName(const Connection& connection, bool is_shared) const override;
  bool MakeRoomFor(const broker::PartyRef& party) override;
  void MakeRoomForInput(const broker::PartyRef& party, size_t bytes) override;
  void OnBrokerDeadline() override { ArmBrokerTimer(); }
  // broker::EventSink::Listener
  void OnAcknowledgeable(const broker::AckHandle& ack) override;
  void OnSpace() override;

  const ServerOptions options_;
  const Parts parts_;
  const session::Capabilities strict_capabilities_;  // where payload formats are checked
  session::Counters session_counters_;
  broker::Counters broker_counters_;
  // Shared with the listeners' streams and with the metrics.
  const std::shared_ptr<transport::ByteBudget> input_;
  const std::shared_ptr<transport::ByteBudget> outgoing_;
  const std::shared_ptr<transport::Admission> admission_;
  OutputPool outputs_;
  LogLimit log_limit_;  // of lines that clients can provoke
  const ClientLog client_log_;
  broker::Broker broker_;
  std::unique_ptr<SavedState> saved_state_;    // null: nothing outlives the process
  std::unique_ptr<LocalEvents> local_events_;  // null: switched off
  std::unique_ptr<SysTopics> sys_topics_;      // null: switched off
  std::vector<std::unique_ptr<transport::Listener>> listeners_;
  // In the order of their coming, in which they are also told to go.
  std::map<uint64_t, std::unique_ptr<Connection>> connections_;
  uint64_t arrivals_ = 0;
  std::deque<Connection*> blocked_;  // wait for room, the longest first
  bool retry_posted_ = false;
  Timer broker_timer_;
  Timer blocked_timer_;  // runs while anybody is blocked
  Timer goodbye_timer_;
  std::unique_ptr<ServerHealth> health_;
  std::function<void()> shutdown_done_;
  bool said_goodbye_ = false;
  uint64_t connects_ = 0;
  ConnectRefusals refusals_;
  Counter& paused_;
  Counter& outgoing_shortages_;
  Counter& revoked_;    // connections ended, or not begun, because lists revoke their certificate
  Counter& untrusted_;  // likewise because its authority is none of ours any more
  Lifetime lifetime_;
};

}  // namespace sluice::server
