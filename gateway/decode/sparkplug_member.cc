#include "decode/sparkplug_member.h"

#include <algorithm>
#include <utility>

namespace sluice::decode {

void SparkplugDefinitions::Forget() {
  names_ = {};
  rows_ = {};
  by_alias_ = {};
  by_name_ = {};
}

void SparkplugDefinitions::Learn(const std::vector<SparkplugMetric>& metrics) {
  Forget();
  rows_.reserve(metrics.size());
  for (const SparkplugMetric& metric : metrics) {
    if (metric.name.empty()) continue;
    rows_.push_back({metric.alias, names_.size(), metric.name.size(), metric.type});
    names_.append(metric.name);
  }
  for (uint32_t i = 0; i < rows_.size(); ++i) {
    by_name_.push_back(i);
    if (rows_[i].alias) by_alias_.push_back(i);
  }
  std::sort(by_alias_.begin(), by_alias_.end(), [&](uint32_t a, uint32_t b) {
    return std::pair(*rows_[a].alias, a) < std::pair(*rows_[b].alias, b);
  });
  std::sort(by_name_.begin(), by_name_.end(), [&](uint32_t a, uint32_t b) {
    return std::pair(NameOf(rows_[a]), a) < std::pair(NameOf(rows_[b]), b);
  });
}

std::optional<SparkplugDefinitions::Definition> SparkplugDefinitions::ByAlias(
    uint64_t alias) const {
  const auto found =
      std::lower_bound(by_alias_.begin(), by_alias_.end(), alias,
                       [&](uint32_t row, uint64_t want) { return *rows_[row].alias < want; });
  if (found == by_alias_.end() || *rows_[*found].alias != alias) return std::nullopt;
  return Definition{NameOf(rows_[*found]), rows_[*found].type};
}

std::optional<SparkplugDefinitions::Definition> SparkplugDefinitions::ByName(
    std::string_view name) const {
  const auto found = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [&](uint32_t row, std::string_view want) { return NameOf(rows_[row]) < want; });
  if (found == by_name_.end() || NameOf(rows_[*found]) != name) return std::nullopt;
  return Definition{NameOf(rows_[*found]), rows_[*found].type};
}

size_t SparkplugDefinitions::bytes() const {
  return names_.capacity() + rows_.capacity() * sizeof(Row) +
         (by_alias_.capacity() + by_name_.capacity()) * sizeof(uint32_t);
}

size_t SparkplugMember::bytes() const {
  size_t bytes = definitions.bytes() + devices.capacity() * sizeof(std::string);
  for (const std::string& device : devices) bytes += device.capacity();
  return bytes;
}

}  // namespace sluice::decode
