#include <algorithm>
#include <functional>
#include <set>

#include "unit/journal/journal_fixture.h"

// Every file of a data directory, damaged in every way, after an orderly end and after a SIGKILL:
// the journal opens, the books are exact, no offset is used twice, what is sound is delivered.
namespace sluice::journal {
namespace {

constexpr uint64_t kEvents = 40, kAcknowledged = 20;
constexpr size_t kPayload = 1000;
// Each event is its own commit, so that where it lies follows from FORMAT.md.
constexpr size_t kHeader = 64, kBatch = 48, kRecord = 32 + kPayload, kStep = kBatch + kRecord;
constexpr size_t kPage = 4096;

struct Range {
  size_t begin, end;  // bytes of the file
};

struct Damage {
  const char* name;
  // Does it to a file of `size` bytes; returns the bytes that are gone.
  std::function<Range(test::MemoryEnv*, const std::string& path, size_t size)> inflict;
  bool leaves_file;  // something is left that people could look at
};

Damage Replaced(const char* name, const std::string& by) {
  return {name,
          [by](test::MemoryEnv* env, const std::string& path, size_t) {
            env->SetContent(path, by);
            return Range{0, SIZE_MAX};
          },
          !by.empty()};
}

Damage Cut(const char* name, size_t (*where)(size_t size)) {
  return {name,
          [where](test::MemoryEnv* env, const std::string& path, size_t size) {
            env->SetContent(path, env->Content(path).substr(0, where(size)));
            return Range{where(size), SIZE_MAX};
          },
          false};
}

Damage Flipped(const char* name, size_t (*where)(size_t size)) {
  return {name,
          [where](test::MemoryEnv* env, const std::string& path, size_t size) {
            std::string content = env->Content(path);
            if (size == 0) return Range{0, 0};  // LOCK
            const size_t at = where(size);
            content[at] = static_cast<char>(content[at] ^ 0x55);
            env->SetContent(path, content);
            return Range{at, at + 1};
          },
          true};
}

Damage Unreadable(const char* name, size_t (*from)(size_t size), size_t bytes) {
  return {name,
          [=](test::MemoryEnv* env, const std::string& path, size_t size) {
            const size_t begin = from(size) / kPage * kPage;
            const size_t end = bytes == SIZE_MAX ? SIZE_MAX : begin + bytes;
            env->FailReads(path, begin, end);
            return Range{begin, end};
          },
          true};
}

size_t Zero(size_t) { return 0; }
size_t Twenty(size_t size) { return std::min<size_t>(20, size - 1); }
size_t Half(size_t size) { return size / 2; }
size_t LastByte(size_t size) { return size - 1; }

const std::vector<Damage>& Damages() {
  static const std::vector<Damage> all = {
      Replaced("emptied", ""),
      Replaced("garbage", std::string(5000, 'g')),
      Replaced("zeros", std::string(5000, '\0')),
      {"deleted",
       [](test::MemoryEnv* env, const std::string& path, size_t) {
         env->RemoveTree(path);
         return Range{0, SIZE_MAX};
       },
       false},
      Cut("cut in the header", Twenty),
      Cut("cut in the middle", Half),
      Cut("cut by a byte", LastByte),
      Flipped("first byte flipped", Zero),
      Flipped("byte 20 flipped", Twenty),
      Flipped("middle byte flipped", Half),
      Flipped("last byte flipped", LastByte),
      {"a directory",
       [](test::MemoryEnv* env, const std::string& path, size_t) {
         env->RemoveTree(path);
         static_cast<void>(env->CreateDirectories(path).ok());
         env->SetContent(path + "/inside", "something");
         return Range{0, SIZE_MAX};
       },
       false},
      {"a FIFO",
       [](test::MemoryEnv* env, const std::string& path, size_t) {
         env->PutSpecial(path);
         return Range{0, SIZE_MAX};
       },
       true},
      Unreadable("unreadable", Zero, SIZE_MAX),
      Unreadable("first page unreadable", Zero, kPage),
      Unreadable("middle page unreadable", Half, kPage),
      Unreadable("last page unreadable", LastByte, kPage),
  };
  return all;
}

class DamageTest : public JournalFixture, public ::testing::WithParamInterface<bool> {
 protected:
  DamageTest() {
    stream_.segment_bytes = 16 << 10;
    options_.cursor_interval = std::chrono::milliseconds(0);
    SetLogLevel(LogLevel::kOff);
  }

