// The uplink that the tests of routes trust is held to the contract of the real ones.

#include "scripted_rig.h"
#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

constexpr UplinkRigKind kKinds[] = {
    {"Scripted", [] { return std::unique_ptr<UplinkRig>(std::make_unique<ScriptedRig>()); }},
};

INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkContract, ::testing::ValuesIn(kKinds), UplinkRigName);
INSTANTIATE_TEST_SUITE_P(Uplinks, UplinkTermsContract, ::testing::ValuesIn(kKinds), UplinkRigName);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(UplinkCredentialsContract);

}  // namespace
}  // namespace sluice::test
