#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decode/document.h"

namespace sluice::normalise {

// What samples hold at one pointer. Private to this layer, like the rest of this file.
struct DraftMember {
  std::string pointer;
  std::set<std::string> words = {};  // the texts among them, a few
  size_t numbers = 0;
  size_t bools = 0;
  size_t texts = 0;
  size_t numeric_texts = 0;  // of them
  size_t nulls = 0;
  size_t lists = 0;    // or empty objects
  double example = 0;  // the latest number
};

// In the order in which they were met first.
class DraftMembers {
 public:
  // Adds the leaves of a document; a list is a leaf.
  void Add(decode::Value root);
  const std::vector<DraftMember>& members() const { return members_; }
  bool Has(std::string_view pointer) const { return places_.find(pointer) != places_.end(); }

 private:
  void Add(decode::Value value, const std::string& pointer);
  DraftMember& At(const std::string& pointer);

  std::vector<DraftMember> members_;
  std::map<std::string, size_t, std::less<>> places_;
};

// "/wifi/RSSI" → "rssi"; with `steps` = 2 "wifi_rssi". Of letters, digits and '_'; never empty.
std::string DraftName(std::string_view pointer, size_t steps);

// The unit that a value of this name mostly comes in, UCUM, and whether such a value is worth an
// event of its own.
struct DraftUnit {
  std::string_view unit = {};  // empty: none is known
  bool companion = false;
};
DraftUnit GuessUnit(std::string_view name, double example);

// The format of a time, "unix_s", or empty if it is none.
std::string_view GuessTimeFormat(const DraftMember& member, std::string_view name);

}  // namespace sluice::normalise
