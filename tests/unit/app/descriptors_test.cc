#include "app/descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace sluice::app {
namespace {

class DescriptorsTest : public testing::Test {
 protected:
  DescriptorsTest() { ::getrlimit(RLIMIT_NOFILE, &before_); }
  ~DescriptorsTest() override { ::setrlimit(RLIMIT_NOFILE, &before_); }
  void SetSoftLimit(rlim_t limit) const {
    const rlimit lower{limit, before_.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  }
  static size_t TableSize() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("FDSize:")) return std::stoul(line.substr(7));
    }
    return 0;
  }

  rlimit before_{};
};

TEST_F(DescriptorsTest, SoftLimitIsRaisedAsFarAsTheHardOneAllows) {
  SetSoftLimit(256);
  const size_t limit = RaiseDescriptorLimit(1000);
  EXPECT_EQ(limit, std::min<rlim_t>(before_.rlim_max, 64 * 1024));
  rlimit after{};
  ::getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, limit);
  EXPECT_EQ(after.rlim_max, before_.rlim_max);
}

TEST_F(DescriptorsTest, TableIsLargeEnoughAfterwards) {
  RaiseDescriptorLimit(3000);
  SizeDescriptorTable(3000);
  EXPECT_GE(TableSize(), 3000u);
}

TEST_F(DescriptorsTest, OpenFilesAreSeen) {
  const size_t before = DescriptorsInUse();
  std::vector<int> open;
  for (int i = 0; i < 20; ++i) open.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_GE(DescriptorsInUse(), before + 20);
  for (const int descriptor : open) ::close(descriptor);
  EXPECT_EQ(DescriptorsInUse(), before);
}

}  // namespace
}  // namespace sluice::app
