#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/clock_watch.h"
#include "app/forwarder.h"
#include "app/identities.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "broker/access_control.h"
#include "broker/event_sink.h"
#include "config/config.h"
#include "config/memory_plan.h"
#include "identity/password_check.h"
#include "ingest/ingest.h"
#include "ingest/ingest_health.h"
#include "ingest/letter_replay.h"
#include "ingest/resubmission.h"
#include "ingest/silence_watch.h"
#include "journal/journal.h"
#include "normalise/normaliser.h"
#include "normalise/profile.h"
#include "server/server.h"
#include "state/store.h"

namespace sluice::app {

// Everything between devices and upstreams, put together in the order in which it depends on each
// other: journal, state, ingest, server, forwarders. What it needs of the machine it is given, so
// that a Service runs it on one and tests/sim in a simulated field. Loop thread only.
//
// Order of life: Create, hand connections to server(), Start, run the scheduler; Shutdown, run it
// until `done`, Close, destroy. Destroyed earlier it has ended as a killed process does, but for
// its threads, which end what they are doing.
class Gateway {
 public:
  // The machine. Everything outlives the gateway.
  struct Machine {
    Env& env;
    const Clock& clock;
    Scheduler& scheduler;
    Random& random;
    Metrics& metrics;
    Health& health;
    // Whether something keeps the clock right, see ClockTrust.
    std::function<bool()> clock_is_synchronised;
    // When something was last written below the data directory, see NewestFileTime.
    WallTime newest_file{};
    UplinkMaker make_uplink;
    identity::HashWorker& hash_worker;
    // No threads: the owner calls RunOnce of journal(), state() and identities().store(). Then
    // `random` also decides what is else from the operating system.
    bool by_hand = false;
    std::string state_vfs = {};  // see state::DatabaseOptions
    // Stands between server and ingest, for who wants to see what passes. Null: nobody.
    std::function<std::unique_ptr<broker::EventSink>(broker::EventSink& ingest,
                                                     journal::Journal& journal)>
        tap = {};
  };

  // Opens the journal (recovering it) and restores the state. Nothing is served before Start.
  // Failures say what and where. `plan` is PlanMemory's, perhaps with fewer connections.
  static Result<std::unique_ptr<Gateway>> Create(const config::Config& config,
                                                 const config::MemoryPlan& plan,
                                                 std::vector<normalise::Profile> profiles,
                                                 Machine machine);
  ~Gateway();

  // Begins to forward.
  void Start();
  // In order: no new connections, what was taken is committed and acknowledged, clients are told
  // (0x8B), routes get a moment for what they have sent. Then `done`, from the scheduler.
  void Shutdown(std::function<void()> done);
  // Saves the state and syncs the journal, whose status it is. When the scheduler runs no more.
  Status Close();

  // How long Shutdown may take.
  static constexpr Duration kCommitPatience = std::chrono::seconds(10);
  static constexpr Duration kUplinkPatience = std::chrono::seconds(3);
  // StreamLimits::close_linger, by which clients have to go.
  static constexpr Duration kGoodbyePatience = std::chrono::seconds(2);

  const config::Config& config() const { return config_; }
  const config::MemoryPlan& plan() const { return plan_; }
  journal::Journal& journal() { return *journal_; }
  state::Store* state() { return state_.get(); }  // null: switched off
  Identities& identities() { return *identities_; }
  ingest::LetterReplay* letter_replay() { return letter_replay_.get(); }  // null: no dead letters
  server::Server& server() { return *server_; }
  const ingest::SilenceWatch& silence() const { return *silence_; }
  const std::vector<std::unique_ptr<Forwarder>>& forwarders() const { return forwarders_; }
  forward::Route* route(const std::string& name);  // null: there is none
  const ClockTrust& clock_trust() const { return clock_watch_.trust(); }

 private:
  Gateway(const config::Config& config, const config::MemoryPlan& plan, Machine machine);
  Status OpenJournal();
  Status CreateNormaliser(std::vector<normalise::Profile> profiles);
  Status StartIngest();
  void MakeLetterReplay();
  void OpenState();
  void OpenIdentities();
  void StartServer();
  Status MakeForwarders();
  void CheckBooks();
  void DrainForwarders();

  const config::Config config_;
  const config::MemoryPlan plan_;
  const Machine machine_;
  ClockWatch clock_watch_;
  std::unique_ptr<journal::Journal> journal_;
  std::vector<std::unique_ptr<Health::Condition>> wrong_books_;  // until the next start
  std::unique_ptr<normalise::Normaliser> normaliser_;
  std::unique_ptr<broker::AccessControl> access_;
  std::unique_ptr<ingest::Ingest> ingest_;
  std::unique_ptr<ingest::IngestHealth> ingest_health_;
  std::unique_ptr<ingest::SilenceWatch> silence_;
  std::unique_ptr<ingest::Resubmission> resubmission_;  // null without dead letters; so is the next
  std::unique_ptr<ingest::LetterReplay> letter_replay_;
  std::unique_ptr<broker::EventSink> tap_;  // null: none
  std::unique_ptr<state::Store> state_;     // null: switched off
  std::unique_ptr<Identities> identities_;
  std::unique_ptr<server::Server> server_;
  std::vector<std::unique_ptr<Forwarder>> forwarders_;
  Timer drain_timer_;
  std::function<void()> drained_;
  Lifetime lifetime_;  // until the journal is not to be polled any more
};

}  // namespace sluice::app
