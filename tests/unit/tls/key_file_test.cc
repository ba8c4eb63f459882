#include "tls/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/temporary_directory.h"

namespace sluice::tls {
namespace {

class KeyFileTest : public testing::Test {
 protected:
  Status CheckWithMode(mode_t mode) {
    const std::string path = directory_.File("secret");
    std::ofstream(path) << "secret";
    chmod(path.c_str(), mode);
    return CheckSecretFile(path);
  }
  test::TemporaryDirectory directory_;
};

TEST_F(KeyFileTest, OwnersAloneIsAccepted) {
  EXPECT_TRUE(CheckWithMode(0600).ok());
  EXPECT_TRUE(CheckWithMode(0400).ok());
}

TEST_F(KeyFileTest, EveryBitForOthersIsRefused) {
  for (mode_t bit = 1; bit <= 0040; bit <<= 1) {
    EXPECT_EQ(CheckWithMode(0600 | bit).code(), StatusCode::kPermissionDenied) << bit;
  }
}

TEST_F(KeyFileTest, RefusalSaysWhatToRun) {
  EXPECT_THAT(CheckWithMode(0640).message(),
              testing::HasSubstr("chmod 600 " + directory_.File("secret")));
}

TEST_F(KeyFileTest, MissingFileAndDirectoryAreToldApart) {
  EXPECT_EQ(CheckSecretFile(directory_.File("nothing")).code(), StatusCode::kNotFound);
  EXPECT_EQ(CheckSecretFile(directory_.path()).code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::tls
