#include "sim/network.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sim/process_scheduler.h"

namespace sluice::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Reads everything.
struct End final : transport::StreamHandler {
  void Take(std::unique_ptr<transport::ByteStream> its_stream) {
    stream = std::move(its_stream);
    stream->Start(this);
  }
  size_t OnBytes(ByteSpan bytes) override {
    got += AsText(bytes);
    ++pieces;
    return bytes.size();
  }
  void OnClosed(const Status& reason) override {
    closed = reason;
    stream = nullptr;
  }
  std::unique_ptr<transport::ByteStream> stream;
  std::string got;
  int pieces = 0;
  std::optional<Status> closed;
};

class NetworkTest : public testing::Test {
 protected:
  void Begin(std::initializer_list<Trouble> troubles = {}) {
    plan_.seed = 1;
    plan_.rates.fill(1);
    for (const Trouble trouble : troubles) plan_.troubles.set(static_cast<size_t>(trouble));
    scene_ = std::make_unique<Scene>(plan_);
    network_ = std::make_unique<Network>(*scene_);
    Boot();
  }
  void Boot() {
    process_ = std::make_unique<ProcessScheduler>(
        &scene_->scheduler, scene_->clock, [](const std::function<void()>& task) { task(); });
    network_->SetAcceptor(
        [this](const std::string& identity, std::unique_ptr<transport::ByteStream> stream) {
          identity_ = identity;
          gateway_.Take(std::move(stream));
        },
        process_.get());
  }
  void End(bool power_cut) {
    network_->SetAcceptor(nullptr, nullptr);
    process_->End();
    gateway_.stream = nullptr;
    network_->OnProcessEnded(power_cut);
  }
  void Dial() {
    client_.closed.reset();
    auto stream = network_->Dial("dev-1", [this](ByteSpan bytes) { said_ += AsText(bytes); });
    ASSERT_NE(stream, nullptr);
    client_.Take(std::move(stream));
  }
  void Pass(Duration time) { scene_->scheduler.Advance(time); }

  Plan plan_;
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<ProcessScheduler> process_;
  std::unique_ptr<Network> network_;
  sim::End client_, gateway_;
  std::string identity_, said_;
};

TEST_F(NetworkTest, CarriesBytesBothWaysAndThenTheEnd) {
  Begin();
  Dial();
  client_.stream->Write(AsBytes(std::string_view("hello")));
  Pass(milliseconds(10));
  EXPECT_EQ(identity_, "dev-1");
  EXPECT_EQ(gateway_.got, "hello");
  gateway_.stream->Write(AsBytes(std::string_view("good day")));
  EXPECT_EQ(said_, "good day");
  EXPECT_EQ(client_.got, "");
  gateway_.stream->CloseAfterFlush();
  Pass(milliseconds(10));
  EXPECT_EQ(client_.got, "good day");
  ASSERT_TRUE(client_.closed);
  EXPECT_EQ(client_.closed->code(), StatusCode::kUnavailable);
  Pass(seconds(5));
  EXPECT_TRUE(gateway_.closed && gateway_.closed->ok());
}

