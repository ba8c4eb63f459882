#include <algorithm>
#include <map>
#include <set>

#include "codec/topic_match.h"
#include "unit/broker/broker_fixture.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;

// Random lives of a broker beside a model that knows sessions and their filters only; the
// invariants of all parts are checked after every step.
class BrokerModelTest : public BrokerTest, public testing::WithParamInterface<uint64_t> {
 protected:
  struct Session {
    FakeClient* client = nullptr;  // null: not connected
    std::set<std::string> filters;
    std::optional<MonotonicTime> ends;
  };
  using Sessions = std::map<std::pair<std::string, std::string>, Session>;  // identity, client id

  BrokerModelTest() : dice_(GetParam() + 1) {}

  std::string OneOf(const std::vector<std::string>& words) {
    return words[dice_.Below(words.size())];
  }
  std::string AnyFilter() {
    return OneOf({"#", "+", "a", "a/#", "a/+", "+/b", "a/b", "a/+/c", "+/+/c", "b/#", "b"});
  }
  std::string AnyTopic() { return OneOf({"a", "b", "a/b", "a/b/c", "a/x/c", "b/b", "c/d/c"}); }
  Sessions::iterator Any() {
    return std::next(sessions_.begin(), static_cast<std::ptrdiff_t>(dice_.Below(sessions_.size())));
  }

  void Step() {
    const uint64_t dice = dice_.Below(100);
    if (sessions_.empty() || dice < 15) return ConnectAny();
    if (dice < 35) return SubscribeAny();
    if (dice < 45) return UnsubscribeAny();
    if (dice < 75) return PublishAny();
    if (dice < 90) return CloseAny();
    return LetTimePass();
  }

  void ConnectAny() {
    ConnectOptions options{.identity = OneOf({"one", "two"}),
                           .clean_start = dice_.Below(3) == 0,
                           .expiry_seconds = static_cast<uint32_t>(dice_.Below(3) * 10)};
    codec::Will will;
    will.topic = "a/b";
    if (dice_.Below(2) == 0) options.will = will;
    const std::string id = OneOf({"x", "y", "z"});
    Session& session = sessions_[{options.identity, id}];
    // Whoever is taken over ends his session, if it does not outlive its connection.
    if (session.client != nullptr && session.client->expiry_seconds == 0) {
      known_.erase({options.identity, id});
    }
    const bool resumes = !options.clean_start && known_.contains({options.identity, id});
    if (!resumes) session.filters.clear();
    known_.insert({options.identity, id});
    session.ends.reset();
    session.client = &Connect(id, options);
    EXPECT_EQ(session.client->session_present, resumes);
  }
  void SubscribeAny() {
    Session& session = Any()->second;
    const std::string filter = AnyFilter();
    if (session.client == nullptr) return;
    EXPECT_LT(Subscribe(*session.client, filter.c_str()), ReasonCode::kUnspecifiedError);
    session.filters.insert(filter);
  }
  void UnsubscribeAny() {
    Session& session = Any()->second;
    const std::string filter = AnyFilter();
    if (session.client == nullptr) return;
    EXPECT_EQ(Unsubscribe(*session.client, filter.c_str()) == ReasonCode::kSuccess,
              session.filters.erase(filter) > 0);
  }
  void PublishAny() {
    const auto publisher = Any();
    if (publisher->second.client == nullptr) return;
    const std::string topic = AnyTopic();
    for (auto& [name, session] : sessions_) {
      if (session.client != nullptr) session.client->Take();
    }
    Publish(*publisher->second.client, topic, "m", Qos::kAtLeastOnce);
    for (auto& [name, session] : sessions_) {
      if (session.client == nullptr) continue;
      EXPECT_EQ(!session.client->Take().empty(), Matches(session, topic)) << topic;
    }
  }
  static bool Matches(const Session& session, std::string_view topic) {
    return std::any_of(session.filters.begin(), session.filters.end(),
                       [&](const std::string& f) { return codec::Matches(f, topic); });
  }
  void CloseAny() {
    const auto any = Any();
    Session& session = any->second;
    if (session.client == nullptr) return;
    const Duration expiry = std::chrono::seconds(session.client->expiry_seconds);
    session.client->Close(dice_.Below(2) == 0 ? session::WillFate::kDue
                                              : session::WillFate::kCancelled);
    session.client = nullptr;
    session.ends = clock_.Now() + expiry;
    if (expiry == 0s) End(any);
  }
  void LetTimePass() {
    Advance(std::chrono::seconds(dice_.Below(8)));
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      const auto session = it++;
      if (session->second.ends && *session->second.ends <= clock_.Now()) End(session);
    }
  }
  void End(Sessions::iterator session) {
    known_.erase(session->first);
    sessions_.erase(session);
  }

  Random dice_;
  Sessions sessions_;
  std::set<std::pair<std::string, std::string>> known_;
};

