#include "server/saved_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/access_rules.h"
#include "support/simulated_scheduler.h"
#include "support/temporary_directory.h"

namespace sluice::server {
namespace {

using namespace std::chrono_literals;

class NoSink final : public broker::EventSink {
 public:
  void SetListener(Listener* /*listener*/) override {}
  broker::Verdict Accept(const broker::InboundPublish& /*message*/,
                         const broker::AckHandle& /*ack*/) override {
    return broker::Verdict::kIgnored;
  }
  bool idle() const override { return true; }
};

// A client that takes everything and remembers the latest of each topic.
class Reader final : public broker::ClientHandle {
 public:
  session::DeliverResult Deliver(const codec::Publish& message) override {
    std::string line(AsText(message.payload));
    if (message.properties.message_expiry_interval) line += " expires";
    if (message.properties.content_type)
      line += " " + std::string(*message.properties.content_type);
    got.insert_or_assign(std::string(message.topic), line);
    expiry = message.properties.message_expiry_interval.value_or(0);
    return session::DeliverResult::kSent;
  }
  void Acknowledge(uint16_t /*packet_id*/, codec::ReasonCode /*reason*/) override {}
  void Disconnect(codec::ReasonCode /*reason*/) override {}

  std::map<std::string, std::string> got;
  uint32_t expiry = 0;  // of the last
};

// A broker with its state, as it lives and dies and comes back.
class SavedStateTest : public testing::Test {
 protected:
  using Payloads = std::map<std::string, std::string>;

  struct Life {
    Life(SavedStateTest& test, const broker::Limits& limits)
        : counters(test.metrics_),
          broker(limits, &test.access_, &test.sink_, &counters, &test.random_),
          store(test.store_options_) {
      saved = std::make_unique<SavedState>(test.options_,
                                           SavedState::Parts{.scheduler = test.scheduler_,
                                                             .broker = broker,
                                                             .store = store,
                                                             .clock = test.clock_,
                                                             .trust = test.trust_,
                                                             .metrics = test.metrics_});
    }
    broker::Counters counters;
    broker::Broker broker;
    state::Store store;
    std::unique_ptr<SavedState> saved;
  };

  SavedStateTest() {
    store_options_.database.path = state::DatabasePath(directory_.path());
    store_options_.executor = &scheduler_;
    store_options_.metrics = &metrics_;
    store_options_.health = &health_;
    store_options_.manual = true;
    Trust(true);
    Begin();
  }

  void Trust(bool trusted) {
    trusted_ = trusted;
    trust_.Check();
  }
  void Begin() { life_ = std::make_unique<Life>(*this, limits_); }
  void End() {
    EXPECT_TRUE(life_->saved->Close().ok());
    life_.reset();
  }
  void Restart() {
    End();
    Begin();
  }
  // The files as SIGKILL leaves them.
  void Kill() {
    const std::string path = store_options_.database.path, copies = directory_.File("copies");
    std::filesystem::create_directory(copies);
    for (const char* suffix : {"", "-wal"}) {
      if (std::filesystem::exists(path + suffix))
        std::filesystem::copy_file(path + suffix, copies + "/copy" + suffix);
    }
    life_.reset();
    std::filesystem::remove(path + "-wal");
    for (const char* suffix : {"", "-wal"}) {
      if (std::filesystem::exists(copies + "/copy" + suffix))
        std::filesystem::rename(copies + "/copy" + suffix, path + suffix);
    }
    std::filesystem::remove_all(copies);
  }
  // Until everything is written.
  void Settle() {
    while (!life_->saved->idle()) {
      life_->store.RunOnce();
      scheduler_.Advance(1ms);
    }
  }

  void Publish(const std::string& topic, const std::string& payload,
               std::optional<uint32_t> expiry_seconds = {}) {
    codec::Publish publish;
    publish.topic = topic;
    publish.payload = AsBytes(payload);
    publish.retain = true;
    publish.properties.message_expiry_interval = expiry_seconds;
    life_->broker.PublishLocal(scheduler_.Now(), publish);
  }
  static broker::AccessControl Open() {
    broker::AccessRule everything;
    everything.subscribe = true;
    everything.topics = test::Topics({"#"});
    return broker::AccessControl({everything});
  }

