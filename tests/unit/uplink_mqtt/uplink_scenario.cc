// The contract of all uplinks, both uplinks to MQTT brokers, a real Mosquitto; Paho's with the
// scripted broker too (contract_test.cc has ours).

#include "loop_rig.h"
#include "support/mosquitto_broker.h"
#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

template <UplinkOf make_uplink, codec::Version version>
std::unique_ptr<UplinkRig> WithMosquitto() {
  if (!MosquittoBroker::Available()) return nullptr;
  return std::make_unique<LoopRig>(make_uplink, MakeMosquitto, version);
}

template <codec::Version version>
std::unique_ptr<UplinkRig> PahoWithScript() {
  return std::make_unique<LoopRig>(MakePaho, MakeScripted, version);
}

constexpr codec::Version kV311 = codec::Version::kV311;
constexpr codec::Version kV5 = codec::Version::kV5;
const auto kAll =
    ::testing::Values(UplinkRigKind{"OwnV311Mosquitto", WithMosquitto<MakeOwn, kV311>},
                      UplinkRigKind{"OwnV5Mosquitto", WithMosquitto<MakeOwn, kV5>},
                      UplinkRigKind{"PahoV311Mosquitto", WithMosquitto<MakePaho, kV311>},
                      UplinkRigKind{"PahoV5Mosquitto", WithMosquitto<MakePaho, kV5>},
                      UplinkRigKind{"PahoV311Scripted", PahoWithScript<kV311>},
                      UplinkRigKind{"PahoV5Scripted", PahoWithScript<kV5>});
const auto kWithTerms =
    ::testing::Values(UplinkRigKind{"OwnV5Mosquitto", WithMosquitto<MakeOwn, kV5>},
                      UplinkRigKind{"PahoV5Mosquitto", WithMosquitto<MakePaho, kV5>},
                      UplinkRigKind{"PahoV5Scripted", PahoWithScript<kV5>});

INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkContract, kAll, UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkTermsContract, kWithTerms, UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkCredentialsContract, kAll, UplinkRigName);

}  // namespace
}  // namespace sluice::test
