#include "identity/certificate_mapper.h"

#include <gtest/gtest.h>

#include <optional>

namespace sluice::identity {
namespace {

Decision DecisionOn(const Evidence& evidence) {
  CertificateMapper mapper;
  Lifetime asker;
  std::optional<Decision> decision;
  const codec::Connect connect;
  mapper.Authenticate({evidence, connect},
                      Answer(asker.watch(), [&](const Decision& given) { decision = given; }));
  EXPECT_TRUE(decision) << "it answers within the call";
  return decision.value_or(Decision{});
}

TEST(CertificateMapperTest, CommonNameIsTheIdentity) {
  tls::PeerCertificate certificate;
  certificate.common_name = "sensor-7";
  const Decision decision = DecisionOn({.certificate = &certificate, .anonymous = "anonymous"});
  EXPECT_EQ(decision.reason, codec::ReasonCode::kSuccess);
  EXPECT_EQ(decision.identity, "sensor-7");
  EXPECT_FALSE(decision.is_shared);
}

TEST(CertificateMapperTest, StrangersShareTheListenersName) {
  const Decision decision = DecisionOn({.anonymous = "anonymous"});
  EXPECT_EQ(decision.reason, codec::ReasonCode::kSuccess);
  EXPECT_EQ(decision.identity, "anonymous");
  EXPECT_TRUE(decision.is_shared);
}

TEST(CertificateMapperTest, StrangersAreRefusedWhereTheyHaveNoName) {
  const Decision decision = DecisionOn({});
  EXPECT_EQ(decision.reason, codec::ReasonCode::kNotAuthorized);
  EXPECT_EQ(decision.identity, "");
  EXPECT_NE(decision.why, "");
}

}  // namespace
}  // namespace sluice::identity
