#include "admin/admin_server.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "admin/admin_client.h"
#include "support/memory_stream.h"
#include "support/simulated_scheduler.h"
#include "transport/connector.h"

namespace sluice::admin {
namespace {

using namespace std::chrono_literals;

// A client that sends a request and collects what comes back.
class Browser final : public transport::StreamHandler {
 public:
  explicit Browser(std::string request, bool reads = true)
      : request_(std::move(request)), reads_(reads) {}

  void Attach(std::unique_ptr<transport::ByteStream> stream) {
    stream_ = std::move(stream);
    if (!reads_) stream_->PauseReading();
    stream_->Start(this);
    stream_->Write(AsBytes(request_));
  }
  size_t OnBytes(ByteSpan bytes) override {
    answer += AsText(bytes);
    return bytes.size();
  }
  void OnClosed(const Status&) override { closed = true; }

  std::string answer;
  bool closed = false;

 private:
  const std::string request_;
  const bool reads_;
  std::unique_ptr<transport::ByteStream> stream_;
};

AdminPages Pages(const Health& health) {
  return {[] { return Snapshot{.gateway = "greenhouse-7"}; }, &health};
}

// Pages of commands: one that changes something, one that asks.
AdminPages ControlPages(const Health& health) {
  const auto say = [](const Form& form) {
    const std::string* const name = form.Find("name");
    return http::Response{.body = "hello " + (name == nullptr ? "nobody" : *name) + "\n"};
  };
  AdminPages pages = Pages(health);
  pages.control = {{http::Method::kPost, "/greet", say}, {http::Method::kGet, "/greet", say}};
  return pages;
}

// Its clients are at the other end of streams in memory.
class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() { Open({}); }

