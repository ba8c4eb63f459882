#include "schema/batch_view.h"

#include "batch_generated.h"
#include "schema/batch_builder.h"
#include "schema/flatbuffers_util.h"

namespace sluice::schema {
namespace {

constexpr uint32_t kMaxTables = 1 + 2 * BatchBuilder::kMaxEntries;  // an entry and its gap
constexpr uint32_t kMaxDepth = 4;  // batch, entry, gap, and one for what a later version may add

const fb::Batch& Root(const void* root) {
  SLUICE_CHECK(root != nullptr);
  return *static_cast<const fb::Batch*>(root);
}

Status NoBatch(std::string_view why) {
  return Status::Corruption("these bytes are no batch: " + std::string(why));
}

// Walks the entries with the offset that the next one has to start at. Inclusive bounds, because
// the last offset may be the largest there is.
bool CoversItsRange(const fb::Batch& batch) {
  uint64_t next = batch.first();
  bool wrapped = false;
  for (const fb::Entry* entry : *batch.entries()) {
    const fb::Gap* gap = entry->gap();
    if ((entry->event() == nullptr) == (gap == nullptr) || wrapped) return false;
    if (gap != nullptr && (gap->first() != next || gap->last() < next)) return false;
    const uint64_t last = gap == nullptr ? next : gap->last();
    if (last > batch.last()) return false;
    next = last + 1;
    wrapped = next == 0;
  }
  return batch.entries()->size() > 0 && next == batch.last() + 1;
}

GapReason ReasonOf(const fb::Gap& gap) {
  const auto number = static_cast<uint8_t>(gap.reason());
  return number <= static_cast<uint8_t>(GapReason::kDeadLettered) ? static_cast<GapReason>(number)
                                                                  : GapReason::kUnknown;
}

}  // namespace

bool BatchView::LooksLikeBatch(ByteSpan bytes) {
  return bytes.size() >= 8 && AsText(bytes.subspan(4, 4)) == fb::BatchIdentifier();
}

Status BatchView::Parse(ByteSpan bytes) {
  root_ = nullptr;
  if (bytes.size() > kMaxBatchBytes) return NoBatch("too long");
  if (bytes.size() < 8) return NoBatch("too short");
  const ByteSpan aligned = Aligned(bytes, &aligned_);
  flatbuffers::Verifier verifier(aligned.data(), aligned.size(), kMaxDepth, kMaxTables);
  if (!fb::VerifyBatchBuffer(verifier)) return NoBatch("its offsets or its identifier are wrong");
  const fb::Batch* batch = fb::GetBatch(aligned.data());
  if (!CoversItsRange(*batch)) return NoBatch("its entries do not cover its offsets");
  root_ = batch;
  return Status::Ok();
}

std::string_view BatchView::gateway() const { return TextOf(Root(root_).gateway()); }
std::string_view BatchView::stream() const { return TextOf(Root(root_).stream()); }
uint64_t BatchView::first_offset() const { return Root(root_).first(); }
uint64_t BatchView::last_offset() const { return Root(root_).last(); }
size_t BatchView::size() const { return Root(root_).entries()->size(); }

BatchView::Entry BatchView::entry(size_t i) const {
  SLUICE_CHECK(i < size());
  const fb::Entry& entry = *Root(root_).entries()->Get(static_cast<uint32_t>(i));
  if (const fb::Gap* gap = entry.gap()) {
    return Gap{.first = gap->first(), .last = gap->last(), .reason = ReasonOf(*gap)};
  }
  return ByteSpan(entry.event()->data(), entry.event()->size());
}

}  // namespace sluice::schema
