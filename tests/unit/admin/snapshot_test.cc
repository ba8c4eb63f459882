#include "admin/snapshot.h"

#include <gtest/gtest.h>

namespace sluice::admin {
namespace {

using std::chrono::seconds;

TEST(SnapshotTest, StreamThatGrowsIsFullInTime) {
  StreamSnapshot stream;
  stream.stored_bytes = 4'000;
  stream.max_bytes = 10'000;
  EXPECT_EQ(FullIn(stream, 60), seconds(100));
  EXPECT_EQ(FullIn(stream, std::nullopt), std::nullopt);
  EXPECT_EQ(FullIn(stream, 0), std::nullopt);
  EXPECT_EQ(FullIn(stream, -60), std::nullopt);
  EXPECT_EQ(FullIn(stream, 1e-9), std::nullopt);
  stream.stored_bytes = 10'001;
  EXPECT_EQ(FullIn(stream, 60), seconds(0));
}

TEST(SnapshotTest, RouteThatIsFasterThanItsStreamIsEmptyInTime) {
  RouteSnapshot route;
  route.books.pending = 1'000;
  route.passed_per_second = 30;
  EXPECT_EQ(EmptyIn(route, 10), seconds(50));
  EXPECT_EQ(EmptyIn(route, 30), std::nullopt);
  EXPECT_EQ(EmptyIn(route, 40), std::nullopt);
  EXPECT_EQ(EmptyIn(route, std::nullopt), std::nullopt);
  route.books.pending = 0;
  EXPECT_EQ(EmptyIn(route, 10), std::nullopt);
  route.books.pending = 1'000;
  route.passed_per_second.reset();
  EXPECT_EQ(EmptyIn(route, 10), std::nullopt);
}

}  // namespace
}  // namespace sluice::admin