  // A journal with acknowledged events, deleted and whole segments, a last one in use; ended.
  void Live() {
    env_.Format();
    Open();
    Fill(kEvents, kPayload);
    stream().cursor("cloud")->Advance({.acknowledged = kAcknowledged});
    Run();
    GetParam() ? Kill() : EndInOrder();
  }
  void EndInOrder() {
    ASSERT_TRUE(journal_->Close().ok());
    journal_.reset();
  }

  // The events that lie in the bytes of a segment that are gone.
  std::set<uint64_t> EventsIn(const std::string& path, Range gone, size_t size) const {
    std::set<uint64_t> events;
    // A cursor that goes back finds what it had passed deleted.
    if (path.ends_with(".cursor")) {
      for (uint64_t i = 0; i < kAcknowledged; ++i) events.insert(i);
    }
    if (!path.ends_with(".seg")) return events;
    const uint64_t base = std::stoull(path.substr(path.size() - 24, 20));
    for (uint64_t i = 0; kHeader + (i + 1) * kStep <= size; ++i) {
      const size_t begin = kHeader + i * kStep + kBatch;
      if (begin < gone.end && gone.begin < begin + kRecord) events.insert(base + i);
    }
    return events;
  }

  // Everything up to the end is an event, whole, or in a gap; what is in a gap is in `gone`.
  void ExpectAllBut(const std::set<uint64_t>& gone, uint64_t end) {
    uint64_t next = stream().cursor("cloud")->offset();
    EXPECT_LE(next, kAcknowledged);
    for (const Seen& seen : ReadAll(next)) {
      EXPECT_EQ(seen.offset, next);
      const bool is_event = seen.kind == Record::Kind::kEvent;
      EXPECT_TRUE(!is_event || seen.payload == PayloadOf(next, kPayload)) << next;
      for (; next < seen.end_offset; ++next) EXPECT_TRUE(is_event || gone.count(next) > 0) << next;
    }
    EXPECT_TRUE(read_status_.ok()) << read_status_.ToString();
    EXPECT_EQ(next, end);
  }
  void ExpectKept(const std::string& content) {
    for (const std::string& path : env_.AllFiles()) {
      if (path.find("/quarantine/") == std::string::npos) continue;
      if (env_.Content(path) == content) return;
    }
    ADD_FAILURE() << "the damaged file is not in quarantine";
  }

  void Judge(const Damage& damage, const std::string& path) {
    const size_t size = env_.Content(path).size();
    const Range bytes = damage.inflict(&env_, path, size);
    const std::set<uint64_t> gone = EventsIn(path, bytes, size);
    const std::string damaged = env_.Content(path);
    const Status opened = TryOpen();
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    EXPECT_EQ(stream().next_offset(), kEvents);
    ExpectAllBut(gone, kEvents);
    if (path.ends_with(".seg") && !gone.empty() && damage.leaves_file) ExpectKept(damaged);
    Fill(2, kPayload);
    EXPECT_EQ(acknowledgeable_, kEvents + 2);
    Crash();
    const Status again = TryOpen();
    ASSERT_TRUE(again.ok()) << again.ToString();
    EXPECT_EQ(stream().next_offset(), kEvents + 2);
    ExpectAllBut(gone, kEvents + 2);
    Kill();
  }
};

TEST_P(DamageTest, OfAnyFileCostsWhatItHeldAndNothingElse) {
  Live();
  const std::vector<std::string> files = env_.AllFiles();
  ASSERT_GE(files.size(), 4u);
  for (const std::string& path : files) {
    for (const Damage& damage : Damages()) {
      SCOPED_TRACE(path + ": " + damage.name);
      Live();
      Judge(damage, path);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AfterAnEnd, DamageTest, ::testing::Bool(), [](const auto& test) {
  return std::string(test.param ? "BySigkill" : "InOrder");
});

}  // namespace
}  // namespace sluice::journal
