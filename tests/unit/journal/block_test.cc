#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/checksum.h"
#include "journal/block.h"
#include "journal/block_packer.h"
#include "journal/block_unpacker.h"

namespace sluice::journal {
namespace {

constexpr uint64_t kStreamId = 0x1122334455667788;

// Records in memory, packed and unpacked without a journal.
class BlockTest : public testing::Test {
 protected:
  static std::string PayloadOf(uint64_t offset, size_t bytes = 300) {
    std::string payload = R"({"device":"greenhouse","seq":)" + std::to_string(offset) + "}";
    payload.resize(bytes, ' ');
    return payload;
  }
  // What nobody can make smaller.
  static std::string Noise(uint64_t seed, size_t bytes) {
    std::string noise;
    while (noise.size() < bytes) {
      uint8_t eight[8];
      StoreLe64(eight, Xxh3(AsBytes(std::to_string(seed) + noise)));
      noise += AsText(eight);
    }
    return noise;
  }
  void AddEvent(const std::string& payload) {
    EncodeEvent(plain_.Extend(RecordBytes(payload.size())), kStreamId, next_,
                static_cast<int64_t>(1000 + next_), AsBytes(payload));
    payloads_.push_back(payload);
    ++next_;
  }
  void AddEvents(size_t count, size_t bytes = 300) {
    for (size_t i = 0; i < count; ++i) AddEvent(PayloadOf(next_, bytes));
  }
  void AddGap(uint64_t events) {
    EncodeGap(plain_.Extend(kGapBytes), kStreamId, next_, next_ + events, GapReason::kDropped, 7);
    next_ += events;
  }
  // Packs what was added since the last time, as one commit would.
  void Pack() {
    for (ByteSpan rest = plain_.view(); !rest.empty();) {
      stored_.Append(packer_.Pack(&rest, kFirstByte + stored_.size()));
    }
    plain_bytes_ += plain_.size();
    plain_.Clear();
  }
  std::vector<DecodedRecord> Stored() const {
    std::vector<DecodedRecord> records;
    for (ByteSpan rest = stored_.view(); !rest.empty();) {
      size_t needed = 0;
      DecodedRecord& record = records.emplace_back();
      EXPECT_EQ(DecodeRecord(rest, kStreamId, &record, &needed), DecodeVerdict::kValid);
      rest = rest.subspan(record.bytes);
    }
    return records;
  }
  std::vector<DecodedRecord> Blocks() const {
    std::vector<DecodedRecord> blocks = Stored();
    std::erase_if(blocks, [](const DecodedRecord& r) { return r.kind != RecordKind::kBlock; });
    return blocks;
  }
  void ExpectAllBack() const {
    BlockUnpacker unpacker;
    std::vector<std::string> back;
    const auto take = [&](const Record& event) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(event.payload.data()) % kRecordAlignment, 0U);
      EXPECT_EQ(event.time_unix_ns, static_cast<int64_t>(1000 + event.offset));
      back.emplace_back(AsText(event.payload));
    };
    for (const DecodedRecord& record : Stored()) {
      if (record.kind == RecordKind::kEvent) take(record.ToRecord());
      if (record.kind != RecordKind::kBlock) continue;
      const ByteSpan plain = unpacker.Unpack(record);
      ASSERT_FALSE(plain.empty()) << "at offset " << record.offset;
      Record event;
      uint64_t next = record.offset;
      for (BlockEvents events(plain, record.offset); events.Next(&event); ++next) {
        EXPECT_EQ(event.offset, next);
        take(event);
      }
      EXPECT_EQ(next, record.end_offset);
    }
    EXPECT_EQ(back, payloads_);
  }

  static constexpr uint64_t kFirstByte = 64;
  BlockPacker packer_{kStreamId};
  ByteBuffer plain_, stored_;
  size_t plain_bytes_ = 0;
  uint64_t next_ = 0;
  std::vector<std::string> payloads_;
};

TEST_F(BlockTest, EventsOfACommitShareWhatTheyHaveInCommon) {
  AddEvents(20);
  Pack();
  EXPECT_EQ(Blocks().size(), 1U);
  EXPECT_LT(stored_.size(), plain_bytes_ / 8);
  ExpectAllBack();
}

TEST_F(BlockTest, EventsThatComeOneAtATimeDoToo) {
  for (int i = 0; i < 200; ++i) {
    AddEvents(1);
    Pack();
  }
  EXPECT_EQ(Blocks().size(), 200U);
  EXPECT_LT(stored_.size(), plain_bytes_ / 3);
  ExpectAllBack();
}

TEST_F(BlockTest, EventsOfAnySize) {
  for (size_t bytes = 30; bytes < 20'000; bytes += bytes / 3) {
    AddEvents(1 + bytes % 3, bytes);
    if (bytes % 2 == 0) Pack();
  }
  AddEvent("");
  Pack();
  AddEvent("x");
  AddEvent(std::string(200 << 10, 'y'));
  AddEvent("z");
  Pack();
  ExpectAllBack();
}

TEST_F(BlockTest, ALongCommitBecomesSeveralBlocks) {
  AddEvents(2000);
  Pack();
  for (const DecodedRecord& block : Blocks()) EXPECT_LE(block.block.plain_bytes, kMaxBlockBytes);
  EXPECT_GE(Blocks().size(), 2000 * PackedBytes(300) / kMaxBlockBytes);
  ExpectAllBack();
}

