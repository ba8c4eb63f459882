// PahoUplink keeps the contract of all uplinks against a real broker.

#include "paho_rig.h"
#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

template <codec::Version version>
std::unique_ptr<UplinkRig> MakeRig() {
  if (!MosquittoBroker::Available()) return nullptr;
  return std::make_unique<PahoRig>(version);
}

constexpr UplinkRigKind kV311 = {"PahoV311", MakeRig<codec::Version::kV311>};
constexpr UplinkRigKind kV5 = {"PahoV5", MakeRig<codec::Version::kV5>};

INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkContract, ::testing::Values(kV311, kV5), UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkTermsContract, ::testing::Values(kV5), UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkCredentialsContract, ::testing::Values(kV311, kV5),
                         UplinkRigName);

}  // namespace
}  // namespace sluice::test
