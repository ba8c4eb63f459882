#include "admin/admin_client.h"

#include <gtest/gtest.h>

#include <thread>

#include "admin/admin_server.h"
#include "admin/status_text.h"
#include "support/temporary_directory.h"
#include "transport/loop.h"

namespace sluice::admin {
namespace {

// A gateway's server on a thread of its own, as for a command in another process.
class Served {
 public:
  Served(const std::string& bind, const Snapshot& snapshot)
      : Served(OptionsFor(bind), {[snapshot] { return snapshot; }}) {}
  Served(const AdminOptions& options, AdminPages pages) {
    pages.health = &health_;
    auto opened = AdminServer::Open(loop_, options, metrics_, std::move(pages));
    SLUICE_CHECK(opened.ok());
    server_ = std::move(*opened);
    thread_ = std::thread([this] { loop_.Run(); });
  }
  ~Served() {
    loop_.Stop();
    thread_.join();
  }
  const std::string& address() const { return server_->address(); }

 private:
  static AdminOptions OptionsFor(const std::string& bind) {
    AdminOptions options;
    options.bind = bind;
    return options;
  }

  transport::Loop loop_;
  Metrics metrics_;
  Health health_{SystemClock()};
  std::unique_ptr<AdminServer> server_;
  std::thread thread_;
};

TEST(AdminClientTest, AsksThroughEitherDoor) {
  const test::TemporaryDirectory directory;
  for (const std::string& bind : {std::string("127.0.0.1:0"), ControlAddress(directory.path())}) {
    const Snapshot snapshot{.gateway = std::string(500'000, 'g')};
    const Served served(bind, snapshot);
    const auto answer = Ask({.address = served.address(), .path = "/status"});
    ASSERT_TRUE(answer.ok()) << answer.status().ToString();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, StatusText(snapshot));
    const auto nothing = Ask({.address = served.address(), .path = "/nothing"});
    ASSERT_TRUE(nothing.ok());
    EXPECT_EQ(nothing->status, 404);
  }
}

TEST(AdminClientTest, CommandIsPosted) {
  const test::TemporaryDirectory directory;
  AdminOptions options;
  options.bind = ControlAddress(directory.path());
  AdminPages pages;
  pages.control = {{http::Method::kPost, "/greet", [](const Form& form) {
                      return http::Response{.status = 202, .body = *form.Find("name")};
                    }}};
  const Served served(options, std::move(pages));
  std::string form;
  AppendMember("name", "a&b", &form);
  const auto answer = Ask({.address = served.address(), .path = "/greet", .form = form});
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body, "a&b");
}

TEST(AdminClientTest, AnswerIsBounded) {
  const Served served("127.0.0.1:0", {.gateway = std::string(5000, 'g')});
  EXPECT_FALSE(
      Ask({.address = served.address(), .path = "/status", .max_answer_bytes = 4000}).ok());
}

TEST(AdminClientTest, NobodyThereIsSaid) {
  const test::TemporaryDirectory directory;
  for (const std::string& where : {directory.path(), directory.File("nowhere")}) {
    const auto answer = Ask({.address = ControlAddress(where), .path = "/status"});
    ASSERT_FALSE(answer.ok());
    EXPECT_NE(answer.status().message().find(where), std::string::npos);
  }
}

TEST(AdminClientTest, ServerThatSaysNothingIsNotWaitedForForEver) {
  transport::Loop loop;
  Metrics metrics;
  const auto silent =
      transport::Listener::Open(loop, {.bind = "127.0.0.1:0"}, metrics, [](auto) {});
  ASSERT_TRUE(silent.ok());
  const auto answer = Ask({.address = (*silent)->address(),
                           .path = "/status",
                           .patience = std::chrono::milliseconds(20)});
  ASSERT_FALSE(answer.ok());
  EXPECT_NE(answer.status().message().find("does not answer"), std::string::npos);
}

}  // namespace
}  // namespace sluice::admin
