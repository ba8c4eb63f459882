#include "normalise/draft_member.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/rfc3339.h"
#include "normalise/read_number.h"

namespace sluice::normalise {
namespace {

using decode::Kind;
using decode::Value;

constexpr size_t kMaxWords = 8;

struct NamedUnit {
  std::string_view part;  // of the name, in lower case
  DraftUnit unit;
};

// The first whose part is in the name. What needs a look at the value stands in GuessUnit.
constexpr NamedUnit kNamedUnits[] = {
    {"temp", {"Cel"}},
    {"humidity", {"%"}},
    {"soil_moisture", {"%"}},
    {"illuminance", {"lx"}},
    {"lux", {"lx"}},
    {"co2", {"[ppm]"}},
    {"voc_index", {}},
    {"pm25", {"ug/m3"}},
    {"pm2_5", {"ug/m3"}},
    {"pm10", {"ug/m3"}},
    {"linkquality", {"{lqi}", true}},
    {"rssi", {"dB[mW]", true}},
    {"snr", {"dB", true}},
    {"uptime", {"s", true}},
    {"reactive_power", {"var"}},
    {"apparent_power", {"V.A"}},
    {"power", {"W"}},
    {"energy", {"kW.h"}},
    {"current", {"A"}},
    {"frequency", {"Hz"}},
    {"rain", {"mm/h"}},
    {"noise", {"dB[SPL]"}},
};

constexpr std::array<std::string_view, 9> kTimeNames = {
    "time", "timestamp", "ts", "last_seen", "datetime", "date_time", "measured_at", "utc", "epoch"};

std::string Step(std::string_view key) {
  std::string step = "/";
  for (const char c : key) c == '~' ? step += "~0" : c == '/' ? step += "~1" : step += c;
  return step;
}

// "DeviceTemp.1" → "device_temp_1"
std::string Snake(std::string_view key) {
  std::string name;
  char before = '_';
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) == 0) {
      if (before != '_') name += '_';
      before = '_';
      continue;
    }
    const bool begins_word =
        std::isupper(byte) != 0 && std::islower(static_cast<unsigned char>(before)) != 0;
    if (begins_word) name += '_';
    name += static_cast<char>(std::tolower(byte));
    before = c;
  }
  while (name.ends_with('_')) name.pop_back();
  return name;
}

}  // namespace

DraftMember& DraftMembers::At(const std::string& pointer) {
  const auto [place, is_new] = places_.try_emplace(pointer, members_.size());
  if (is_new) members_.push_back({.pointer = pointer});
  return members_[place->second];
}

void DraftMembers::Add(Value root) { Add(root, ""); }

void DraftMembers::Add(Value value, const std::string& pointer) {
  bool has_members = false;
  if (value.IsObject()) {
    for (decode::Walk walk(value); walk.Next();) {
      Add(walk.value(), pointer + Step(walk.key()));
      has_members = true;
    }
  }
  if (has_members) return;
  DraftMember& member = At(pointer);
  switch (value.kind()) {
    case Kind::kNull:
      ++member.nulls;
      return;
    case Kind::kBool:
      ++member.bools;
      return;
    case Kind::kInteger:
      ++member.numbers;
      member.example = static_cast<double>(value.integer());
      return;
    case Kind::kUnsigned:
      ++member.numbers;
      member.example = static_cast<double>(value.unsigned_integer());
      return;
    case Kind::kDouble:
      ++member.numbers;
      member.example = value.number();
      return;
    case Kind::kText: {
      ++member.texts;
      const auto number = NumberFromText(value.text());
      if (number) {
        ++member.numeric_texts;
        member.example = *number;
      }
      if (member.words.size() < kMaxWords) member.words.insert(std::string(value.text()));
      return;
    }
    case Kind::kUnreadable:
      ++member.numbers;
      return;
    case Kind::kBytes:
    case Kind::kArray:
    case Kind::kObject:
      ++member.lists;
      return;
  }
}

std::string DraftName(std::string_view pointer, size_t steps) {
  size_t begin = pointer.size();
  while (steps-- > 0 && begin != 0 && begin != std::string_view::npos) {
    begin = pointer.rfind('/', begin - 1);
  }
  std::string name = Snake(pointer.substr(begin == std::string_view::npos ? 0 : begin));
  constexpr size_t kMaxBytes = 60;
  if (name.size() > kMaxBytes) name.resize(kMaxBytes);
  return name.empty() ? "value" : name;
}

DraftUnit GuessUnit(std::string_view name, double example) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (has("pressure")) return {example > 20'000 ? "Pa" : example > 200 ? "hPa" : "kPa"};
  if (has("voltage")) return {example > 1'000 ? "mV" : "V", has("batt")};
  if (has("batt")) return {example > 10 && example <= 100 ? "%" : "", true};
  for (const NamedUnit& known : kNamedUnits) {
    if (has(known.part)) return known.unit;
  }
  return {};
}

std::string_view GuessTimeFormat(const DraftMember& member, std::string_view name) {
  const bool is_named = std::find(kTimeNames.begin(), kTimeNames.end(), name) != kTimeNames.end();
  if (!is_named || member.lists > 0 || member.bools > 0) return {};
  if (member.texts > member.numeric_texts) {
    const auto all = [&](bool with_zone) {
      return std::all_of(member.words.begin(), member.words.end(), [&](const std::string& word) {
        return ParseDateTime(word, with_zone).has_value();
      });
    };
    if (all(true)) return "rfc3339";
    return all(false) ? "local" : std::string_view();
  }
  if (member.example < 1e9) return {};
  if (member.example < 1e11) return "unix_s";
  if (member.example < 1e14) return "unix_ms";
  return member.example < 1e17 ? "unix_us" : "unix_ns";
}

}  // namespace sluice::normalise
