#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "identity/doorkeeper.h"
#include "ingest/ingest.h"
#include "server/server.h"
#include "support/inline_hash_worker.h"
#include "support/memory_env.h"
#include "support/simulated_clock.h"
#include "support/simulated_scheduler.h"
#include "test_client.h"

namespace sluice::server {

using codec::Qos;
using codec::Version;

inline constexpr char kReading[] = R"({"t":21.5})";  // a payload that becomes an event

struct ClientOptions {
  Version version = Version::kV5;
  bool clean_start = true;
  uint32_t expiry_seconds = 0;
  uint16_t keep_alive_seconds = 0;
  std::optional<codec::Will> will{};
};

// A server without a network and without waiting: its journal is in memory, its clients are at the
// other end of streams in memory, and its time is the scheduler's. (SocketServerTest has the same
// server on sockets and in real time.) The journal commits when Commit() says so. `devices/#` feeds
// the stream "telemetry"; a payload with a number "t" becomes an event, any other a dead letter;
// nobody may publish to `forbidden/#`, nobody speaks for the device `victim`.
class ServerTest : public testing::Test {
 protected:
  ServerTest();
  ~ServerTest() override;

  // Opens journal and server with the options below; the first Connect does it otherwise.
  void Start();
  // Ends the server and the ingest.
  void Stop();
  // Ends server and journal in order, and opens the same files again.
  void Restart();

  // A client whose CONNACK has come and is forgotten.
  TestClient& Connect(const std::string& client_id, const ClientOptions& options = {});
  TestClient& ConnectV311(const std::string& client_id) {
    return Connect(client_id, {.version = Version::kV311});
  }
  // A connection on which nothing has been said yet.
  TestClient& Open(Version version = Version::kV5);
  static void SendConnect(TestClient& client, const std::string& client_id,
                          const ClientOptions& options);

  // Lets time pass, if need be.
  template <typename Predicate>
  void Until(Predicate done) {
    while (!done()) ASSERT_TRUE(Step()) << "nothing is left that could happen";
  }
  // Until everything that was sent has been read and answered.
  virtual void Settle();
  // Lets the journal do its work and tells the server.
  void RunJournal();
  // Settle, RunJournal, Settle.
  void Commit();

  journal::Stream& stream(std::string_view name = "telemetry") { return *journal_->stream(name); }
  // Fills the stream by another way than a client's, until it takes nothing more.
  void FillStream();
  // The route has had everything: there is room again.
  void MakeRoom();
  // The memory for uncommitted events is full until the next Commit.
  void FillDirtyBuffer();

  // "devices/d1/climate 21.5" for each event that is stored: its topic and first reading.
  std::vector<std::string> Stored(std::string_view name = "telemetry");
  // The stored events' attribute `key`.
  std::vector<std::string> StoredAttributes(std::string_view name, std::string_view key);
  std::vector<std::string> StoredTraceparents();
  // "climate.reading.v1 d1": the stored events' type and device.
  std::vector<std::string> StoredTypes();
  uint64_t Count(std::string_view metric, std::string_view labels = "");
  // Of a metric without labels, as /metrics would show it.
  int64_t Gauge(std::string_view metric);
  void Shutdown(Duration patience = std::chrono::seconds(60));

  // What the server lives on.
  virtual Scheduler& scheduler() { return scheduler_; }
  virtual void Listen() {}
  virtual void Arrive(TestClient& client) { ArriveAs("tester", client); }
  void ArriveAs(const std::string& identity, TestClient& client);
  // Lets one thing happen; false if nothing is left.
  virtual bool Step();

  test::MemoryEnv env_;
  test::SimulatedClock clock_;
  test::SimulatedScheduler scheduler_{&clock_};
  Metrics metrics_;
  Random random_{1};
  journal::Options journal_options_;
  journal::StreamOptions telemetry_, dead_letters_;
  ServerOptions options_;
  ingest::IngestOptions ingest_options_;
  std::vector<broker::AccessRule> access_;
  Duration silent_after_{0};  // of the profile
  transport::StreamLimits stream_limits_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<normalise::Normaliser> normaliser_;
  std::unique_ptr<broker::AccessControl> access_control_;
  std::unique_ptr<ingest::Ingest> ingest_;
  bool takes_passwords_ = false;  // of clients that come from now on
  identity::Accounts accounts_{100};
  test::InlineHashWorker hash_worker_{&scheduler_};
  identity::LoginFailures login_failures_{metrics_};
  identity::PasswordCheck passwords_{
      {}, {scheduler_, accounts_, hash_worker_, login_failures_, metrics_}};
  identity::Doorkeeper doorkeeper_{{accounts_, passwords_, login_failures_}};
  identity::Authenticator* authenticator_ = &doorkeeper_;
  std::unique_ptr<Server> server_;
  std::deque<TestClient> clients_;
  bool shut_down_ = false;

  ingest::Ingest::Parts IngestParts() {
    return {*journal_, *normaliser_, *access_control_, clock_, scheduler(), metrics_};
  }

 private:
  void StartIngest();
  template <typename Visit>
  void ForEachStored(std::string_view name, Visit visit);
};

}  // namespace sluice::server
