#include <gtest/gtest.h>

#include "engine_pair.h"
#include "support/simulated_clock.h"

namespace sluice::tls {
namespace {

TEST(HandshakeTest, BothSidesProveWhoTheyAre) {
  EnginePair pair;
  ASSERT_TRUE(pair.ShakeHands());
  ASSERT_TRUE(pair.server.engine->peer());
  EXPECT_EQ(pair.server.engine->peer()->name, "alpha");
  EXPECT_EQ(pair.server.engine->peer()->fingerprint_sha256.size(), 64u);
  EXPECT_FALSE(pair.server.engine->peer()->serial.empty());
  EXPECT_GT(pair.server.engine->peer()->not_after_unix_seconds, 1'700'000'000);
  EXPECT_FALSE(pair.server.engine->resumed());
}

TEST(HandshakeTest, ForwardSecretCipherAndModernVersionAreChosen) {
  EnginePair pair;
  ASSERT_TRUE(pair.ShakeHands());
  EXPECT_TRUE(pair.server.engine->version() == "TLSv1.2" ||
              pair.server.engine->version() == "TLSv1.3");
  EXPECT_NE(pair.server.engine->cipher().find("CHACHA20-POLY1305"), std::string_view::npos);
}

TEST(HandshakeTest, ClientOffersTheVersionThatItIsGivenAndNoOther) {
  for (const auto& [version, name] :
       {std::pair{Version::kTls12, "TLSv1.2"}, std::pair{Version::kTls13, "TLSv1.3"}}) {
    if (!Speaks(version)) continue;
    ClientConfig config = test::PkiClient("alpha");
    config.version = version;
    EnginePair pair(test::NewServer(), test::NewClient(config));
    ASSERT_TRUE(pair.ShakeHands()) << name;
    EXPECT_EQ(pair.client.engine->version(), name);
  }
}

TEST(HandshakeTest, KeyOnTheLargerCurveIsAccepted) {
  EXPECT_EQ(ServerVerdict("p384"), Failure::kNone);
}

TEST(HandshakeTest, MissingCertificateIsRefused) {
  EXPECT_EQ(ServerVerdict(""), Failure::kNoCertificate);
}

TEST(HandshakeTest, ClientIsToldThatItIsRefused) {
  EnginePair pair(test::NewServer(), test::NewClient(test::PkiClient("")));
  EXPECT_FALSE(pair.ShakeHands());
  EXPECT_TRUE(EnginePair::IsRefused(pair.client, pair.server));
}

TEST(HandshakeTest, ExpiredCertificateIsRefused) {
  EXPECT_EQ(ServerVerdict("old"), Failure::kExpired);
}
TEST(HandshakeTest, CertificateForServersIsRefused) {
  EXPECT_EQ(ServerVerdict("wrong-use"), Failure::kUntrusted);
}
TEST(HandshakeTest, NameThatIsTopicSyntaxIsRefused) {
  EXPECT_EQ(ServerVerdict("wildcard"), Failure::kBadIdentity);
}
TEST(HandshakeTest, TwoNamesAreRefused) {
  EXPECT_EQ(ServerVerdict("two-names"), Failure::kBadIdentity);
}
TEST(HandshakeTest, NoNameIsRefused) {
  EXPECT_EQ(ServerVerdict("nameless"), Failure::kBadIdentity);
}

ClientConfig Stranger() {
  ClientConfig config = test::PkiClient("");
  config.certificate_file = test::PkiFile("other/devices/alpha.crt");
  config.key_file = test::PkiFile("other/devices/alpha.key");
  return config;
}

TEST(HandshakeTest, CertificateOfAnotherAuthorityIsRefused) {
  EnginePair pair(test::NewServer(), test::NewClient(Stranger()));
  EXPECT_FALSE(pair.ShakeHands());
  EXPECT_EQ(pair.server.engine->failure(), Failure::kUntrusted);
  EXPECT_TRUE(EnginePair::IsRefused(pair.client, pair.server));
  EXPECT_NE(pair.server.engine->FailureText().find("untrusted (-0x"), std::string::npos);
}

TEST(HandshakeTest, ServerOfAnotherAuthorityIsRefusedByTheClient) {
  ClientConfig config = test::PkiClient("alpha");
  config.server_ca_file = test::PkiFile("other/server-ca.crt");
  EnginePair pair(test::NewServer(), test::NewClient(config));
  EXPECT_FALSE(pair.ShakeHands());
  EXPECT_EQ(pair.client.engine->failure(), Failure::kUntrusted);
  EXPECT_TRUE(EnginePair::IsRefused(pair.server, pair.client));
}

TEST(HandshakeTest, ServerOfAnotherNameIsRefusedByTheClient) {
  ClientConfig config = test::PkiClient("alpha");
  config.server_name = "elsewhere.example";
  EnginePair pair(test::NewServer(), test::NewClient(config));
  EXPECT_FALSE(pair.ShakeHands());
  EXPECT_EQ(pair.client.engine->failure(), Failure::kWrongName);
}

class OptionalCertificateTest : public testing::Test {
 protected:
  std::shared_ptr<Context> Server() {
    ServerConfig config = test::PkiServer();
    config.client_certificate = ClientCertificate::kOptional;
    return test::NewServer(config);
  }
};

TEST_F(OptionalCertificateTest, NoneIsAccepted) {
  EnginePair pair(Server(), test::NewClient(test::PkiClient("")));
  ASSERT_TRUE(pair.ShakeHands());
  EXPECT_FALSE(pair.server.engine->peer());
}

TEST_F(OptionalCertificateTest, GoodOneIsTheIdentity) {
  EnginePair pair(Server(), test::NewClient());
  ASSERT_TRUE(pair.ShakeHands());
  EXPECT_EQ(pair.server.engine->peer()->name, "alpha");
}

TEST_F(OptionalCertificateTest, BadOneIsRefusedAllTheSame) {
  EnginePair pair(Server(), test::NewClient(Stranger()));
  pair.ShakeHands();
  EXPECT_EQ(pair.server.engine->failure(), Failure::kUntrusted);
  EXPECT_FALSE(pair.server.engine->peer());
}

TEST(HandshakeTest, ServerThatWantsNoCertificateAsksForNone) {
  ServerConfig config = test::PkiServer();
  config.client_certificate = ClientCertificate::kNone;
  config.client_ca_file.clear();
  EnginePair pair(test::NewServer(config), test::NewClient());
  ASSERT_TRUE(pair.ShakeHands());
  EXPECT_FALSE(pair.server.engine->peer());
}

TEST(HandshakeTest, CertificateOfTheFutureIsRefused) {
  EXPECT_EQ(ServerVerdict("unborn"), Failure::kNotYetValid);
}

// A gateway whose clock went back knows from its journal that it is later than that.
TEST(HandshakeTest, CertificateThatEndedByAKnownTimeIsRefused) {
  test::SimulatedClock clock;
  ServerConfig config = test::PkiServer();
  config.clock = &clock;
  for (const bool ended : {false, true}) {
    clock.SetWall(SystemClock().WallNow() + std::chrono::hours(ended ? 24 * 3650 : 0));
    EnginePair pair(test::NewServer(config), test::NewClient(test::PkiClient("alpha")));
    pair.ShakeHands();
    EXPECT_EQ(pair.server.engine->failure(), ended ? Failure::kExpired : Failure::kNone);
  }
}

// A gateway that has booted in 1970 and not heard of the time yet.
class UnsetClockTest : public testing::Test {
 protected:
  Failure Verdict(const std::string& device) {
    clock_.SetWall(FromUnixNanos(0));
    ServerConfig config = test::PkiServer();
    config.clock = &clock_;
    EnginePair pair(test::NewServer(config), test::NewClient(test::PkiClient(device)));
    pair.ShakeHands();
    return pair.server.engine->failure();
  }
  test::SimulatedClock clock_;
};

TEST_F(UnsetClockTest, CertificateOfTheFutureIsAccepted) {
  EXPECT_EQ(Verdict("unborn"), Failure::kNone);
}
TEST_F(UnsetClockTest, ExpiredStaysExpired) { EXPECT_EQ(Verdict("old"), Failure::kExpired); }

}  // namespace
}  // namespace sluice::tls
