// Arbitrary bytes as a journal's files. The first byte says which: a segment as it stands, a valid
// segment that the rest damages, a cursor, a state file, a segment of blocks with right checksums
// that say and hold anything. Whatever they hold, the journal opens,
// every offset is read exactly once, what is appended then comes back after a restart, and the
// tools that only look agree with it.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/byte_buffer.h"
#include "base/log.h"
#include "journal/block_packer.h"
#include "journal/inspect.h"
#include "journal/journal.h"
#include "journal/record_format.h"
#include "journal/segment_header.h"
#include "support/memory_env.h"
#include "support/simulated_clock.h"

namespace sluice::journal {
namespace {

constexpr char kDirectory[] = "/data";
constexpr char kStream[] = "/data/streams/s/";
constexpr uint64_t kStreamId = 0x5eed;

class Harness {
 public:
  Harness() {
    SetLogLevel(LogLevel::kOff);
    SLUICE_CHECK(env_.CreateDirectories(std::string(kStream) + "cursors").ok());
  }
  void Put(const std::string& name, std::string content) {
    env_.SetContent(kStream + name, std::move(content));
  }
  void Live() {
    Look();
    Open();
    const uint64_t next = stream().next_offset();
    // A damaged gap may claim any range; a reader must still come to its end.
    ReadAll(stream().status().first_offset, next);
    SLUICE_CHECK(stream().Append(AsBytes("after")).verdict == AppendVerdict::kStored);
    Run();
    SLUICE_CHECK(stream().committed_offset() == next + 1);
    journal_.reset();
    Look();
    Open();
    SLUICE_CHECK(stream().next_offset() == next + 1);
    ReadAll(stream().status().first_offset, next + 1);
    journal_.reset();
  }

 private:
  void Look() {
    SLUICE_CHECK(ListStreams(env_, kDirectory).ok());
    SLUICE_CHECK(VerifyStream(env_, kDirectory, "s").ok());
    const auto end = CommittedEnd(env_, kDirectory, "s");
    SLUICE_CHECK(end.ok());
    uint64_t next = 0;
    const auto visit = [&](const Record& record) {
      SLUICE_CHECK(record.offset >= next && record.end_offset <= *end);
      next = record.end_offset;
      return true;
    };
    SLUICE_CHECK(VisitRecords(env_, kDirectory, "s", 0, visit).ok());
  }
  void Open() {
    Options options;
    options.manual = true;
    options.clock = &clock_;
    options.seed = kStreamId;
    options.min_free_bytes = 0;
    StreamOptions stream;
    stream.name = "s";
    stream.routes = {"r"};
    auto journal = Journal::Open(env_, kDirectory, options, {stream});
    SLUICE_CHECK(journal.ok());
    journal_ = std::move(journal).value();
  }
  Stream& stream() { return *journal_->stream("s"); }
  void Run() {
    clock_.Advance(std::chrono::seconds(1));
    journal_->RunOnce();
    journal_->Poll();
  }
  void ReadAll(uint64_t from, uint64_t to) {
    uint64_t next = from;
    std::optional<bool> more;
    auto reader = stream().NewReader(4096, [&](const ReadResult& result) {
      SLUICE_CHECK(result.status.ok());
      for (const Record& record : result.records) {
        SLUICE_CHECK(record.offset == next && record.end_offset > next);
        next = record.end_offset;
      }
      more = !result.records.empty();
    });
    do {
      reader->Read(next);
      for (more.reset(); !more.has_value();) Run();
    } while (*more);
    SLUICE_CHECK(next == to);
  }

  test::MemoryEnv env_;
  test::SimulatedClock clock_;
  std::unique_ptr<Journal> journal_;
};

// Each byte makes a record; then the rest of the input, three bytes at a time, flips bits at
// places.
std::string DamagedSegment(ByteSpan input) {
  ByteBuffer out;
  SegmentHeader{kStreamId, 0, 0, 0}.Encode(out.Extend(kSegmentHeaderBytes));
  BlockPacker packer(kStreamId);
  uint64_t offset = 0;
  size_t at = 0;
  for (; at < input.size() && input[at] != 0 && at < 64; ++at) {
    const uint8_t shape = input[at];
    const uint64_t begin = offset;
    if (shape % 8 == 1) {
      EncodeBatch(out.Extend(kBatchBytes), kStreamId, offset, {out.size() - kBatchBytes, offset},
                  0);
    } else if (shape % 8 == 2) {
      offset += shape;
      EncodeGap(out.Extend(kGapBytes), kStreamId, begin, offset, GapReason::kEvicted, 0);
    } else if (shape % 8 == 3) {
      ByteBuffer events;
      for (int i = 0; i <= shape / 8; ++i) {
        const std::string payload(static_cast<size_t>(shape), 'q');
        EncodeEvent(events.Extend(RecordBytes(shape)), kStreamId, offset++, 0, AsBytes(payload));
      }
      for (ByteSpan rest = events.view(); !rest.empty();) {
        out.Append(packer.Pack(&rest, out.size()));
      }
    } else {
      const std::string payload(shape, 'p');
      EncodeEvent(out.Extend(RecordBytes(shape)), kStreamId, offset++, 0, AsBytes(payload));
    }
  }
  std::string segment(AsText(out.view()));
  for (++at; at + 2 < input.size(); at += 3) {
    const size_t place = (input[at] << 8 | input[at + 1]) % segment.size();
    segment[place] = static_cast<char>(segment[place] ^ input[at + 2]);
  }
  return segment;
}

// Of each block six bytes say how long it is and what it says of itself, then its content follows.
std::string ForgedBlocks(ByteSpan input) {
  ByteBuffer out;
  SegmentHeader{kStreamId, 0, 0, 0, SegmentHeader::kVersion}.Encode(
      out.Extend(kSegmentHeaderBytes));
  ByteReader reader(input);
  uint64_t offset = 0, last = 0;
  for (ByteSpan head; reader.ReadBytes(6, &head);) {
    ByteSpan packed;
    if (!reader.ReadBytes(std::min<size_t>(LoadBe16(&head[0]), reader.remaining()), &packed)) break;
    const uint64_t before = head[5] % 4 == 0 ? 0 : head[5] % 4 == 3 ? 3 : last;
    const BlockInfo info{head[2], LoadBe16(&head[3]), before};
    uint8_t* const at = out.Extend(RecordBytes(kBlockInfoBytes + packed.size()));
    std::copy(packed.begin(), packed.end(), at + kRecordHeaderBytes + kBlockInfoBytes);
    EncodeBlock(at, kStreamId, offset, 0, info, packed.size());
    offset += head[5] / 4 % 2 == 0 ? info.events : 1;
    last = LoadLe64(at);
  }
  return std::string(AsText(out.view()));
}

}  // namespace
}  // namespace sluice::journal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sluice::journal::DamagedSegment;
  using sluice::journal::ForgedBlocks;
  if (size == 0 || size > 1 << 16) return 0;
  const sluice::ByteSpan rest(data + 1, size - 1);
  const std::string content(sluice::AsText(rest));
  sluice::journal::Harness harness;
  const std::string segment = "00000000000000000000.seg";
  switch (data[0] % 8) {
    case 0:
      harness.Put(segment, content);
      break;
    case 1:
      harness.Put(segment, DamagedSegment(rest));
      break;
    case 2:
      harness.Put("cursors/r.cursor", content);
      break;
    case 4:
      harness.Put(segment, ForgedBlocks(rest));
      break;
    default:
      harness.Put("state", content);
      harness.Put(segment, DamagedSegment({}));
  }
  harness.Live();
  return 0;
}
