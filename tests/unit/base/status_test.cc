#include "base/status.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace sluice {
namespace {

TEST(Status, OkSaysOk) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().ToString(), "ok");
}

TEST(Status, ErrnoBecomesItsKindAndNamesTheOperation) {
  EXPECT_EQ(Status::FromErrno(ENOENT, "x").code(), StatusCode::kNotFound);
  EXPECT_EQ(Status::FromErrno(ENOSPC, "x").code(), StatusCode::kNoSpace);
  EXPECT_EQ(Status::FromErrno(EACCES, "x").code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(Status::FromErrno(EIO, "sync /d").ToString(), "i/o error: sync /d: Input/output error");
}

TEST(Result, HoldsAValueOrTheReason) {
  const Result<int> good = 7;
  const Result<int> bad = Status::NotFound("no seven");
  EXPECT_EQ(good.value(), 7);
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.status().message(), "no seven");
}

TEST(CheckDeathTest, FailedCheckNamesTheCondition) {
  EXPECT_DEATH(SLUICE_CHECK(1 + 1 == 3), "1 \\+ 1 == 3");
}

}  // namespace
}  // namespace sluice
