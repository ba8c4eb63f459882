#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "forward/route_options.h"
#include "schema/event_view.h"
#include "schema/gap.h"

namespace sluice::forward {

// The payload of one message in one format. Prepare, then Commit if the size is all right. A gap
// may come between the two: it goes before the event and leaves what was prepared as it is.
class MessageEncoder {
 public:
  virtual ~MessageEncoder() = default;

  // Whether PrepareEvent needs the event parsed.
  virtual bool needs_view() const = 0;
  virtual void Clear() = 0;
  // The payload's size, at most, if `event` (parsed as `view` when needs_view) were added.
  virtual size_t PrepareEvent(ByteSpan event, const schema::EventView& view) = 0;
  // Adds what was prepared last. The entry is at `offset`, right behind the one before.
  virtual void CommitEvent(uint64_t offset, ByteSpan event) = 0;
  // Behind what was committed.
  virtual void AddGap(const schema::Gap& gap, WallTime now) = 0;
  // Ends the payload; valid until Clear.
  virtual ByteSpan Finish() = 0;
  // Of the payload; after the last entry was added.
  virtual std::string_view content_type() const = 0;
  virtual bool is_text() const = 0;

  // What a gap may add to the payload, at most, in any format; JSON names gateway and stream twice.
  static size_t GapBytes(const RouteOptions& options) {
    return 400 + 2 * (options.gateway.size() + options.stream.size());
  }
};

// Events in their own bytes: one as it was stored, or batches ("SLEB"). A gap always travels in a
// batch. `options` outlives the encoder.
std::unique_ptr<MessageEncoder> MakeFlatBuffersEncoder(const RouteOptions& options, bool single);
// CloudEvents JSON: an object, or an array of them.
std::unique_ptr<MessageEncoder> MakeJsonEncoder(const RouteOptions& options, bool single);

}  // namespace sluice::forward
