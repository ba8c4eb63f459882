// Where a certificate says who it is, and which certificates are refused with which words.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine_pair.h"

namespace sluice::tls {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Who a device is to a server that looks at `source`; or why it is nobody.
std::string NameOf(const std::string& device, NameSource source = NameSource::kCommonName) {
  ServerConfig config = test::PkiServer();
  config.client_name = source;
  EnginePair pair(test::NewServer(config), test::NewClient(test::PkiClient(device)));
  pair.ShakeHands();
  const auto& peer = pair.server.engine->peer();
  return peer ? peer->name : pair.server.engine->FailureText();
}

TEST(ClientNameTest, ItIsTheCommonNameOrAnAlternativeNameOfOneKind) {
  EXPECT_EQ(NameOf("names"), "alpha");
  EXPECT_EQ(NameOf("names", NameSource::kDnsName), "pump.example");
  EXPECT_EQ(NameOf("names", NameSource::kUri), "urn:dev:mac:0024befffe804ff1");
  EXPECT_EQ(NameOf("names", NameSource::kEmail), "pump@example.com");
}

TEST(ClientNameTest, NothingTakesThePlaceOfANameThatIsMissing) {
  for (const NameSource source : {NameSource::kDnsName, NameSource::kUri, NameSource::kEmail}) {
    EXPECT_THAT(NameOf("alpha", source), AllOf(HasSubstr("bad_identity"), HasSubstr("it has no "),
                                               HasSubstr("among its alternative names")));
  }
  EXPECT_THAT(NameOf("two-dns", NameSource::kUri), HasSubstr("it has no URI"));
}

TEST(ClientNameTest, TwoNamesOfOneKindAreNone) {
  EXPECT_THAT(NameOf("two-dns", NameSource::kDnsName), HasSubstr("it has more than one DNS name"));
  EXPECT_EQ(NameOf("two-dns"), "alpha");
}

TEST(ClientNameTest, NameThatIsTopicSyntaxIsRefused) {
  EXPECT_THAT(NameOf("spiffe", NameSource::kUri),
              HasSubstr("'spiffe://example.com/pump' cannot be an identity"));
  EXPECT_THAT(NameOf("plus", NameSource::kDnsName), HasSubstr("'a+b' cannot be an identity"));
  EXPECT_THAT(NameOf("wildcard"), HasSubstr("common name 'a/#' cannot be an identity"));
}

TEST(ClientNameTest, KeysThatAreStrongEnoughAreAccepted) {
  EXPECT_EQ(NameOf("rsa"), "rsa");
  EXPECT_EQ(NameOf("p384"), "p384");
}

TEST(ClientNameTest, WhatIsWrongWithACertificateIsSaid) {
  EXPECT_THAT(NameOf("short-rsa"), HasSubstr("RSA too short"));
  EXPECT_THAT(NameOf("p521"), HasSubstr("bad curve"));
  EXPECT_THAT(NameOf("old"), HasSubstr("validity has expired"));
}

}  // namespace
}  // namespace sluice::tls
