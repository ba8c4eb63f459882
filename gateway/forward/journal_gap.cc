#include "forward/journal_gap.h"

namespace sluice::forward {
namespace {

schema::GapReason ToSchema(journal::GapReason reason) {
  switch (reason) {
    case journal::GapReason::kEvicted:
      return schema::GapReason::kEvicted;
    case journal::GapReason::kDropped:
      return schema::GapReason::kDropped;
    case journal::GapReason::kCorrupt:
    case journal::GapReason::kMissing:
      return schema::GapReason::kQuarantined;
    case journal::GapReason::kNone:
      break;
  }
  return schema::GapReason::kUnknown;
}

}  // namespace

schema::Gap GapOf(const journal::Record& record) {
  return {.first = record.offset, .last = record.end_offset - 1, .reason = ToSchema(record.reason)};
}

}  // namespace sluice::forward
