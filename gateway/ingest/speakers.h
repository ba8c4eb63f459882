#pragma once

#include <string_view>

#include "broker/access_control.h"
#include "normalise/message.h"

namespace sluice::ingest {

// Lets the normaliser ask the broker's rules who may speak for whom.
class Speakers final : public normalise::SpeakerRules {
 public:
  // `access` outlives this.
  explicit Speakers(const broker::AccessControl& access) : access_(access) {}
  bool MaySpeakFor(std::string_view identity, std::string_view device) const override {
    return access_.MaySpeakFor(identity, device);
  }

 private:
  const broker::AccessControl& access_;
};

}  // namespace sluice::ingest
