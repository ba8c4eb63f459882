// Each way in which no connection is made is a reason of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "support/scripted_broker.h"
#include "support/temporary_directory.h"
#include "test_pki.h"
#include "uplink_mqtt/network_dialer.h"
#include "uplink_mqtt/uplink.h"

namespace sluice::uplink_mqtt {
namespace {

using testing::HasSubstr;

class DialTest : public testing::Test {
 protected:
  DialTest() { options_.session.client_id = "c"; }

  void Serve(const std::shared_ptr<tls::Context>& tls = nullptr) {
    broker_.emplace(loop_, test::UplinkRig::Terms{}, tls);
    // The name that the test's certificates have; it may have other addresses, too.
    SetUrl(tls == nullptr ? "mqtt://" : "mqtts://");
    options_.ca_file = test::PkiFile("server-ca.crt");
    options_.cert_file = test::PkiFile("devices/alpha.crt");
    options_.key_file = test::PkiFile("devices/alpha.key");
  }
  void ServeTls() { Serve(test::NewServer()); }
  void SetUrl(const std::string& scheme, const std::string& host = "localhost") {
    const std::string port = broker_->address().substr(broker_->address().rfind(':'));
    options_.url = *forward::ParseUplinkUrl(scheme + host + port, kSchemes);
  }
  // One attempt, to its end.
  DialCause Dial() {
    NetworkDialer dialer(options_, loop_);
    bool done = false;
    dialer.Dial(options_.url, [&](Dialer::Outcome outcome) {
      outcome_ = std::move(outcome);
      outcome_.stream.reset();
      done = true;
    });
    while (!done) loop_.RunOnce();
    return outcome_.failure.cause;
  }
  const std::string& text() const { return outcome_.failure.text; }