  // What a new subscriber is given.
  Payloads Held() {
    Reader reader;
    broker::Broker& broker = life_->broker;
    codec::Connect connect;
    connect.version = codec::Version::kV5;
    connect.client_id = "reader";
    connect.clean_start = true;
    const auto id =
        broker.OnConnect(scheduler_.Now(), connect, {.identity = "reader"}, &reader).connection;
    codec::SubscriptionListBuilder list;
    list.Add({.filter = "#"});
    codec::Subscribe subscribe;
    subscribe.subscriptions = list.list();
    std::vector<codec::ReasonCode> codes;
    broker.OnSubscribe(scheduler_.Now(), id, subscribe, &codes);
    broker.OnWritable(scheduler_.Now(), id);
    while (broker.has_unfinished()) broker.Tick(scheduler_.Now());
    broker.OnDisconnect(scheduler_.Now(), id, {});
    expiry_ = reader.expiry;
    return reader.got;
  }

  test::TemporaryDirectory directory_;
  test::SimulatedClock clock_;
  test::SimulatedScheduler scheduler_{&clock_};
  Metrics metrics_;
  Health health_{clock_, &metrics_};
  NoSink sink_;
  broker::AccessControl access_ = Open();
  Random random_{1};
  bool trusted_ = true;
  ClockTrust trust_{clock_, {.trust_after = 24h, .synchronised = [this] { return trusted_; }}};
  broker::Limits limits_;
  SavedStateOptions options_{.linger = Duration(0)};
  state::StoreOptions store_options_;
  std::unique_ptr<Life> life_;
  uint32_t expiry_ = 0;  // of the last message that Held saw
};

TEST_F(SavedStateTest, RetainedMessagesOutliveTheProcess) {
  Publish("a", "1");
  Publish("b", "1");
  Settle();
  Publish("a", "2");
  Publish("b", "");
  Restart();
  EXPECT_EQ(Held(), (Payloads{{"a", "2"}}));
  Restart();
  EXPECT_EQ(Held(), (Payloads{{"a", "2"}}));
}

TEST_F(SavedStateTest, AFileThatCouldNotBeOpenedIsTriedAgainThoughNothingChanges) {
  End();
  store_options_.clock = &clock_;
  store_options_.database.path = state::DatabasePath(directory_.File("later"));
  Begin();
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
  std::filesystem::create_directory(directory_.File("later"));
  Settle();
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
  Publish("a", "1");
  Restart();
  EXPECT_EQ(Held(), (Payloads{{"a", "1"}}));
}

TEST_F(SavedStateTest, PropertiesAndWhatIsLeftOfTheExpiryComeBack) {
  codec::Publish publish;
  publish.topic = "a";
  publish.payload = AsBytes("1");
  publish.retain = true;
  publish.properties.message_expiry_interval = 3600;
  publish.properties.content_type = "text/plain";
  life_->broker.PublishLocal(scheduler_.Now(), publish);
  End();
  clock_.Advance(10min);
  Begin();
  EXPECT_EQ(Held(), (Payloads{{"a", "1 expires text/plain"}}));
  EXPECT_LE(expiry_, 3000U);
  EXPECT_GT(expiry_, 2900U);
  End();
  clock_.Advance(51min);
  Begin();
  EXPECT_EQ(Held(), Payloads{});
  // It is removed from the file as well, not only passed over: a clock that goes back does not
  // bring it back.
  Settle();
  End();
  clock_.SetWall(clock_.WallNow() - 24h);
  Begin();
  EXPECT_EQ(Held(), Payloads{});
}

TEST_F(SavedStateTest, NothingExpiresByAClockThatIsNotTrusted) {
  Publish("a", "1", 3600);
  Settle();
  Trust(false);
  Publish("b", "1", 3600);
  End();
  clock_.Advance(24h);
  Begin();
  EXPECT_EQ(Held(), (Payloads{{"a", "1 expires"}, {"b", "1 expires"}}));
  EXPECT_LE(expiry_, 3600U);
  // What was stamped by such a clock has no age either.
  End();
  Trust(true);
  Begin();
  EXPECT_EQ(Held(), (Payloads{{"b", "1 expires"}}));
}

TEST_F(SavedStateTest, LoweredLimitIsKeptInTheFileToo) {
  for (int i = 0; i < 20; ++i) Publish("t" + std::to_string(i), std::string(1000, 'x'));
  Settle();
  const size_t all = life_->broker.retained_bytes();
  End();
  limits_.max_retained_bytes = all / 2;
  Begin();
  const size_t kept = Held().size();
  EXPECT_GE(kept, 8U);
  EXPECT_LE(kept, 10U);
  Settle();
  End();
  limits_ = {};
  Begin();
  EXPECT_EQ(Held().size(), kept);
}

TEST_F(SavedStateTest, MessagesThatAreNotRetainedCostNothing) {
  codec::Publish publish;
  publish.topic = "a";
  publish.payload = AsBytes("1");
  life_->broker.PublishLocal(scheduler_.Now(), publish);
  EXPECT_TRUE(life_->saved->idle());
}

TEST_F(SavedStateTest, LargeStoreIsWrittenInSlices) {
  options_.max_batch_bytes = 4096;
  Restart();
  for (int i = 0; i < 100; ++i) Publish("t" + std::to_string(i), std::string(500, 'x'));
  Publish("large", std::string(20'000, 'y'));
  Settle();
  End();
  EXPECT_GE(store_options_.metrics->AddCounter("sluice_state_commits_total", "").value(), 10U);
  Begin();
  EXPECT_EQ(Held().size(), 101U);
}

TEST_F(SavedStateTest, WholeStateIsWrittenAgainWhenTheFileIsLost) {
  for (int i = 0; i < 600; ++i) Publish("t" + std::to_string(i), "x");
  Settle();
  std::filesystem::remove(store_options_.database.path);
  Publish("t5", "");
  Publish("new", "1");
  Settle();
  Restart();
  EXPECT_EQ(Held().size(), 600U);
  // And when it is lost while the process is away, what is sound goes on from there.
  End();
  std::filesystem::remove(store_options_.database.path);
  Begin();
  EXPECT_EQ(Held(), Payloads{});
}

// Random lives against a map. A kill may take what was not settled yet: then each topic has one of
// the values that it had since.
TEST_F(SavedStateTest, Model) {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    const auto dice = [&](uint32_t sides) { return random() % sides; };
    struct Value {
      std::string payload;  // empty: none
      std::optional<WallTime> expires;
    };
    std::map<std::string, std::vector<Value>> model;  // what it may be, the latest last
    const auto note = [&model](const std::string& topic, Value value) {
      auto& values = model[topic];
      if (values.empty()) values.push_back({});  // there was none
      values.push_back(std::move(value));
    };
    const auto settled = [&] {
      for (auto& [topic, values] : model) values.erase(values.begin(), values.end() - 1);
    };
    for (int step = 0; step < 150; ++step) {
      const std::string topic = "t/" + std::to_string(dice(12));
      bool restarted = false;
      switch (dice(10)) {
        case 0:
          Publish(topic, "");
          note(topic, {});
          break;
        case 1: {
          const uint32_t seconds = 600 * (1 + dice(5)) + 300;
          Publish(topic, std::to_string(step), seconds);
          note(topic, {std::to_string(step), clock_.WallNow() + seconds * 1s});
          break;
        }
        case 2:
          Settle();
          settled();
          break;
        case 3:
          End();
          settled();
          clock_.Advance(600s * dice(3));
          Begin();
          restarted = true;
          break;
        case 4:
          Kill();
          clock_.Advance(600s * dice(3));
          Begin();
          restarted = true;
          break;
        default:
          Publish(topic, std::to_string(step));
          note(topic, {std::to_string(step), {}});
      }
      if (!restarted) continue;
      const Payloads held = Held();
      for (auto& [name, values] : model) {
        const std::string got = held.contains(name) ? held.at(name) : "";
        const auto same = std::find_if(values.begin(), values.end(), [&](const Value& value) {
          const bool gone = value.expires && *value.expires <= clock_.WallNow();
          return got == (gone || value.payload.empty()
                             ? ""
                             : value.payload + (value.expires ? " expires" : ""));
        });
        ASSERT_NE(same, values.end()) << name << "=" << got << " seed " << seed << " step " << step;
        values = got.empty() ? std::vector<Value>{{}} : std::vector<Value>{*same};
      }
      for (const auto& [name, payload] : held) ASSERT_TRUE(model.contains(name)) << name;
    }
    for (int i = 0; i < 12; ++i) Publish("t/" + std::to_string(i), "");
    Restart();
    ASSERT_EQ(Held(), Payloads{});
  }
}

}  // namespace
}  // namespace sluice::server
