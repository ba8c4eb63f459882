#pragma once

#include <gtest/gtest.h>

#include <string>

#include "normalise/normaliser.h"
#include "schema/event_view.h"

namespace sluice::normalise {

inline constexpr int64_t kReceived = 1'795'262'400'000'000'000;  // 2026-11-21T12:00:00Z

inline ReadingRule Number(std::string name, std::string member) {
  ReadingRule rule;
  rule.name = std::move(name);
  rule.member = std::move(member);
  return rule;
}

inline EventRule Event(std::vector<ReadingRule> readings) {
  EventRule rule;
  rule.type = "climate.reading.v1";
  rule.readings = std::move(readings);
  return rule;
}

// A profile with one event that has the reading "t" at "/t".
inline Profile SmallProfile() {
  Profile profile;
  profile.name = "small";
  profile.topics = {"in/+"};
  profile.events = {Event({Number("t", "/t")})};
  return profile;
}

// Gives payloads to a profile and looks at what becomes of them.
class NormaliseTest : public testing::Test {
 protected:
  // The verdict on `payload` under profile_; makes the normaliser at the first call.
  Verdict Give(std::string_view payload) {
    if (normaliser_ == nullptr) {
      auto made = Normaliser::Create({profile_}, limits_);
      EXPECT_TRUE(made.ok()) << made.status().message();
      if (!made.ok()) return Verdict::kIgnored;
      normaliser_ = std::move(*made);
    }
    message_.payload = AsBytes(payload);
    return normaliser_->Normalise(message_, target_, &events_, &rejection_);
  }

  // The i-th event of the last call.
  const schema::EventView& At(size_t i) {
    EXPECT_TRUE(view_.Parse(events_.event(i)).ok());
    return view_;
  }

  // The only reading of the only event that `payload` becomes.
  schema::Reading ReadingOf(std::string_view payload) {
    EXPECT_EQ(Give(payload), Verdict::kEvents) << rejection_.text;
    if (events_.size() != 1 || At(0).reading_count() != 1) {
      ADD_FAILURE() << "not one event with one reading";
      return {};
    }
    return view_.reading(0);
  }

  Reason ReasonFor(std::string_view payload) {
    EXPECT_EQ(Give(payload), Verdict::kRejected);
    EXPECT_TRUE(events_.empty());
    EXPECT_FALSE(rejection_.text.empty());
    return rejection_.reason;
  }

  ReadingRule& rule() { return profile_.events[0].readings[0]; }

  Profile profile_ = SmallProfile();
  Limits limits_;
  Message message_{.topic = "in/attic", .identity = "hub", .received = FromUnixNanos(kReceived)};
  Target target_{.gateway = "g", .stream = "s", .next_offset = 100};
  std::unique_ptr<Normaliser> normaliser_;
  EventList events_;
  Rejection rejection_;
  schema::EventView view_;
};

}  // namespace sluice::normalise
