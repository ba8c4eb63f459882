#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decode/readings_document.h"
#include "decode/senml_record.h"
#include "schema/dead_letter.h"

namespace sluice::decode {

// Resolves a pack (RFC 8428, 4.6) into readings with names, units and times: base fields are
// applied, units are spelled in UCUM, and the sensor's name is parted into device and reading:
//
//   name                        device         reading
//   base name "d:", name "n"    "d"            "n"
//   "urn:dev:ow:1_n"            "urn:dev:ow:1" "n", as RFC 9039 (3.3) parts them
//   "urn:dev:ow:1"              "urn:dev:ow:1" what the unit measures, else "value"
//   "n"                         none           "n"
//
// A sum is a reading of its own, "n_sum". A time below 2^28 counts from the reception (RFC 8428,
// 4.5.3): the document has it as it is, and no time for 0. Keeps its memory from pack to pack.
class SenmlResolver {
 public:
  // Adds the pack's readings to `readings`, which is empty. They are views of `pack` and of this.
  // False: the whole pack is refused, and why is in `*rejection`. The pack came in `payload_bytes`.
  bool Resolve(Value pack, SenmlLabels labels, size_t payload_bytes, ReadingsDocument* readings,
               schema::Rejection* rejection);

 private:
  // The base fields that hold, from this record or one before.
  struct Base {
    std::string_view name = {};
    std::string_view unit = {};
    double time = 0;
    std::optional<double> value = {};
    std::optional<double> sum = {};
    std::optional<double> version = {};
  };

  void StartTexts();
  const char* ApplyBase(const SenmlRecord& record);
  bool AddReadings(const SenmlRecord& record, SenmlLabels labels, ReadingsDocument* readings);
  std::optional<Node> ValueOf(const SenmlRecord& record, SenmlLabels labels);
  std::optional<Node> SumOf(const SenmlRecord& record, SenmlLabels labels) const;
  Node DataOf(Value data);
  std::string_view Spell(std::string_view front, std::string_view text, std::string_view back);

  Base base_;
  size_t payload_bytes_ = 0;
  // What the pack does not hold as it is spelled in the document. Never moved while that is in use.
  std::string texts_;
};

}  // namespace sluice::decode
