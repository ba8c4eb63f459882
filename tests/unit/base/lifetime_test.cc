#include "base/lifetime.h"

#include <gtest/gtest.h>

#include <optional>

namespace sluice {
namespace {

TEST(Lifetime, IsOverWhenItsOwnerIsGone) {
  std::optional<Lifetime> lifetime(std::in_place);
  const Lifetime::Watch watch = lifetime->watch();
  EXPECT_FALSE(watch.over());
  lifetime.reset();
  EXPECT_TRUE(watch.over());
}

TEST(Lifetime, RenewedIsOverForThoseWhoWatched) {
  Lifetime lifetime;
  const Lifetime::Watch before = lifetime.watch();
  lifetime.Renew();
  EXPECT_TRUE(before.over());
  EXPECT_FALSE(lifetime.watch().over());
}

}  // namespace
}  // namespace sluice
