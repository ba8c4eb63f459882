#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/case_file.h"
#include "sim/scene.h"
#include "sim/witness.h"

namespace sluice::sim {

// For tests of one judge: a history by hand, of the stream "telemetry" and the route "up".
class CaseHistory : public testing::Test {
 protected:
  CaseHistory() {
    plan_.streams = {{.name = "telemetry", .durability = "commit", .on_full = "reject"}};
    plan_.routes = {{.name = "up", .from = "telemetry", .to = "cloud", .format = "json"}};
    plan_.uplinks = {{.name = "cloud"}};
  }

  void Have(Trouble trouble) { plan_.troubles.set(static_cast<size_t>(trouble)); }
  Scene& scene() {
    if (!scene_) scene_ = std::make_unique<Scene>(plan_);
    return *scene_;
  }
  CaseFile& file() {
    if (!file_) {
      file_ = std::make_unique<CaseFile>(
          scene(), [this](Token token) { return synced_.contains(token); },
          [this](uint64_t letter) { return synced_replays_.contains(letter); });
    }
    return *file_;
  }
  StreamBook& book() { return *file().BookOf("telemetry"); }

  const SentMessage& NewMessage(SentMessage::Kind kind, int qos, std::string topic) {
    messages_.push_back({.client = "dev-1",
                         .identity = "dev-1",
                         .topic = std::move(topic),
                         .qos = qos,
                         .kind = kind,
                         .tokens = {static_cast<Token>(messages_.size() + 1)},
                         .devices = {"dev-1"}});
    file().Remember(messages_.back());
    return messages_.back();
  }
  // A reading is accepted at the next offset; its token is one more than that.
  Token Accept() {
    const SentMessage& message =
        NewMessage(SentMessage::Kind::kReadings, 1, "telemetry/dev-1/climate");
    const Token token = message.tokens.front();
    file().Place(token, *file().Find(token), book(), book().end());
    book().Add(token);
    return token;
  }
  static std::vector<Entry> Event(uint64_t offset) {
    return {{.stream = "telemetry",
             .first = offset,
             .last = offset,
             .gap_reason = {},
             .token = static_cast<Token>(offset + 1),
             .device = "dev-1"}};
  }
  static std::vector<Entry> Gap(uint64_t first, uint64_t last, std::string reason) {
    return {{.stream = "telemetry",
             .first = first,
             .last = last,
             .gap_reason = std::move(reason),
             .device = {}}};
  }
  // Lets time pass, for the clock of the wall, too.
  void Pass(Duration time) { scene().clock.Advance(time); }

  void ExpectWell() { EXPECT_FALSE(scene().verdict.broken()) << scene().verdict.what(); }
  // Of invariant 2, and because of `what`.
  void ExpectBroken(const std::string& what) {
    EXPECT_EQ(scene().verdict.invariant(), 2);
    EXPECT_NE(scene().verdict.what().find(what), std::string::npos) << scene().verdict.what();
  }

  Plan plan_;  // until scene() or file()
  std::set<Token> synced_;
  std::set<uint64_t> synced_replays_;
  std::deque<SentMessage> messages_;

 private:
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<CaseFile> file_;
};

}  // namespace sluice::sim
