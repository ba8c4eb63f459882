#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "decode/sparkplug_payload.h"

namespace sluice::decode {

// What a birth has said of the metrics of an edge node or device: names and types, by alias and by
// name. Replaced by the next birth.
class SparkplugDefinitions {
 public:
  struct Definition {
    std::string_view name;
    uint32_t type = 0;
  };

  // Of two metrics with one alias or name the first counts.
  void Learn(const std::vector<SparkplugMetric>& metrics);
  void Forget();
  std::optional<Definition> ByAlias(uint64_t alias) const;
  std::optional<Definition> ByName(std::string_view name) const;
  size_t bytes() const;

 private:
  struct Row {
    std::optional<uint64_t> alias;
    size_t name_at;
    size_t name_size;
    uint32_t type;
  };
  std::string_view NameOf(const Row& row) const {
    return std::string_view(names_).substr(row.name_at, row.name_size);
  }

  std::string names_;
  std::vector<Row> rows_;
  std::vector<uint32_t> by_alias_;  // places in rows_, in order; only those that have one
  std::vector<uint32_t> by_name_;
};

// What is remembered of an edge node, or of a device of one.
struct SparkplugMember {
  SparkplugDefinitions definitions = {};
  // How many births of its node there were; of a device at its own birth, which a new one of its
  // node makes void (specification 3.0, 5.5). 0: none yet.
  uint64_t births = 0;
  // Of a node only:
  std::optional<uint64_t> bd_seq = {};      // of its birth, which its death repeats
  std::optional<uint8_t> sequence = {};     // of its latest message, or of one of its devices
  std::vector<std::string> devices = {};    // born since its birth
  std::optional<MonotonicTime> asked = {};  // for a new birth; until there is one

  size_t bytes() const;
};

}  // namespace sluice::decode
