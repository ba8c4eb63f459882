#include "firmware_sim/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace sluice::fleet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LineReaderTest : public testing::Test {
 protected:
  std::vector<std::string> Lines(std::string_view content) {
    const std::string path = directory_.File("lines");
    EXPECT_TRUE(WriteFileAtomically(Env::Posix(), path, AsBytes(content)).ok());
    reader_ = LineReader::Open(Env::Posix(), path).value();
    std::vector<std::string> lines;
    for (std::string_view line; reader_->Next(&line);) lines.emplace_back(line);
    return lines;
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<LineReader> reader_;
};

TEST_F(LineReaderTest, SplitsAtNewlines) {
  EXPECT_THAT(Lines("a\n\nbc\n"), ElementsAre("a", "", "bc"));
  EXPECT_EQ(reader_->line_number(), 3u);
  EXPECT_FALSE(reader_->torn());
}

TEST_F(LineReaderTest, EmptyFileHasNoLines) {
  EXPECT_THAT(Lines(""), IsEmpty());
  EXPECT_FALSE(reader_->torn());
}

TEST_F(LineReaderTest, TornLastLineIsNotReturned) {
  EXPECT_THAT(Lines("a\nb"), ElementsAre("a"));
  EXPECT_TRUE(reader_->torn());
}

TEST_F(LineReaderTest, LinesCrossTheBuffersEnds) {
  std::string content;
  for (int i = 0; i < 3; ++i) content += std::string(700'000, static_cast<char>('a' + i)) + "\n";
  const auto lines = Lines(content);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1], std::string(700'000, 'b'));
}

TEST_F(LineReaderTest, EndlessLineIsAnError) {
  EXPECT_THAT(Lines("a\n" + std::string(5 << 20, 'x')), ElementsAre("a"));
  EXPECT_THAT(reader_->status().message(), testing::HasSubstr(":2: "));
}

}  // namespace
}  // namespace sluice::fleet
