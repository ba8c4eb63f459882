#include "journal/block_packer.h"

#include <algorithm>

#include "base/probe.h"
#include "journal/block.h"

namespace sluice::journal {
namespace {

constexpr size_t kPieceBytes = 32u << 10;
// A chain ends with the page of the medium in which it began, so that a page that is lost takes
// hardly more than what lies in it.
constexpr uint64_t kPageBytes = 4096;
constexpr int kAcceleration = 1;

}  // namespace

BlockPacker::BlockPacker(uint64_t stream_id) : stream_id_(stream_id), chain_(kMaxChainBytes) {
  LZ4_initStream(&lz4_, sizeof lz4_);
  out_.Extend(kPieceBytes);
  out_.Clear();
}

ByteSpan BlockPacker::Pack(ByteSpan* records, uint64_t position) {
  out_.Clear();
  while (!records->empty()) {
    const Run run = RunAt(*records);
    const size_t bytes = run.events > 0 ? run.bytes : ViewRecord(records->data()).bytes;
    if (out_.size() + bytes > kPieceBytes) break;
    if (run.events > 0) {
      Add(records->first(bytes), run, position + out_.size());
    } else {
      out_.Append(records->first(bytes));
    }
    *records = records->subspan(bytes);
  }
  if (!out_.empty()) return out_.view();
  const ByteSpan large = records->first(ViewRecord(records->data()).bytes);
  *records = records->subspan(large.size());
  return large;
}

BlockPacker::Run BlockPacker::RunAt(ByteSpan records) {
  Run run;
  while (run.bytes < records.size()) {
    const RecordView record = ViewRecord(&records[run.bytes]);
    const size_t plain_bytes = run.plain_bytes + PackedBytes(record.payload.size());
    if (record.kind != RecordKind::kEvent || plain_bytes > kMaxBlockBytes) break;
    run = {run.events + 1, run.bytes + record.bytes, plain_bytes};
  }
  return run;
}

void BlockPacker::BeginChain(uint64_t position) {
  LZ4_resetStream_fast(&lz4_);
  chain_bytes_ = 0;
  before_ = 0;
  page_ = position / kPageBytes;
  open_ = true;
}

void BlockPacker::Add(ByteSpan records, const Run& run, uint64_t position) {
  if (!open_ || position / kPageBytes != page_ || chain_bytes_ + run.plain_bytes > kMaxChainBytes) {
    BeginChain(position);
  }
  uint8_t* const to = out_.Extend(records.size());
  const size_t packed = PackBlock(records, run, to);
  if (packed > 0) return out_.Shrink(records.size() - packed);
  SLUICE_PROBE("journal: events that do not shrink are stored as they are");
  std::copy(records.begin(), records.end(), to);
  open_ = false;
}

size_t BlockPacker::PackBlock(ByteSpan records, const Run& run, uint8_t* to) {
  constexpr size_t kOverhead = kRecordHeaderBytes + kBlockInfoBytes;
  if (records.size() <= kOverhead) return 0;
  uint8_t* const plain = chain_.data() + chain_bytes_;
  uint8_t* at = plain;
  for (size_t from = 0; from < records.size();) {
    const RecordView event = ViewRecord(&records[from]);
    EncodePackedEvent(at, event.time, event.payload);
    at += PackedBytes(event.payload.size());
    from += event.bytes;
  }
  const int packed = LZ4_compress_fast_continue(
      &lz4_, reinterpret_cast<const char*>(plain), reinterpret_cast<char*>(to + kOverhead),
      static_cast<int>(run.plain_bytes), static_cast<int>(records.size() - kOverhead),
      kAcceleration);
  if (packed <= 0) return 0;
  const RecordView first = ViewRecord(records.data());
  const BlockInfo info{run.events, static_cast<uint32_t>(run.plain_bytes), before_};
  EncodeBlock(to, stream_id_, first.offset, first.time, info, static_cast<size_t>(packed));
  chain_bytes_ += run.plain_bytes;
  before_ = LoadLe64(to);
  return RecordBytes(kBlockInfoBytes + static_cast<size_t>(packed));
}

}  // namespace sluice::journal
