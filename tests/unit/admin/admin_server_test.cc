#include "admin/admin_server.h"

#include <gtest/gtest.h>

#include <string>

#include "admin/admin_client.h"
#include "support/temporary_directory.h"
#include "transport/connector.h"

namespace sluice::admin {
namespace {

using namespace std::chrono_literals;

// A client that sends a request and collects what comes back.
class Browser final : public transport::StreamHandler {
 public:
  Browser(transport::Loop& loop, const std::string& address, std::string request, bool reads = true)
      : loop_(loop), request_(std::move(request)) {
    transport::ConnectOptions options;
    options.address = address;
    connector_ = transport::Connector::Connect(
        loop, std::move(options),
        [this, reads](Result<std::unique_ptr<transport::ByteStream>> stream) {
          ASSERT_TRUE(stream.ok()) << stream.status().ToString();
          stream_ = std::move(stream).value();
          if (!reads) stream_->PauseReading();
          stream_->Start(this);
          connected = true;
          stream_->Write(AsBytes(request_));
        });
  }
  size_t OnBytes(ByteSpan bytes) override {
    answer += AsText(bytes);
    return bytes.size();
  }
  void OnClosed(const Status&) override { closed = true; }

  std::string WaitForEnd() {
    while (!closed) loop_.RunOnce();
    return answer;
  }

  std::string answer;
  bool connected = false, closed = false;

 private:
  transport::Loop& loop_;
  std::string request_;
  std::unique_ptr<transport::Connector> connector_;
  std::unique_ptr<transport::ByteStream> stream_;
};

class AdminServerTest : public testing::Test {
 protected:
  void Open(AdminOptions options = {}) { OpenAt("127.0.0.1:0", std::move(options)); }
  void OpenAt(const std::string& address, AdminOptions options) {
    options.bind = address;
    auto opened = AdminServer::Open(loop_, std::move(options), metrics_,
                                    {[] { return Snapshot{.gateway = "greenhouse-7"}; }, &health_});
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    server_ = std::move(opened).value();
  }
  // With further header lines.
  std::string GetWith(const std::string& headers) {
    return Browser(loop_, server_->address(),
                   "GET /metrics HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n")
        .WaitForEnd();
  }
  std::string Get(const std::string& path) {
    return Browser(loop_, server_->address(),
                   "GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n")
        .WaitForEnd();
  }

  transport::Loop loop_;
  Metrics metrics_;
  Health health_{SystemClock()};
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, MetricsAreServedAsPrometheusText) {
  metrics_.AddCounter("sluice_test_total", "For the test").Add(42);
  Open();
  const std::string answer = Get("/metrics");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4\r\n"), std::string::npos);
  EXPECT_NE(answer.find("sluice_test_total 42\n"), std::string::npos);
}

TEST_F(AdminServerTest, StatusIsTheOwnersSnapshotAsTextAndJson) {
  Open();
  const std::string text = Get("/status");
  EXPECT_NE(text.find("Content-Type: text/plain"), std::string::npos);
  EXPECT_NE(text.find("\r\n\r\ngateway greenhouse-7: "), std::string::npos);
  const std::string json = Get("/status.json");
  EXPECT_NE(json.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(json.find("\r\n\r\n{\"gateway\":\"greenhouse-7\","), std::string::npos);
}

TEST_F(AdminServerTest, HealthSaysWhyNot) {
  Open();
  EXPECT_TRUE(Get("/healthz").starts_with("HTTP/1.1 200 "));
  const auto disk = health_.Add("stream telemetry", "not_written");
  disk->Raise(HealthState::kDegraded, "disk is nearly full");
  EXPECT_TRUE(Get("/healthz").starts_with("HTTP/1.1 200 "));
  disk->Raise(HealthState::kFailing, "disk is full");
  const std::string answer = Get("/healthz");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 "));
  EXPECT_NE(answer.find("disk is full"), std::string::npos);
}

TEST_F(AdminServerTest, PageThatPosesAsTheGatewayReadsNothing) {
  Open();
  EXPECT_TRUE(GetWith("Host: 127.0.0.1:9464\r\n").starts_with("HTTP/1.1 200 "));
  const std::string answer = GetWith("Host: evil.example:9464\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 421 ")) << answer;
  EXPECT_NE(answer.find("'evil.example:9464'"), std::string::npos);
  EXPECT_EQ(answer.find("sluice_"), std::string::npos);
  EXPECT_TRUE(
      GetWith("Host: localhost\r\nOrigin: http://evil.example\r\n").starts_with("HTTP/1.1 403 "));
}

TEST_F(AdminServerTest, UnknownPathIsNotFound) {
  Open();
  EXPECT_TRUE(Get("/etc/passwd").starts_with("HTTP/1.1 404 "));
}

TEST_F(AdminServerTest, SilentClientIsTurnedOut) {
  AdminOptions options;
  options.request_timeout = 20ms;
  Open(options);
  Browser silent(loop_, server_->address(), "GET /met");
  EXPECT_TRUE(silent.WaitForEnd().starts_with("HTTP/1.1 408 "));
}

TEST_F(AdminServerTest, SlowClientsDoNotKeepHealthAway) {
  AdminOptions options;
  options.max_connections = 4;
  Open(options);
  std::vector<std::unique_ptr<Browser>> slow;
  for (const auto* says : {"", "G", "GET /healthz", "GET /healthz HTTP/1.1\r\nX: ", ""}) {
    slow.push_back(std::make_unique<Browser>(loop_, server_->address(), says));
  }
  // One that has asked once and stays is no better.
  slow.push_back(
      std::make_unique<Browser>(loop_, server_->address(), "GET /healthz HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(Get("/healthz").starts_with("HTTP/1.1 200 "));
  EXPECT_LE(server_->connections(), 4u);
  EXPECT_TRUE(slow[0]->closed);
}

// A command whose terminal is stopped.
TEST_F(AdminServerTest, ClientThatDoesNotReadIsTurnedOut) {
  const test::TemporaryDirectory directory;
  AdminOptions options;
  options.request_timeout = 20ms;
  options.http.max_output_bytes = 16UL * 1024 * 1024;
  OpenAt(ControlAddress(directory.path()), options);
  metrics_.AddCounter("sluice_test_total", std::string(1024 * 1024, 'x'));
  const std::string twice = "GET /metrics HTTP/1.1\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n";
  Browser slow(loop_, server_->address(), twice, /*reads=*/false);
  while (!slow.connected || server_->connections() == 0) loop_.RunOnce();
  while (server_->connections() > 0) loop_.RunOnce();
}

TEST_F(AdminServerTest, ControlSocketAsksForNoName) {
  const test::TemporaryDirectory directory;
  OpenAt(ControlAddress(directory.path()), {});
  EXPECT_TRUE(GetWith("Host: whatever.example\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(AdminServerTest, ConnectionsGoWhenTheyAreClosed) {
  Open();
  Get("/healthz");
  while (server_->connections() > 0) loop_.RunOnce();
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(AdminServerTest, BusyAddressIsReported) {
  Open();
  AdminOptions options;
  options.bind = server_->address();
  EXPECT_FALSE(AdminServer::Open(loop_, options, metrics_, {}).ok());
}

}  // namespace
}  // namespace sluice::admin