  transport::Loop loop_;
  MqttOptions options_;
  std::optional<test::ScriptedBroker> broker_;
  Dialer::Outcome outcome_;
};

TEST_F(DialTest, PlainConnection) {
  Serve();
  EXPECT_EQ(Dial(), DialCause::kNone);
  EXPECT_EQ(text(), "");
}

TEST_F(DialTest, TlsConnection) {
  ServeTls();
  EXPECT_EQ(Dial(), DialCause::kNone) << text();
}

TEST_F(DialTest, TlsConnectionWithAlpn) {
  ServeTls();
  options_.alpn = {"mqtt"};
  EXPECT_EQ(Dial(), DialCause::kNone) << text();
}

TEST_F(DialTest, TlsConnectionToAnAddress) {
  ServeTls();
  SetUrl("mqtts://", "127.0.0.1");
  EXPECT_EQ(Dial(), DialCause::kNone) << text();
}

TEST_F(DialTest, NobodyListens) {
  Serve();
  broker_->Kill();
  EXPECT_EQ(Dial(), DialCause::kRefused);
  EXPECT_THAT(text(), HasSubstr("connection refused"));
}

TEST_F(DialTest, NameThatNobodyHas) {
  Serve();
  options_.url.host = "no..name";
  EXPECT_EQ(Dial(), DialCause::kLookup);
  EXPECT_THAT(text(), HasSubstr("cannot look up no..name"));
}

TEST_F(DialTest, NameThatIsNone) {
  Serve();
  options_.url.host = std::string(300, 'a');
  EXPECT_EQ(Dial(), DialCause::kLookup);
}

TEST_F(DialTest, WhatTheSystemSaysHasItsCause) {
  EXPECT_EQ(CauseOfSystemError(ECONNREFUSED), DialCause::kRefused);
  EXPECT_EQ(CauseOfSystemError(ENETUNREACH), DialCause::kUnreachable);
  EXPECT_EQ(CauseOfSystemError(EHOSTUNREACH), DialCause::kUnreachable);
  EXPECT_EQ(CauseOfSystemError(ETIMEDOUT), DialCause::kTimeout);
  EXPECT_EQ(CauseOfSystemError(EMFILE), DialCause::kNetwork);
}

TEST_F(DialTest, MissingFilesAreSaid) {
  ServeTls();
  options_.ca_file = "/no/such/ca.crt";
  EXPECT_EQ(Dial(), DialCause::kFiles);
  EXPECT_THAT(text(), HasSubstr("/no/such/ca.crt"));
  Serve();
  options_.password_file = "/no/such/password";
  EXPECT_EQ(Dial(), DialCause::kFiles);
  EXPECT_THAT(text(), HasSubstr("/no/such/password"));
}

// What has been renewed meanwhile is used.
TEST_F(DialTest, FilesAreReadForEachConnection) {
  Serve();
  const test::TemporaryDirectory directory;
  options_.password_file = directory.File("password");
  for (const char* password : {"first", "second"}) {
    std::ofstream(options_.password_file) << password << "\nnot this\n";
    Dial();
    EXPECT_EQ(outcome_.password, password);
  }
}

TEST_F(DialTest, ServerThatIsNotTrusted) {
  ServeTls();
  options_.ca_file = test::PkiFile("other/server-ca.crt");
  EXPECT_EQ(Dial(), DialCause::kTls);
  EXPECT_EQ(outcome_.failure.tls, tls::Failure::kUntrusted);
  EXPECT_THAT(text(), HasSubstr("not signed by an authority of uplink.ca"));
}

TEST_F(DialTest, ServerOfAnotherName) {
  ServeTls();
  // A listener on another loopback address.
  Metrics metrics;
  auto listener = transport::Listener::Open(
      loop_, {.bind = "127.0.0.2:0", .tls = test::NewServer()}, metrics, [](auto) {});
  ASSERT_TRUE(listener.ok());
  options_.url.host = "127.0.0.2";
  options_.url.port = (*listener)->port();
  EXPECT_EQ(Dial(), DialCause::kTls);
  EXPECT_EQ(outcome_.failure.tls, tls::Failure::kWrongName);
  EXPECT_THAT(text(), HasSubstr("not for the name in uplink.url"));
}

TEST_F(DialTest, ServerThatSpeaksNoTls) {
  Serve();
  SetUrl("mqtts://");
  EXPECT_EQ(Dial(), DialCause::kTls);
  EXPECT_THAT(text(), HasSubstr("TLS with "));
}

TEST_F(DialTest, ServerThatDoesNotTrustUs) {
  ServeTls();
  options_.cert_file = test::PkiFile("other/devices/alpha.crt");
  options_.key_file = test::PkiFile("other/devices/alpha.key");
  EXPECT_EQ(Dial(), DialCause::kTls);
  EXPECT_EQ(outcome_.failure.tls, tls::Failure::kPeerAlert);
  EXPECT_THAT(text(), HasSubstr("it may not accept uplink.cert"));
}

// It takes the connection and says nothing.
TEST_F(DialTest, ServerThatIsSilentInTheHandshake) {
  Serve();
  broker_->Pause();
  SetUrl("mqtts://", "127.0.0.1");
  options_.connect_timeout = std::chrono::seconds(2);  // in which the files are read, however slow
  EXPECT_EQ(Dial(), DialCause::kTimeout);
  EXPECT_THAT(text(), HasSubstr("TLS handshake"));
}

TEST_F(DialTest, AttemptThatIsGivenUpIsSilent) {
  ServeTls();
  NetworkDialer dialer(options_, loop_);
  dialer.Dial(options_.url, [](const Dialer::Outcome&) { ADD_FAILURE(); });
  dialer.GiveUp();
  Dial();  // beside it
  int second = 0;
  dialer.Dial(options_.url, [](const Dialer::Outcome&) { ADD_FAILURE(); });
  dialer.Dial(options_.url, [&](const Dialer::Outcome&) { ++second; });
  while (second == 0) loop_.RunOnce();
  EXPECT_EQ(second, 1);
}

TEST_F(DialTest, CausesHaveNames) {
  EXPECT_EQ(DialCauseName(DialCause::kNone), "none");
  EXPECT_EQ(DialCauseName(DialCause::kTls), "tls");
}

}  // namespace
}  // namespace sluice::uplink_mqtt
