#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "journal/journal.h"
#include "support/manual_journal.h"
#include "support/memory_env.h"
#include "support/simulated_clock.h"

namespace sluice::journal {

constexpr char kDirectory[] = "/data";

// A copy of a record that outlives the reader's buffer.
struct Seen {
  Record::Kind kind;
  GapReason reason;
  uint64_t offset;
  uint64_t end_offset;
  std::string payload;
};

// A journal without a thread, on a file system in memory and simulated time.
class JournalFixture : public ::testing::Test, public StreamObserver {
 protected:
  JournalFixture() {
    SetLogLevel(LogLevel::kOff);
    options_ = test::ManualJournalOptions(clock_, &metrics_);
    stream_.name = "telemetry";
    stream_.routes = {"cloud"};
    stream_.compress = false;
    stream_.max_bytes = 1 << 20;
    stream_.segment_bytes = 64 << 10;
    stream_.max_dirty_bytes = 32 << 10;
    stream_.compress = false;  // where records lie then follows from what was appended
  }
  ~JournalFixture() override { Crash(); }

  Status TryOpen() {
    auto opened = Journal::Open(env_, kDirectory, options_, {stream_});
    if (!opened.ok()) return opened.status();
    journal_ = std::move(opened).value();
    journal_->stream("telemetry")->AddObserver(this);
    return Status::Ok();
  }
  void Open() {
    const Status status = TryOpen();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  void CloseAndOpen() {
    EXPECT_TRUE(journal_->Close().ok());
    journal_.reset();
    Open();
  }
  // The process is gone; what it wrote is in the page cache.
  void Kill() {
    env_.FailFromNowOn();
    journal_.reset();
    env_.StopFailing();
    env_.Kill();
  }
  // The power is gone; what was not synced is, too.
  void Crash() {
    Kill();
    env_.DropUnsynced();
  }

  Stream& stream() { return *journal_->stream("telemetry"); }
  AppendResult Append(std::string_view payload) { return stream().Append(AsBytes(payload)); }
  // Lets the journal thread's work run to its end, and tells what happened.
  void Run(Duration after = std::chrono::milliseconds(10)) {
    clock_.Advance(after);
    test::RunUntilIdle(*journal_, clock_);
    journal_->CheckInvariants();
  }
  void AppendAndCommit(std::string_view payload) {
    ASSERT_EQ(Append(payload).verdict, AppendVerdict::kStored);
    Run();
  }
  // Appends `count` events "e<offset>" in one commit each.
  void Fill(int count, size_t bytes = 0) {
    for (int i = 0; i < count; ++i) AppendAndCommit(PayloadOf(stream().next_offset(), bytes));
  }
  static std::string PayloadOf(uint64_t offset, size_t bytes = 0) {
    std::string payload = "e" + std::to_string(offset);
    if (payload.size() < bytes) payload.resize(bytes, '.');
    return payload;
  }

  // Everything that can be read from `offset` on.
  std::vector<Seen> ReadAll(uint64_t offset = 0, size_t max_bytes = 4096) {
    std::vector<Seen> seen;
    std::optional<ReadResult> last;
    auto reader = stream().NewReader(max_bytes, [&](const ReadResult& result) {
      for (const Record& r : result.records) {
        seen.push_back({r.kind, r.reason, r.offset, r.end_offset, std::string(AsText(r.payload))});
      }
      last = result;
    });
    for (uint64_t next = offset;; next = last->next_offset) {
      reader->Read(next);
      Run(Duration(0));
      if (!last) ADD_FAILURE() << "the read was not answered";
      if (!last || !last->status.ok() || last->next_offset == next) break;
    }
    read_status_ = last ? last->status : Status::Unavailable("no answer");
    return seen;
  }
  // Checks that records from `from` cover everything up to `to`, that each event is its own, and
  // returns the number of events that are gone.
  uint64_t ExpectWhole(uint64_t from, uint64_t to, size_t bytes = 0) {
    uint64_t next = from, gone = 0;
    for (const Seen& r : ReadAll(from)) {
      EXPECT_EQ(r.offset, next);
      if (r.kind == Record::Kind::kEvent) {
        EXPECT_EQ(r.payload, PayloadOf(r.offset, bytes));
      } else {
        gone += r.end_offset - r.offset;
      }
      next = r.end_offset;
    }
    EXPECT_EQ(next, to);
    return gone;
  }

  std::string SegmentPath(uint64_t base) const {
    std::string digits = std::to_string(base);
    return std::string(kDirectory) + "/streams/telemetry/" + std::string(20 - digits.size(), '0') +
           digits + ".seg";
  }
  std::string CursorPath() const {
    return std::string(kDirectory) + "/streams/telemetry/cursors/cloud.cursor";
  }

  void OnAcknowledgeable(uint64_t offset) override { acknowledgeable_ = offset; }
  void OnCommitted(uint64_t offset) override { committed_ = offset; }
  void OnSpace() override { ++spaces_; }

  test::MemoryEnv env_;
  test::SimulatedClock clock_;
  Metrics metrics_;
  Options options_;
  StreamOptions stream_;
  std::unique_ptr<Journal> journal_;
  uint64_t acknowledgeable_ = 0;
  uint64_t committed_ = 0;
  int spaces_ = 0;
  Status read_status_;
};

}  // namespace sluice::journal