TEST_F(NetworkTest, EncryptsWhatItCarries) {
  plan_.tls = true;
  Begin();
  for (int dial = 0; dial < 2; ++dial) {
    Dial();
    Pass(milliseconds(10));
    const transport::PeerInfo& peer = gateway_.stream->peer();
    ASSERT_TRUE(peer.certificate);
    EXPECT_EQ(peer.certificate->name, "dev-1");
    EXPECT_EQ(peer.resumed, dial > 0);
    client_.stream->Write(AsBytes(std::string(100'000, 'x')));
    gateway_.stream->PauseReading();
    Pass(milliseconds(500));
    gateway_.stream->ResumeReading();
    Pass(milliseconds(500));
    EXPECT_EQ(std::exchange(gateway_.got, {}).size(), 100'000u);
    gateway_.stream->Write(AsBytes(std::string_view("good day")));
    EXPECT_EQ(std::exchange(said_, {}), "good day");
    gateway_.stream->CloseAfterFlush();
    Pass(seconds(3));
    EXPECT_EQ(std::exchange(client_.got, {}), "good day");
    EXPECT_TRUE(client_.closed);
  }
}

TEST_F(NetworkTest, PausedReaderPressesOnTheWriter) {
  Begin();
  Dial();
  Pass(milliseconds(10));
  gateway_.stream->PauseReading();
  client_.stream->Write(AsBytes(std::string(200'000, 'x')));
  Pass(seconds(1));
  EXPECT_TRUE(client_.stream->output_high());
  EXPECT_GT(client_.stream->output_bytes(), 100'000u);
  gateway_.stream->ResumeReading();
  Pass(seconds(1));
  EXPECT_EQ(gateway_.got.size(), 200'000u);
}

TEST_F(NetworkTest, ProcessThatStandsStillReadsNothing) {
  Begin();
  Dial();
  Pass(milliseconds(10));
  process_->Pause();
  client_.stream->Write(AsBytes(std::string(200'000, 'x')));
  Pass(minutes(1));
  EXPECT_EQ(gateway_.got, "");
  EXPECT_FALSE(client_.closed);
  process_->Resume();
  Pass(seconds(1));
  EXPECT_EQ(gateway_.got.size(), 200'000u);
}

TEST_F(NetworkTest, KilledProcessIsNoticed) {
  Begin();
  Dial();
  Pass(milliseconds(10));
  End(false);
  Pass(milliseconds(10));
  EXPECT_TRUE(client_.closed);
  EXPECT_EQ(network_->Dial("dev-1", nullptr), nullptr);
}

TEST_F(NetworkTest, PowerCutIsNotNoticedUntilSomebodyWrites) {
  Begin();
  Dial();
  Pass(milliseconds(10));
  End(true);
  Pass(minutes(10));
  EXPECT_FALSE(client_.closed);
  client_.stream->Write(AsBytes(std::string_view("hello")));
  Pass(minutes(2));
  ASSERT_TRUE(client_.closed);
  EXPECT_EQ(client_.closed->message(), "connection timed out");
}

TEST_F(NetworkTest, MachineThatIsBackKnowsNoOldConnection) {
  Begin();
  Dial();
  Pass(milliseconds(10));
  End(true);
  Boot();
  Pass(seconds(1));
  EXPECT_FALSE(client_.closed);
  client_.stream->Write(AsBytes(std::string_view("hello")));
  Pass(milliseconds(10));
  ASSERT_TRUE(client_.closed);
  EXPECT_EQ(client_.closed->message(), "connection reset by peer");
}

TEST_F(NetworkTest, SplitsKeepTheOrder) {
  Begin({Trouble::kSplits, Trouble::kDelays, Trouble::kSlowLinks});
  Dial();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string line = std::to_string(i) + "\n";
    client_.stream->Write(AsBytes(line));
    all += line;
    Pass(milliseconds(5));
  }
  Pass(minutes(5));
  EXPECT_EQ(gateway_.got, all);
  EXPECT_GT(gateway_.pieces, 10);
}

TEST_F(NetworkTest, CutsTellBothEndsAndInventNothing) {
  Begin({Trouble::kCuts});
  for (int dial = 0; dial < 20; ++dial) {
    Dial();
    Pass(milliseconds(10));
    gateway_.got.clear();
    gateway_.closed.reset();
    std::string all;
    for (int i = 0; i < 10'000 && !client_.closed; ++i) {
      const std::string line = std::to_string(i) + "\n";
      client_.stream->Write(AsBytes(line));
      all += line;
      Pass(milliseconds(3));
    }
    EXPECT_TRUE(client_.closed);
    Pass(seconds(10));
    EXPECT_TRUE(gateway_.closed);
    EXPECT_TRUE(all.starts_with(gateway_.got));
  }
  EXPECT_GT(scene_->situations.Times("network: a connection is cut"), 10u);
}

}  // namespace
}  // namespace sluice::sim
