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

TEST(StorageWear, DayIsReckonedFromTheUptime) {
  EXPECT_EQ(WearText(4096, std::chrono::seconds(864)),
            "storage: 4096 bytes written since the start, 409600 a day at this pace");
}

TEST(StorageWear, FirstMinuteForetellsNothing) {
  for (const int seconds : {0, 59}) {
    EXPECT_EQ(WearText(65536, std::chrono::seconds(seconds)),
              "storage: 65536 bytes written since the start");
  }
}

TEST(StorageWear, UnknownIsSaid) {
  EXPECT_EQ(WearText(std::nullopt, std::chrono::seconds(1)),
            "storage: the kernel does not count what is written");
}

}  // namespace
}  // namespace sluice::app
