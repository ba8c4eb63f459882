#include "firmware_sim/verify_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace sluice::fleet {
namespace {

using testing::HasSubstr;

constexpr const char* kLedger =
    "# sluice ledger 1\n# fields\ngood d 1 1 1 1 0 0 0\ngood d 2 1 2 2 0 0 0\nmalformed d 3 1 3 3 "
    "0 0 0\n";
constexpr const char* kFirst =
    R"({"gateway":"g","stream":"t","offset":0,"type":"x","device":"d","sequence":1})"
    "\n";
constexpr const char* kSecond =
    R"({"gateway":"g","stream":"t","offset":1,"type":"x","device":"d","sequence":2})"
    "\n";

class VerifyTest : public testing::Test {
 protected:
  Result<Verdict> Run(std::string_view ledger, std::string_view events) {
    VerifyOptions options{.ledger = directory_.File("ledger"), .events = directory_.File("events")};
    Write(options.ledger, ledger);
    Write(options.events, events);
    return Verify(Env::Posix(), options);
  }
  void Write(const std::string& path, std::string_view text) {
    ASSERT_TRUE(WriteFileAtomically(Env::Posix(), path, AsBytes(text)).ok());
  }
  test::TemporaryDirectory directory_;
};

TEST_F(VerifyTest, ComparesFiles) {
  const auto verdict = Run(kLedger, std::string(kFirst) + kSecond);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->delivered, 2u);
  EXPECT_EQ(verdict->malformed_acknowledged, 1u);
  EXPECT_TRUE(verdict->ok());
}

TEST_F(VerifyTest, LosesWithAShorterFile) { EXPECT_EQ(Run(kLedger, kFirst)->lost, 1u); }

TEST_F(VerifyTest, TornLastLinesArePassedOver) {
  const auto verdict =
      Run(std::string(kLedger) + "good d 4 1", std::string(kFirst) + kSecond + "{\"gate");
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->acknowledged, 2u);
}

TEST_F(VerifyTest, BadLedgerSaysLineAndColumn) {
  EXPECT_THAT(Run("# sluice ledger 1\ngood d x 1 1 1 0 0 0\n", "").status().message(),
              HasSubstr("ledger:2:8: "));
}

TEST_F(VerifyTest, BadEventSaysLineAndColumn) {
  EXPECT_THAT(Run(kLedger, std::string(kFirst) + "{\"offset\":true}\n").status().message(),
              HasSubstr("events:2:"));
}

TEST_F(VerifyTest, AFileThatIsNoLedgerIsRefused) {
  EXPECT_THAT(Run(kFirst, kFirst).status().message(), HasSubstr("ledger:1:1: "));
}

TEST_F(VerifyTest, MissingFileIsAnError) {
  VerifyOptions options{.ledger = "/nonexistent/ledger", .events = "/nonexistent/events"};
  EXPECT_THAT(Verify(Env::Posix(), options).status().message(), HasSubstr("/nonexistent/ledger"));
}

TEST_F(VerifyTest, TableEndsWithTheVerdict) {
  EXPECT_THAT(VerdictTable(*Run(kLedger, std::string(kFirst) + kSecond)),
              testing::EndsWith("verify: ok"));
  EXPECT_THAT(VerdictTable(*Run(kLedger, kFirst)), testing::EndsWith("verify: FAILED"));
}

TEST_F(VerifyTest, JsonSaysTheSame) {
  EXPECT_THAT(VerdictJson(*Run(kLedger, kFirst)),
              testing::AllOf(HasSubstr("\"ok\":false"), HasSubstr("\"lost\":1"),
                             HasSubstr("lost: d seq 2")));
}

}  // namespace
}  // namespace sluice::fleet
