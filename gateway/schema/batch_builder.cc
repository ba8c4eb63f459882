#include "schema/batch_builder.h"

#include <vector>

#include "base/status.h"
#include "batch_generated.h"
#include "schema/flatbuffers_util.h"

namespace sluice::schema {
namespace {

// Root table with its vtable, identifier, length of the vector of entries, and the padding of all.
constexpr size_t kFixedBytes = 80;

}  // namespace

struct BatchBuilder::Impl {
  flatbuffers::FlatBufferBuilder fbb{16 * 1024};
  std::vector<flatbuffers::Offset<fb::Entry>> entries;
  flatbuffers::Offset<flatbuffers::String> gateway, stream;
  uint64_t first = 0;
  uint64_t next = 0;

  // Takes note that the entry to come covers first_offset..last_offset.
  void Cover(uint64_t first_offset, uint64_t last_offset) {
    SLUICE_CHECK(entries.size() < kMaxEntries);
    SLUICE_CHECK(entries.empty() || first_offset == next);
    SLUICE_CHECK(first_offset <= last_offset);
    if (entries.empty()) first = first_offset;
    next = last_offset + 1;
  }
};

BatchBuilder::BatchBuilder() : impl_(std::make_unique<Impl>()) {}
BatchBuilder::~BatchBuilder() = default;

void BatchBuilder::Start(std::string_view gateway, std::string_view stream) {
  impl_->fbb.Clear();
  impl_->entries.clear();
  impl_->gateway = MakeText(impl_->fbb, gateway);
  impl_->stream = MakeText(impl_->fbb, stream);
}

void BatchBuilder::AddEvent(uint64_t offset, ByteSpan event) {
  SLUICE_CHECK(!event.empty());
  impl_->Cover(offset, offset);
  auto& fbb = impl_->fbb;
  fbb.ForceVectorAlignment(event.size(), sizeof(uint8_t), alignof(uint64_t));
  const auto bytes = fbb.CreateVector(event.data(), event.size());
  impl_->entries.push_back(fb::CreateEntry(fbb, bytes));
}

void BatchBuilder::AddGap(const Gap& gap) {
  impl_->Cover(gap.first, gap.last);
  auto& fbb = impl_->fbb;
  const auto table =
      fb::CreateGap(fbb, gap.first, gap.last, static_cast<fb::GapReason>(gap.reason));
  impl_->entries.push_back(fb::CreateEntry(fbb, 0, table));
}

size_t BatchBuilder::entries() const { return impl_->entries.size(); }

size_t BatchBuilder::size_bound() const {
  return impl_->fbb.GetSize() + kFixedBytes + impl_->entries.size() * sizeof(uint32_t);
}

ByteSpan BatchBuilder::Finish() {
  SLUICE_CHECK(!impl_->entries.empty());
  auto& fbb = impl_->fbb;
  const auto entries = fbb.CreateVector(impl_->entries.data(), impl_->entries.size());
  fb::BatchBuilder table(fbb);
  table.add_first(impl_->first);
  table.add_last(impl_->next - 1);
  table.add_gateway(impl_->gateway);
  table.add_stream(impl_->stream);
  table.add_entries(entries);
  fb::FinishBatchBuffer(fbb, table.Finish());
  return {fbb.GetBufferPointer(), fbb.GetSize()};
}

}  // namespace sluice::schema
