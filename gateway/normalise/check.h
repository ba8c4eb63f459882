#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "normalise/profile.h"

namespace sluice::normalise {

// What a profile may say, checked value by value, so that the loader of files can name line and
// column. Each returns what is wrong and what to do, or nothing when all is well.
std::string CheckProfileName(std::string_view name);  // also a label of metrics: a-z, 0-9, '-'
std::string CheckTopicFilter(std::string_view filter);
std::string CheckPointer(std::string_view pointer);
std::string CheckUnit(std::string_view code);
// The name of a reading or the key of an attribute: printable, and short, for it stands in every
// event.
std::string CheckName(std::string_view name);
bool IsName(std::string_view name);
std::string CheckTimeZone(const std::string& name);  // IANA; reads the machine's tzdata
// Dot-separated words and a version: "climate.reading.v1".
std::string CheckEventType(std::string_view type);

// The whole: all of the above and that the parts fit together. kInvalidArgument with the profile's
// name.
Status CheckProfile(const Profile& profile);

}  // namespace sluice::normalise
