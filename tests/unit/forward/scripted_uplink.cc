#include "scripted_uplink.h"

namespace sluice::test {
namespace {

uint64_t OffsetOf(ByteSpan event) {
  schema::EventView view;
  SLUICE_CHECK(view.Parse(event).ok());
  return view.offset();
}

}  // namespace

std::vector<uint64_t> ScriptedUplink::Offsets(size_t i) const {
  const ByteSpan payload = AsBytes(messages.at(i).payload);
  if (!schema::BatchView::LooksLikeBatch(payload)) return {OffsetOf(payload)};
  schema::BatchView batch;
  SLUICE_CHECK(batch.Parse(payload).ok());
  std::vector<uint64_t> offsets;
  for (size_t e = 0; e < batch.size(); ++e) {
    const schema::BatchView::Entry entry = batch.entry(e);
    if (const auto* event = std::get_if<ByteSpan>(&entry)) offsets.push_back(OffsetOf(*event));
  }
  return offsets;
}

std::vector<schema::Gap> ScriptedUplink::Gaps(size_t i) const {
  schema::BatchView batch;
  if (!batch.Parse(AsBytes(messages.at(i).payload)).ok()) return {};
  std::vector<schema::Gap> gaps;
  for (size_t e = 0; e < batch.size(); ++e) {
    const schema::BatchView::Entry entry = batch.entry(e);
    if (const auto* gap = std::get_if<schema::Gap>(&entry)) gaps.push_back(*gap);
  }
  return gaps;
}

std::vector<uint64_t> ScriptedUplink::OffsetsFrom(size_t i) const {
  std::vector<uint64_t> all;
  for (; i < messages.size(); ++i) {
    for (const uint64_t offset : Offsets(i)) all.push_back(offset);
  }
  return all;
}

}  // namespace sluice::test
