// The uplink on our own client keeps the contract of all uplinks against a scripted broker of both
// versions.

#include "loop_rig.h"
#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

template <codec::Version version>
std::unique_ptr<UplinkRig> MakeRig() {
  return std::make_unique<LoopRig>(MakeOwn, MakeScripted, version);
}

constexpr UplinkRigKind kV311 = {"OwnV311Scripted", MakeRig<codec::Version::kV311>};
constexpr UplinkRigKind kV5 = {"OwnV5Scripted", MakeRig<codec::Version::kV5>};

INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkContract, ::testing::Values(kV311, kV5), UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkTermsContract, ::testing::Values(kV5), UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkCredentialsContract, ::testing::Values(kV311, kV5),
                         UplinkRigName);

}  // namespace
}  // namespace sluice::test
