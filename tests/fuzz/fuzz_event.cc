// Any bytes as an event and as a batch: what verifies must be readable to its last byte and render
// as JSON.

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "schema/batch_view.h"
#include "schema/cloudevents.h"
#include "schema/cloudevents_json.h"

namespace sluice::schema {
namespace {

void TryEvent(ByteSpan bytes) {
  EventView view;
  if (!view.Parse(bytes).ok()) return;
  std::string json;
  AppendEventJson(view, &json);
  SLUICE_CHECK(json.starts_with('{') && json.ends_with('}'));
  CloudEventAttributes attributes;
  for (const auto& item : attributes.Render(view.fields())) json.append(item.value);
}

void TryBatch(ByteSpan bytes) {
  BatchView view;
  if (!view.Parse(bytes).ok()) return;
  SLUICE_CHECK(view.size() > 0 && view.first_offset() <= view.last_offset());
  for (size_t i = 0; i < view.size(); ++i) {
    const BatchView::Entry entry = view.entry(i);
    if (const auto* gap = std::get_if<Gap>(&entry)) {
      std::string json;
      AppendGapJson(view.gateway(), view.stream(), *gap, WallTime(), &json);
      SLUICE_CHECK(json.starts_with('{') && json.ends_with('}'));
    } else {
      TryEvent(std::get<ByteSpan>(entry));  // a good batch may hold bad events
    }
  }
}

}  // namespace
}  // namespace sluice::schema

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::schema::TryEvent({data, size});
  sluice::schema::TryBatch({data, size});
  // The same at another address: not aligned.
  std::vector<uint8_t> shifted(size + 1);
  if (size > 0) std::copy(data, data + size, shifted.begin() + 1);
  sluice::schema::TryEvent({shifted.data() + 1, size});
  return 0;
}
