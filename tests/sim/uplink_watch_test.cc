#include "sim/uplink_watch.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/conversation.h"
#include "sim/network.h"
#include "sim/upstream.h"
#include "sim/witness.h"

namespace sluice::sim {
namespace {

struct Published final : Witness {
  void OnSent(const SentMessage&, bool) override {}
  void OnAnswered(const SentMessage&, uint8_t) override {}
  void OnForgotten(const SentMessage&) override {}
  void OnDelivered(const std::string&, std::string_view, std::string_view, int, bool) override {}
  void OnAccepted(const std::string&, uint64_t, uint64_t, std::string_view, std::string_view,
                  std::string_view) override {}
  void OnStarted() override {}
  void OnEnded(End) override {}
  void OnArrived(const std::string&, const std::vector<Entry>&) override {}
  void OnUpstreamAcknowledged(const std::string&, const std::vector<Entry>&) override {}
  void OnUpstreamRefused(const std::string&, const std::vector<Entry>&, bool) override {}
  void OnPublished(const std::string&, uint64_t, size_t its_unanswered,
                   const std::vector<Entry>&) override {
    unanswered.push_back(its_unanswered);
  }
  std::vector<size_t> unanswered;
};

// An uplink that says what the test says.
struct Puppet final : forward::Uplink {
  void SetListener(forward::UplinkListener* its_listener) override { listener = its_listener; }
  void Connect() override {}
  void Publish(uint32_t, const forward::OutgoingMessage&) override { ++published; }
  void Disconnect() override {}
  forward::UplinkListener* listener = nullptr;
  int published = 0;
};

class UplinkWatchTest : public testing::Test {
 protected:
  UplinkWatchTest() {
    plan_.uplinks = {{.name = "cloud"}};
    scene_ = std::make_unique<Scene>(plan_);
    network_ = std::make_unique<Network>(*scene_);
    upstream_ = std::make_unique<Upstream>(*scene_, *network_, plan_.uplinks.front(), seen_);
    watch_ = std::make_unique<UplinkWatch>(*upstream_, [this] {
      auto puppet = std::make_unique<Puppet>();
      puppet_ = puppet.get();
      return puppet;
    });
    watch_->Connect();
    conversation_ = std::make_shared<Conversation>(5);
    upstream_->OnDialed(conversation_, *upstream_->server("cloud-1.example"));
    puppet_->listener->OnConnected({});
  }
  void Publish(uint32_t token) {
    const std::string payload =
        R"({"specversion":"1.0","id":"gw/telemetry/)" + std::to_string(token) +
        R"(","time":"2026-01-01T00:00:00Z","type":"t","subject":"dev-1","data":{}})";
    const forward::OutgoingMessage message{.topic = "up",
                                           .key = {},
                                           .payload = AsBytes(payload),
                                           .content_type = {},
                                           .properties = {}};
    watch_->Publish(token, message);
    fingerprints_.push_back(FingerprintOf(message, 5));
  }
  Conversation::Message* Arrive(size_t i) {
    return conversation_->OnArrived("up", fingerprints_.at(i));
  }
  int wrong() { return scene_->verdict.invariant(); }

  Plan plan_;
  Published seen_;
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<UplinkWatch> watch_;
  Puppet* puppet_ = nullptr;
  std::shared_ptr<Conversation> conversation_;
  std::vector<uint64_t> fingerprints_;
};

TEST_F(UplinkWatchTest, TellsHowManyAreNotAnswered) {
  for (uint32_t token = 1; token <= 3; ++token) Publish(token);
  Arrive(0)->answer = Conversation::Answer::kTaken;
  puppet_->listener->OnAcknowledged(1);
  Publish(4);
  EXPECT_EQ(seen_.unanswered, (std::vector<size_t>{0, 1, 2, 2}));
  EXPECT_EQ(puppet_->published, 4);
  EXPECT_EQ(wrong(), -1);
}

TEST_F(UplinkWatchTest, FindsAnAcknowledgementThatUpstreamDidNotGive) {
  Publish(1);
  Arrive(0);
  puppet_->listener->OnAcknowledged(1);
  EXPECT_EQ(wrong(), 2);
}

TEST_F(UplinkWatchTest, FindsAnAcknowledgementOfARefusal) {
  Publish(1);
  Arrive(0)->answer = Conversation::Answer::kBusy;
  puppet_->listener->OnAcknowledged(1);
  EXPECT_EQ(wrong(), 2);
}

TEST_F(UplinkWatchTest, FindsARefusalForGoodThatWasForNow) {
  Publish(1);
  Arrive(0)->answer = Conversation::Answer::kBusy;
  puppet_->listener->OnRefused(1, {true, 0x99, "Payload format invalid"});
  EXPECT_EQ(wrong(), 2);
}

TEST_F(UplinkWatchTest, FindsAnAnswerToNothing) {
  Publish(1);
  puppet_->listener->OnAcknowledged(2);
  EXPECT_EQ(wrong(), 2);
}

TEST_F(UplinkWatchTest, TheClientMayRefuseWhatItDoesNotSend) {
  Publish(1);
  Publish(2);
  EXPECT_NE(Arrive(1), nullptr);
  puppet_->listener->OnRefused(1, {true, 0x95, "Packet too large"});
  EXPECT_EQ(wrong(), -1);
}

TEST_F(UplinkWatchTest, NothingArrivesTwiceOrLate) {
  Publish(1);
  Publish(2);
  EXPECT_NE(Arrive(1), nullptr);
  EXPECT_EQ(Arrive(1), nullptr);
  EXPECT_EQ(Arrive(0), nullptr);
  EXPECT_EQ(conversation_->OnArrived("down", fingerprints_[0]), nullptr);
}

}  // namespace
}  // namespace sluice::sim
