// The contract of all uplinks, both uplinks to MQTT brokers, and the brokers of others that speak
// MQTT 3.1.1: RabbitMQ and NATS.

#include "loop_rig.h"
#include "support/nats_broker.h"
#include "support/rabbitmq_broker.h"
#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

template <UplinkOf make_uplink>
std::unique_ptr<UplinkRig> WithRabbitMq() {
  if (!RabbitMqBroker::Available()) return nullptr;
  return std::make_unique<LoopRig>(make_uplink, MakeRabbitMq, codec::Version::kV311);
}

template <UplinkOf make_uplink>
std::unique_ptr<UplinkRig> WithNats() {
  if (!NatsBroker::Available()) return nullptr;
  return std::make_unique<LoopRig>(make_uplink, MakeNats, codec::Version::kV311);
}

const auto kAll = ::testing::Values(UplinkRigKind{"OwnRabbitMq", WithRabbitMq<MakeOwn>},
                                    UplinkRigKind{"PahoRabbitMq", WithRabbitMq<MakePaho>},
                                    UplinkRigKind{"OwnNats", WithNats<MakeOwn>},
                                    UplinkRigKind{"PahoNats", WithNats<MakePaho>});

INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkContract, kAll, UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkCredentialsContract, kAll, UplinkRigName);
// 3.1.1 has no terms.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(UplinkTermsContract);

}  // namespace
}  // namespace sluice::test
