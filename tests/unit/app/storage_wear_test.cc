#include "app/storage_wear.h"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

constexpr std::string_view kProcIo =
    "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 8192\n"
    "cancelled_write_bytes: 7\n";

TEST(StorageWear, WriteBytesAreFound) { EXPECT_EQ(ParseWrittenBytes(kProcIo), 8192u); }

TEST(StorageWear, CutTextHasNone) {
  const size_t whole = kProcIo.find("cancelled");
  for (size_t size = 0; size < whole; ++size) {
    EXPECT_EQ(ParseWrittenBytes(kProcIo.substr(0, size)), std::nullopt) << size;
  }
}

TEST(StorageWear, OtherTextHasNone) {
  EXPECT_EQ(ParseWrittenBytes("\nwrite_bytes: many\n"), std::nullopt);
  EXPECT_EQ(ParseWrittenBytes("\ncancelled_write_bytes: 7\n"), std::nullopt);
}

}  // namespace
}  // namespace sluice::app
