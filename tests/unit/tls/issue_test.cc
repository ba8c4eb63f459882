#include "tls/issue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "engine_pair.h"
#include "support/simulated_clock.h"
#include "support/temporary_directory.h"

namespace sluice::tls {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class IssueTest : public testing::Test {
 protected:
  IssueTest() {
    request_.common_name = "pump";
    request_.ca_certificate_file = test::PkiFile("devices-ca.crt");
    request_.ca_key_file = test::PkiFile("devices-ca.key");
    request_.days = 100;
  }
  std::string Refusal() {
    return IssueClientCertificate(request_, SystemClock()).status().message();
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.File(name)) << text;
    chmod(directory_.File(name).c_str(), 0600);
    return directory_.File(name);
  }
  // What a server makes of a client that shows what was issued.
  std::string Shown(const Issued& issued) {
    ClientConfig client = test::PkiClient("");
    client.certificate_file = Write("issued.crt", issued.certificate_pem);
    client.key_file = Write("issued.key", issued.key_pem);
    EnginePair pair(test::NewServer(), test::NewClient(client));
    pair.ShakeHands();
    const auto& peer = pair.server.engine->peer();
    return peer ? peer->name : pair.server.engine->FailureText();
  }

  IssueRequest request_;
  test::TemporaryDirectory directory_;
};

TEST_F(IssueTest, WhatIsIssuedGetsIn) {
  for (const char* name : {"pump",
                           "Gew\xc3\xa4"
                           "chshaus 7, links",
                           "CN=x,O=y\\", "urn:dev:mac:0024befffe804ff1"}) {
    request_.common_name = name;
    const auto issued = IssueClientCertificate(request_, SystemClock());
    ASSERT_TRUE(issued.ok()) << issued.status().ToString();
    EXPECT_EQ(Shown(*issued), name);
    EXPECT_FALSE(issued->cut_short);
  }
}

TEST_F(IssueTest, OpensslTakesKeyAndCertificate) {
  const auto issued = IssueClientCertificate(request_, SystemClock());
  ASSERT_TRUE(issued.ok()) << issued.status().ToString();
  EXPECT_THAT(issued->key_pem, StartsWith("-----BEGIN PRIVATE KEY-----"));
  const std::string key = Write("k", issued->key_pem),
                    certificate = Write("c", issued->certificate_pem);
  EXPECT_EQ(std::system(("openssl pkey -check -noout -in " + key + " > /dev/null").c_str()), 0);
  EXPECT_EQ(std::system(("openssl verify -purpose sslclient -CAfile " +
                         request_.ca_certificate_file + " " + certificate + " > /dev/null")
                            .c_str()),
            0);
  EXPECT_NE(std::system(("openssl verify -purpose sslserver -CAfile " +
                         request_.ca_certificate_file + " " + certificate + " > /dev/null 2>&1")
                            .c_str()),
            0);
}

TEST_F(IssueTest, EachHasAKeyAndASerialNumberOfItsOwn) {
  const auto one = IssueClientCertificate(request_, SystemClock());
  const auto other = IssueClientCertificate(request_, SystemClock());
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_NE(one->key_pem, other->key_pem);
  EXPECT_NE(one->serial, other->serial);
  EXPECT_EQ(one->serial.size(), 32u);
}

TEST_F(IssueTest, ItDoesNotOutliveItsAuthority) {
  request_.days = 3650;
  const auto issued = IssueClientCertificate(request_, SystemClock());
  ASSERT_TRUE(issued.ok()) << issued.status().ToString();
  EXPECT_TRUE(issued->cut_short);
  EXPECT_EQ(issued->not_after_unix_seconds, test::NewServer()->ends().authorities);
}

TEST_F(IssueTest, NameThatIsTopicSyntaxOrTooLongIsRefused) {
  for (const std::string& name :
       {std::string(), std::string("a/b"), std::string("+"), std::string(65, 'x')}) {
    request_.common_name = name;
    EXPECT_THAT(Refusal(), HasSubstr("the name of a certificate")) << name;
  }
}

TEST_F(IssueTest, WhatIsNoAuthorityIsRefused) {
  request_.ca_certificate_file = test::PkiFile("devices/alpha.crt");
  request_.ca_key_file = test::PkiFile("devices/alpha.key");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("alpha.crt"), HasSubstr("may not sign certificates")));
}

TEST_F(IssueTest, KeyOfAnotherAuthorityIsRefused) {
  request_.ca_key_file = test::PkiFile("server-ca.key");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("server-ca.key"), HasSubstr("does not belong to")));
}

TEST_F(IssueTest, KeyThatOthersCanReadIsRefused) {
  std::ofstream(directory_.File("loose.key")) << std::ifstream(request_.ca_key_file).rdbuf();
  chmod(directory_.File("loose.key").c_str(), 0644);
  request_.ca_key_file = directory_.File("loose.key");
  EXPECT_THAT(Refusal(), HasSubstr("chmod 600"));
}

TEST_F(IssueTest, ClockThatIsNotSetDatesNothing) {
  test::SimulatedClock clock;
  clock.SetWall(WallTime());
  EXPECT_THAT(IssueClientCertificate(request_, clock).status().message(),
              HasSubstr("the clock of this machine is not set"));
}

}  // namespace
}  // namespace sluice::tls