  void OpenControl() {
    AdminOptions options;
    options.bind = ControlAddress("/somewhere");
    server_ = std::make_unique<AdminServer>(scheduler_, options, metrics_, ControlPages(health_));
  }
  std::string Post(const std::string& path, const std::string& body) {
    return Ask("POST " + path + " HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + body);
  }
  void Open(const AdminOptions& options) {
    server_ = std::make_unique<AdminServer>(scheduler_, options, metrics_, Pages(health_));
  }
  void Accept(Browser& browser) {
    auto pair = test::MemoryStream::Connect(&scheduler_, {}, {}, {});
    server_->Accept(std::move(pair.second));
    browser.Attach(std::move(pair.first));
    scheduler_.RunReady();
  }
  // With further header lines.
  std::string GetWith(const std::string& headers) {
    return Ask("GET /metrics HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
  }
  std::string Get(const std::string& path) {
    return Ask("GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n");
  }
  std::string Ask(const std::string& request) {
    Browser browser(request);
    Accept(browser);
    EXPECT_TRUE(browser.closed);
    return browser.answer;
  }

  Metrics metrics_;
  test::SimulatedClock clock_;
  test::SimulatedScheduler scheduler_{&clock_};
  Health health_{clock_};
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, MetricsAreServedAsPrometheusText) {
  metrics_.AddCounter("sluice_test_total", "For the test").Add(42);
  const std::string answer = Get("/metrics");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4\r\n"), std::string::npos);
  EXPECT_NE(answer.find("sluice_test_total 42\n"), std::string::npos);
}

TEST_F(AdminServerTest, StatusIsTheOwnersSnapshotAsTextAndJson) {
  const std::string text = Get("/status");
  EXPECT_NE(text.find("Content-Type: text/plain"), std::string::npos);
  EXPECT_NE(text.find("\r\n\r\ngateway greenhouse-7: "), std::string::npos);
  const std::string json = Get("/status.json");
  EXPECT_NE(json.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(json.find("\r\n\r\n{\"gateway\":\"greenhouse-7\","), std::string::npos);
}

TEST_F(AdminServerTest, HealthSaysWhyNot) {
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
  EXPECT_TRUE(GetWith("Host: 127.0.0.1:9464\r\n").starts_with("HTTP/1.1 200 "));
  const std::string answer = GetWith("Host: evil.example:9464\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 421 ")) << answer;
  EXPECT_NE(answer.find("'evil.example:9464'"), std::string::npos);
  EXPECT_EQ(answer.find("sluice_"), std::string::npos);
  EXPECT_TRUE(
      GetWith("Host: localhost\r\nOrigin: http://evil.example\r\n").starts_with("HTTP/1.1 403 "));
}

TEST_F(AdminServerTest, UnknownPathIsNotFound) {
  EXPECT_TRUE(Get("/etc/passwd").starts_with("HTTP/1.1 404 "));
}

TEST_F(AdminServerTest, SilentClientIsTurnedOut) {
  Browser silent("GET /met");
  Accept(silent);
  scheduler_.Advance(AdminOptions().request_timeout - 1ms);
  EXPECT_EQ(silent.answer, "");
  scheduler_.Advance(1ms);
  EXPECT_TRUE(silent.answer.starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(silent.closed);
}

// A command whose terminal is stopped.
TEST_F(AdminServerTest, ClientThatDoesNotReadIsTurnedOut) {
  AdminOptions options;
  options.http.max_output_bytes = 16UL * 1024 * 1024;
  Open(options);
  metrics_.AddCounter("sluice_test_total", std::string(1024 * 1024, 'x'));
  Browser slow("GET /metrics HTTP/1.1\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n", /*reads=*/false);
  Accept(slow);
  scheduler_.Advance(options.request_timeout - 1ms);
  EXPECT_EQ(server_->connections(), 1U);
  scheduler_.Advance(1ms + transport::StreamLimits().close_linger);
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(AdminServerTest, ControlSocketAsksForNoName) {
  AdminOptions options;
  options.bind = ControlAddress("/somewhere");
  Open(options);
  EXPECT_TRUE(GetWith("Host: whatever.example\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(AdminServerTest, CommandGetsWhatItsFormSays) {
  OpenControl();
  EXPECT_TRUE(Post("/greet", "name=a%20b").ends_with("\r\n\r\nhello a b\n"));
  EXPECT_TRUE(Post("/greet", "").ends_with("hello nobody\n"));
  EXPECT_TRUE(Get("/greet?name=c").ends_with("hello c\n"));
}

TEST_F(AdminServerTest, FormThatIsNoneIsRefusedWithWords) {
  OpenControl();
  const std::string answer = Post("/greet", "{\"name\": 1}");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_NE(answer.find("no form"), std::string::npos);
}

TEST_F(AdminServerTest, BodyIsBounded) {
  OpenControl();
  EXPECT_TRUE(Post("/greet", std::string(http::Limits().max_request_bytes, 'x'))
                  .starts_with("HTTP/1.1 413 "));
}

TEST_F(AdminServerTest, CommandsAreNotForTheNetwork) {
  EXPECT_TRUE(Post("/status", "").starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(Post("/greet", "").starts_with("HTTP/1.1 404 "));
  EXPECT_DEATH(AdminServer(scheduler_, {}, metrics_, ControlPages(health_)), "");
}

TEST_F(AdminServerTest, ConnectionsGoWhenTheyAreClosed) {
  Get("/healthz");
  EXPECT_EQ(server_->connections(), 0U);
}

// On loopback sockets and in real time, for what is the listener's.
class AdminListenerTest : public testing::Test {
 protected:
  Result<std::unique_ptr<AdminServer>> Open(const std::string& bind) {
    AdminOptions options;
    options.bind = bind;
    options.max_connections = 4;
    return AdminServer::Open(loop_, options, metrics_, Pages(health_));
  }
  void Start(Browser& browser) {
    connectors_.push_back(transport::Connector::Connect(
        loop_, {.address = server_->address()},
        [&browser](Result<std::unique_ptr<transport::ByteStream>> stream) {
          ASSERT_TRUE(stream.ok()) << stream.status().ToString();
          browser.Attach(std::move(stream).value());
        }));
  }

  transport::Loop loop_;
  Metrics metrics_;
  Health health_{SystemClock()};
  std::unique_ptr<AdminServer> server_;
  std::vector<std::unique_ptr<transport::Connector>> connectors_;
};

TEST_F(AdminListenerTest, SlowClientsDoNotKeepHealthAway) {
  auto opened = Open("127.0.0.1:0");
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  server_ = std::move(*opened);
  std::deque<Browser> slow;
  for (const auto* says : {"", "G", "GET /healthz", "GET /healthz HTTP/1.1\r\nX: ", ""}) {
    Start(slow.emplace_back(says));
  }
  // One that has asked once and stays is no better.
  Start(slow.emplace_back("GET /healthz HTTP/1.1\r\n\r\n"));
  Browser last("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n");
  Start(last);
  while (!last.closed) loop_.RunOnce();
  EXPECT_TRUE(last.answer.starts_with("HTTP/1.1 200 "));
  EXPECT_LE(server_->connections(), 4u);
  EXPECT_TRUE(slow[0].closed);
}

TEST_F(AdminListenerTest, BusyAddressIsReported) {
  const auto first = Open("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_FALSE(Open((*first)->address()).ok());
}

}  // namespace
}  // namespace sluice::admin