TEST_P(BrokerModelTest, BrokerDoesWhatTheModelDoes) {
  for (int step = 0; step < 2000 && !HasFailure(); ++step) {
    SCOPED_TRACE(step);
    Step();
    broker_->CheckInvariants();
    const auto connected = std::count_if(sessions_.begin(), sessions_.end(),
                                         [](const auto& s) { return s.second.client != nullptr; });
    ASSERT_EQ(broker_->connected_clients(), static_cast<size_t>(connected));
    ASSERT_EQ(broker_->detached_sessions(), sessions_.size() - static_cast<size_t>(connected));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, BrokerModelTest, testing::Range<uint64_t>(0, 10));

// The same in too little room, where everybody gives way to everybody: only the invariants hold.
class CrowdedBrokerTest : public BrokerTest, public testing::WithParamInterface<uint64_t> {
 protected:
  CrowdedBrokerTest() : dice_(GetParam() + 1) {
    Limits limits;
    limits.max_detached_sessions = 4;
    limits.max_subscription_bytes = 4000;
    limits.max_queue_bytes_per_client = 1000;
    limits.max_message_bytes = 8000;
    limits.max_retained_bytes = 3000;
    limits.max_will_bytes = 1500;
    limits.max_shapes_per_identity = 3;
    limits.max_shapes = 5;
    Restart(limits);
  }
  std::string Number(uint64_t below) { return std::to_string(dice_.Below(below)); }

  void ConnectAny() {
    const std::string payload(dice_.Below(300), 'w');
    codec::Will will;
    will.topic = "will";
    will.payload = AsBytes(payload);
    will.retain = dice_.Below(2) == 0;
    will.properties.will_delay_interval = static_cast<uint32_t>(dice_.Below(5));
    ConnectOptions options{.identity = Number(4),
                           .clean_start = dice_.Below(3) == 0,
                           .expiry_seconds = static_cast<uint32_t>(dice_.Below(20))};
    if (dice_.Below(3) == 0) options.will = will;
    FakeClient& client = clients_.emplace_back(broker_.get(), &clock_);
    client.expiry_seconds = options.expiry_seconds;
    client.room = dice_.Below(4);
    const ConnectOutcome outcome = TryConnect(Number(6), options, &client);
    client.id = outcome.connection;
    if (outcome.reason == ReasonCode::kSuccess) broker_->OnWritable(clock_.Now(), client.id);
  }
  // Some are gone already: calls with a connection that has ended are without effect.
  FakeClient& Any() {
    const size_t recent = std::min<size_t>(clients_.size(), 12);
    return clients_[clients_.size() - 1 - dice_.Below(recent)];
  }
  void Subscribe(FakeClient& client) {
    const std::string filter = "+/" + Number(4) + (dice_.Below(2) == 0 ? "/+" : "/#");
    codec::SubscriptionListBuilder list;
    list.Add({.filter = dice_.Below(2) == 0 ? "#" : filter, .maximum_qos = Qos::kAtLeastOnce});
    codec::Subscribe subscribe;
    subscribe.subscriptions = list.list();
    std::vector<ReasonCode> codes;
    broker_->OnSubscribe(clock_.Now(), client.id, subscribe, &codes);
  }
  void Step() {
    if (clients_.empty() || dice_.Below(100) < 20) return ConnectAny();
    FakeClient& client = Any();
    const uint64_t dice = dice_.Below(100);
    const std::string payload(dice_.Below(400), 'p');
    if (dice < 25) return Subscribe(client);
    if (dice < 50) return Retain(client, "t/" + Number(9), payload, Qos::kAtLeastOnce);
    if (dice < 75) return void(Publish(client, "t/" + Number(9), payload, Qos::kAtLeastOnce));
    if (dice < 85) return MakeRoom(client, dice_.Below(3));
    if (dice < 95) return client.Close(session::WillFate::kDue);
    Advance(std::chrono::seconds(dice_.Below(4)));
  }

  Random dice_;
};

TEST_P(CrowdedBrokerTest, InvariantsHoldWhoeverGivesWay) {
  for (int step = 0; step < 2000; ++step) {
    SCOPED_TRACE(step);
    Step();
    broker_->CheckInvariants();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrowdedBrokerTest, testing::Range<uint64_t>(0, 10));

}  // namespace
}  // namespace sluice::broker
