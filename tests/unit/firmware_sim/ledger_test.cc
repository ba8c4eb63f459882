#include "firmware_sim/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "firmware_sim/ledger_writer.h"
#include "support/temporary_directory.h"

namespace sluice::fleet {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

LedgerLine Example() {
  LedgerLine line;
  line.device = "device-0001";
  line.seq = 17;
  line.qos = 2;
  line.malformed = true;
  line.first_tx = 20;
  line.sure_tx = 25;
  line.acked_unix_micros = 1'790'000'000'000'000;
  line.acked_mono_micros = 5;
  line.latency_micros = 845;
  return line;
}

TEST(LedgerLine, ReadsWhatItWrites) {
  std::string text;
  AppendLedgerLine(Example(), &text);
  EXPECT_EQ(text, "malformed device-0001 17 2 20 25 1790000000000000 5 845\n");
  LedgerLine line;
  size_t column = 0;
  ASSERT_TRUE(
      ParseLedgerLine(std::string_view(text).substr(0, text.size() - 1), &line, &column).ok());
  std::string again;
  AppendLedgerLine(line, &again);
  EXPECT_EQ(again, text);
}

TEST(LedgerLine, CutAnywhereIsAnErrorWithAColumnInside) {
  const std::string text = "good device-0001 17 1 20 20 1790000000000000 5 8";
  for (size_t size = 0; size < text.size(); ++size) {
    LedgerLine line;
    size_t column = 0;
    EXPECT_FALSE(ParseLedgerLine(std::string_view(text).substr(0, size), &line, &column).ok())
        << size;
    EXPECT_GE(column, 1u);
    EXPECT_LE(column, size + 1);
  }
}

struct BadLine {
  const char* text;
  size_t column;
};

TEST(LedgerLine, SaysWhereItIsWrong) {
  for (const BadLine& bad :
       {BadLine{"fine d 1 1 1 1 1 1 1", 1}, BadLine{"good d x 1 1 1 1 1 1", 8},
        BadLine{"good d 1 0 1 1 1 1 1", 10}, BadLine{"good d 1 3 1 1 1 1 1", 10},
        BadLine{"good d 1 1 2 1 1 1 1", 14}, BadLine{"good d 1 1 0 1 1 1 1", 12},
        BadLine{"good d 1 1 1 1 1 1 1 9", 22}, BadLine{"good  1 1 1 1 1 1 1", 6}}) {
    LedgerLine line;
    size_t column = 0;
    EXPECT_FALSE(ParseLedgerLine(bad.text, &line, &column).ok()) << bad.text;
    EXPECT_EQ(column, bad.column) << bad.text;
  }
}

class LedgerWriterTest : public testing::Test {
 protected:
  Result<std::unique_ptr<LedgerWriter>> Open(bool append = false) {
    return LedgerWriter::Open(Env::Posix(), path_, append);
  }
  std::string Content() { return ReadFileToString(Env::Posix(), path_, 1 << 20).value(); }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_.File("ledger");
};

TEST_F(LedgerWriterTest, WritesHeaderAndLines) {
  {
    auto writer = Open();
    ASSERT_TRUE(writer.ok());
    EXPECT_TRUE((*writer)->Add(Example()).ok());
  }
  EXPECT_THAT(Content(), testing::StartsWith("# sluice ledger 1\n# kind"));
  EXPECT_THAT(Content(), EndsWith("\nmalformed device-0001 17 2 20 25 1790000000000000 5 845\n"));
}

TEST_F(LedgerWriterTest, RefusesToOverwrite) {
  EXPECT_TRUE(Open().ok());
  EXPECT_EQ(Open().status().code(), StatusCode::kAlreadyExists);
}

TEST_F(LedgerWriterTest, AppendsARun) {
  EXPECT_TRUE(Open().ok());
  const std::string before = Content();
  EXPECT_TRUE(Open(true).ok());
  EXPECT_EQ(Content(), before + before);
}

TEST_F(LedgerWriterTest, FlushesByItselfWhenTheBufferIsFull) {
  auto writer = Open();
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE((*writer)->Add(Example()).ok());
  EXPECT_GT(Content().size(), 60'000u);
  EXPECT_THAT(Content(), EndsWith("\n"));
}

TEST(LedgerWriter, MissingDirectoryIsAnError) {
  const auto writer = LedgerWriter::Open(Env::Posix(), "/nonexistent/ledger", false);
  EXPECT_THAT(writer.status().message(), HasSubstr("/nonexistent/ledger"));
}

}  // namespace
}  // namespace sluice::fleet
