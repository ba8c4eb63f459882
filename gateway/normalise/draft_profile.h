#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::normalise {

// A message of a device for which there is no profile yet.
struct DraftSample {
  std::string topic;
  std::string payload;
};

// A profile, as TOML, that makes events of all of the samples that are JSON or plain values: a
// beginning for people, who know what the members mean. What it guesses, from names and values,
// it says in comments, and so what it leaves out: every member of every sample is in it.
//
// `name` is a profile's name, see CheckProfileName. A tool, not for messages in flight.
std::string DraftProfile(std::string_view name, const std::vector<DraftSample>& samples);

}  // namespace sluice::normalise
