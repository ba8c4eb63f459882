#include "app/certificate_reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/label.h"
#include "base/log.h"
#include "support/temporary_directory.h"
#include "test_pki.h"

namespace sluice::app {
namespace {

using testing::HasSubstr;

// In real time, with short intervals: what is waited for is an event, never a time.
class CertificateReloadTest : public testing::Test {
 protected:
  CertificateReloadTest() {
    SetLogLevel(LogLevel::kOff);
    Put("devices-ca.crt");
    reload_.Add(
        "listener x", {File()}, [this] { return Load(); },
        [this](auto context) { adopted_.push_back(std::move(context)); });
  }

  std::string File() { return directory_.File("ca.crt"); }
  // Replaces the file as a careful program does.
  void Put(const std::string& name) {
    std::filesystem::copy_file(test::PkiFile(name), directory_.File("new"),
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::rename(directory_.File("new"), File());
  }
  void Break() { std::ofstream(File()) << "nothing of use"; }
  Result<std::shared_ptr<tls::Context>> Load() {
    tls::ServerConfig config = test::PkiServer();
    config.client_ca_file = File();
    return tls::Context::NewServer(config);
  }
  double Count(std::string_view result) {
    return *metrics_.Value("sluice_certificate_reloads_total",
                           Label("part", "listener x") + "," + Label("result", result));
  }
  template <typename Predicate>
  void RunUntil(Predicate done) {
    while (!done()) loop_.RunOnce();
  }

  test::TemporaryDirectory directory_;
  Metrics metrics_;
  Health health_{SystemClock()};
  transport::Loop loop_;
  std::vector<std::shared_ptr<tls::Context>> adopted_;
  CertificateReload reload_{
      loop_,
      health_,
      metrics_,
      {.look = std::chrono::milliseconds(5), .still = std::chrono::milliseconds(5)}};
};

TEST_F(CertificateReloadTest, FileThatIsReplacedIsTakenOver) {
  Put("other/devices-ca.crt");
  RunUntil([&] { return !adopted_.empty(); });
  EXPECT_FALSE(adopted_[0]->JudgesLike(*test::NewServer()));
  EXPECT_EQ(Count("ok"), 1);
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(CertificateReloadTest, BadFileChangesNothingAndIsToldUntilItIsGood) {
  Break();
  RunUntil([&] { return Count("failed") > 0; });
  EXPECT_TRUE(adopted_.empty());
  ASSERT_EQ(health_.state(), HealthState::kDegraded);
  EXPECT_THAT(health_.problems()[0].why, HasSubstr("is not a PEM certificate"));
  EXPECT_THAT(health_.problems()[0].why, HasSubstr("the old ones stay in use"));

  Put("other/devices-ca.crt");
  RunUntil([&] { return !adopted_.empty(); });
  EXPECT_EQ(health_.state(), HealthState::kOk);
  EXPECT_EQ(Count("failed"), 1);
}

TEST_F(CertificateReloadTest, FileThatIsGoneChangesNothing) {
  std::filesystem::remove(File());
  RunUntil([&] { return Count("failed") > 0; });
  EXPECT_TRUE(adopted_.empty());
}

TEST_F(CertificateReloadTest, LinkThatLeadsElsewhereIsAChange) {
  std::filesystem::create_symlink(test::PkiFile("other/devices-ca.crt"), directory_.File("link"));
  std::filesystem::rename(directory_.File("link"), File());
  RunUntil([&] { return !adopted_.empty(); });
  EXPECT_EQ(Count("ok"), 1);
}

TEST_F(CertificateReloadTest, NothingIsLoadedWhileNothingChanges) {
  int looks = 0;
  reload_.Add(
      "listener y", {directory_.File("y")}, [this] { return Load(); }, [&](auto) { ++looks; });
  for (int i = 0; i < 3; ++i) {
    std::ofstream(directory_.File("y")) << i;
    RunUntil([&] { return looks == i + 1; });
  }
  EXPECT_TRUE(adopted_.empty());
  EXPECT_EQ(Count("ok"), 0);
}

TEST_F(CertificateReloadTest, WhoAsksNeedNotWait) {
  CertificateReload patient(loop_, health_, metrics_, {.look = std::chrono::hours(1)});
  int taken = 0;
  patient.Add(
      "listener z", {directory_.File("z")}, [this] { return Load(); }, [&](auto) { ++taken; });
  std::ofstream(directory_.File("z")) << "new";
  patient.LookNow();
  patient.LookNow();  // while it looks
  RunUntil([&] { return taken == 1; });
}

}  // namespace
}  // namespace sluice::app
