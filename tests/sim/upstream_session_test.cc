#include "sim/upstream_session.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/mqtt.h"
#include "sim/network.h"
#include "sim/upstream.h"

namespace sluice::sim {
namespace {

using std::chrono::seconds;

struct Nobody final : Witness {
  void OnSent(const SentMessage&, bool) override {}
  void OnAnswered(const SentMessage&, uint8_t) override {}
  void OnForgotten(const SentMessage&) override {}
  void OnDelivered(const std::string&, std::string_view, std::string_view, int, bool) override {}
  void OnAccepted(const std::string&, uint64_t, uint64_t, std::string_view, std::string_view,
                  std::string_view) override {}
  void OnPublished(const std::string&, uint64_t, size_t, const std::vector<Entry>&) override {}
  void OnStarted() override {}
  void OnEnded(End) override {}
  void OnArrived(const std::string&, const std::vector<Entry>&) override {}
  void OnUpstreamAcknowledged(const std::string&, const std::vector<Entry>&) override {}
  void OnUpstreamRefused(const std::string&, const std::vector<Entry>&, bool) override {}
};

// A client of a broker, byte by byte: what no uplink should do is found out.
class UpstreamSessionTest : public testing::Test, public transport::StreamHandler {
 protected:
  UpstreamSessionTest() {
    plan_.uplinks = {{.name = "cloud", .has_status = true}};
    plan_.rates.fill(1);
  }
  void Begin() {
    upstream_.reset();
    network_.reset();
    stream_.reset();
    scene_ = std::make_unique<Scene>(plan_);
    network_ = std::make_unique<Network>(*scene_);
    upstream_ = std::make_unique<Upstream>(*scene_, *network_, plan_.uplinks.front(), nobody_);
    UpstreamServer& server = *upstream_->server("cloud-1.example");
    Network::Ends ends = network_->Connect(server.host(), &scene_->scheduler, {});
    stream_ = std::move(ends.gateway);
    stream_->Start(this);
    conversation_ = std::make_shared<Conversation>(mqtt::kV5);
    server.Accept(std::move(ends.other), conversation_, {});
    said_.clear();
    closed_ = false;
  }
  mqtt::Connect Hello() {
    return {.client_id = "gw-cloud",
            .keep_alive = 30,
            .will = mqtt::Will{StatusTopicOf(plan_.uplinks.front()),
                               R"({"state":"offline","reason":"lost"})", 1, true}};
  }
  void Say(const mqtt::Connect& connect) {
    std::string bytes;
    mqtt::Encode(connect, &bytes);
    Say(bytes);
  }
  void Say(const mqtt::Publish& publish) {
    std::string bytes;
    mqtt::Encode(publish, mqtt::kV5, &bytes);
    Say(bytes);
  }
  void Say(const std::string& bytes) {
    stream_->Write(AsBytes(bytes));
    scene_->scheduler.Advance(seconds(1));
  }
  mqtt::Publish Birth() {
    return {.topic = topic_, .payload = R"({"state":"online"})", .qos = 1, .retain = true, .id = 1};
  }
  size_t OnBytes(ByteSpan bytes) override {
    said_ += AsText(bytes);
    return bytes.size();
  }
  void OnClosed(const Status&) override { closed_ = true; }
  const std::string& wrong() { return scene_->verdict.what(); }