TEST_F(BlockTest, AChainEndsWithItsPageAndWithItsBound) {
  for (int i = 0; i < 300; ++i) {
    AddEvents(1 + static_cast<size_t>(i) % 4, 150);
    Pack();
  }
  uint64_t at = kFirstByte, page = 0;
  size_t chain_bytes = 0, chains = 0;
  for (const DecodedRecord& block : Stored()) {
    if (block.block.before == 0) {
      page = at / 4096;
      chain_bytes = 0;
      ++chains;
    }
    EXPECT_EQ(at / 4096, page);
    chain_bytes += block.block.plain_bytes;
    EXPECT_LE(chain_bytes, kMaxChainBytes);
    at += block.bytes;
  }
  EXPECT_GT(chains, 3U);
  ExpectAllBack();
}

TEST_F(BlockTest, WhatDoesNotShrinkStaysAsItIs) {
  std::string before;
  for (uint64_t i = 0; i < 10; ++i) {
    AddEvent(Noise(i, 2000));
    before += AsText(plain_.view());
    Pack();
  }
  EXPECT_EQ(AsText(stored_.view()), before);
  AddEvents(5);
  Pack();
  ASSERT_EQ(Blocks().size(), 1U);
  EXPECT_EQ(Blocks()[0].block.before, 0U);
  ExpectAllBack();
}

TEST_F(BlockTest, GapsAndBatchesStandBetweenBlocks) {
  for (int i = 0; i < 5; ++i) {
    EncodeBatch(plain_.Extend(kBatchBytes), kStreamId, next_, {}, 1);
    AddEvents(3);
    AddGap(10);
    AddEvents(3);
    Pack();
  }
  const std::vector<DecodedRecord> stored = Stored();
  ASSERT_EQ(stored.size(), 20U);
  EXPECT_EQ(stored[1].kind, RecordKind::kBlock);
  EXPECT_EQ(stored[2].kind, RecordKind::kGap);
  EXPECT_EQ(stored[3].block.before, stored[1].checksum);
  ExpectAllBack();
}

TEST_F(BlockTest, AnotherSegmentBeginsWithoutTheOneBefore) {
  AddEvents(5);
  Pack();
  packer_.BeginSegment();
  AddEvents(5);
  Pack();
  for (const DecodedRecord& block : Blocks()) EXPECT_EQ(block.block.before, 0U);
  ExpectAllBack();
}

TEST_F(BlockTest, ABlockIsNothingWithoutTheOneBefore) {
  for (int i = 0; i < 3; ++i) {
    AddEvents(2);
    Pack();
  }
  const std::vector<DecodedRecord> blocks = Blocks();
  BlockUnpacker unpacker;
  EXPECT_TRUE(unpacker.Unpack(blocks[1]).empty());
  EXPECT_FALSE(unpacker.Unpack(blocks[0]).empty());
  EXPECT_TRUE(unpacker.Unpack(blocks[2]).empty());
  const std::string first(AsText(unpacker.Unpack(blocks[1])));
  EXPECT_EQ(AsText(unpacker.Unpack(blocks[1])), first) << "once more";
  EXPECT_FALSE(unpacker.Unpack(blocks[2]).empty());
}

// A block with a right checksum, as only whoever knows the stream id can make it.
class ForgedBlockTest : public testing::Test {
 protected:
  bool IsTaken(const BlockInfo& info, ByteSpan packed) {
    std::vector<uint8_t> bytes(RecordBytes(kBlockInfoBytes + packed.size()));
    std::copy(packed.begin(), packed.end(), &bytes[kRecordHeaderBytes + kBlockInfoBytes]);
    EncodeBlock(bytes.data(), kStreamId, 5, 0, info, packed.size());
    DecodedRecord record;
    size_t needed = 0;
    return DecodeRecord(bytes, kStreamId, &record, &needed) == DecodeVerdict::kValid &&
           !unpacker_.Unpack(record).empty();
  }
  // One event of 8 bytes, as LZ4 literals.
  static std::vector<uint8_t> Packed(uint8_t length = 8) {
    std::vector<uint8_t> packed = {0xF0, 24 - 15};
    packed.resize(2 + 24);
    packed[2 + 8] = length;
    return packed;
  }

  BlockUnpacker unpacker_;
};

TEST_F(ForgedBlockTest, TheSoundOneIsTaken) { EXPECT_TRUE(IsTaken({1, 24, 0}, Packed())); }

TEST_F(ForgedBlockTest, OneThatSaysMoreOrLessThanItHoldsIsNot) {
  EXPECT_FALSE(IsTaken({0, 24, 0}, Packed()));
  EXPECT_FALSE(IsTaken({2, 24, 0}, Packed()));
  EXPECT_FALSE(IsTaken({UINT32_MAX, 24, 0}, Packed()));
  EXPECT_FALSE(IsTaken({1, 16, 0}, Packed()));
  EXPECT_FALSE(IsTaken({1, 32, 0}, Packed()));
  EXPECT_FALSE(IsTaken({1, UINT32_MAX, 0}, Packed()));
  EXPECT_FALSE(IsTaken({1, 24, 0}, Packed(9)));
  EXPECT_FALSE(IsTaken({1, 24, 0}, Packed(255)));
}

TEST_F(ForgedBlockTest, OneThatIsNotPackedIsNot) {
  EXPECT_FALSE(IsTaken({1, 24, 0}, {}));
  EXPECT_FALSE(IsTaken({1, 24, 0}, std::vector<uint8_t>(40, 0xFF)));
}

TEST_F(ForgedBlockTest, OneThatContinuesWhatIsNotThereIsNot) {
  EXPECT_FALSE(IsTaken({1, 24, 77}, Packed()));
  EXPECT_TRUE(IsTaken({1, 24, 0}, Packed()));
  EXPECT_FALSE(IsTaken({1, 24, 77}, Packed()));
}

}  // namespace
}  // namespace sluice::journal
