#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml_reader.h"
#include "normalise/profile.h"

namespace sluice::config {

// What several tables of a profile have in common. The keys are those of docs/profiles.md; errors
// go to the reader's diagnostics.

// What a check of normalise found, if it found anything.
void ReportFound(TableReader& reader, std::string_view key, const std::string& what);
void ReadPointer(TableReader& reader, std::string_view key, std::string* pointer);
void ReadNameOf(TableReader& reader, std::string_view key, std::string* name);
void ReadUnit(TableReader& reader, std::string_view key, std::string* unit);
void ReadTopics(TableReader& reader, std::vector<std::string>* topics);
void ReadLevel(TableReader& reader, int* level);
// How many of `keys` are there; more than one is a mistake.
size_t CountAlternatives(TableReader& reader, std::initializer_list<std::string_view> keys);

void ReadCondition(TableReader& reader, normalise::Condition* condition);
void ReadConditions(TableReader& reader, std::string_view key,
                    std::vector<normalise::Condition>* conditions);
void ReadDevice(TableReader& reader, normalise::DeviceRule* device);
void ReadTimes(TableReader& reader, std::vector<normalise::TimeRule>* times);
void ReadReading(TableReader& reader, normalise::ReadingRule* reading);

}  // namespace sluice::config
