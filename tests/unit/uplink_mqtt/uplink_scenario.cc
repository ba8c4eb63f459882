// Both uplinks to MQTT brokers keep the contract: ours against a real Mosquitto, and Paho's, which
// has a program of its own for that, against the scripted broker.

#include "loop_rig.h"
#include "support/mosquitto_broker.h"
#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

template <codec::Version version>
std::unique_ptr<UplinkRig> MakeOwnWithMosquitto() {
  if (!MosquittoBroker::Available()) return nullptr;
  return std::make_unique<LoopRig>(MakeOwn, MakeMosquitto, version);
}

template <codec::Version version>
std::unique_ptr<UplinkRig> MakePahoWithScript() {
  return std::make_unique<LoopRig>(MakePaho, MakeScripted, version);
}

constexpr UplinkRigKind kOwnV311 = {"OwnV311Mosquitto",
                                    MakeOwnWithMosquitto<codec::Version::kV311>};
constexpr UplinkRigKind kOwnV5 = {"OwnV5Mosquitto", MakeOwnWithMosquitto<codec::Version::kV5>};
constexpr UplinkRigKind kPahoV311 = {"PahoV311Scripted", MakePahoWithScript<codec::Version::kV311>};
constexpr UplinkRigKind kPahoV5 = {"PahoV5Scripted", MakePahoWithScript<codec::Version::kV5>};

INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkContract,
                         ::testing::Values(kOwnV311, kOwnV5, kPahoV311, kPahoV5), UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkTermsContract, ::testing::Values(kOwnV5, kPahoV5),
                         UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkCredentialsContract,
                         ::testing::Values(kOwnV311, kOwnV5, kPahoV311, kPahoV5), UplinkRigName);

}  // namespace
}  // namespace sluice::test