  Plan plan_;
  Nobody nobody_;
  const std::string topic_ = "gateways/gw/cloud";
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<transport::ByteStream> stream_;
  std::shared_ptr<Conversation> conversation_;
  std::string said_;
  bool closed_ = false;
};

TEST_F(UpstreamSessionTest, AnswersWhatIsAllRight) {
  Begin();
  Say(Hello());
  Say(Birth());
  mqtt::Reader reader(mqtt::kV5);
  reader.Add(said_);
  const auto connack = reader.Next();
  ASSERT_TRUE(connack.has_value());
  EXPECT_EQ(connack->type, mqtt::Type::kConnack);
  EXPECT_EQ(connack->reason, 0);
  const auto puback = reader.Next();
  ASSERT_TRUE(puback.has_value());
  EXPECT_EQ(puback->type, mqtt::Type::kPuback);
  EXPECT_EQ(puback->id, 1);
  EXPECT_EQ(wrong(), "");
}

TEST_F(UpstreamSessionTest, FindsAStrangeConnect) {
  for (auto change : std::vector<void (*)(mqtt::Connect*)>{
           [](mqtt::Connect* connect) { connect->client_id = "other"; },
           [](mqtt::Connect* connect) { connect->clean = false; },
           [](mqtt::Connect* connect) { connect->keep_alive = 31; },
           [](mqtt::Connect* connect) { connect->version = mqtt::kV311; },
           [](mqtt::Connect* connect) { connect->will->retain = false; },
           [](mqtt::Connect* connect) { connect->will->payload = "gone"; },
           [](mqtt::Connect* connect) { connect->will->topic = "elsewhere"; }}) {
    Begin();
    mqtt::Connect connect = Hello();
    change(&connect);
    Say(connect);
    EXPECT_NE(wrong(), "");
  }
}

TEST_F(UpstreamSessionTest, FindsWhatComesBeforeTheStatusIsAnswered) {
  Begin();
  Say(Hello());
  Say(mqtt::Publish{.topic = "up", .payload = "x", .qos = 1, .id = 1});
  EXPECT_EQ(wrong(), "cloud-1.example: up comes before the status has been answered");
}

TEST_F(UpstreamSessionTest, FindsWhatTheGatewayHasNotPublished) {
  Begin();
  Say(Hello());
  Say(Birth());
  Say(mqtt::Publish{.topic = "up", .payload = "x", .qos = 1, .id = 2});
  EXPECT_EQ(scene_->verdict.invariant(), 4);
}

TEST_F(UpstreamSessionTest, FindsWhatIsMalformed) {
  Begin();
  Say(std::string("\x10\x02xx", 4));
  EXPECT_NE(wrong(), "");
}

TEST_F(UpstreamSessionTest, FindsWhoKeepsToNoTerms) {
  plan_.troubles.set(static_cast<size_t>(Trouble::kUpstreamLimits));
  int too_many = 0, too_large = 0;
  for (plan_.seed = 1; plan_.seed < 30; ++plan_.seed) {
    Begin();
    mqtt::Connect connect = Hello();
    connect.will.reset();
    Say(connect);
    mqtt::Reader reader(mqtt::kV5);
    reader.Add(said_);
    const auto terms = reader.Next();
    ASSERT_TRUE(terms.has_value());
    const std::string payload(40'000, 'x');
    Entry entry;
    entry.stream = "telemetry";
    if (terms->receive_maximum < 65535) {
      for (uint16_t id = 1; id <= terms->receive_maximum + 1; ++id) {
        conversation_->OnPublished({.token = id,
                                    .route = "up",
                                    .fingerprint = FingerprintOf({.topic = "up",
                                                                  .key = {},
                                                                  .payload = AsBytes("x"),
                                                                  .content_type = {},
                                                                  .properties = {}},
                                                                 mqtt::kV5),
                                    .entries = {entry}});
        std::string bytes;
        mqtt::Encode(mqtt::Publish{.topic = "up", .payload = "x", .qos = 1, .id = id}, mqtt::kV5,
                     &bytes);
        stream_->Write(AsBytes(bytes));
      }
      scene_->scheduler.Advance(seconds(1));
      too_many += scene_->verdict.invariant() == 5;
    } else if (terms->packet_maximum > 0) {
      Say(mqtt::Publish{.topic = "up", .payload = payload, .qos = 1, .id = 1});
      too_large += scene_->verdict.invariant() == 5;
    }
  }
  EXPECT_GT(too_many, 0);
  EXPECT_GT(too_large, 0);
}

TEST_F(UpstreamSessionTest, FindsWhoDoesNotKeepTheKeepAlive) {
  plan_.seed = 1;
  Begin();
  Say(Hello());
  Say(Birth());
  scene_->scheduler.Advance(seconds(70));
  EXPECT_EQ(wrong(), "cloud-1.example: the uplink does not keep its keep alive");
  EXPECT_TRUE(closed_);
}

}  // namespace
}  // namespace sluice::sim
