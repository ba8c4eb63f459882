#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/log.h"
#include "journal/journal.h"
#include "support/manual_journal.h"
#include "support/memory_env.h"
#include "support/simulated_clock.h"

namespace sluice::tools {

constexpr char kDirectory[] = "/data";

// A data directory in memory with one stream, and the gateway's journal that writes it.
class StreamFixture : public ::testing::Test {
 protected:
  explicit StreamFixture(std::string stream) {
    SetLogLevel(LogLevel::kOff);
    stream_.name = std::move(stream);
    stream_.compress = false;
    stream_.max_bytes = 1 << 20;
    stream_.segment_bytes = 16 << 10;
    stream_.max_dirty_bytes = 32 << 10;
    stream_.on_full = journal::OnFull::kDropOldest;
  }

  void Open() {
    auto opened = journal::Journal::Open(env_, kDirectory,
                                         test::ManualJournalOptions(clock_, &metrics_), {stream_});
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    journal_ = std::move(opened).value();
  }
  journal::Stream& stream() { return *journal_->stream(stream_.name); }
  void Append(ByteSpan payload) {
    ASSERT_EQ(stream().Append(payload).verdict, journal::AppendVerdict::kStored);
  }
  void Commit(Duration after = std::chrono::seconds(1)) {
    clock_.Advance(after);
    test::RunUntilIdle(*journal_, clock_);
  }
  std::string Path(const std::string& name) const {
    return std::string(kDirectory) + "/streams/" + stream_.name + "/" + name;
  }

  test::MemoryEnv env_;
  test::SimulatedClock clock_;
  Metrics metrics_;
  journal::StreamOptions stream_;
  std::unique_ptr<journal::Journal> journal_;
};

}  // namespace sluice::tools
